"""Intervals of average precision by drawing images with replacement (Efron's percentile bootstrap)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vitruvian.metrics.average_precision import RECALLS
from vitruvian.metrics.evaluate import CategoryResult, Evaluation

_EPS: Final = np.spacing(1)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and between which values it lies with other images of the same kind."""

    value: float
    low: float
    high: float


def ap_interval(evaluation: Evaluation, *, draws: int = 200, level: float = 0.95, seed: int = 0) -> Interval:
    """Return AP over all areas, with its interval.

    Parameters
    ----------
    evaluation : Evaluation
    draws : int
        How often images are drawn.
    level : float
        Share of the draws inside the interval.
    seed : int
        The same seed gives the same interval.

    Notes
    -----
    An image drawn twice has its truth and its detections counted twice, which is what evaluating it twice would give.
    """
    area = list(evaluation.areas).index("all")
    samples = [_Sample.of(result, area) for result in evaluation.results]
    random = np.random.default_rng(seed)
    share = np.full(evaluation.images, 1 / max(evaluation.images, 1))
    values = []
    for _ in range(draws if evaluation.images else 0):
        weight = random.multinomial(evaluation.images, share).astype(np.float64)
        found = [precision for sample in samples if (precision := sample.ap(weight)) is not None]
        if found:
            values.append(float(np.mean(found)))
    if not values:
        return Interval(evaluation.precision(), -1.0, -1.0)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(evaluation.precision(), float(low), float(high))


@dataclass(frozen=True, slots=True)
class _Sample:
    """The detections of a category, the surest first, with the image of each and of each truth that counts."""

    image: NDArray[np.int64]
    right: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    truth_image: NDArray[np.int64]

    @classmethod
    def of(cls, result: CategoryResult, area: int) -> _Sample:
        found = result.pairs.found
        order = np.argsort(-result.confidence[found], kind="stable")
        matched = result.matches.truth[:, area, order] >= 0
        counted = ~result.matches.ignored[:, area, order]
        return cls(
            result.found_image[found][order],
            matched & counted,
            ~matched & counted,
            result.truth_image[~result.ignored[area]],
        )

    def ap(self, weight: NDArray[np.float64]) -> float | None:
        positives = weight[self.truth_image].sum()
        if not positives:
            return None
        share = weight[self.image]
        right = np.cumsum(self.right * share, axis=1)
        precision = right / (right + np.cumsum(self.wrong * share, axis=1) + _EPS)
        precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        total = 0.0
        for row, best in zip(right / positives, precision, strict=True):
            at = np.searchsorted(row, RECALLS, side="left")
            total += best[at[at < len(row)]].sum()
        return float(total / (len(right) * len(RECALLS)))
