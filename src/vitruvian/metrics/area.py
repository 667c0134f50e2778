"""How large an object is: what scales the tolerance of its points, and sorts it into small, medium and large."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import InvalidInput
from vitruvian.labels import Poses
from vitruvian.metrics.oks import extents

#: Where an area is taken from: the object's own as the file states it; its box; 0.53 of its box, the usual share of a
#: person in a box (xtcocotools' rule for data sets without areas); or what its labelled points span.
AreaPolicy = Literal["segment", "bbox", "bbox53", "extent"]


def areas(poses: Poses, policy: AreaPolicy) -> NDArray[np.float64]:
    """Return the area of every instance under a policy, shape (N,), in square pixels; NaN where it says nothing.

    Raises
    ------
    InvalidInput
        There is no such policy.
    """
    if policy == "segment":
        return poses.area
    if policy == "extent":
        return extents(poses)
    boxed = np.asarray(poses.box[:, 2] * poses.box[:, 3])
    if policy == "bbox":
        return boxed
    if policy == "bbox53":
        return boxed * 0.53
    raise InvalidInput(f"There is no area policy {policy!r}", hint="one of " + ", ".join(get_args(AreaPolicy)))


def choose_policy(poses: Poses) -> AreaPolicy:
    """Return the policy that every instance with a labelled point has an area under, the most telling first."""
    wanted = (poses.visibility > 0).any(axis=1) & ~poses.crowd
    policies: tuple[AreaPolicy, ...] = ("segment", "bbox53")
    return next((p for p in policies if np.isfinite(areas(poses, p)[wanted]).all()), "extent")
