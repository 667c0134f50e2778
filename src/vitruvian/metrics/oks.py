"""Object keypoint similarity, as COCO defines it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError
from vitruvian.labels import Poses, Skeleton

_EPS: Final = np.spacing(1)


def oks(
    truth: Poses, other: Poses, skeleton: Skeleton, *, area: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the similarity of every instance of `other` to every instance of `truth`.

    Parameters
    ----------
    truth : Poses
        N instances; their labelled points are compared and their size sets the tolerance.
    other : Poses
        M instances.
    skeleton : Skeleton
        Its sigmas are used.
    area : ndarray, shape (N,), float64, optional
        Area of the objects of `truth` in square pixels, as COCO's segment area. Left out, 0.53 of the box's area is
        taken, the usual share of a person in its box.

    Returns
    -------
    ndarray, shape (N, M), float64
        0 to 1. Where an instance of `truth` has no labelled point, points are compared with its box grown to twice
        its size, as COCO does; where it has no box either, nothing is like it.

    Raises
    ------
    LabelError
        The skeleton has no sigmas, or the tables differ from it in K.

    Notes
    -----
    ``mean over labelled points of exp(-d^2 / (2 s^2 k^2))`` with ``k = 2 sigma`` and ``s^2`` the area; see
    cocodataset.org, keypoint evaluation.
    """
    sigmas = skeleton.sigmas
    if sigmas is None:
        raise LabelError("The skeleton has no sigmas, so no similarity is defined", hint="give each keypoint a sigma")
    count = len(skeleton)
    if truth.keypoints < count or other.keypoints < count:
        raise LabelError(f"Tables of {truth.keypoints} and {other.keypoints} keypoints; the skeleton has {count}")
    variances = (2 * sigmas) ** 2
    size = _areas(truth) if area is None else np.asarray(area, np.float64)
    labelled = truth.visibility[:, :count] > 0
    dx = other.xy[None, :, :count, 0] - truth.xy[:, None, :count, 0]
    dy = other.xy[None, :, :count, 1] - truth.xy[:, None, :count, 1]
    unlabelled = ~np.asarray(labelled.any(axis=1))
    if unlabelled.any():
        x, y, w, h = truth.box[unlabelled].T[:, :, None, None]
        px, py = other.xy[None, :, :count, 0], other.xy[None, :, :count, 1]
        dx[unlabelled] = np.maximum(0, (x - w) - px) + np.maximum(0, px - (x + w * 2))
        dy[unlabelled] = np.maximum(0, (y - h) - py) + np.maximum(0, py - (y + h * 2))
    error = (dx**2 + dy**2) / variances / (size[:, None, None] + _EPS) / 2
    alike = _mean_of_counted(np.exp(-error), labelled | unlabelled[:, None])
    alike[unlabelled & np.isnan(truth.box).any(axis=1)] = 0
    return alike


def _mean_of_counted(alike: NDArray[np.float64], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    # Sums depend on which numbers are added pairwise: gathering the counted points first, as COCO does, gives its bits.
    result = np.empty(alike.shape[:2])
    totals = counted.sum(axis=1)
    order = np.argsort(~counted, axis=1, kind="stable")
    for total in np.unique(totals):
        rows = np.flatnonzero(totals == total)
        points = np.take_along_axis(alike[rows], order[rows, None, :total], axis=2)
        result[rows] = np.ascontiguousarray(points).sum(axis=2) / total
    return result


def _areas(poses: Poses) -> NDArray[np.float64]:
    labelled = (poses.visibility > 0)[:, :, None]
    low = np.where(labelled, poses.xy, np.inf).min(axis=1)
    high = np.where(labelled, poses.xy, -np.inf).max(axis=1)
    extent = np.where(np.isfinite(high - low), high - low, 0).prod(axis=1)
    boxed = poses.box[:, 2:].prod(axis=1)
    return np.asarray(0.53 * np.where(np.isfinite(boxed), boxed, extent))
