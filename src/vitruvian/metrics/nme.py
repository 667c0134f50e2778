"""NME: the normalised mean error, usual for faces, hands and fashion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Poses
from vitruvian.metrics.distance import distances, mean_of_known


def nme(truth: Poses, other: Poses, reference: NDArray[np.float64], *, axis: int | None = None) -> NDArray[np.float64]:
    """Return the mean distance of labelled points in units of a reference length.

    Parameters
    ----------
    truth, other : Poses
        N rows each that belong together.
    reference : ndarray, shape (N,)
        Pixels, from :mod:`vitruvian.metrics.reference`; instances of NaN or 0 are left out.
    axis : int, optional
        0 for a figure per keypoint, 1 per instance, None for one of all.

    Raises
    ------
    LabelError
        The tables differ in shape.
    """
    length = np.asarray(reference, np.float64)[:, None]
    return mean_of_known(distances(truth, other) / np.where(length > 0, length, np.nan), axis)
