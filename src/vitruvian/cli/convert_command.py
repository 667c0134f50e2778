"""``vitruvian convert``: one annotation file into another, offline."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from vitruvian.cli.losses import allow_loss_option, report_option, tell_losses, to_option
from vitruvian.cli.output import json_option, report, report_warnings
from vitruvian.cli.renames import read_renames
from vitruvian.formats import Loss
from vitruvian.formats import target as target_of
from vitruvian.formats.registry import read_known
from vitruvian.labels import Dataset
from vitruvian.labels.presets import preset_skeleton
from vitruvian.labels.reskeleton import map_skeleton, reskeleton


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--from", "source_format", help="Format of SOURCE; recognised from its content when left out.")
@to_option
@click.option("--skeleton", "preset", help="Give the labels this preset's keypoints, by name.")
@click.option("--renames", type=click.Path(path_type=Path), help="JSON object of old to new names, for --skeleton.")
@allow_loss_option
@report_option
@click.option("--force", is_flag=True, help="Replace TARGET when it exists.")
@json_option
def command(
    source: Path,
    target: Path,
    source_format: str | None,
    target_format: str | None,
    preset: str | None,
    renames: Path | None,
    allow_loss: bool,
    report_file: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Convert annotations SOURCE into TARGET.

    What the target cannot hold is listed and counted before anything is written, and refused without --allow-loss.
    """
    # Unlike Path.exists this takes any text, however long.
    if os.path.exists(target) and not force:
        raise click.UsageError(f"{target} exists; --force replaces it")
    writer = target_of(target, format=target_format)
    reader, dataset = read_known(source, format=source_format)
    lost: list[Loss] = []
    if preset is not None:
        dataset, lost = _with_skeleton(dataset, preset, renames)
    lost += writer.losses(dataset)
    if not as_json:
        report_warnings(dataset.warnings)
    files = {"source": str(source), "from": reader.name, "target": str(target), "to": writer.name}
    tell_losses(
        lost,
        source=source.name,
        target=target,
        writer=writer,
        facts=files,
        report_file=report_file,
        allowed=allow_loss,
        as_json=as_json,
    )
    writer.write(dataset, target)
    facts = {**files, "media": len(dataset.media), "instances": len(dataset.instances)}
    detailed = {"lost": [asdict(loss) for loss in lost], "warnings": [asdict(w) for w in dataset.warnings]}
    report({**facts, **detailed} if as_json else facts, as_json=as_json)


def _with_skeleton(dataset: Dataset, preset: str, renames: Path | None) -> tuple[Dataset, list[Loss]]:
    skeleton = preset_skeleton(preset)
    names = read_renames(renames)
    lost: list[Loss] = []
    for category in dataset.ontology:
        if category.skeleton is None:
            continue
        mapped = map_skeleton(category.skeleton, skeleton, names)
        for name in mapped.dropped:
            at = category.skeleton.index[name]
            bearers = [i.id for i in dataset.instances if i.category == category.name and i.visibility[at]]
            if bearers:
                lost.append(Loss("keypoint", f"keypoint {name}", len(bearers), f"instance {bearers[0]}"))
        dataset = reskeleton(dataset, category.name, skeleton, names)
    return dataset, lost
