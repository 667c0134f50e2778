"""Distances between the points of instances that belong together, and their root mean square."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError
from vitruvian.labels import Poses


def distances(truth: Poses, other: Poses) -> NDArray[np.float64]:
    """Return how far each point of row n of `other` lies from that of row n of `truth`.

    Parameters
    ----------
    truth, other : Poses
        N rows each that belong together, such as those of matched pairs.

    Returns
    -------
    ndarray, shape (N, K), float64
        Pixels; NaN where `truth` has no label.

    Raises
    ------
    LabelError
        The tables differ in shape.
    """
    if truth.xy.shape != other.xy.shape:
        raise LabelError(
            f"Tables of {truth.xy.shape[:2]} and {other.xy.shape[:2]} rows and keypoints cannot be compared row by row",
            hint="match the instances first, and take the rows of each pair",
        )
    apart = np.hypot(*np.moveaxis(other.xy - truth.xy, 2, 0))
    return np.where(truth.visibility > 0, apart, np.nan)


def rmse(apart: NDArray[np.float64], axis: int | None = None) -> NDArray[np.float64]:
    """Return the root mean square of distances, in their unit; NaN where nothing is labelled.

    Parameters
    ----------
    apart : ndarray, shape (N, K)
        From :func:`distances`; divided by a reference length or not.
    axis : int, optional
        0 for a figure per keypoint, 1 per instance, None for one of all.
    """
    return np.sqrt(mean_of_known(np.square(apart), axis))


def mean_of_known(values: NDArray[np.float64], axis: int | None = None) -> NDArray[np.float64]:
    """Return the mean of what is not NaN, NaN where nothing is; without a warning for empty slices."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
