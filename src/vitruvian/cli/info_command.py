"""``vitruvian info``: what something is."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from vitruvian import settings
from vitruvian.cli.output import json_option, report
from vitruvian.errors import NotFound, one_line
from vitruvian.formats import locate
from vitruvian.formats.archive import is_archive
from vitruvian.formats.registry import read_known
from vitruvian.labels import Visibility
from vitruvian.labels.presets import preset, presets


@click.command("info")
@click.argument("thing")
@json_option
def command(thing: str, as_json: bool) -> None:
    """Say what THING is.

    THING is a project, an annotation file, folder or zip archive of any known format, an image, a video, a preset's
    name, or `presets`.
    """
    path = Path(thing)
    # Unlike Path.exists this takes any text, however long.
    there = os.path.exists(thing)
    if thing == "presets":
        facts: dict[str, Any] = {
            p.name: f"{p.keypoints} keypoints, sigmas {p.sigma_kind}: {p.title}" for p in presets()
        }
    elif (there and (path / settings.DATABASE).exists()) or thing.startswith(("postgresql:", "postgres:")):
        facts = _project(thing)
    elif there and (path.is_dir() or is_archive(path) or _may_be_labels(path)):
        facts = _labels(path, as_json)
    elif there:
        facts = _media(path)
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


def _may_be_labels(path: Path) -> bool:
    return locate.sniff(path) is not None or path.suffix.lower() in locate.endings()


def _labels(path: Path, as_json: bool) -> dict[str, Any]:
    source, found = path, locate.Found()
    if path.is_dir():
        found = locate.find(path)
        if not found.sources and not found.unknown:
            raise NotFound(
                "There is no project and no annotation file in this folder",
                where=str(path),
                hint="`vitruvian import` makes a project; `vitruvian convert --from NAME` reads a format that is named",
            )
        source = locate.only(found, path, "name the one that you mean").path
    codec, dataset = read_known(source)
    poses = dataset.poses
    tracks = {(i.media, i.track) for i in dataset.instances if i.track is not None}
    videos = sum(entry.kind == "video" for entry in dataset.media)
    keypoints = {c.name: list(c.skeleton.names) if c.skeleton else [] for c in dataset.ontology}
    # Beyond a category's own keypoints the columns are filled up.
    counted = Counter(i.category for i in dataset.instances)
    own = sum(counted[name] * len(names) for name, names in keypoints.items())
    labelled = {state: int((poses.visibility == state).sum()) for state in (Visibility.VISIBLE, Visibility.HIDDEN)}
    points = {
        "visible": labelled[Visibility.VISIBLE],
        "hidden": labelled[Visibility.HIDDEN],
        "not_labelled": own - sum(labelled.values()),
    }
    facts: dict[str, Any] = {"file": source, "format": codec.name if as_json else f"{codec.name} ({codec.title})"}
    if as_json:
        return facts | {
            "media": len(dataset.media),
            "videos": videos,
            "instances": len(dataset.instances),
            "tracks": len(tracks),
            "categories": [
                {"name": name, "instances": counted[name], "keypoints": names} for name, names in keypoints.items()
            ],
            "points": points,
            "warnings": [asdict(w) for w in dataset.warnings],
            "skipped": found.unknown,
        }
    return facts | {
        "media": f"{len(dataset.media)}, of these videos: {videos}" if videos else len(dataset.media),
        "instances": len(dataset.instances),
        "tracks": len(tracks),
        "categories": [
            one_line(f"{name}: {counted[name]} instances, {len(names)} keypoints{_listed(names)}", 5000)
            for name, names in keypoints.items()
        ],
        "points": ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in points.items()),
        "warnings": [str(w) for w in dataset.warnings] or "none",
        **({"skipped": [f"{file}: no annotation file" for file in found.unknown]} if found.unknown else {}),
    }


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 25} more" if len(names) > 25 else ""
    return f": {', '.join(names[:25])}{more}" if names else ""


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
