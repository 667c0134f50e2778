"""Write OpenPose's JSON. A person who came from such a file goes back verbatim but for what was edited since."""

from __future__ import annotations

import itertools
import os
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats import scored
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.openpose.layout import ENDING, NAME, PARTS, Layout, frame_of, layout_of
from vitruvian.formats.openpose.read import field_of, track
from vitruvian.formats.scored import Scored
from vitruvian.labels import Dataset, Instance, MediaEntry

Record = dict[str, Any]

MAX_FRAMES = 1_000_000


def write(dataset: Dataset, path: Path) -> None:
    """Write a folder with a file for each frame and picture; one file where `path` ends in .json.

    Raises
    ------
    FormatError
        The folder has something in it, `path` is one file and there are several frames, or the disk refuses.
    LabelError
        Instances that their ontology or the media do not fit.
    """
    dataset.check()
    files = _files(dataset)
    if path.suffix.lower() == ".json":
        if len(files) > 1:
            hint = "name a folder: OpenPose has a file for each frame"
            raise FormatError(f"{len(files)} frames do not go into one file", where=str(path), hint=hint)
        content = next(iter(files.values()), {"version": 1.3, "people": []})
        write_atomically(path, encode_json(content))
        return
    _write_folder(path, {name: encode_json(content) for name, content in files.items()})


def _files(dataset: Dataset) -> dict[str, Record]:
    layouts = {category.name: layout_of(category) for category in dataset.ontology}
    people: dict[tuple[int, int], list[Record]] = defaultdict(list)
    for instance in dataset.instances:
        if not instance.deleted:
            people[instance.media, instance.frame].append(_person(instance, layouts[instance.category]))
    out: dict[str, Record] = {}
    labelled: dict[int, list[int]] = defaultdict(list)
    for at, frame in people:
        labelled[at].append(frame)
    for at, entry in enumerate(dataset.media):
        for frame, name, top in _frames(entry, labelled[at]):
            document: Record = {**top, "people": people.get((at, frame), [])}
            out[_free(name, out)] = document
    return out


def _frames(entry: MediaEntry, labelled: list[int]) -> list[tuple[int, str, Record]]:
    """Return the frames of a media that are written: index, stem of the file's name, and its other fields."""
    source = entry.extras.get(NAME, {})
    fresh: Record = {"version": 1.3}
    if entry.kind != "video":
        stem = source["file"].removesuffix(".json") if "file" in source else ""
        if stem.removesuffix("_keypoints") != entry.name:
            stem = _stem(entry.name) + "_keypoints"
        return [(0, stem, source.get("top", fresh))]
    known = {said["frame"]: said["top"] for said in source.get("frames", ())}
    numbers = sorted({*known, *labelled} if known else {*range(entry.frames), *labelled})
    if len(numbers) > MAX_FRAMES:
        hint = "split the video"
        raise FormatError(f"{len(numbers)} frames, a file for each", where=entry.name, hint=hint)
    name = _stem(entry.name, keep_ending="frames" in source)
    return [(n, f"{name}_{n:012d}_keypoints", known.get(n, fresh)) for n in numbers]


def keeps_name(entry: MediaEntry) -> bool:
    """Whether a media is called the same once its files are read again: they are named after its last part."""
    source = entry.extras.get(NAME, {})
    return "file" in source or _stem(entry.name, keep_ending="frames" in source) == entry.name


def _stem(name: str, *, keep_ending: bool = False) -> str:
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2].replace("\0", "")
    stem = last if keep_ending else Path(last).stem
    return stem if stem.strip(". ") else "picture"


def _free(stem: str, taken: dict[str, Record]) -> str:
    base = stem.removesuffix("_keypoints")
    ending = ENDING if stem.endswith("_keypoints") else ".json"
    name, number = f"{base}{ending}", 1
    while name in taken:
        number += 1
        place = frame_of(name)
        name = f"{base}-{number}{ending}" if place is None else f"{place[0]}-{number}_{place[1]:012d}{ending}"
    return name


def _person(instance: Instance, layout: Layout) -> Record:
    points = scored.points_of(instance, layout.places)
    ends = np.cumsum((0, *layout.counts))
    parts = [Scored(points.xy[a:b], points.visibility[a:b], points.score[a:b]) for a, b in itertools.pairwise(ends)]
    record: Record | None = instance.extras.get(NAME)
    if record is None:
        out: Record = {"person_id": [-1]}
        for at, (part, found) in enumerate(zip(PARTS, parts, strict=True)):
            out[f"{part}_keypoints_2d"] = scored.encode(found) if at == 0 or found.visibility.any() else []
        out |= {f"{part}_keypoints_3d": [] for part in PARTS}
    else:
        out = dict(record)
        for part, found in zip(PARTS, parts, strict=True):
            field = field_of(record, part)
            flat = record.get(field, [])
            if len(flat) == 3 * len(found):
                out[field] = scored.renewed(flat, scored.decode(flat, field), found)
            elif flat or found.visibility.any():
                out[field] = scored.encode(found)
            if field not in record and not out.get(field):
                out.pop(field, None)
    if instance.track != track(out):
        out["person_id"] = [-1] if instance.track is None else [_number(instance.track)]
    return out


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and str(int(text)) == text else text


def _write_folder(path: Path, files: dict[str, bytes]) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FormatError("There is something there already", where=str(path), hint="name a new or an empty folder")
    scratch = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        scratch.mkdir(parents=True)
        for name, content in files.items():
            (scratch / name).write_bytes(content)
        if path.exists():
            path.rmdir()
        scratch.replace(path)
    except (OSError, ValueError) as error:
        shutil.rmtree(scratch, ignore_errors=True)
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(f"The folder cannot be written: {reason}", where=str(path), hint="check the disk") from error
