"""The JSON form of MPII that mmpose and others train with: a list of people, one record each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.json_file import encode_json, read_json, write_atomically
from vitruvian.formats.mpii.people import CATEGORY, COUNT, Record, ontology, points_of
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, Instance, MediaEntry

NAME = "mpii_json"
HINT = "each entry is an object with image, center, scale, 16 joints and joints_vis"


def read(path: Path) -> Dataset:
    """Read a list of people.

    Raises
    ------
    FormatError
        An entry names no picture, or its joints are not 16 places; names entry and field.
    """
    document = read_json(path)
    if not isinstance(document, list):
        raise FormatError("This is not MPII's: it is no list of people", where=str(path), hint=HINT)
    found = Remarks(str(path))
    media: list[MediaEntry] = []
    places: dict[str, int] = {}
    instances: list[Instance] = []
    for row, record in enumerate(document):
        where = f"{path}: entry {row}"
        image = record.get("image") if isinstance(record, dict) else None
        if not isinstance(image, str):
            raise FormatError("This entry names no picture", where=f"{where}: image", hint=HINT)
        at = places.setdefault(image, len(media))
        if at == len(media):
            media.append(MediaEntry(image or "picture", extras={NAME: {"image": image}}))
        xy, visibility = _points(record, where)
        if ((visibility == 0) & (xy > 0).all(axis=1)).any():
            found.add(where, "joints", "a joint whose joints_vis is 0 has a place; it counts as not labelled")
        instances.append(Instance(f"#{row}", CATEGORY, at, 0, xy, visibility, extras={NAME: record}))
    return Dataset(ontology(path.stem.strip()), media, instances, {NAME: {"shape": "list"}}, found.warnings())


def write(dataset: Dataset, path: Path) -> None:
    """Write a list of people; raises as `Codec.write` does."""
    dataset.check()
    write_atomically(path, encode_json([_record(i, dataset) for i in dataset.instances if not i.deleted]))


def _points(record: Record, where: str) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    joints, seen = record.get("joints"), record.get("joints_vis")
    if joints is None and seen is None:
        return np.zeros((COUNT, 2)), np.zeros(COUNT, np.uint8)
    xy = _numbers(joints, (COUNT, 2), f"{where}: joints")
    labelled = _numbers(seen, (COUNT,), f"{where}: joints_vis") > 0
    labelled &= np.isfinite(xy).all(axis=1)
    return np.where(np.isfinite(xy), xy, 0.0), np.where(labelled, 2, 0).astype(np.uint8)


def _numbers(value: Any, shape: tuple[int, ...], where: str) -> NDArray[np.float64]:
    rows = value if isinstance(value, list) else [None]
    flat = [n for row in rows for n in (row if isinstance(row, list) else [row])]
    nested = all(isinstance(row, list) and len(row) == 2 for row in rows) if len(shape) == 2 else True
    if len(rows) != shape[0] or not nested or len(flat) != np.prod(shape) or set(map(type, flat)) - {int, float}:
        raise FormatError(f"These are not {' by '.join(map(str, shape))} numbers", where=where, hint=HINT)
    try:
        return np.array(flat, np.float64).reshape(shape)
    except OverflowError as error:
        raise FormatError("A number is too large", where=where, hint=HINT) from error


def _record(instance: Instance, dataset: Dataset) -> Record:
    xy, visibility = points_of(instance, dataset.ontology.category(instance.category).skeleton)
    record: Record | None = instance.extras.get(NAME)
    entry = dataset.media[instance.media]
    image = f"{entry.name}/{instance.frame:06d}.jpg" if entry.kind == "video" else entry.name
    if record is None:
        return _fresh(instance, xy, visibility, image)
    out = dict(record)
    if (record["image"] or "picture") != image:
        out["image"] = image
    old_xy, old = _points(record, "")
    moved = ((old_xy != xy).any(axis=1) & (visibility > 0)) | ((old > 0) != (visibility > 0))
    if moved.any():
        joints = record.get("joints") or [[0, 0]] * COUNT
        seen = record.get("joints_vis") or [0] * COUNT
        out["joints"] = [new if m else was for new, was, m in zip(_listed(xy), joints, moved.tolist(), strict=True)]
        out["joints_vis"] = [
            int(new > 0) if m else was for new, was, m in zip(visibility.tolist(), seen, moved.tolist(), strict=True)
        ]
    return out


def _fresh(instance: Instance, xy: NDArray[np.float64], visibility: NDArray[np.uint8], image: str) -> Record:
    labelled = visibility > 0
    if instance.box is not None:
        low, size = instance.box[:2], instance.box[2:]
    else:
        shown = xy[labelled] if labelled.any() else np.zeros((1, 2))
        low, size = shown.min(axis=0), np.ptp(shown, axis=0)
    return {
        "joints_vis": labelled.astype(int).tolist(),
        "joints": _listed(np.where(labelled[:, None], xy, 0.0)),
        "image": image,
        "scale": float(size.max()) / 200,
        "center": _listed(low + size / 2),
    }


def _listed(numbers: NDArray[np.float64]) -> list[Any]:
    out: list[Any] = numbers.tolist()
    return out
