"""PCK: the percentage of correct keypoints, those within a share of a reference length (Yang and Ramanan 2013)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Poses
from vitruvian.metrics.distance import distances, mean_of_known


def pck(
    truth: Poses, other: Poses, reference: NDArray[np.float64], *, alpha: float = 0.2, axis: int | None = None
) -> NDArray[np.float64]:
    """Return the share of labelled points of `truth` that `other` has within ``alpha * reference``.

    Parameters
    ----------
    truth, other : Poses
        N rows each that belong together. Whoever counts missed instances hands in rows of NaN points for them.
    reference : ndarray, shape (N,)
        Pixels, from :mod:`vitruvian.metrics.reference`; instances of NaN are left out. With the head size and
        `alpha` 0.5 this is PCKh.
    alpha : float
    axis : int, optional
        0 for a figure per keypoint, 1 per instance, None for one of all.

    Returns
    -------
    ndarray
        0 to 1; NaN where nothing is labelled.

    Raises
    ------
    LabelError
        The tables differ in shape.
    """
    limit = alpha * np.asarray(reference, np.float64)[:, None]
    counted = (truth.visibility > 0) & np.isfinite(limit)
    right = np.nan_to_num(distances(truth, other), nan=np.inf) <= limit
    return mean_of_known(np.where(counted, right, np.nan), axis)
