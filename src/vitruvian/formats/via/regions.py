"""VIA's regions of an image: points, rectangles and polygons with attributes of free names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from vitruvian.formats.grouped import Record, Role, Said, Understood, finite, free_key, own_fields, take_own, text
from vitruvian.formats.json_file import encode_json
from vitruvian.labels import Instance, Skeleton

OWN = "vitruvian"
#: Names that people give to the attribute that tells instances, keypoints and categories; the first found counts.
INSTANCE = ("instance", "instance_id", "object_id", "group", "group_id", "id")
KEYPOINT = ("keypoint", "landmark", "joint", "part", "bodypart", "point", "name", "label")
CATEGORY = ("category", "class", "object", "type", "species")
#: What a box is, and the first polygon.
AREAS = frozenset({("rect",), ("polygon", 0)})
HIDDEN = frozenset({"hidden", "occluded", "1"})


class Regions:
    """How VIA says an instance.

    Parameters
    ----------
    name : str
        Of the format.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def understand(self, records: Sequence[Record]) -> Understood:
        found = Understood(Said(), [], [])
        parts: list[list[float]] = []
        categories: list[str | None] = []
        for record in records:
            found.said.key = found.said.key or key_of(record)
            attributes = object_of(record, "region_attributes")
            if OWN in attributes:
                own = decoded(attributes[OWN])
                found.odd += [(f"{OWN}.{field}", "it was not read") for field in take_own(found.said, own)]
            found.roles.append(self._role(record, found, parts))
            point = object_of(record, "shape_attributes").get("name") == "point"
            categories.append(_first(attributes, CATEGORY if point else (*CATEGORY, "name", "label")))
        if parts and found.said.mask is None:
            found.said.mask = parts
        # The box's or polygon's word counts before that of a point.
        named = [(role, category) for role, category in zip(found.roles, categories, strict=True) if category]
        areas = [category for role, category in named if role in AREAS]
        stated = next(iter([*areas, *(category for _, category in named)]), None)
        found.said.category = found.said.category or stated
        return found

    def _role(self, record: Record, found: Understood, parts: list[list[float]]) -> Role | None:
        said, shape = found.said, object_of(record, "shape_attributes")
        kind = shape.get("name")
        if kind == "point":
            name, x, y = keypoint_of(record), finite(shape.get("cx")), finite(shape.get("cy"))
            if name is not None and x is not None and y is not None and name not in said.points:
                said.points[name] = (x, y, 1 if _is_hidden(record) else 2)
                return "point", name
            message = "a point has no name of a keypoint or no place, or is there twice; it is kept, but not read"
            found.odd.append(("region_attributes", message))
            return None
        if kind == "rect":
            sides = _numbers([shape.get(side) for side in ("x", "y", "width", "height")])
            if sides and said.box is None and min(sides[2:]) >= 0:
                said.box = np.array(sides, np.float64)
                return ("rect",)
        elif kind == "polygon":
            x_list, y_list = _numbers(shape.get("all_points_x")), _numbers(shape.get("all_points_y"))
            if x_list and y_list and len(x_list) == len(y_list) >= 3:
                parts.append(np.column_stack((x_list, y_list)).reshape(-1).tolist())
                return "polygon", len(parts) - 1
        message = f"a region of shape {str(kind)[:40]!r} is kept, but not read as part of an instance"
        found.odd.append(("shape_attributes", message))
        return None

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        out: dict[Role, Record] = {}
        common = {"instance": key, "category": instance.category}
        if instance.box is not None:
            sides = dict(zip(("x", "y", "width", "height"), instance.box.tolist(), strict=True))
            out["rect",] = {"shape_attributes": {"name": "rect", **sides}, "region_attributes": dict(common)}
        for number, flat in enumerate(instance.mask if isinstance(instance.mask, list) else ()):
            shape = {"name": "polygon", "all_points_x": list(flat[::2]), "all_points_y": list(flat[1::2])}
            out["polygon", number] = {"shape_attributes": shape, "region_attributes": dict(common)}
        names = skeleton.names if skeleton else ()
        for at in np.flatnonzero(instance.visibility).tolist():
            x, y = instance.xy[at].tolist()
            seen = "hidden" if instance.visibility[at] == 1 else "visible"
            out["point", names[at]] = {
                "shape_attributes": {"name": "point", "cx": x, "cy": y},
                "region_attributes": {**common, "keypoint": names[at], "visibility": seen},
            }
        own = own_fields(instance, skeleton, "track", "confidence", "area", "crowd", "attributes", "scores", "keyed")
        if isinstance(instance.mask, dict):
            own["mask"] = instance.mask
        if instance.id != key:
            own["id"] = instance.id
        if own and out:
            # Attributes of a region are text in VIA.
            next(iter(out.values()))["region_attributes"][OWN] = encode_json(own).decode()
        return out

    def fresh_key(self, instance: Instance, taken: set[Any]) -> str:
        return free_key(instance, taken)


def key_of(record: Record) -> str | None:
    """Return which instance a region belongs to."""
    return _first(object_of(record, "region_attributes"), INSTANCE)


def keypoint_of(record: Record) -> str | None:
    """Return the keypoint that a region names."""
    return _first(object_of(record, "region_attributes"), KEYPOINT)


def _first(attributes: Record, names: Sequence[str]) -> str | None:
    values = (attributes.get(name) for name in names)
    known = (str(value) if type(value) is int else text(value) for value in values)
    return next((value for value in known if value is not None), None)


def _is_hidden(record: Record) -> bool:
    attributes = object_of(record, "region_attributes")
    return str(attributes.get("visibility")).lower() in HIDDEN or str(attributes.get("occluded")).lower() in {
        "true", "yes", "1",
    }  # fmt: skip


def object_of(record: Any, name: str) -> Record:
    """Return a field that is an object; an empty one for anything else."""
    value = record.get(name) if isinstance(record, dict) else None
    return value if isinstance(value, dict) else {}


def _numbers(value: Any) -> list[float] | None:
    if not isinstance(value, list):
        return None
    numbers = [known for number in value if (known := finite(number)) is not None]
    return numbers if len(numbers) == len(value) else None


def whole(value: Any) -> Any:
    """Return text of digits as a number, anything else as it is."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value


def decoded(value: Any) -> Any:
    """Return what JSON text says, anything else as it is."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
