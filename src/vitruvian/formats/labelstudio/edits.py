"""Regions of instances: new ones, and what was edited laid over those that were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.labelstudio.configuration import BOXES, HIDDEN, IMAGE, POINTS, VISIBILITY
from vitruvian.formats.labelstudio.regions import HIDDEN as HIDING
from vitruvian.formats.labelstudio.regions import (
    OURS,
    Group,
    Record,
    Results,
    Said,
    frame_index,
    region_id,
    said,
    size_of,
)
from vitruvian.formats.relative import to_shares
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Instance

#: The size of a point on the screen, in percent of the picture.
_POINT = 0.5
_SIDES = ("x", "y", "width", "height")


def extent(instance: Instance) -> NDArray[np.float64] | None:
    """Return an instance's box, or what its labelled points span; None when it has neither."""
    if instance.box is not None:
        return instance.box
    xy = instance.xy[instance.visibility > 0]
    return np.concatenate((xy.min(axis=0), np.ptp(xy, axis=0))) if len(xy) else None


def new_regions(
    instance: Instance, size: tuple[int, int], names: Sequence[str], taken: set[str], *, points: bool = True
) -> list[Record]:
    """Return the results of an instance that no file ever held: a rectangle, its points, and which are hidden."""
    box = extent(instance)
    if box is None:
        return []
    shares = to_shares(box, (*size, *size), 100).tolist()
    value = {**dict(zip(_SIDES, shares, strict=True)), "rotation": 0, "rectanglelabels": [instance.category]}
    rectangle: Record = {**_head(instance.id, "rectanglelabels", BOXES, size), "value": value}
    if instance.confidence is not None:
        rectangle["score"] = instance.confidence
    ours = _ours(instance)
    if ours:
        rectangle["meta"] = {OURS: ours}
    results = [rectangle]
    for at in np.flatnonzero(instance.visibility).tolist() if points else ():
        results += _point(instance, at, names[at], size, instance.id, taken)
    return results


def _head(id: str, kind: str, tag: str, size: tuple[int, int], image: str = IMAGE) -> Record:
    return {
        "id": id,
        "type": kind,
        "from_name": tag,
        "to_name": image,
        "original_width": size[0],
        "original_height": size[1],
        "image_rotation": 0,
    }


def _ours(instance: Instance) -> Record:
    """Return what Label Studio has no field for and keeps in a region's meta."""
    ours: Record = {}
    if instance.track is not None:
        ours["track"] = instance.track
    if instance.area is not None:
        ours["area"] = instance.area
    if instance.crowd:
        ours["crowd"] = True
    if instance.attributes:
        ours["attributes"] = instance.attributes
    return ours


def _point(
    instance: Instance, at: int, name: str, size: tuple[int, int], parent: str | None, taken: set[str]
) -> list[Record]:
    id, more = f"{instance.id}-{name}", 2
    while id in taken:
        id, more = f"{instance.id}-{name}-{more}", more + 1
    taken.add(id)
    x, y = to_shares(instance.xy[at], size, 100).tolist()
    value = {"x": x, "y": y, "width": _POINT, "keypointlabels": [name]}
    point: Record = {**_head(id, "keypointlabels", POINTS, size), "value": value}
    if parent is not None:
        point["parentID"] = parent
    if instance.score is not None and not np.isnan(instance.score[at]):
        point["score"] = _shortest(instance.score[at])
    return [point, hiding(point)] if instance.visibility[at] == 1 else [point]


def hiding(point: Record) -> Record:
    """Return the result that says that a point is hidden; it shares the point's id, as choices of a region do."""
    size = size_of(point)
    value = {name: point["value"][name] for name in ("x", "y", "width") if name in point["value"]}
    image = point.get("to_name")
    head = _head(point["id"], "choices", VISIBILITY, size, image if isinstance(image, str) else IMAGE)
    return {**head, "value": {**value, "choices": [HIDDEN]}}


def _shortest(number: np.float32) -> float:
    return float(str(number))


class Editor:
    """Lays edited instances over the results of one annotation; whatever is not touched stays as it is."""

    def __init__(self, before: list[Any]) -> None:
        self.before = before
        self.changed = False
        self._results = Results(before)
        self._new: dict[int, Record] = {}
        self._added: dict[int, list[Record]] = {}
        self._gone: set[int] = set()
        self._gone_ids: set[str] = set()
        self._shown: set[str] = set()
        self._end: list[Record] = []
        self._taken = {r["id"] for r in before if isinstance(r, dict) and isinstance(r.get("id"), str)}

    def fits(self, group: Group, instance: Instance, frame: int) -> bool:
        """Whether a group is one of results that are here, and the instance still lies in its frame."""
        places = [*group.points.values(), *([] if group.box is None else [group.box])]
        if not places or not all(type(at) is int and 0 <= at < len(self.before) for at in places):
            return False
        if group.key is None or group.box is None:
            return instance.frame == frame
        return frame_index(self.before[group.box]["value"]["sequence"][group.key]) == instance.frame

    def drop_others(self, kept: set[Any], size: tuple[int, int]) -> None:
        """Take out the instances that were read from here and are not among `kept` any more."""
        for group in self._results.groups(Remarks(""), ""):
            if group.place() in kept or said(self._results, group, list(group.points), size) is None:
                continue
            if group.key is not None and group.box is not None:
                key = self.before[group.box]["value"]["sequence"][group.key]
                if frame_index(key) is None:
                    continue
            self._delete(group)

    def append(self, results: list[Record]) -> None:
        """Put new results at the end."""
        self._end += results
        self.changed |= bool(results)

    def key_frame(self, instance: Instance, size: tuple[int, int], frames: int) -> None:
        """Add an instance's box to the video rectangle of its track, or to a new one."""
        box = extent(instance)
        if box is None:
            return
        shares = to_shares(box, (*size, *size), 100).tolist()
        key = {"frame": instance.frame + 1, "enabled": True, "rotation": 0, **dict(zip(_SIDES, shares, strict=True))}
        id = instance.track if instance.track is not None else instance.id
        for at, result in enumerate(self.before):
            if isinstance(result, dict) and result.get("type") == "videorectangle" and region_id(result) == id:
                old = self._new.get(at, result)
                self._patch(at, {}, {"sequence": [*old["value"]["sequence"], key]})
                return
        self.changed = True
        for new in self._end:
            if new["id"] == id:
                new["value"]["sequence"].append(key)
                return
        value = {"framesCount": frames, "sequence": [key], "labels": [instance.category]}
        self._end.append(self.like({**_head(id, "videorectangle", BOXES, size, "video"), "value": value}))

    def results(self) -> list[Any]:
        """Return the list with all edits."""
        out: list[Any] = []
        for at, result in enumerate(self.before):
            gone = at in self._gone or self._speaks_of_gone(result)
            renewed = _tidy(self._new[at]) if at in self._new else result
            if isinstance(result, dict) and result.get("type") == "choices" and region_id(result) in self._shown:
                renewed = _shown(result)
            if not gone and (renewed is not None or result is None):
                out.append(renewed)
            out += self._added.get(at, [])
        return [*out, *self._end]

    def _speaks_of_gone(self, result: Any) -> bool:
        if not isinstance(result, dict) or not self._gone_ids:
            return False
        ends = (result.get("id"), result.get("from_id"), result.get("to_id"))
        return any(isinstance(end, str) and end in self._gone_ids for end in ends)

    def lay(self, instance: Instance, group: Group, names: Sequence[str], size: tuple[int, int]) -> None:
        """Note what of an instance differs from its regions."""
        if instance.deleted:
            self._delete(group)
            return
        before = said(self._results, group, names, size)
        if before is None:
            return
        if group.box is not None:
            self._box(instance, group.box, group.key, before, size)
        elif instance.box is not None:
            self._rectangle(instance, group, size)
        for name, where in group.points.items():
            if name not in names:
                self._remove(where)
        self._points(instance, group, names, before, size)

    def _points(
        self, instance: Instance, group: Group, names: Sequence[str], before: Said, size: tuple[int, int]
    ) -> None:
        for at, name in enumerate(names):
            if name in group.points and instance.visibility[at]:
                self._move(instance, at, group.points[name], before, size)
            elif name in group.points:
                if before.visibility[at]:
                    self._remove(group.points[name])
            elif instance.visibility[at] and group.key is None:
                self._add(instance, at, name, group, size)

    def _add(self, instance: Instance, at: int, name: str, group: Group, size: tuple[int, int]) -> None:
        anchor = min(group.points.values()) if group.box is None else group.box
        parent = self._rectangle(instance, group, size)
        own = size_of(self.before[anchor], size)
        new = _point(instance, at, name, own, parent, self._taken)
        self._added.setdefault(anchor, []).extend(self.like(r) for r in new)
        self.changed = True

    def _rectangle(self, instance: Instance, group: Group, size: tuple[int, int]) -> str:
        """Return the id of the rectangle that an instance's points are put under; there is one after this."""
        if group.box is not None:
            id = region_id(self._new.get(group.box, self.before[group.box]))
            if id is None:
                id = self._free(instance.id)
                self._patch(group.box, {"id": id}, {})
            return id
        anchor = min(group.points.values())
        for known in self._added.get(anchor, []):
            if known["type"] == "rectanglelabels":
                return str(known["id"])
        id = self._free(instance.id)
        own = size_of(self.before[anchor], size)
        (rectangle, *_) = new_regions(instance, own, (), set(), points=False)
        self._added.setdefault(anchor, []).append(self.like({**rectangle, "id": id}))
        for where in group.points.values():
            self._patch(where, {"parentID": id}, {})
        return id

    def _free(self, id: str) -> str:
        free, more = id, 2
        while free in self._taken:
            free, more = f"{id}-{more}", more + 1
        self._taken.add(free)
        return free

    def like(self, result: Record) -> Record:
        """Return a new region with the names of tags that the annotation's other regions of its kind have."""
        others = [r for r in self.before if isinstance(r, dict)]
        alike = [r for r in others if r.get("type") == result["type"]]
        fields = ("from_name", "to_name") if alike else ("to_name",)
        found = {n: r[n] for r in (alike or others)[:1] for n in fields if isinstance(r.get(n), str)}
        return {**result, **found}

    def _patch(self, at: int, changes: Record, value: Record) -> None:
        old = self._new.get(at, self.before[at])
        self._new[at] = {**old, **changes, "value": {**old["value"], **value}} if value else {**old, **changes}
        self.changed = True

    def _box(self, instance: Instance, at: int, key: int | None, before: Said, size: tuple[int, int]) -> None:
        old: Record = self._new.get(at, self.before[at])
        box = instance.box
        value: Record = {}
        if box is not None and (before.box is None or not np.array_equal(before.box, box)):
            own = size_of(old, size)
            sides = to_shares(box, (*own, *own), 100).tolist()
            same = [before.box is not None and before.box[side] == box[side] for side in range(4)]
            sides_changed = {n: s for n, s, kept in zip(_SIDES, sides, same, strict=True) if not kept}
            if key is None:
                value |= sides_changed
            else:
                keys = list(old["value"]["sequence"])
                keys[key] = {**keys[key], **sides_changed}
                value["sequence"] = keys
        if before.category != instance.category:
            field = next((n for n in (old["type"], "labels") if n in old["value"]), "labels")
            value[field] = [instance.category]
        changes: Record = {}
        if instance.confidence != before.confidence and instance.confidence is not None:
            changes["score"] = instance.confidence
        ours = (before.track if key is None else instance.track, before.area, before.crowd, before.attributes)
        if ours != (instance.track, instance.area, instance.crowd, instance.attributes):
            meta = old["meta"] if isinstance(old.get("meta"), dict) else {}
            changes["meta"] = {**meta, OURS: _ours(instance)}
        if value or changes:
            self._patch(at, {**changes, **_stated_size(old, size)}, value)
        if instance.confidence is None and before.confidence is not None:
            self._drop(at, "score")

    def _drop(self, at: int, field: str) -> None:
        old = self._new.get(at, self.before[at])
        self._new[at] = {name: value for name, value in old.items() if name != field}
        self.changed = True

    def _move(self, instance: Instance, at: int, where: int, before: Said, size: tuple[int, int]) -> None:
        result: Record = self.before[where]
        old, new = before.xy[at].tolist(), instance.xy[at].tolist()
        if old != new:
            own = size_of(result, size)
            shares = to_shares(new, own, 100).tolist()
            self._patch(
                where,
                _stated_size(result, size),
                {n: s for n, s, a, b in zip("xy", shares, old, new, strict=True) if a != b},
            )
        if instance.visibility[at] != before.visibility[at]:
            self._hide(where, hidden=bool(instance.visibility[at] == 1))
        score = np.float32(np.nan) if instance.score is None else instance.score[at]
        stated = np.float32(np.nan) if before.score is None else before.score[at]
        if score != stated and not (np.isnan(score) and np.isnan(stated)):
            if np.isnan(score):
                self._drop(where, "score")
            else:
                self._patch(where, {"score": _shortest(score)}, {})

    def _hide(self, where: int, *, hidden: bool) -> None:
        result = self._new.get(where, self.before[where])
        id = region_id(result)
        self.changed = True
        if not hidden:
            self._shown.add(id or "")
            return
        if id is None:
            id = f"{where}-{HIDDEN}"
            while id in self._taken:
                id += "-"
            self._taken.add(id)
            self._patch(where, {"id": id}, {})
        self._added.setdefault(where, []).append(hiding(self._new.get(where, result)))

    def _remove(self, where: int) -> None:
        self.changed = True
        self._gone.add(where)
        id = region_id(self.before[where])
        # Where ids are not unique, what else has this one stays.
        others = [r for at, r in enumerate(self.before) if at not in self._gone and isinstance(r, dict)]
        regions = [r for r in others if r.get("type") not in ("choices", "labels", "relation")]
        if id is not None and all(region_id(r) != id for r in regions):
            self._gone_ids.add(id)

    def _delete(self, group: Group) -> None:
        for where in (*group.points.values(), *group.again):
            self._remove(where)
        if group.box is None:
            return
        if group.key is None:
            self._remove(group.box)
            return
        old = self._new.get(group.box, self.before[group.box])
        keys: list[Any] = list(old["value"]["sequence"])
        # Later key frames keep their positions until all are laid.
        keys[group.key] = _GONE
        self._patch(group.box, {}, {"sequence": keys})


_GONE: Record = {"gone": True}


def _stated_size(result: Record, size: tuple[int, int]) -> Record:
    """Return the size that an edited region's percents are of, where it does not state it itself."""
    return {} if size_of(result)[0] else {"original_width": size[0], "original_height": size[1]}


def _tidy(result: Record) -> Record | None:
    """Return a region without key frames that are gone and the others in order; None when none is left."""
    keys = result["value"].get("sequence") if result.get("type") == "videorectangle" else None
    if not isinstance(keys, list):
        return result
    left = [key for key in keys if key is not _GONE]
    if all(isinstance(key, dict) and type(key.get("frame")) is int for key in left):
        left.sort(key=lambda key: key["frame"])
    return {**result, "value": {**result["value"], "sequence": left}} if left else None


def _shown(result: Record) -> Record | None:
    """Return a choice without the words for hidden, or None when nothing else was chosen."""
    chosen = result["value"].get("choices")
    kept = [c for c in chosen if not (isinstance(c, str) and c.lower() in HIDING)] if isinstance(chosen, list) else []
    return {**result, "value": {**result["value"], "choices": kept}} if kept else None
