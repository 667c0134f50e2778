"""Object keypoint similarity, as COCO defines it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError
from vitruvian.labels import Poses, Skeleton

_EPS: Final = np.spacing(1)
#: Pairs compared at once: more would not be faster, only larger.
_PAIRS: Final = 50_000


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
        Area of the objects of `truth` in square pixels, as COCO's segment area. Left out, the column of `truth` is
        taken, and where that says nothing 0.53 of the box's area, the usual share of a person in its box.

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
    rows, columns = (grid.reshape(-1) for grid in np.indices((len(truth), len(other))))
    return oks_of_pairs(truth, other, rows, columns, skeleton, area=area).reshape(len(truth), len(other))


def oks_of_pairs(
    truth: Poses,
    other: Poses,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    skeleton: Skeleton,
    *,
    area: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the similarity of instance ``columns[p]`` of `other` to instance ``rows[p]`` of `truth`, shape (P,).

    The other parameters and the errors are those of :func:`oks`.
    """
    alike = np.empty(len(rows))
    variances, size = _tolerance(truth, other, skeleton, area)
    count = len(skeleton)
    labelled = truth.visibility[:, :count] > 0
    totals = labelled.sum(axis=1)
    # Sums depend on which numbers are added pairwise: gathering the counted points first, as COCO does, gives its bits.
    order = np.argsort(~labelled, axis=1, kind="stable")
    for start in range(0, len(rows), _PAIRS):
        part = slice(start, start + _PAIRS)
        row, column = rows[part], columns[part]
        near = np.exp(-_errors(truth, other, row, column, totals, count) / variances / (size[row, None] + _EPS) / 2)
        counted = np.where(totals[row] == 0, count, totals[row])
        for total in np.unique(counted):
            at = np.flatnonzero(counted == total)
            points = np.take_along_axis(near[at], order[row[at], :total], axis=1)
            alike[start + at] = points.sum(axis=1) / total
    nowhere = (totals == 0) & np.isnan(truth.box).any(axis=1)
    alike[nowhere[rows]] = 0
    return alike


def keypoint_similarity(
    truth: Poses,
    other: Poses,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    skeleton: Skeleton,
    *,
    area: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the similarity of each point of each pair, shape (P, K); NaN where `truth` has no label.

    Parameters and errors are those of :func:`oks_of_pairs`.
    """
    variances, size = _tolerance(truth, other, skeleton, area)
    count = len(skeleton)
    labelled = truth.visibility[rows, :count] > 0
    squared = np.square(other.xy[columns, :count] - truth.xy[rows, :count]).sum(axis=2)
    near = np.exp(-squared / variances / (size[rows, None] + _EPS) / 2)
    return np.where(labelled, near, np.nan)


def default_areas(poses: Poses) -> NDArray[np.float64]:
    """Return 0.53 of the area of each box, or of the labelled points' extent where there is no box, shape (N,)."""
    boxed = poses.box[:, 2:].prod(axis=1)
    return np.asarray(0.53 * np.where(np.isfinite(boxed), boxed, extents(poses)))


def extents(poses: Poses) -> NDArray[np.float64]:
    """Return the area spanned by the labelled points of each instance, shape (N,), in square pixels."""
    labelled = (poses.visibility > 0)[:, :, None]
    low = np.where(labelled, poses.xy, np.inf).min(axis=1, initial=np.inf)
    high = np.where(labelled, poses.xy, -np.inf).max(axis=1, initial=-np.inf)
    spans = np.where(np.isfinite(low), high, 0) - np.where(np.isfinite(low), low, 0)
    return np.asarray(spans.prod(axis=1))


def _tolerance(
    truth: Poses, other: Poses, skeleton: Skeleton, area: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sigmas, count = skeleton.sigmas, len(skeleton)
    if sigmas is None:
        raise LabelError("The skeleton has no sigmas, so no similarity is defined", hint="give each keypoint a sigma")
    if truth.keypoints < count or other.keypoints < count:
        raise LabelError(f"Tables of {truth.keypoints} and {other.keypoints} keypoints; the skeleton has {count}")
    if area is None:
        area = np.where(np.isnan(truth.area), default_areas(truth), truth.area)
    return (2 * sigmas) ** 2, np.asarray(area, np.float64)


def _errors(
    truth: Poses,
    other: Poses,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    totals: NDArray[np.int64],
    count: int,
) -> NDArray[np.float64]:
    """Return the squared distances, shape (P, K); of instances without a labelled point, from their grown box."""
    dx = other.xy[columns, :count, 0] - truth.xy[rows, :count, 0]
    dy = other.xy[columns, :count, 1] - truth.xy[rows, :count, 1]
    unlabelled = totals[rows] == 0
    if unlabelled.any():
        x, y, w, h = truth.box[rows[unlabelled]].T[:, :, None]
        px, py = other.xy[columns[unlabelled], :count, 0], other.xy[columns[unlabelled], :count, 1]
        dx[unlabelled] = np.maximum(0, (x - w) - px) + np.maximum(0, px - (x + w * 2))
        dy[unlabelled] = np.maximum(0, (y - h) - py) + np.maximum(0, py - (y + h * 2))
    return np.asarray(dx**2 + dy**2)
