"""What is different between two datasets of the same labels: the original file's, and a rewritten one's."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

import vitruvian as vt
from vitruvian.labels import Dataset, Instance

#: Two instances without a labelled point in common are as far apart as this, in pixels.
FAR = 1e9
Pair = tuple[Instance, Instance]


def same(one: Any, other: Any) -> bool:
    """Whether two values of instances or records are equal; NaN equals NaN, and types of numbers do not matter."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return False
        number = one.dtype.kind == "f" and other.dtype.kind == "f"
        return np.array_equal(one, other, equal_nan=number)
    nans = (isinstance(value, float) and math.isnan(value) for value in (one, other))
    return bool(one == other) or all(nans)


def unequal_fields(one: Dataset, other: Dataset) -> list[str]:
    """Return what is not equal to the last bit and in the same order; records are the verbatim ones."""
    found = set()
    if one.ontology.categories != other.ontology.categories:
        found.add("ontology")
    media = [[(m.name, m.width, m.height, m.frames, m.kind) for m in d.media] for d in (one, other)]
    if media[0] != media[1]:
        found.add("media")
    if len(one.instances) != len(other.instances):
        return sorted({*found, "number of instances"})
    for before, after in zip(one.instances, other.instances, strict=True):
        for name in Instance.__dataclass_fields__:
            if not same(getattr(before, name), getattr(after, name)):
                found.add("records of instances" if name == "extras" else name)
    if len(one.media) == len(other.media) and not all(map(same, *([m.extras for m in d.media] for d in (one, other)))):
        found.add("records of media")
    for format in one.extras.keys() | other.extras.keys():
        mine, theirs = (dataset.extras.get(format, {}) for dataset in (one, other))
        found |= {
            f"record {field!r}" for field in mine.keys() | theirs.keys() if not same(mine.get(field), theirs.get(field))
        }
    return sorted(found)


def changes(original: Dataset, rewritten: Dataset) -> dict[str, str]:
    """Return, for each kind of change, how much of the original it concerns; empty when nothing changed.

    Instances are paired so that the sum of the distances of their points is least: within a frame, or in the whole
    file when the media's names do not tell the frames. Points are paired by the names of their keypoints where any name
    is the same, else by position.
    """
    found = {}
    pairs = list(_pairs(original, rewritten))
    total = len(original.instances)
    if len(rewritten.instances) != total:
        found["instances"] = f"{total} became {len(rewritten.instances)}"
    labelled = moved = lost = hidden = 0
    farthest = 0.0
    for before, after in pairs:
        theirs = _positions(original, rewritten, before, after)
        here = before.visibility > 0
        labelled += int(here.sum())
        kept = here & (theirs >= 0)
        kept[kept] = after.visibility[theirs[kept]] > 0
        lost += int((here & ~kept).sum())
        away = np.linalg.norm(before.xy[kept] - after.xy[theirs[kept]], axis=1)
        moved += int(np.count_nonzero(away))
        farthest = max(farthest, float(away.max(initial=0)))
        hidden += int((before.visibility[kept] != after.visibility[theirs[kept]]).sum())
    if lost:
        found["points"] = f"{lost} of {labelled} lost"
    if moved:
        found["coordinates"] = f"{moved} of {labelled} by up to {farthest:.2g} px"
    if hidden:
        found["visibility"] = f"{hidden} of {labelled}"
    for name, field in {"ids": "id", "boxes": "box", "masks": "mask", "tracks": "track"}.items():
        had = [(before, after) for before, after in pairs if getattr(before, field) is not None]
        other = sum(not same(getattr(before, field), getattr(after, field)) for before, after in had)
        if other:
            found[name] = f"{other} of {len(had)}"
    return found | _skeleton_changes(original, rewritten)


def _pairs(original: Dataset, rewritten: Dataset) -> Iterator[Pair]:
    befores, afters = _frames(original, rewritten)
    for key, mine in befores.items():
        theirs = afters.get(key, [])
        distance = np.array([[_distance(original, rewritten, a, b) for b in theirs] for a in mine])
        for row, column in zip(*linear_sum_assignment(distance.reshape(len(mine), len(theirs))), strict=True):
            yield mine[row], theirs[column]


def _frames(original: Dataset, rewritten: Dataset) -> list[dict[Any, list[Instance]]]:
    """Group the instances of both by frame where the media's names tell every frame, else in one group."""
    found = []
    for dataset in (original, rewritten):
        groups = defaultdict(list)
        for instance in sorted(dataset.instances, key=lambda i: (i.media, i.frame)):
            groups[instance.media, instance.frame].append(instance)
        found.append(groups)
    for part in (_whole, _stem):
        named = [
            {(part(dataset.media[media].name), frame): group for (media, frame), group in groups.items()}
            for dataset, groups in zip((original, rewritten), found, strict=True)
        ]
        if all(map(len, found)) and [*map(len, named)] == [*map(len, found)] and named[1].keys() <= named[0].keys():
            return named
    return [{"": dataset.instances} for dataset in (original, rewritten)]


def _whole(name: str) -> str:
    return name.replace("\\", "/")


def _stem(name: str) -> str:
    return PurePosixPath(_whole(name)).stem


def _positions(original: Dataset, rewritten: Dataset, before: Instance, after: Instance) -> np.ndarray:
    """Return where each of `before`'s keypoints is in `after`, -1 where it is not."""
    mine, theirs = _names(original, before), _names(rewritten, after)
    if not set(mine) & set(theirs):
        return np.array([i if i < len(theirs) else -1 for i in range(len(mine))], int)
    at = {name: i for i, name in enumerate(theirs)}
    return np.array([at.get(name, -1) for name in mine], int)


def _names(dataset: Dataset, instance: Instance) -> tuple[str, ...]:
    skeleton = dataset.ontology.category(instance.category).skeleton
    return skeleton.names if skeleton else ()


def _distance(original: Dataset, rewritten: Dataset, before: Instance, after: Instance) -> float:
    theirs = _positions(original, rewritten, before, after)
    both = (before.visibility > 0) & (theirs >= 0)
    both[both] = after.visibility[theirs[both]] > 0
    if not both.any():
        return FAR + (before.id != after.id)
    away = np.linalg.norm(before.xy[both] - after.xy[theirs[both]], axis=1)
    return float(away.mean()) + (before.id != after.id) * 1e-6


def _skeleton_changes(original: Dataset, rewritten: Dataset) -> dict[str, str]:
    """Compare the skeletons of categories that have labelled instances, by the category's name, else by position."""
    found = {}
    used = {i.category for i in original.instances}
    others = [c for c in rewritten.ontology if c.skeleton]
    by_name = {c.name: c.skeleton for c in others}
    for at, category in enumerate([c for c in original.ontology if c.skeleton and c.name in used]):
        mine = category.skeleton
        theirs = by_name.get(category.name) or (others[min(at, len(others) - 1)].skeleton if others else None)
        if mine is None or theirs is None:
            found["keypoints"] = "no skeleton left"
            continue
        if mine.names != theirs.names:
            missing = set(mine.names) - set(theirs.names)
            found["keypoints"] = f"{len(missing)} of {len(mine)} names lost" if missing else "order changed"
        edges = [{frozenset((s.names[a], s.names[b])) for a, b in s.edges} for s in (mine, theirs)]
        if edges[0] - edges[1]:
            found["edges"] = f"{len(edges[0] - edges[1])} of {len(edges[0])} lost"
        elif edges[1] - edges[0]:
            found["edges"] = f"{len(edges[1] - edges[0])} more"
        elif len(mine.edges) == len(theirs.edges) and _named(mine) != _named(theirs):
            found["edges"] = "order changed"
    return found


def _named(skeleton: vt.Skeleton) -> list[tuple[str, str]]:
    return [(skeleton.names[a], skeleton.names[b]) for a, b in skeleton.edges]
