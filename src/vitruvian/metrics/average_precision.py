"""Average precision and recall, as COCO accumulates them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Recalls at which precision is read.
RECALLS: Final = np.linspace(0.0, 1.0, 101)
_EPS: Final = np.spacing(1)


@dataclass(frozen=True, slots=True)
class Curves:
    """Precision against recall of one category, at T thresholds and A area ranges.

    Attributes
    ----------
    precision : ndarray, shape (T, 101, A)
        At :data:`RECALLS`; -1 where there is nothing to find.
    recall : ndarray, shape (T, A)
        The highest reached; -1 where there is nothing to find.
    score : ndarray, shape (T, 101, A)
        Score of the detection at which each recall is reached; 0 where it never is, -1 where there is nothing to find.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    score: NDArray[np.float64]


def curves(
    score: NDArray[np.float64],
    matched: NDArray[np.bool_],
    ignored: NDArray[np.bool_],
    positives: NDArray[np.int64],
) -> Curves:
    """Accumulate the detections of a category, the surest first.

    Parameters
    ----------
    score : ndarray, shape (D,)
        Detections in the order of their images; equal scores stay in it.
    matched, ignored : ndarray of bool, shape (T, A, D)
    positives : ndarray of int, shape (A,)
        How much truth there is to find.
    """
    thresholds, areas, count = matched.shape
    order = np.argsort(-score, kind="stable")
    counted = ~ignored[:, :, order]
    right = np.cumsum(matched[:, :, order] & counted, axis=2).astype(np.float64)
    wrong = np.cumsum(~matched[:, :, order] & counted, axis=2).astype(np.float64)
    precision = right / (wrong + right + _EPS)
    # At a recall counts the best precision of that recall or more.
    precision = np.maximum.accumulate(precision[:, :, ::-1], axis=2)[:, :, ::-1]
    found = Curves(
        np.full((thresholds, len(RECALLS), areas), -1.0),
        np.full((thresholds, areas), -1.0),
        np.full((thresholds, len(RECALLS), areas), -1.0),
    )
    for a in np.flatnonzero(positives):
        recall = right[:, a] / positives[a]
        found.recall[:, a] = recall[:, -1] if count else 0.0
        for t in range(thresholds):
            at = np.searchsorted(recall[t], RECALLS, side="left")
            reached = at < count
            found.precision[t, :, a] = 0.0
            found.score[t, :, a] = 0.0
            found.precision[t, reached, a] = precision[t, a, at[reached]]
            found.score[t, reached, a] = score[order[at[reached]]]
    return found
