"""Read OpenPose's JSON: a file for each frame or picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats import bodies, scored
from vitruvian.formats.json_file import read_json
from vitruvian.formats.openpose.layout import ENDING, MAX_POINTS, NAME, PARTS, Counts, category, frame_of, videos
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.scored import Scored
from vitruvian.labels import Dataset, Instance, MediaEntry, Ontology

Record = dict[str, Any]

#: A frame's file larger than this holds something else.
MAX_BYTES = 256 << 20
MAX_FILES = 2_000_000


@dataclass(slots=True)
class Person:
    """One entry of `people`, decoded; `parts` has None for a list that is empty."""

    record: Record
    where: str
    media: int
    frame: int
    parts: list[Scored | None]


def read(path: Path) -> Dataset:
    """Read a folder of `*_keypoints.json`, or one of these files.

    Raises
    ------
    FormatError
        There are none, or one is not OpenPose's; names file, person and field.
    """
    folder = path.is_dir()
    files = _listed(path) if folder else [path]
    if not files:
        hint = "OpenPose's --write_json fills a folder with a file for each frame"
        raise FormatError(f"No file here ends in {ENDING}", where=str(path), hint=hint)
    if len(files) > MAX_FILES:
        raise FormatError(f"More than {MAX_FILES} files", where=str(path), hint="split the folder")
    found = Remarks(str(path))
    media: list[MediaEntry] = []
    people: list[Person] = []
    known = videos([file.name for file in files])
    entries: dict[str, int] = {}
    for file in files:
        document = _document(file)
        place = _place(file.name, document, known, media, entries)
        for row, record in enumerate(document["people"]):
            people.append(_person(record, f"{file}: person {row}", place))
    ontology, names = _ontology(path, people, found)
    instances = [_instance(person, names, ontology, folder=folder, found=found) for person in people]
    _normalised(people, found)
    return Dataset(ontology, media, instances, {NAME: {"shape": "folder" if folder else "file"}}, found.warnings())


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.name.endswith(ENDING))
    except OSError as error:
        reason = error.strerror or error
        raise FormatError(f"The folder cannot be read: {reason}", where=str(folder), hint="check the path") from error


def _document(file: Path) -> Record:
    try:
        size = file.stat().st_size
    except (OSError, ValueError):
        size = 0
    if size > MAX_BYTES:
        raise FormatError(f"The file has {size} bytes, too many for one frame", where=str(file), hint="check the file")
    document = read_json(file)
    people = document.get("people") if isinstance(document, dict) else None
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        hint = "a file of OpenPose is an object with a list people of objects"
        raise FormatError("This is not OpenPose's: it has no list of people", where=f"{file}: people", hint=hint)
    return dict(document)


def _place(
    name: str, document: Record, known: set[str], media: list[MediaEntry], entries: dict[str, int]
) -> tuple[int, int]:
    said = {"file": name, "top": {key: None if key == "people" else value for key, value in document.items()}}
    found = frame_of(name)
    if found is None or found[0] not in known:
        media.append(MediaEntry(name.removesuffix(".json").removesuffix("_keypoints") or name, extras={NAME: said}))
        return len(media) - 1, 0
    video, frame = found
    at = entries.setdefault(video, len(media))
    if at == len(media):
        media.append(MediaEntry(video, kind="video", extras={NAME: {"frames": []}}))
    entry = media[at]
    entry.frames = max(entry.frames, frame + 1)
    entry.extras[NAME]["frames"].append({"frame": frame, **said})
    return at, frame


def field_of(record: Record, part: str) -> str:
    """Return under which name a person has the list of `part`."""
    new, old = f"{part}_keypoints_2d", f"{part}_keypoints"
    return old if old in record and new not in record else new


def _person(record: Record, where: str, place: tuple[int, int]) -> Person:
    parts: list[Scored | None] = []
    for part in PARTS:
        field = field_of(record, part)
        points = scored.decode(record.get(field, []), f"{where}: {field}")
        if len(points) > MAX_POINTS:
            raise FormatError(f"{len(points)} points", where=f"{where}: {field}", hint=f"at most {MAX_POINTS}")
        parts.append(points if len(points) else None)
    return Person(record, where, *place, parts)


def _ontology(path: Path, people: list[Person], found: Remarks) -> tuple[Ontology, dict[int, str]]:
    """Return the ontology, and the category of people whose body has so many points."""
    sizes = [Counter(len(p) for person in people if (p := person.parts[part]) is not None) for part in range(4)]
    others = [0, 0, 0]
    for part in (1, 2, 3):
        if len(sizes[part]) > 1:
            several = " and ".join(map(str, sorted(sizes[part])))
            hint = "read the files with different models on their own"
            raise FormatError(f"Lists of {several} points", where=f"{path}: {PARTS[part]}_keypoints_2d", hint=hint)
        others[part - 1] = next(iter(sizes[part]), 0)
    wanted = list(sizes[0]) or [0 if any(others) else 25]
    names: dict[int, str] = {}
    made = []
    for count in wanted:
        names[count] = "person" if not names else f"person ({count} points)"
        counts: Counts = (count, others[0], others[1], others[2])
        made.append(category(names[count], counts))
        if count and bodies.body(count) is None:
            found.add(
                "", "pose_keypoints_2d", f"{count} points are of no model whose names are known; they are numbered"
            )
    names.setdefault(0, names[sizes[0].most_common(1)[0][0] if sizes[0] else wanted[0]])
    return Ontology(path.stem.strip() or NAME, tuple(made)), names


def _instance(person: Person, names: dict[int, str], ontology: Ontology, *, folder: bool, found: Remarks) -> Instance:
    body = person.parts[0]
    name = names[len(body) if body is not None else 0]
    counts = ontology.category(name).extras[NAME]["counts"]
    points = scored.joined(
        [scored.not_labelled(n) if part is None else part for n, part in zip(counts, person.parts, strict=True)]
    )
    if ((points.visibility == 0) & (points.xy != 0).any(axis=1)).any():
        found.add(person.where, "pose_keypoints_2d", "a point of score 0 has a place other than 0, 0")
    row = person.where.rpartition(" ")[2]
    label = f"{Path(person.where.rpartition(': person ')[0]).name}#{row}" if folder else f"#{row}"
    return Instance(
        id=label,
        category=name,
        media=person.media,
        frame=person.frame,
        xy=points.xy,
        visibility=points.visibility,
        score=points.score if points.visibility.any() else None,
        track=track(person.record, person.where, found),
        extras={NAME: person.record},
    )


def track(record: Record, where: str = "", found: Remarks | None = None) -> str | None:
    """Return who a person is through the frames: `person_id` but for -1, which says that nobody knows."""
    value = record.get("person_id")
    if value is None or value in ([], [-1]):
        return None
    if isinstance(value, list) and len(value) == 1 and type(value[0]) in (int, str):
        return str(value[0])
    if found is not None:
        found.add(where, "person_id", "it is not a list of one number; it is kept, but not read as a track")
    return None


def _normalised(people: list[Person], found: Remarks) -> None:
    parts = [part.xy[part.visibility > 0] for person in people for part in person.parts if part is not None]
    xy = np.concatenate(parts) if parts else np.zeros((0, 2))
    if len(xy) > 1 and (xy % 1 != 0).any() and np.abs(xy).max() <= 1:
        span = "0 to 1 (--keypoint_scale 3)" if xy.min() >= 0 else "-1 to 1 (--keypoint_scale 4)"
        found.add(
            "", "pose_keypoints_2d", f"all places lie within {span}: they are shares of a size that no file states"
        )
