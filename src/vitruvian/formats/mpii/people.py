"""MPII's 16 points, and which of them an instance of another skeleton has."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.losses import Loss, implied
from vitruvian.labels import Category, Dataset, Instance, Ontology, Skeleton
from vitruvian.labels.presets import preset_skeleton

Record = dict[str, Any]

CATEGORY = "person"
COUNT = 16


@cache
def skeleton() -> Skeleton:
    """Return the preset's skeleton, whose order is that of MPII's ids."""
    return preset_skeleton("mpii")


def ontology(name: str) -> Ontology:
    """Return the ontology of every MPII file."""
    return Ontology(name or "mpii", (Category(CATEGORY, skeleton()),), source="MPII Human Pose")


def points_of(instance: Instance, theirs: Skeleton | None) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return places, (16, 2), and visibility, (16,), of an instance by the names of its keypoints."""
    if theirs is not None and theirs.names == skeleton().names:
        return instance.xy, instance.visibility
    xy, visibility = np.zeros((COUNT, 2)), np.zeros(COUNT, np.uint8)
    index = theirs.index if theirs is not None else {}
    pairs = [(at, index[name]) for at, name in enumerate(skeleton().names) if name in index]
    if pairs:
        ours, other = np.array(pairs).T
        xy[ours], visibility[ours] = instance.xy[other], instance.visibility[other]
    return xy, visibility


def losses(dataset: Dataset, found: list[Loss]) -> list[Loss]:
    """Return what is lost beyond `found`: points of other names; what MPII's skeleton says by itself is not."""
    kept = implied(found, dataset, lambda _: skeleton())
    foreign = {
        c.name: np.array([name not in skeleton().index for name in c.skeleton.names], bool)
        for c in dataset.ontology
        if c.skeleton is not None
    }
    gone = [
        (i.id, count)
        for i in dataset.instances
        if i.category in foreign and (count := int(np.count_nonzero(i.visibility[foreign[i.category]])))
    ]
    if gone:
        count = sum(n for _, n in gone)
        kept.append(Loss("names", "points that MPII has no name for", count, f"instance {gone[0][0]}"))
    return kept
