"""Reference lengths by which distances are divided: of the box, or between two keypoints."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import InvalidInput
from vitruvian.labels import Poses, Skeleton

BoxReference = Literal["longer", "diagonal", "root"]

#: MPII's head size is this share of the diagonal of its head box (Andriluka et al. 2014, evaluation code).
HEAD_SHARE: Final = 0.6


def box_length(poses: Poses, kind: BoxReference = "longer") -> NDArray[np.float64]:
    """Return a length of each box, shape (N,), pixels; NaN without a box.

    Parameters
    ----------
    poses : Poses
    kind : {"longer", "diagonal", "root"}
        Its longer side, its diagonal, or the root of its area.

    Raises
    ------
    InvalidInput
        There is no such kind.
    """
    width, height = poses.box[:, 2], poses.box[:, 3]
    if kind == "longer":
        return np.maximum(width, height)
    if kind == "diagonal":
        return np.asarray(np.hypot(width, height))
    if kind == "root":
        return np.asarray(np.sqrt(width * height))
    raise InvalidInput(f"There is no box length {kind!r}", hint="one of " + ", ".join(get_args(BoxReference)))


def between(poses: Poses, skeleton: Skeleton, first: str, second: str) -> NDArray[np.float64]:
    """Return the distance between two keypoints of each instance, shape (N,), pixels; NaN where one is not labelled.

    Eyes give faces' inter-ocular length, a shoulder and the opposite hip the torso's, neck and top the head's.

    Raises
    ------
    LabelError
        The skeleton has no such keypoint.
    """
    at = [skeleton.position(first), skeleton.position(second)]
    ends = poses.xy[:, at]
    labelled = (poses.visibility[:, at] > 0).all(axis=1)
    return np.where(labelled, np.hypot(*(ends[:, 1] - ends[:, 0]).T), np.nan)
