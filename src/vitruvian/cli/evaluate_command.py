"""``vitruvian evaluate``: how good detections are, offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import click
from rich.table import Table

from vitruvian.actions.average_precision import average_precision
from vitruvian.actions.describe_evaluation import describe_evaluation
from vitruvian.actions.evaluate import evaluate
from vitruvian.cli.evaluation_page import page
from vitruvian.cli.output import console, json_option, note, results
from vitruvian.cli.renames import read_renames
from vitruvian.formats.json_file import write_atomically
from vitruvian.metrics.area import AreaPolicy
from vitruvian.metrics.evaluate import MOST
from vitruvian.metrics.whole_body import PARTS

#: Of a category, those printed in one line.
_FIGURES = ("RMSE", "NME", "PCK@0.1", "PCKh@0.5")


@click.command("evaluate")
@click.argument("truth", type=click.Path(path_type=Path))
@click.argument("detections", type=click.Path(path_type=Path))
@click.option("--area", type=click.Choice(get_args(AreaPolicy)), help="Where areas come from; the truth's own if any.")
@click.option("--sigmas", help="A preset whose sigmas are taken, or one number for all keypoints.")
@click.option("--part", type=click.Choice(list(PARTS)), help="One part of COCO-WholeBody's 133 keypoints.")
@click.option(
    "--renames", type=click.Path(path_type=Path), help="JSON object: keypoint of DETECTIONS to that of TRUTH."
)
@click.option("--most", default=MOST, show_default=True, help="Detections of an image that count, the surest first.")
@click.option("--draws", default=200, show_default=True, help="Draws of images for the interval of AP; 0 for none.")
@click.option("--html", "html_file", type=click.Path(path_type=Path), help="Write a report with plots to this file.")
@click.option(
    "--media", "media_folder", type=click.Path(path_type=Path), help="Pictures for the report's worst images."
)
@click.option("--quick", is_flag=True, help="Only COCO's ten numbers, by hotcoco where it can be trusted.")
@json_option
def command(
    truth: Path,
    detections: Path,
    area: AreaPolicy | None,
    sigmas: str | None,
    part: str | None,
    renames: Path | None,
    most: int,
    draws: int,
    html_file: Path | None,
    media_folder: Path | None,
    quick: bool,
    as_json: bool,
) -> None:
    """Evaluate DETECTIONS against TRUTH, files of any known format.

    Prints average precision and recall as COCO defines them, to the bit as pycocotools computes them; PCK, errors by
    kind and everything else go to --json and --html.
    """
    if quick:
        if any((area, part, renames, html_file, media_folder)) or most != MOST:
            raise click.UsageError("--quick goes with --sigmas and --json only")
        _quick(truth, detections, _sigmas(sigmas), as_json)
        return
    evaluated = evaluate(
        truth,
        detections,
        policy=area,
        sigmas=_sigmas(sigmas),
        renames=read_renames(renames),
        part=part,
        most=most,
    )
    document = {
        "truth_file": str(truth),
        "detections_file": str(detections),
        **describe_evaluation(evaluated, draws=draws),
    }
    if html_file is not None:
        write_atomically(html_file, page(document, media_folder).encode())
    if as_json:
        for category in document["categories"]:
            category.pop("worst")
        click.echo(json.dumps(document))
        return
    note(evaluated.notes)
    _print(document)
    if html_file is not None:
        console.print(f"The report lies in {html_file}", soft_wrap=True)


def _quick(truth: Path, detections: Path, sigmas: str | float | None, as_json: bool) -> None:
    done = average_precision(truth, detections, sigmas=sigmas)
    if as_json:
        click.echo(json.dumps({"summary": done.numbers, "engine": done.engine, "notes": done.notes}))
        return
    note(done.notes)
    for name, value in done.numbers.items():
        click.echo(f"{name:<9} {value:7.4f}")


def _sigmas(text: str | None) -> str | float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _print(document: dict[str, Any]) -> None:
    low, high = document["interval"]["AP"]
    for name, value in document["summary"].items():
        interval = f"  ({low:.3f} to {high:.3f} with other images)" if name == "AP" and low >= 0 else ""
        click.echo(f"{name:<9} {value:7.4f}{interval}")
    click.echo(f"{'images':<9} {document['images']:7d}\n{'truth':<9} {document['truth']:7d}")
    click.echo(f"{'found':<9} {document['detections']:7d}")
    errors = document["errors"]
    click.echo("\nAP if errors of a kind were put right, one kind after the other:")
    for name in errors["order"]:
        alone = f"alone {errors['gained_alone'][name]:+.4f}"
        click.echo(f"{name:<9} {errors['AP_after'][name]:7.4f}  ({alone})")
    for category in document["categories"]:
        table = Table("keypoint", "AP", "PCK@0.1", "RMSE px", "jitter", "inversion", "swap", "miss", box=None)
        for keypoint in category["keypoints"]:
            cells = [f"{keypoint['AP']:.3f}", *(_cell(keypoint[key]) for key in ("PCK@0.1", "RMSE"))]
            total = sum(keypoint[kind] for kind in ("good", "jitter", "inversion", "swap", "miss")) or 1
            kinds = [f"{100 * keypoint[kind] / total:.1f} %" for kind in ("jitter", "inversion", "swap", "miss")]
            table.add_row(keypoint["name"], *cells, *kinds)
        measured = ", ".join(f"{name} {_cell(category[name])}" for name in category if name in _FIGURES)
        click.echo(f"\n{category['name']}: {category['pairs']} pairs at OKS 0.5; {measured}")
        results.print(table)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
