"""``vitruvian convert``: one annotation file into another, offline."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from vitruvian.cli.output import json_option, note, report, report_warnings
from vitruvian.cli.renames import read_renames
from vitruvian.errors import InvalidInput
from vitruvian.formats import Codec, Loss
from vitruvian.formats import target as target_of
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.registry import read_known
from vitruvian.labels import Dataset
from vitruvian.labels.presets import preset_skeleton
from vitruvian.labels.reskeleton import map_skeleton, reskeleton


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--from", "source_format", help="Format of SOURCE; recognised from its content when left out.")
@click.option("--to", "target_format", help="Format of TARGET; known by its ending when left out.")
@click.option("--skeleton", "preset", help="Give the labels this preset's keypoints, by name.")
@click.option("--renames", type=click.Path(path_type=Path), help="JSON object of old to new names, for --skeleton.")
@click.option("--allow-loss", is_flag=True, help="Convert although TARGET cannot hold everything.")
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Write what is lost to this JSON file.")
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
    if report_file is not None:
        write_atomically(report_file, encode_json(_report(source, target, reader, writer, lost)))
    if not as_json:
        report_warnings(dataset.warnings)
        note([str(loss) for loss in lost], title="Lost")
    if lost and not allow_loss:
        raise InvalidInput(
            f"{writer.title} cannot hold {len(lost)} things that {source.name} says; nothing was written",
            where=str(target),
            hint="--allow-loss converts all the same, --report FILE lists them",
            details={"lost": [asdict(loss) for loss in lost]},
        )
    writer.write(dataset, target)
    facts = {
        "source": source,
        "from": reader.name,
        "target": target,
        "to": writer.name,
        "media": len(dataset.media),
        "instances": len(dataset.instances),
    }
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


def _report(source: Path, target: Path, reader: Codec, writer: Codec, lost: list[Loss]) -> dict[str, Any]:
    files = {"source": str(source), "from": reader.name, "target": str(target), "to": writer.name}
    return {**files, "lost": [asdict(loss) for loss in lost]}
