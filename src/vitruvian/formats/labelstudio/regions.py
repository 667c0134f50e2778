"""Results of one annotation: which regions make up an instance, and what they say of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.relative import side, to_pixels
from vitruvian.formats.remarks import Remarks

Record = dict[str, Any]

#: Choices of a point that say it is labelled but hidden.
HIDDEN = frozenset({"hidden", "occluded"})
_BOXES = ("rectanglelabels", "rectangle")
_POINTS = ("keypointlabels", "keypoint")
#: Key of ours in `meta` of tasks and regions, which Label Studio keeps.
OURS = "vitruvian"


@dataclass
class Group:
    """The regions of one instance, as positions in the list of results.

    Attributes
    ----------
    box : int or None
    points : dict of str to int
        By keypoint name.
    key : int or None
        Which of a video rectangle's key frames.
    again : list of int
        The same keypoints once more: not read, but they go where the instance goes.
    """

    box: int | None = None
    points: dict[str, int] = field(default_factory=dict)
    key: int | None = None
    again: list[int] = field(default_factory=list)

    def place(self) -> tuple[int | None, int | None, tuple[tuple[str, int], ...]]:
        """Return what tells it from other groups."""
        return self.box, self.key, tuple(sorted(self.points.items()))


@dataclass
class Said:
    """What the regions of one instance say; see `Instance` for the fields."""

    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    score: NDArray[np.float32] | None
    box: NDArray[np.float64] | None
    confidence: float | None
    category: str | None
    track: str | None = None
    area: float | None = None
    crowd: bool = False
    attributes: Record = field(default_factory=dict)


class Results:
    """The results of one annotation or prediction, looked up by id."""

    def __init__(self, results: Sequence[Any]) -> None:
        self.all = results
        self.labels: dict[str, str] = {}
        self.hidden: set[str] = set()
        for result in results:
            if not (isinstance(result, dict) and isinstance(result.get("value"), dict)):
                continue
            id, value = region_id(result), result["value"]
            if id is None:
                continue
            if result.get("type") == "labels" and _texts(value.get("labels")):
                self.labels.setdefault(id, _texts(value["labels"])[0])
            elif result.get("type") == "choices" and any(t.lower() in HIDDEN for t in _texts(value.get("choices"))):
                self.hidden.add(id)

    def label(self, result: Record) -> str | None:
        """Return the first label of a region; from a separate result where the configuration has separate labels."""
        value, kind = result["value"], result["type"]
        texts = _texts(value.get(kind)) or _texts(value.get("labels"))
        return texts[0] if texts else self.labels.get(region_id(result) or "")

    def groups(self, found: Remarks, where: str) -> list[Group]:
        """Return the instances, in the order of their first regions."""
        boxes, points, videos = self._kinds(found, where)
        groups = {at: Group(at) for at in boxes}
        owners, families = self._links(boxes, points)
        members = Counter(families.values())
        loose: list[int] = []
        kin: dict[int, Group] = {}
        for at in points:
            family = families[at]
            owner = owners.get(family)
            if owner is not None:
                group = groups[owner]
            elif members[family] > 1:
                group = kin.setdefault(family, Group())
            else:
                loose.append(at)
                continue
            self._put(group, at, found, where)
        free = self._free(loose, found, where)
        every = [*groups.values(), *kin.values(), *free]
        every += [Group(at, key=key) for at in videos for key in range(len(self.all[at]["value"]["sequence"]))]
        return sorted(every, key=lambda g: (min([*g.points.values(), *([] if g.box is None else [g.box])]), g.key or 0))

    def _put(self, group: Group, at: int, found: Remarks, where: str) -> None:
        name = self.label(self.all[at]) or ""
        if name in group.points:
            found.add(where, "keypointlabels", "an object has the same keypoint twice; the first is read")
            group.again.append(at)
        group.points.setdefault(name, at)

    def _free(self, loose: list[int], found: Remarks, where: str) -> list[Group]:
        """Return instances made of points that nothing links."""
        free: list[Group] = []
        for at in loose:
            name = self.label(self.all[at]) or ""
            group = next((g for g in free if name not in g.points), None)
            if group is None:
                group = Group()
                free.append(group)
            group.points[name] = at
        if len(free) > 1:
            found.add(where, "parentID", "points without a rectangle belong to several objects; taken in their order")
        return free

    def _kinds(self, found: Remarks, where: str) -> tuple[list[int], list[int], list[int]]:
        boxes: list[int] = []
        points: list[int] = []
        videos: list[int] = []
        for at, result in enumerate(self.all):
            if not isinstance(result, dict):
                found.add(where, "result", "a result is not an object; it is kept, but not read")
                continue
            kind, value = result.get("type"), result.get("value")
            if kind not in (*_BOXES, *_POINTS, "videorectangle"):
                continue
            if not isinstance(value, dict):
                found.add(where, "value", "a region has no value; it is kept, but not read")
            elif kind == "videorectangle":
                if isinstance(value.get("sequence"), list) and self.label(result):
                    videos.append(at)
                else:
                    found.add(where, "sequence", "a video rectangle has no key frames or label; kept, but not read")
            elif self.label(result) is None:
                found.add(where, str(kind), "a region has no label; it is kept, but not read")
            elif kind in _BOXES:
                boxes.append(at)
            else:
                points.append(at)
                if len(_texts(value.get(str(kind)))) > 1:
                    found.add(where, str(kind), "a point has several labels; the first is read")
        return boxes, points, videos

    def _links(self, boxes: list[int], points: list[int]) -> tuple[dict[int, int], dict[int, int]]:
        """Return the rectangle of each family of points, and the family of each point."""
        pairs = self._pairs(boxes, points)
        families = {at: at for at in points}

        def root(at: int) -> int:
            while families[at] != at:
                families[at] = families[families[at]]
                at = families[at]
            return at

        for a, b in pairs:
            if a in families and b in families:
                families[root(b)] = root(a)
        owners: dict[int, int] = {}
        for a, b in pairs:
            if (a in families) != (b in families):
                point, box = (a, b) if a in families else (b, a)
                owners.setdefault(root(point), box)
        return owners, {at: root(at) for at in points}

    def _pairs(self, boxes: list[int], points: list[int]) -> list[tuple[int, int]]:
        """Return what parentID and relations link."""
        by_id: dict[str, int] = {}
        for at in (*boxes, *points):
            id = region_id(self.all[at])
            if id is not None:
                by_id.setdefault(id, at)
        pairs: list[tuple[int, int]] = []
        for at in points:
            parent = self.all[at].get("parentID")
            if isinstance(parent, str) and parent in by_id:
                pairs.append((at, by_id[parent]))
        for result in self.all:
            if isinstance(result, dict) and result.get("type") == "relation":
                a, b = result.get("from_id"), result.get("to_id")
                if isinstance(a, str) and isinstance(b, str) and a in by_id and b in by_id:
                    pairs.append((by_id[a], by_id[b]))
        return pairs


def frame_index(key: Any) -> int | None:
    """Return the frame of a key frame, counted from 0 (Label Studio counts from 1), or None when it states none."""
    frame = key.get("frame") if isinstance(key, dict) else None
    return frame - 1 if type(frame) is int and 1 <= frame < 2**31 else None


def region_id(result: Record) -> str | None:
    id = result.get("id")
    return id if isinstance(id, str) and id else None


def _texts(value: Any) -> list[str]:
    return [t for t in value if isinstance(t, str) and t.strip()] if isinstance(value, list) else []


def size_of(result: Any, otherwise: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """Return a region's original_width and original_height; `otherwise` where it states none."""
    if not isinstance(result, dict):
        return otherwise
    width, height = side(result.get("original_width")), side(result.get("original_height"))
    return (width, height) if width and height else otherwise


def number(value: Any) -> float | None:
    """Return a finite number of a file, or None."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def percent(value: Record, names: Sequence[str]) -> list[float] | None:
    """Return the fields of a region's value as numbers, or None when one is missing or is no number."""
    numbers = [number(value.get(name)) for name in names]
    return None if None in numbers else [n for n in numbers if n is not None]


def said(results: Results, group: Group, names: Sequence[str], size: tuple[int, int]) -> Said | None:
    """Return what an instance's regions say, or None when nothing of it can be read.

    Parameters
    ----------
    results : Results
    group : Group
    names : sequence of str
        Keypoints of its category.
    size : (int, int)
        Of the media, for regions that do not state their own; 0, 0 when unknown.
    """
    count = len(names)
    shares, sizes = np.zeros((count, 2)), np.ones((count, 2))
    visibility, score = np.zeros(count, np.uint8), np.full(count, np.nan, np.float32)
    for at, name in enumerate(names):
        result = results.all[group.points[name]] if name in group.points else None
        place = percent(result["value"], ("x", "y")) if result else None
        own = size_of(result, size)
        if result is None or place is None or not own[0]:
            continue
        shares[at], sizes[at] = place, own
        visibility[at] = 1 if region_id(result) in results.hidden else 2
        stated = number(result.get("score"))
        score[at] = np.nan if stated is None else np.clip(stated, -1e30, 1e30)
    xy = to_pixels(shares, sizes, 100)
    bad = ~np.isfinite(xy).all(axis=1)
    xy[bad], visibility[bad] = 0, 0
    found = Said(xy, visibility, None if np.isnan(score).all() else score, None, None, None)
    if group.box is not None:
        _box(found, results, group, size)
    if found.box is None and not visibility.any():
        return None
    return found


def _box(found: Said, results: Results, group: Group, size: tuple[int, int]) -> None:
    result = results.all[group.box if group.box is not None else 0]
    value = result["value"]
    found.category = results.label(result)
    found.confidence = number(result.get("score"))
    if group.key is not None:
        value = value["sequence"][group.key]
        found.track = region_id(result)
    stated = percent(value, ("x", "y", "width", "height")) if isinstance(value, dict) else None
    own = size_of(result, size)
    if stated is not None and own[0]:
        box = to_pixels(stated, (*own, *own), 100)
        found.box = box if np.isfinite(box).all() and (box[2:] >= 0).all() else None
    ours = result["meta"].get(OURS) if isinstance(result.get("meta"), dict) else None
    if isinstance(ours, dict):
        found.track = ours["track"] if isinstance(ours.get("track"), str) else found.track
        found.area = number(ours.get("area"))
        found.crowd = ours.get("crowd") is True
        found.attributes = ours["attributes"] if isinstance(ours.get("attributes"), dict) else {}
