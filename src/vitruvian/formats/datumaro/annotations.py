"""Datumaro's annotations: points, boxes, polygons and masks that share a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vitruvian.formats.datumaro import elements
from vitruvian.formats.grouped import Record, Role, Said, Understood, own_fields, take_own
from vitruvian.formats.grouped.values import finite, numbers
from vitruvian.geometry import rle
from vitruvian.labels import Instance, Skeleton

OWN = "vitruvian"
#: Attributes that Datumaro's own converters use, which an instance has fields for.
NAMED = ("is_crowd", "score", "track_id", OWN)


@dataclass(frozen=True, slots=True)
class Key:
    """The group of an instance (0 for none), and the form of its points.

    That is ``points``, ``skeleton`` (one list of x, y, visibility) or ``elements`` (an annotation for each point).
    """

    group: int
    form: str = "points"


class Annotations:
    """How Datumaro says an instance.

    Parameters
    ----------
    labels : sequence of str
        By their number.
    names : mapping
        For the number of a label, the names of its keypoints.
    """

    name = "datumaro"

    def __init__(self, labels: Sequence[str], names: Mapping[int, Sequence[str]]) -> None:
        self.labels = list(labels)
        self.names = names

    def understand(self, records: Sequence[Record]) -> Understood:
        found = Understood(Said(), [], [])
        said = found.said
        parts: list[list[float]] = []
        categories: list[str] = []
        for record in records:
            label = label_of(record, self.labels)
            role = self._role(record, found, parts) if label is not None else None
            found.roles.append(role)
            if role is None or label is None:
                message = f"an annotation of type {str(record.get('type'))[:40]!r} is kept, but not read"
                found.odd.append(("annotations", message))
                continue
            form = "points" if said.key is None else said.key.form
            if role == ("points",) and record.get("type") == "skeleton":
                form = "elements" if "points" not in record else "skeleton"
            said.key = Key(group_of(record) or 0, form)
            categories = [label, *categories] if role == ("points",) else [*categories, label]
            stated = record.get("attributes")
            if isinstance(stated, dict):
                found.odd += _attributes(said, stated)
        if parts and said.mask is None:
            said.mask = parts
        said.category = next(iter(categories), None)
        return found

    def _role(self, record: Record, found: Understood, parts: list[list[float]]) -> Role | None:
        said, kind = found.said, str(record.get("type"))
        flat = numbers(record.get("points"))
        if kind in {"points", "skeleton"} and not said.points and not said.names:
            names = self.names.get(record["label_id"])
            if kind == "skeleton" and "points" not in record:
                return elements.take(said, record, names)
            return _take(said, record, kind, flat, names)
        if kind == "bbox" and said.box is None:
            sides = numbers(record.get("bbox"))
            if sides is not None and len(sides) == 4 and min(sides[2:]) >= 0:
                said.box = np.array(sides, np.float64)
                return ("bbox",)
        elif kind == "polygon" and flat is not None and len(flat) >= 6 and len(flat) % 2 == 0:
            parts.append(flat)
            return "polygon", len(parts) - 1
        elif kind == "mask" and isinstance(record.get("rle"), dict) and ("mask",) not in found.roles:
            # Lengths that were no text stand beside it as they were.
            said.mask = record["rle"] if said.mask is None else said.mask
            return ("mask",)
        return None

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        out: dict[Role, Record] = {}
        if skeleton is not None:
            bare = instance.category in self.labels and self.labels.index(instance.category) not in self.names
            split = key.form == "elements" or (bare and elements.named_by_labels(skeleton, self.labels))
            points = elements.of(instance, skeleton, self.labels) if split else _points(instance, key.form)
            out["points",] = points
        if instance.box is not None:
            out["bbox",] = {"type": "bbox", "bbox": instance.box.tolist()}
        for number, flat in enumerate(instance.mask if isinstance(instance.mask, list) else ()):
            out["polygon", number] = {"type": "polygon", "points": list(flat)}
        own = own_fields(instance, skeleton, "area", "scores", "keyed")
        if isinstance(instance.mask, dict):
            mask = _packed(instance.mask)
            out["mask",] = {"type": "mask", "rle": mask}
            if mask != instance.mask:
                own["mask"] = instance.mask
        number = int(instance.id) if instance.id.isdecimal() and len(instance.id) < 18 else 0
        if str(number) != instance.id or not number:
            own["id"] = instance.id
        attributes: Record = {name: value for name, value in instance.attributes.items() if name not in NAMED}
        kept = {name: value for name, value in instance.attributes.items() if name in NAMED}
        if kept:
            own["attributes"] = kept
        attributes |= _named(instance)
        if own:
            attributes[OWN] = own
        for at, record in enumerate(out.values()):
            record |= {"id": number, "label_id": self.labels.index(instance.category), "group": key.group}
            record |= {"attributes": attributes if at == 0 else {}, "z_order": 0}
        return out

    def fresh_key(self, instance: Instance, taken: set[Any]) -> Key:
        return Key(max((key.group for key in taken), default=0) + 1)


def _take(said: Said, record: Record, kind: str, flat: list[float] | None, names: Sequence[str] | None) -> Role | None:
    if flat is None:
        return None
    width = 2 if kind == "points" else 3
    seen = numbers(record.get("visibility")) if kind == "points" else flat[2::3]
    names = [f"keypoint {at}" for at in range(len(flat) // width)] if names is None else names
    if seen is None or len(flat) != width * len(names) or len(seen) != len(names) or not set(seen) <= {0, 1, 2}:
        return None
    said.names = tuple(names)
    table = zip(names, flat[::width], flat[1::width], seen, strict=True)
    said.points = {name: (x, y, int(v)) for name, x, y, v in table}
    return ("points",)


def _points(instance: Instance, form: str) -> Record:
    if form == "points":
        seen = instance.visibility.tolist()
        return {"type": "points", "points": instance.xy.reshape(-1).tolist(), "visibility": seen}
    flat = np.column_stack((instance.xy, instance.visibility)).reshape(-1).tolist()
    flat[2::3] = instance.visibility.tolist()
    return {"type": "skeleton", "points": flat}


def group_of(record: Record) -> int | None:
    """Return the group of an annotation, None where it is in none."""
    group = record.get("group")
    return group if type(group) is int and group != 0 else None


def label_of(record: Record, labels: Sequence[str]) -> str | None:
    """Return the label of an annotation, None where it has none that is listed."""
    number = record.get("label_id")
    return labels[number] if type(number) is int and 0 <= number < len(labels) else None


def _named(instance: Instance) -> Record:
    out: Record = {}
    if instance.crowd:
        out["is_crowd"] = True
    if instance.confidence is not None:
        out["score"] = instance.confidence
    if instance.track is not None:
        plain = instance.track.isdecimal() and str(int(instance.track)) == instance.track
        out["track_id"] = int(instance.track) if plain else instance.track
    return out


def _attributes(said: Said, stated: Record) -> list[tuple[str, str]]:
    said.attributes = {**{n: v for n, v in stated.items() if n not in NAMED}, **said.attributes}
    said.crowd = said.crowd or stated.get("is_crowd") is True
    said.confidence = finite(stated.get("score")) if said.confidence is None else said.confidence
    track = stated.get("track_id")
    if said.track is None and (type(track) is int or (isinstance(track, str) and track.strip())):
        said.track = str(track)
    if OWN not in stated:
        return []
    own = stated[OWN]
    more = own.get("attributes") if isinstance(own, dict) else None
    before = said.attributes
    wrong = take_own(said, own)
    said.attributes = {**before, **more} if isinstance(more, dict) else before
    return [(f"attributes.{OWN}.{field}", "it has a wrong type; it was not read") for field in wrong]


def _packed(mask: Record) -> Record:
    """Return a COCO RLE with its lengths packed into text, as Datumaro keeps it; as it is where that cannot be."""
    counts = mask.get("counts")
    if not isinstance(counts, list) or not all(type(count) is int and 0 <= count < 1 << 62 for count in counts):
        return mask
    return {**mask, "counts": rle.pack(np.array(counts, np.int64))}
