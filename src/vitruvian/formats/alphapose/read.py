"""Read AlphaPose's results. Every record is kept verbatim in `extras`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats import scored
from vitruvian.formats.alphapose.records import (
    FRAME,
    MAX_FRAMES,
    MAX_POINTS,
    NAME,
    VARIANTS,
    Record,
    box,
    confidence,
    number,
    skeleton,
    track,
    variant,
)
from vitruvian.formats.json_file import read_json
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology

HINT = "AlphaPose writes a list of people with image_id and keypoints, or an object with a file's name for each picture"


def read(path: Path) -> Dataset:
    """Read a list of people or one of the variants.

    Raises
    ------
    FormatError
        It is neither, or points are not numbers; names entry and field.
    """
    document = read_json(path)
    found = Remarks(str(path))
    shape = "list" if isinstance(document, list) else variant(document)
    if shape is None:
        raise FormatError("This is not AlphaPose's", where=str(path), hint=HINT)
    media: list[MediaEntry] = []
    rows = list(_rows(document, shape, path, media))
    frames = _frames([record["image_id"] for _, record, _, _ in rows]) if shape == "list" else None
    if not any(track(record) is not None for _, record, _, _ in rows):
        frames = None
    if frames:
        media.append(MediaEntry(path.stem, frames=max(frames) + 1, kind="video"))
    places: dict[str, int] = {}
    made: dict[tuple[Any, int], str] = {}
    categories: list[Category] = []
    instances: list[Instance] = []
    for row, (where, record, flat, listed) in enumerate(rows):
        at = 0 if listed is None else listed
        points = scored.decode(flat, where)
        if len(points) > MAX_POINTS:
            raise FormatError(f"{len(points)} points", where=where, hint=f"at most {MAX_POINTS}")
        name = _category(record, len(points), made, categories, found)
        if listed is None and not frames:
            id = record["image_id"]
            at = places.setdefault(repr(id), len(media))
            if at == len(media):
                media.append(MediaEntry(str(id) or "picture", extras={NAME: {"id": id}}))
        _check(record, where, found)
        if ((points.visibility == 0) & (points.xy != 0).any(axis=1)).any():
            found.add(where, "keypoints", "a point of score 0 has a place other than 0, 0")
        instances.append(
            Instance(
                id=f"#{row}",
                category=name,
                media=at,
                frame=frames[row] if frames else 0,
                xy=points.xy,
                visibility=points.visibility,
                score=points.score if points.visibility.any() else None,
                box=box(record),
                track=track(record),
                confidence=confidence(record),
                extras={NAME: record},
            )
        )
    top = {} if shape != "cmu of one" else {k: None if k == "bodies" else v for k, v in document.items()}
    ontology = Ontology(path.stem.strip() or NAME, tuple(categories))
    return Dataset(ontology, media, instances, {NAME: {"shape": shape, "top": top}}, found.warnings())


def _rows(
    document: Any, shape: str, path: Path, media: list[MediaEntry]
) -> Iterator[tuple[str, Record, Any, int | None]]:
    """Yield of each person: where it stands, its record, its points, and its media where the file lists those."""
    if shape == "list":
        for row, record in enumerate(document):
            if not isinstance(record, dict) or not isinstance(record.get("image_id"), str | int):
                raise FormatError("This entry names no picture", where=f"{path}: entry {row}: image_id", hint=HINT)
            yield f"{path}: entry {row}: keypoints", record, record.get("keypoints"), None
        return
    pictures = {path.stem: document} if shape.endswith(" of one") else document
    people, points = VARIANTS[shape.removesuffix(" of one")]
    for name, picture in pictures.items():
        where = f"{path}: {name}: {people}"
        listed = picture.get(people) if isinstance(picture, dict) else None
        if not isinstance(listed, list):
            raise FormatError("There is no list of people", where=where, hint=HINT)
        top = {key: None if key == people else value for key, value in picture.items()}
        media.append(MediaEntry(name or "picture", extras={NAME: {"id": name, "top": top}}))
        for row, record in enumerate(listed):
            if not isinstance(record, dict):
                raise FormatError("This person is not an object", where=f"{where}: {row}", hint=HINT)
            yield f"{where}: {row}: {points}", record, record.get(points), len(media) - 1


def _frames(ids: list[Any]) -> list[int] | None:
    """Return the frames that pictures are called after, as AlphaPose calls those of a video; None for others."""
    matches = [FRAME.fullmatch(id) if isinstance(id, str) else None for id in ids]
    numbers = [int(match[1]) for match in matches if match is not None and int(match[1]) < MAX_FRAMES]
    endings = {match[2] for match in matches if match is not None}
    return numbers if ids and len(numbers) == len(ids) and len(endings) == 1 else None


def _category(
    record: Record, count: int, made: dict[tuple[Any, int], str], categories: list[Category], found: Remarks
) -> str:
    id = record.get("category_id", 1)
    key = (repr(id), count)
    if key not in made:
        name = "person" if id == 1 else f"category {id}"
        taken = set(made.values())
        if name in taken:
            name = f"{name} ({count} points)"
        while name in taken:
            name += "'"
        made[key] = name
        points = skeleton(count) if count else None
        categories.append(Category(name, points, extras={NAME: {"id": id}}))
        if points is not None and points.names[0] == "keypoint 0":
            found.add("", "keypoints", f"{count} points are of no model that is known; they are numbered")
    return made[key]


def _check(record: Record, where: str, found: Remarks) -> None:
    if record.get("box") is not None and box(record) is None:
        found.add(where, "box", "it is not x, y, width, height; it is kept, but not read")
    if record.get("idx") is not None and track(record) is None:
        found.add(where, "idx", "it is not one number; it is kept, but not read as a track")
    if record.get("score") is not None and number(record["score"]) is None:
        found.add(where, "score", "it is not a number; it is kept, but not read")
