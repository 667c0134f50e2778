"""Skeletons of CVAT's branch of Datumaro whose points are annotations of their own, in a list called elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vitruvian.formats.grouped import Record, Role, Said
from vitruvian.formats.grouped.values import numbers
from vitruvian.labels import Instance, Skeleton

FIELD = "elements"


def told_apart(records: Sequence[Record], labels: Sequence[str], names: Mapping[int, Sequence[str]]) -> list[Record]:
    """Return records whose elements stand beside the name of their keypoint, so that edits find them.

    An element is called like its label; where it has none, like the keypoint of its place.
    """
    return [
        {**record, FIELD: [{"name": _name(e, at, record, labels, names), "element": e} for at, e in enumerate(found)]}
        if isinstance(found := _listed(record), list)
        else record
        for record in records
    ]


def together(records: Sequence[Record]) -> list[Record]:
    """Return records with their elements as the file has them; undoes :func:`told_apart`."""
    return [
        {**record, FIELD: [entry["element"] for entry in found]}
        if isinstance(found := _listed(record), list)
        else record
        for record in records
    ]


def take(said: Said, record: Record, names: Sequence[str] | None) -> Role | None:
    """Put the points of a skeleton's elements into `said`; None where one of them is not understood."""
    entries = _listed(record)
    if entries is None or not (entries or names):
        return None
    points: dict[str, tuple[float, float, int]] = {}
    for entry in entries:
        name, element = entry["name"], entry["element"]
        if not isinstance(element, dict) or element.get("type", "points") != "points":
            return None
        place, seen = numbers(element.get("points")), numbers(element.get("visibility", [2]))
        known = name is not None and name not in points and (names is None or name in names)
        if not known or place is None or len(place) != 2 or seen is None or len(seen) != 1 or seen[0] not in {0, 1, 2}:
            return None
        points[name] = (place[0], place[1], int(seen[0]))
    said.points = points
    said.names = tuple(points if names is None else names)
    return ("points",)


def of(instance: Instance, skeleton: Skeleton, labels: Sequence[str]) -> Record:
    """Return the points of an instance as a skeleton with elements, as :func:`told_apart` has them."""
    entries = []
    for name, place, seen in zip(skeleton.names, instance.xy.tolist(), instance.visibility.tolist(), strict=True):
        element: Record = {"id": 0, "type": "points", "attributes": {}, "group": 0}
        if name in labels:
            element["label_id"] = labels.index(name)
        element |= {"points": place, "visibility": [seen], "z_order": 0}
        entries.append({"name": name, "element": element})
    return {"type": "skeleton", FIELD: entries}


def named_by_labels(skeleton: Skeleton, labels: Sequence[str]) -> bool:
    """Whether every keypoint is called like a label, by which its element can be told."""
    return set(skeleton.names) <= set(labels)


def _listed(record: Record) -> list[Any] | None:
    found = record.get(FIELD) if record.get("type") == "skeleton" else None
    return found if isinstance(found, list) else None


def _name(
    element: Any, at: int, record: Record, labels: Sequence[str], names: Mapping[int, Sequence[str]]
) -> str | None:
    number = element.get("label_id") if isinstance(element, dict) else None
    if type(number) is int and 0 <= number < len(labels):
        return labels[number]
    owner = record.get("label_id")
    known = names.get(owner, ()) if type(owner) is int else ()
    return known[at] if number is None and at < len(known) else None
