"""``vitruvian info``: what something is."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from vitruvian import settings
from vitruvian.cli.output import json_option, report
from vitruvian.errors import NotFound
from vitruvian.formats import registry as formats
from vitruvian.formats.codec import codecs
from vitruvian.labels.presets import preset, presets


@click.command("info")
@click.argument("thing")
@json_option
def command(thing: str, as_json: bool) -> None:
    """Say what THING is: a project, an annotation file, an image, a video, a preset's name, or `presets`."""
    path = Path(thing)
    # Unlike Path.exists this takes any text, however long.
    there = os.path.exists(thing)
    if thing == "presets":
        facts: dict[str, Any] = {
            p.name: f"{p.keypoints} keypoints, sigmas {p.sigma_kind}: {p.title}" for p in presets()
        }
    elif (there and (path / settings.DATABASE).exists()) or thing.startswith(("postgresql:", "postgres:")):
        facts = _project(thing)
    elif there and any(path.suffix.lower() in codec.suffixes for codec in codecs()):
        facts = _labels(path, as_json)
    elif there and path.is_file():
        facts = _media(path)
    elif there:
        raise NotFound("There is no project in this folder", where=thing, hint="make one with `vitruvian import`")
    elif path.suffix or len(path.parts) > 1:
        raise NotFound(
            "There is no such file or folder",
            where=thing,
            hint="check the path; `vitruvian info presets` lists presets",
        )
    else:
        facts = _preset(thing, as_json)
    report(facts, as_json=as_json)


def _project(name: str) -> dict[str, Any]:
    # The small install reads files and presets; only a project needs the database.
    from vitruvian.cli.project import open_project  # noqa: PLC0415
    from vitruvian.store import instances, label_sets, media, routes  # noqa: PLC0415

    with open_project(name, read_only=True) as opened, opened.store.read() as connection:
        rows = media.all_media(connection, opened.id)
        sets = []
        for row in label_sets.label_sets(connection, opened.id):
            total = sum(c.instances for c in instances.counts(connection, row.id).values())
            waiting = sum(routes.open_counts(connection, row.id).values())
            sets.append(f"{row.id} {row.name} ({row.kind}): {total} instances, {waiting} doubtful points wait")
        return {
            "project": name,
            "media": len(rows),
            "frames": sum(m.frames for m in rows),
            "label_sets": sets,
        }


def _labels(path: Path, as_json: bool) -> dict[str, Any]:
    dataset = formats.read(path)
    categories = [f"{c.name}: {len(c.skeleton) if c.skeleton else 0} keypoints" for c in dataset.ontology]
    return {
        "file": path,
        "media": len(dataset.media),
        "instances": len(dataset.instances),
        "categories": categories,
        "warnings": [asdict(w) if as_json else str(w) for w in dataset.warnings],
    }


def _media(path: Path) -> dict[str, Any]:
    # The small install reads files and presets; only pictures need a decoder.
    from vitruvian.media import probe  # noqa: PLC0415

    info = probe(path)
    facts = {"file": path, "kind": info.kind, "width": info.width, "height": info.height, "sha256": info.sha256}
    if info.kind == "video":
        rate = info.fps[0] / info.fps[1] if info.fps[1] else 0
        facts |= {"frames": info.frames, "frames_per_second": round(rate, 3), "codec": info.codec}
        facts |= {"rotation": info.rotation, "complete": info.complete}
    return facts


def _preset(name: str, as_json: bool) -> dict[str, Any]:
    (category,) = preset(name).categories
    skeleton = category.skeleton
    if skeleton is None:
        return {"preset": name, "category": category.name}
    if as_json:
        document = {"keypoints": list(skeleton.names), "skeleton": skeleton.document()}
        return {"preset": name, "category": category.name, **document}
    return {
        "preset": name,
        "category": category.name,
        "sigmas": f"{skeleton.sigma_kind} ({skeleton.sigma_source})" if skeleton.sigma_source else skeleton.sigma_kind,
        "keypoints": [f"{k.name}{f': {k.where}' if k.where else ''}" for k in skeleton.keypoints],
    }
