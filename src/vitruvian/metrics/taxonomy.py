"""What kind of localisation error each point of a detection has, and what each kind costs in average precision.

The kinds and their limits are those of Ronchi and Perona, "Benchmarking and Error Diagnosis in Multi-Instance Pose
Estimation" (ICCV 2017): a point of similarity 0.85 or more is good, one of 0.5 or more jitters; below that it is an
inversion when it is at the mirror keypoint of the same object, a swap when it is at a keypoint of that kind of another
object, and otherwise a miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Poses, Skeleton
from vitruvian.metrics.average_precision import curves
from vitruvian.metrics.evaluate import CategoryResult, Evaluation
from vitruvian.metrics.matching import match
from vitruvian.metrics.oks import keypoint_similarity, oks_of_pairs

GOOD: Final = 0.85
NEAR: Final = 0.5
#: A detection less alike than this is no attempt at the truth it is matched with.
MATCHED: Final = 0.1

KINDS: Final = ("good", "jitter", "inversion", "swap", "miss")
#: In the order in which their costs are told: the gross ones first.
CORRECTED: Final = ("miss", "swap", "inversion", "jitter")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Errors by kind.

    Attributes
    ----------
    counts : list of ndarray, shape (5, K)
        For each category, how many points are good, jitter, inversion, swap, miss, by keypoint.
    alone : dict of str to float
        AP gained when only this kind is put right.
    together : dict of str to float
        AP after this kind and those before it (misses, swaps, inversions, jitter) are put right.
    ap : float
        AP as it is.
    """

    counts: list[NDArray[np.int64]]
    alone: dict[str, float]
    together: dict[str, float]
    ap: float


def taxonomy(truth: Poses, found: Poses, skeletons: Sequence[Skeleton | None], evaluation: Evaluation) -> Taxonomy:
    """Sort the points of matched detections into kinds of error.

    Parameters
    ----------
    truth, found : Poses
        As they were evaluated.
    skeletons : sequence of Skeleton or None
        Flip partners say which keypoints may be inverted.
    evaluation : Evaluation
        Of the same tables.

    Notes
    -----
    A point that is put right goes where the truth has it. Its detection keeps its confidence.
    """
    sorted_ = [
        _sort(truth.take(result.truth), found.take(result.found), result, skeleton, evaluation)
        for result in evaluation.results
        if (skeleton := skeletons[result.category]) is not None
    ]

    def corrected(*names: str) -> float:
        kinds = [KINDS.index(name) for name in names]
        precision = np.concatenate([category.precision(kinds).reshape(-1) for category in sorted_])
        counted = precision[precision > -1]
        return float(counted.mean()) if counted.size else -1.0

    ap = corrected()
    alone = {name: corrected(name) - ap for name in CORRECTED}
    together = {name: corrected(*CORRECTED[: n + 1]) for n, name in enumerate(CORRECTED)}
    counts = [np.stack([(c.kind == k).sum(axis=0) for k in range(len(KINDS))]) for c in sorted_]
    return Taxonomy(counts, alone, together, ap)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """One category: its tables, and the kind of every point of the detections in `rows`, matched with `owner`."""

    truth: Poses
    found: Poses
    result: CategoryResult
    skeleton: Skeleton
    size: NDArray[np.float64]
    ignored: NDArray[np.bool_]
    thresholds: NDArray[np.float64]
    rows: NDArray[np.int64]
    owner: NDArray[np.int64]
    kind: NDArray[np.int8]

    def precision(self, kinds: Sequence[int]) -> NDArray[np.float64]:
        """Return precision with the points of these kinds put right, shape (T, 101)."""
        pairs = self.result.pairs
        wrong = np.isin(self.kind, kinds)
        xy = self.found.xy.copy()
        count = len(self.skeleton)
        xy[self.rows, :count] = np.where(wrong[:, :, None], self.truth.xy[self.owner, :count], xy[self.rows, :count])
        right = replace(self.found, xy=xy)
        touched = np.zeros(len(self.found), np.bool_)
        touched[self.rows[wrong.any(axis=1)]] = True
        again = np.flatnonzero(touched[pairs.found[pairs.detection]])
        alike = self.result.alike.copy()
        columns = pairs.found[pairs.detection[again]]
        alike[again] = oks_of_pairs(self.truth, right, pairs.truth[again], columns, self.skeleton, area=self.size)
        matches = match(pairs, alike, self.thresholds, self.ignored, self.truth.crowd)
        score = self.found.confidence[pairs.found]
        positives = (~self.ignored).sum(axis=1)
        return curves(score, matches.truth >= 0, matches.ignored, positives).precision[:, :, 0]


def _sort(truth: Poses, found: Poses, result: CategoryResult, skeleton: Skeleton, evaluation: Evaluation) -> _Sorted:
    area = list(evaluation.areas).index("all")
    pairs, ignored = result.pairs, result.ignored[area : area + 1]
    size = evaluation.sizes[result.truth]
    matched = match(pairs, result.alike, np.array([MATCHED]), ignored, truth.crowd).truth[0, 0]
    at = np.flatnonzero(matched >= 0)
    at = at[~ignored[0, matched[at]]]
    owner, rows = matched[at], pairs.found[at]
    flip = skeleton.flip_indices
    mirror = replace(truth, xy=truth.xy.copy(), visibility=truth.visibility.copy())
    mirror.xy[:, : len(flip)], mirror.visibility[:, : len(flip)] = truth.xy[:, flip], truth.visibility[:, flip]
    own = keypoint_similarity(truth, found, owner, rows, skeleton, area=size)
    inverted = keypoint_similarity(mirror, found, owner, rows, skeleton, area=size)
    inverted = np.where(flip == np.arange(len(flip)), 0, np.nan_to_num(inverted, nan=0.0))
    # Pairs of these detections with other objects than their own.
    detections = np.zeros(len(pairs.found), np.bool_)
    detections[at] = True
    other = np.flatnonzero(detections[pairs.detection] & (pairs.truth != matched[pairs.detection]))
    best = np.zeros((len(pairs.found), len(skeleton)))
    for table in (truth, mirror):
        columns = pairs.found[pairs.detection[other]]
        near = keypoint_similarity(table, found, pairs.truth[other], columns, skeleton, area=size)
        np.maximum.at(best, pairs.detection[other], np.nan_to_num(near, nan=0.0))
    swapped = best[at]
    with np.errstate(invalid="ignore"):
        kind = np.select(
            [np.isnan(own), own >= GOOD, own >= NEAR, (inverted >= NEAR) & (inverted >= swapped), swapped >= NEAR],
            [-1, 0, 1, 2, 3],
            4,
        ).astype(np.int8)
    thresholds = evaluation.thresholds
    return _Sorted(truth, found, result, skeleton, size, ignored, thresholds, rows, owner, kind)
