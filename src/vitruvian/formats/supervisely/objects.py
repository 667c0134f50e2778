"""Supervisely's objects of an image: a graph of nodes, rectangles and polygons that an instance key binds together."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats import png_mask
from vitruvian.formats.grouped import (
    Record,
    Role,
    Said,
    Understood,
    finite,
    free_key,
    own_fields,
    pairs,
    rectangle,
    take_own,
    text,
)
from vitruvian.labels import Instance, Skeleton

OWN = "vitruvian"
#: Node ids to names of keypoints, for each class that is a graph.
Nodes = Mapping[str, Mapping[str, str]]


class Objects:
    """How Supervisely says an instance.

    Parameters
    ----------
    nodes : mapping
        For each class that is a graph, its node ids and the names that they bear.
    size : (int, int)
        Height and width of the picture, 0 where they are not known.
    """

    name = "supervisely"

    def __init__(self, nodes: Nodes, size: tuple[int, int] = (0, 0)) -> None:
        self.nodes = nodes
        self.size = size

    def understand(self, records: Sequence[Record]) -> Understood:
        found = Understood(Said(), [], [])
        parts: list[list[float]] = []
        masks: list[Record] = []
        titles: list[str] = []
        attributes: Record = {}
        for record in records:
            said, title = found.said, text(record.get("classTitle"))
            said.key = said.key or text(record.get("instance"))
            if OWN in record:
                wrong = take_own(said, record[OWN])
                found.odd += [(f"{OWN}.{field}", "it has a wrong type; it was not read") for field in wrong]
            if title is None:
                found.odd.append(("classTitle", "it is missing or no text; the object is kept, but not read"))
                found.roles.append(None)
                continue
            role = self._role(record, title, found, parts, masks)
            found.roles.append(role)
            titles = [title, *titles] if role == ("graph",) else [*titles, title] if role else titles
            if role:
                attributes = {**_tags(record), **attributes}
            # The number that the platform gave to the object tells it apart where nothing else does.
            if said.id is None and role and type(record.get("id")) is int and said.key is None:
                said.id = str(record["id"])
        found.said.attributes = {**attributes, **found.said.attributes}
        if parts and found.said.mask is None:
            found.said.mask = parts
        if parts and masks:
            found.odd.append(("geometryType", "polygons beside a bitmap of the same instance are kept, but not read"))
        # What Vitruvian keeps of a mask counts as long as nobody has painted over it.
        if masks and not (isinstance(found.said.mask, dict) and png_mask.agree(found.said.mask, masks[0])):
            found.said.mask = masks[0]
        found.said.category = found.said.category or next(iter(titles), None)
        return found

    def _role(
        self, record: Record, title: str, found: Understood, parts: list[list[float]], masks: list[Record]
    ) -> Role | None:
        said, kind = found.said, str(record.get("geometryType"))
        stated = record.get("points")
        points: Record = stated if isinstance(stated, dict) else {}
        exterior = pairs(points.get("exterior"))
        if kind == "graph" and isinstance(record.get("nodes"), dict) and not said.points and not said.names:
            names = self.nodes.get(title, {})
            said.names = tuple(names.values())
            for id, node in record["nodes"].items():
                place = pairs([node.get("loc")]) if isinstance(node, dict) else None
                name = names.get(id, id)
                if place is None or not name.strip() or name in said.points:
                    found.odd.append(("nodes", "a node has no place or is there twice; it is kept, but not read"))
                else:
                    x, y = place[0].tolist()
                    said.points[name] = (x, y, 1 if node.get("disabled") is True else 2)
            return ("graph",)
        if kind == "rectangle" and said.box is None and (box := rectangle(exterior)) is not None:
            said.box = box
            return ("rectangle",)
        if kind == "polygon" and exterior is not None and len(exterior) >= 3 and not points.get("interior"):
            parts.append(exterior.reshape(-1).tolist())
            return "polygon", len(parts) - 1
        if kind == "bitmap" and not masks:
            try:
                masks.append(self._mask(record.get("bitmap")))
            except (ValueError, FormatError) as error:
                found.odd.append(("bitmap", f"{error}; the object is kept, but not read"))
                return None
            return ("bitmap",)
        message = (
            f"an object of type {kind[:40]!r} is kept, but not read: a second one, a hole, or of no use for instances"
        )
        found.odd.append(("geometryType", message))
        return None

    def _mask(self, bitmap: Any) -> Record:
        origin = pairs([bitmap.get("origin")]) if isinstance(bitmap, dict) else None
        if origin is None:
            raise ValueError("the bitmap has no origin")
        pixels = png_mask.decode(bitmap.get("data"), self.size, zipped=True)
        left, top = origin[0].tolist()
        return png_mask.placed(pixels, left, top, self.size)

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        category = instance.category
        out: dict[Role, Record] = {}
        if skeleton is not None:
            out["graph",] = {**_object(category, "graph"), "nodes": self._nodes(instance, skeleton)}
        if instance.box is not None:
            x, y, width, height = instance.box.tolist()
            title = category if skeleton is None else f"{category} box"
            corners = [[x, y], [x + width, y + height]]
            out["rectangle",] = {**_object(title, "rectangle"), "points": {"exterior": corners, "interior": []}}
        for number, flat in enumerate(instance.mask if isinstance(instance.mask, list) else ()):
            title = category if skeleton is None else f"{category} mask"
            exterior = np.reshape(flat, (-1, 2)).tolist()
            out["polygon", number] = {**_object(title, "polygon"), "points": {"exterior": exterior, "interior": []}}
        painted: Record | None = None
        if isinstance(instance.mask, dict):
            with contextlib.suppress(ValueError):
                pixels, left, top = png_mask.cut_out(instance.mask)
                painted = png_mask.placed(pixels, left, top, self.size)
                title = category if skeleton is None else f"{category} bitmap"
                bitmap = {"data": png_mask.encode(pixels, zipped=True), "origin": [left, top]}
                out["bitmap",] = {**_object(title, "bitmap"), "bitmap": bitmap}
        plain = {name: value for name, value in instance.attributes.items() if _is_tag(value)}
        own = _own(instance, skeleton, key, plain)
        if isinstance(instance.mask, dict) and painted != instance.mask:
            own["mask"] = instance.mask
        for at, record in enumerate(out.values()):
            if key is not None:
                record["instance"] = key
            if at == 0:
                record["tags"] = [{"name": name, "value": value} for name, value in plain.items()]
            if at == 0 and own:
                record[OWN] = own
        return out

    def _nodes(self, instance: Instance, skeleton: Skeleton) -> Record:
        ids = {name: id for id, name in self.nodes.get(instance.category, {}).items()}
        nodes: Record = {}
        for at in np.flatnonzero(instance.visibility).tolist():
            node: Record = {"loc": instance.xy[at].tolist()}
            if instance.visibility[at] == 1:
                node["disabled"] = True
            nodes[ids.get(skeleton.names[at], skeleton.names[at])] = node
        return nodes

    def fresh_key(self, instance: Instance, taken: set[Any]) -> str:
        return free_key(instance, taken)


def _own(instance: Instance, skeleton: Skeleton | None, key: Any, tags: Record) -> Record:
    own = own_fields(instance, skeleton, "track", "confidence", "area", "crowd", "scores", "keyed")
    if instance.id != key:
        own["id"] = instance.id
    if len(tags) < len(instance.attributes):
        own["attributes"] = {name: value for name, value in instance.attributes.items() if name not in tags}
    return own


def _object(title: str, kind: str) -> Record:
    return {"description": "", "geometryType": kind, "tags": [], "classTitle": title}


def _tags(record: Record) -> Record:
    tags = record.get("tags")
    entries = [tag for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
    known = [tag for tag in entries if isinstance(tag.get("name"), str) and _is_tag(tag.get("value"))]
    return {tag["name"]: tag.get("value") for tag in reversed(known)} if len(known) == len(entries) else {}


def _is_tag(value: Any) -> bool:
    return value is None or isinstance(value, str) or finite(value) is not None
