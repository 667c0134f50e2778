"""How alike two boxes or two poses are, and which of several alike ones to keep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pose_oks(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    *,
    sigmas: NDArray[np.float64],
    compared_a: NDArray[np.bool_],
    compared_b: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the OKS between every pose of `a` and every pose of `b` where neither is a truth with a measured area.

    Parameters
    ----------
    a, b : ndarray, shape (N, K, 2) and (M, K, 2)
        Pixels.
    sigmas : ndarray, shape (K,)
    compared_a, compared_b : ndarray of bool, shape (N, K) and (M, K)
        Points to compare: those true in both.

    Returns
    -------
    ndarray, shape (N, M), float64
        0 where no point can be compared. A pose's area is half the product of its extents, and the mean of both counts.
    """
    both = compared_a[:, None] & compared_b[None]
    area = (pose_area(a, compared_a)[:, None] + pose_area(b, compared_b)[None]) / 2
    distance = np.square(a[:, None] - b[None]).sum(axis=3)
    spread = 2 * np.square(2 * sigmas) * np.maximum(area, 1.0)[:, :, None]
    similarity = np.where(both, np.exp(-distance / spread), 0.0)
    return np.asarray(similarity.sum(axis=2) / np.maximum(both.sum(axis=2), 1))


def pose_area(xy: NDArray[np.float64], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return half the product of the extents of the counted points, shape (N,), in square pixels; 0 without points."""
    low = np.where(counted[:, :, None], xy, np.inf).min(axis=1, initial=np.inf)
    high = np.where(counted[:, :, None], xy, -np.inf).max(axis=1, initial=-np.inf)
    extent = np.where(np.isfinite(low), high, 0.0) - np.where(np.isfinite(low), low, 0.0)
    return np.asarray(extent.prod(axis=1) / 2)


def box_iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the intersection over union of every box of `a` with every box of `b`, shape (N, M)."""
    first = np.maximum(a[:, None, :2], b[None, :, :2])
    last = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    shared = np.clip(last - first, 0, None).prod(axis=2)
    union = a[:, 2:].prod(axis=1)[:, None] + b[:, 2:].prod(axis=1)[None] - shared
    return np.asarray(shared / np.maximum(union, 1e-12))


def suppress(alike: NDArray[np.float64], scores: NDArray[np.float64], limit: float) -> NDArray[np.intp]:
    """Keep the surest, drop what is more alike to a kept one than `limit`.

    Parameters
    ----------
    alike : ndarray, shape (N, N)
    scores : ndarray, shape (N,)

    Returns
    -------
    ndarray of int
        Kept rows, surest first.
    """
    order = np.argsort(-scores, kind="stable")
    open_ = np.ones(len(order), np.bool_)
    kept = []
    for row in order:
        if open_[row]:
            kept.append(row)
            open_ &= alike[row] <= limit
    return np.array(kept, np.intp)


def nms(boxes: NDArray[np.float64], scores: NDArray[np.float64], limit: float) -> NDArray[np.intp]:
    """Return the rows of boxes that non-maximum suppression keeps, surest first."""
    return suppress(box_iou(boxes, boxes), scores, limit)
