"""SLEAP's first label files, in JSON. See docs/formats/sleap.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Reader, register
from vitruvian.formats.json_file import read_json
from vitruvian.formats.peek import Peek
from vitruvian.formats.pose_rows import MAX_FRAMES
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.sleap_skeleton import category_of
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology

NAME = "sleap_json"
_LISTS = ("skeletons", "nodes", "videos", "labels")
_HINT = "open it with SLEAP and save it as .slp"

Record = dict[str, Any]


@register
class SleapJson(Reader):
    name = NAME
    title = "SLEAP's first label files (JSON)"
    suffixes = (".labels.json",)
    known = frozenset({"backend", "track", "skeleton", "score"})

    def sniff(self, peek: Peek) -> bool:
        return peek.has_keys(*_LISTS)

    def read(self, path: Path) -> Dataset:
        return read(path)


def read(path: Path) -> Dataset:
    """Read a file; raises FormatError naming the record and field that is wrong."""
    document, file = read_json(path), str(path)
    if not isinstance(document, dict) or not all(isinstance(document.get(name), list) for name in _LISTS):
        raise FormatError(f"It has not the lists {', '.join(_LISTS)}", where=file, hint=_HINT)
    found = Remarks(file)
    nodes = [_name(node, f"{file}: nodes[{at}]") for at, node in enumerate(document["nodes"])]
    categories: list[Category] = []
    for graph in document["skeletons"]:
        categories.append(category_of(graph, nodes, [c.name for c in categories], file, found))
    media = [_media(video, f"{file}: videos[{at}]") for at, video in enumerate(document["videos"])]
    tracks = _tracks(document.get("tracks", []), f"{file}: tracks")
    instances: list[Instance] = []
    empty: list[list[int]] = []
    for row, label in enumerate(document["labels"]):
        where = f"{file}: labels[{row}]"
        if not isinstance(label, dict):
            raise FormatError("This is no object", where=where, hint=_HINT)
        at = _index(label.get("video"), len(media), f"{where}: video")
        frame = _index(label.get("frame_idx"), MAX_FRAMES, f"{where}: frame_idx")
        media[at].frames = max(media[at].frames, frame + 1)
        listed = label.get("_instances", label.get("instances"))
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise FormatError("There is no list of instances", where=f"{where}: _instances", hint=_HINT)
        if not listed:
            empty.append([at, frame])
        for number, each in enumerate(listed):
            here = f"{where}: _instances[{number}]"
            made = _instance(each, categories, nodes, here, found)
            track = each.get("track")
            if track is not None and str(track) != "-1":
                made.track = tracks[_index(track, len(tracks), f"{here}: track")]
            made.id, made.media, made.frame = str(len(instances) + 1), at, frame
            instances.append(made)
    kept: Record = {name: value for name, value in document.items() if name not in (*_LISTS, "tracks") and value}
    if empty:
        kept["empty"] = empty
    return Dataset(
        Ontology(path.stem or NAME, tuple(categories), source=NAME), media, instances, {NAME: kept} if kept else {},
        found.warnings(),
    )  # fmt: skip


def _instance(record: Record, categories: Sequence[Category], nodes: Sequence[str], where: str, found: Remarks) -> Any:
    category = categories[_index(record.get("skeleton"), len(categories), f"{where}: skeleton")]
    skeleton = category.skeleton
    points = record.get("_points", record.get("points"))
    if skeleton is None or not isinstance(points, dict) or not all(isinstance(p, dict) for p in points.values()):
        raise FormatError("There are no points", where=f"{where}: _points", hint=_HINT)
    at = [nodes[_index(key, len(nodes), f"{where}: _points")] for key in points]
    if not set(at) <= set(skeleton.names):
        raise FormatError("A point belongs to no node of its skeleton", where=f"{where}: _points", hint=_HINT)
    rows = [skeleton.index[name] for name in at]
    full = np.full((len(skeleton), 3), np.nan)
    full[rows] = [[_float(p.get(field)) for field in ("x", "y", "score")] for p in points.values()]
    shown = np.ones(len(skeleton), bool)
    shown[rows] = [p.get("visible") is not False for p in points.values()]
    finite = np.isfinite(full[:, :2])
    there = finite.all(axis=1)
    half = int((finite.any(axis=1) & ~there).sum())
    found.add(where, "_points", "only one of x and y is there; it is not read as a point", half)
    rest = {name: value for name, value in record.items() if name not in ("_points", "points") and value is not None}
    complete = [name for name, point in zip(at, points.values(), strict=True) if point.get("complete") is True]
    with np.errstate(over="ignore"):
        score = full[:, 2].astype(np.float32)
    return Instance(
        id="", category=category.name, media=0, frame=0, xy=np.where(there[:, None], full[:, :2], 0.0),
        visibility=np.where(there, np.where(shown, 2, 1), 0).astype(np.uint8),
        score=None if np.isnan(score).all() else score,
        confidence=None if np.isnan(_float(record.get("score"))) else _float(record.get("score")),
        extras={NAME: rest | ({"complete": complete} if complete else {})},
    )  # fmt: skip


def _media(video: Any, where: str) -> MediaEntry:
    backend = video.get("backend") if isinstance(video, dict) else None
    name = backend.get("filename") if isinstance(backend, dict) else None
    if not isinstance(name, str) or not isinstance(backend, dict):
        raise FormatError("This video has no file name", where=f"{where}: backend: filename", hint=_HINT)
    shape = backend.get("shape")
    sides = shape if isinstance(shape, list) and len(shape) == 4 else [0, 0, 0, 0]
    frames, height, width = (n if type(n) is int and 0 < n < MAX_FRAMES else 0 for n in sides[:3])
    return MediaEntry(name, width, height, max(frames, 1), "video", {NAME: video})


def _tracks(stated: Any, where: str) -> list[str]:
    """Return the names of tracks, of which none stands twice."""
    names: list[str] = []
    for at, track in enumerate(stated if isinstance(stated, list) else ()):
        name = track[-1] if isinstance(track, list) and track else track
        name = name.get("name") if isinstance(name, dict) else name
        if not isinstance(name, str):
            raise FormatError("This track has no name", where=f"{where}[{at}]", hint=_HINT)
        free, number = name or "unnamed", 2
        while free in names:
            free, number = f"{name}#{number}", number + 1
        names.append(free)
    return names


def _name(node: Any, where: str) -> str:
    name = node.get("name") if isinstance(node, dict) else None
    if not isinstance(name, str):
        raise FormatError("This node has no name", where=where, hint=_HINT)
    return name


def _index(value: Any, count: int, where: str) -> int:
    """Return a position in a list; SLEAP wrote some of them as texts."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        value = int(value)
    if type(value) is not int or not 0 <= value < count:
        raise FormatError("It points at what is not there", where=where, hint=_HINT)
    return value


def _float(value: Any) -> float:
    return float(value) if type(value) in (int, float) and abs(value) < 1e300 else float("nan")
