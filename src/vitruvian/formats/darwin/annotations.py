"""Darwin's annotations: skeletons, keypoints, boxes and polygons, in an image or in one frame of a video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.darwin import masks
from vitruvian.formats.grouped import Record, Role, Said, Understood, finite, own_fields, take_own, text
from vitruvian.labels import Instance, Skeleton

OWN = "vitruvian"
#: The kinds of annotation that are part of an instance; a box beside a polygon belongs to that.
KINDS = ("skeleton", "keypoint", "polygon", "bounding_box", "mask")


@dataclass(frozen=True, slots=True)
class Key:
    """What tells instances of one name apart (None for nothing), the slot, and whether our own field has the mask."""

    value: int | str | None
    slot: str = ""
    aside: bool = False


class Annotations:
    """How Darwin says an instance. A record of a video has what it says in one frame under ``data``.

    Parameters
    ----------
    size : (int, int)
        Height and width of the picture; 0 where they are not known.
    slot : str
        The slot that new annotations are of; empty for none.
    """

    name = "darwin"

    def __init__(self, size: masks.Size = (0, 0), slot: str = "") -> None:
        self.size = size
        self.slot = slot

    def understand(self, records: Sequence[Record]) -> Understood:
        found = Understood(Said(), [], [])
        said, untracked = found.said, False
        for record in records:
            body, name = masks.body_of(record), text(record.get("name"))
            own = body.get(OWN)
            wrong = take_own(said, own) if own is not None else []
            found.odd += [(f"{OWN}.{field}", "it has a wrong type; it was not read") for field in wrong]
            role = self._role(name, body, found) if name is not None else None
            found.roles.append(role)
            if role is None:
                message = "an annotation has no name, is of another kind or is there twice; it is kept, but not read"
                found.odd.append(("annotations", message))
                continue
            said.category = said.category or name
            before = said.key or Key(None, self.slot)
            aside = before.aside or (isinstance(own, dict) and "mask" in own and "mask" not in wrong)
            value = key_of(record) if before.value is None else before.value
            said.key = Key(value, self.slot, aside)
            if body is record:
                said.id = said.id or text(record.get("id"))
                continue
            # The first record speaks for the instance: its box is an annotation of another id.
            if not untracked and said.track is None:
                untracked = isinstance(own, dict) and own.get("untracked") is True
                said.track = None if untracked else text(record.get("track"))
            if body.get("keyframe") is False and said.keyed is None:
                said.keyed = set()
        return found

    def _role(self, name: str, body: Record, found: Understood) -> Role | None:
        said = found.said
        kind = next((kind for kind in KINDS if isinstance(body.get(kind), dict)), None)
        if kind == "skeleton" and not said.points and isinstance(body["skeleton"].get("nodes"), list):
            for node in body["skeleton"]["nodes"]:
                _take(said, node.get("name") if isinstance(node, dict) else None, node, found)
            return ("skeleton",)
        if kind == "keypoint" and not said.points:
            _take(said, name, body["keypoint"], found)
            return ("skeleton",) if said.points else None
        if kind in {"polygon", "bounding_box"} and said.box is None and not isinstance(said.mask, list):
            parts = _paths(body["polygon"]) if kind == "polygon" else []
            box = _box(body.get("bounding_box"))
            if parts or (kind == "bounding_box" and box is not None):
                said.box, said.mask = box, parts or said.mask
                return ("area",)
        if kind == "mask" and isinstance(said.mask, dict | None) and ("mask",) not in found.roles:
            mask = body["mask"]["rle"]
            said.mask = masks.plain(mask) if said.mask is None and mask is not None else said.mask
            return None if said.mask is None else ("mask",)
        return None

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        out: dict[Role, Record] = {}
        if skeleton is not None:
            out["skeleton",] = _points(instance, skeleton)
        area: Record = {}
        if instance.box is not None:
            x, y, w, h = instance.box.tolist()
            area["bounding_box"] = {"x": x, "y": y, "w": w, "h": h}
        if isinstance(instance.mask, list) and instance.mask:
            paths = [np.reshape(flat, (-1, 2)).tolist() for flat in instance.mask]
            area["polygon"] = {"paths": [[{"x": x, "y": y} for x, y in path] for path in paths]}
        if area:
            out["area",] = area
        own = own_fields(instance, skeleton, "confidence", "area", "crowd", "attributes", "scores")
        if isinstance(instance.mask, dict):
            mask = masks.packed(instance.mask, self.size)
            out["mask",] = {"mask": {"stated": {}, "rle": mask}}
            if key.aside or mask is None or masks.plain(mask) != instance.mask:
                own["mask"] = instance.mask
        self._finish(instance, skeleton, key, out, own)
        return out

    def _finish(
        self, instance: Instance, skeleton: Skeleton | None, key: Any, out: dict[Role, Record], own: Record
    ) -> None:
        own |= own_fields(instance, skeleton, "track", "keyed")
        for at, (role, record) in enumerate(out.items()):
            out[role] = {**record, "name": instance.category, "id": _part(instance.id, at, role), **_fields(key)}
            if at == 0 and own:
                out[role][OWN] = own

    def fresh_key(self, instance: Instance, taken: set[Any]) -> Key:
        values = [key.value for key in taken if key is not None and type(key.value) is int]
        return Key(max(values, default=0) + 1, self.slot)


class Frames(Annotations):
    """How Darwin says an instance in a frame of a video: a track is an annotation with a part for each frame."""

    def __init__(self, size: masks.Size = (0, 0), slot: str = "") -> None:
        super().__init__(size, slot)
        self._keys: dict[str, Key] = {}

    def fresh_key(self, instance: Instance, taken: set[Any]) -> Key:
        track = instance.id if instance.track is None else instance.track
        return self._keys.setdefault(track, super().fresh_key(instance, taken))

    def _finish(
        self, instance: Instance, skeleton: Skeleton | None, key: Any, out: dict[Role, Record], own: Record
    ) -> None:
        keyed = instance.keyed
        if keyed is not None and keyed.any():
            own |= own_fields(instance, skeleton, "keyed")
        own["id"] = instance.id
        if instance.track is None:
            own["untracked"] = True
        for at, (role, body) in enumerate(out.items()):
            body["keyframe"] = keyed is None or bool(keyed.any())
            if at == 0:
                body[OWN] = own
            track = _part(instance.track if instance.track is not None else instance.id, at, role)
            out[role] = {"name": instance.category, "track": track, **_fields(key), "data": body}


def _part(id: str, at: int, role: Role) -> str:
    """Return the id of an instance's annotation: the first has that of the instance."""
    return f"{id}-{role[0]}" if at and isinstance(role, tuple) else id


def _fields(key: Key) -> Record:
    out: Record = {} if key.value is None else {"instance_id": {"value": key.value}}
    if key.slot:
        out["slot_names"] = [key.slot]
    return out


def key_of(record: Record) -> int | str | None:
    """Return the number that tells instances of one name apart."""
    stated = record.get("instance_id")
    value = stated.get("value") if isinstance(stated, dict) else None
    return value if type(value) is int or isinstance(value, str) else None


def _points(instance: Instance, skeleton: Skeleton) -> Record:
    shown = np.flatnonzero(instance.visibility).tolist()
    if skeleton.names == (instance.category,) and len(shown) == 1 and instance.visibility[0] == 2:
        x, y = instance.xy[0].tolist()
        return {"keypoint": {"x": x, "y": y}}
    nodes = []
    for at in shown:
        x, y = instance.xy[at].tolist()
        nodes.append({"name": skeleton.names[at], "x": x, "y": y, "occluded": bool(instance.visibility[at] == 1)})
    return {"skeleton": {"nodes": nodes}}


def _take(said: Said, name: Any, node: Any, found: Understood) -> None:
    known, place = text(name), _place(node)
    if known is None or place is None or known in said.points:
        found.odd.append(("nodes", "a node has no name or place, or is there twice; it is kept, but not read"))
    else:
        said.points[known] = (*place, 1 if node.get("occluded") is True else 2)


def _place(value: Any) -> tuple[float, float] | None:
    x, y = (finite(value.get(axis)) for axis in ("x", "y")) if isinstance(value, dict) else (None, None)
    return None if x is None or y is None else (x, y)


def _box(value: Any) -> NDArray[np.float64] | None:
    sides = [finite(value.get(side)) for side in ("x", "y", "w", "h")] if isinstance(value, dict) else []
    known = [side for side in sides if side is not None]
    return np.array(known, np.float64) if len(known) == 4 and min(known[2:]) >= 0 else None


def _paths(polygon: Record) -> list[list[float]]:
    paths = polygon.get("paths", [polygon.get("path")])
    parts = []
    for path in paths if isinstance(paths, list) else ():
        corners = [_place(corner) for corner in path] if isinstance(path, list) else []
        flat = [number for corner in corners if corner is not None for number in corner]
        if len(corners) < 3 or len(flat) < 2 * len(corners):
            return []
        parts.append(flat)
    return parts
