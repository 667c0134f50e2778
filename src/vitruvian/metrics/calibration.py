"""Whether scores mean what they say: that of points scored 0.8, 8 in 10 are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores against how often they were right, in B bins of equal width.

    Attributes
    ----------
    score, right : ndarray, shape (B,)
        Mean score and share of right ones; NaN in empty bins.
    count : ndarray of int, shape (B,)
    error : float
        Expected calibration error: mean gap between the two, weighted by count (Naeini et al. 2015). NaN without data.
    """

    score: NDArray[np.float64]
    right: NDArray[np.float64]
    count: NDArray[np.int64]
    error: float


def calibration(score: NDArray[np.float64], right: NDArray[np.bool_], *, bins: int = 10) -> Calibration:
    """Compare scores with outcomes.

    Parameters
    ----------
    score : ndarray, shape (N,)
        0 to 1; NaN is left out.
    right : ndarray of bool, shape (N,)
    bins : int

    Raises
    ------
    InvalidInput
        A score outside 0 to 1: it is no probability.
    """
    known = ~np.isnan(score)
    score, right = np.asarray(score[known], np.float64), np.asarray(right[known], np.float64)
    if score.size and (score.min() < 0 or score.max() > 1):
        raise InvalidInput(
            f"Scores from {score.min():.3g} to {score.max():.3g} are no probabilities",
            hint="scale them to 0 to 1 first",
        )
    at = np.minimum((score * bins).astype(np.int64), bins - 1)
    count = np.bincount(at, minlength=bins)
    filled = np.where(count > 0, count, np.nan)
    mean = np.bincount(at, weights=score, minlength=bins) / filled
    share = np.bincount(at, weights=right, minlength=bins) / filled
    gap = np.nansum(np.abs(mean - share) * count)
    return Calibration(mean, share, count, float(gap / count.sum()) if count.sum() else float("nan"))
