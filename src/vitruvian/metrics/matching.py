"""COCO's greedy matching of detections to truth, for all images, thresholds and area ranges at once.

The reference walks image by image, threshold by threshold, detection by detection. A detection's match depends only
on the surer detections of its own image, so all detections of one *rank* can be matched in one step: as many steps as
there are detections in the fullest image, at most `most`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every detection that counts beside every truth of its group, the surest detections of all groups first.

    Attributes
    ----------
    found : ndarray, shape (D,), int64
        Rows of the detections that count, by group and within it the surest first.
    rank : ndarray, shape (D,), int64
        Place of each within its group.
    detection : ndarray, shape (P,), int64
        Position in `found` of each pair.
    truth : ndarray, shape (P,), int64
        Row of the truth of each pair; within a detection in the order of the rows.
    starts : ndarray of int64
        Where the pairs of each rank begin, and the end.
    """

    found: NDArray[np.int64]
    rank: NDArray[np.int64]
    detection: NDArray[np.int64]
    truth: NDArray[np.int64]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Matches:
    """What each detection was matched with, at T thresholds and A area ranges.

    Attributes
    ----------
    truth : ndarray, shape (T, A, D), int64
        Row of the truth, or -1.
    ignored : ndarray of bool, shape (T, A, D)
        Neither right nor wrong: matched with a truth that does not count.
    """

    truth: NDArray[np.int64]
    ignored: NDArray[np.bool_]


def pair_up(
    truth_group: NDArray[np.int64], found_group: NDArray[np.int64], score: NDArray[np.float64], *, most: int = 20
) -> Pairs:
    """Pair the `most` surest detections of each group (an image and a category) with the truth of that group.

    Parameters
    ----------
    truth_group, found_group : ndarray of int64, shape (N,) and (M,)
    score : ndarray, shape (M,)
        Equal ones stay in the order of their rows.
    most : int
        Detections of a group beyond it do not count.
    """
    order = np.lexsort((-score, found_group))
    rank = _rank_within(found_group[order])
    found, rank = order[rank < most], rank[rank < most]
    by_group = np.argsort(truth_group, kind="stable")
    first = np.searchsorted(truth_group, found_group[found], "left", sorter=by_group)
    count = np.searchsorted(truth_group, found_group[found], "right", sorter=by_group) - first
    detection = np.argsort(rank, kind="stable")
    count = count[detection]
    ends = np.cumsum(count)
    inside = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)
    truth = by_group[np.repeat(first[detection], count) + inside]
    pairs_of_rank = np.bincount(rank[detection], weights=count, minlength=int(rank.max(initial=-1)) + 1)
    starts = np.concatenate(([0], np.cumsum(pairs_of_rank))).astype(np.int64)
    return Pairs(found, rank, np.repeat(detection, count), truth, starts)


def match(
    pairs: Pairs,
    alike: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    ignored: NDArray[np.bool_],
    crowd: NDArray[np.bool_],
) -> Matches:
    """Give each detection, the surest first, the truth most like it that is still free.

    Parameters
    ----------
    pairs : Pairs
    alike : ndarray, shape (P,)
        Similarity of each pair.
    thresholds : ndarray, shape (T,)
        A match is at least so alike.
    ignored : ndarray of bool, shape (A, N)
        Truth that does not count in an area range: taken only when none that counts is alike enough.
    crowd : ndarray of bool, shape (N,)
        Truth that may be matched many times.
    """
    shape = (len(thresholds), len(ignored))
    matched = np.full((*shape, len(pairs.found)), -1, np.int64)
    aside = np.zeros((*shape, len(pairs.found)), np.bool_)
    taken = np.zeros((*shape, ignored.shape[1]), np.bool_)
    limits = np.minimum(thresholds, 1 - 1e-10)[:, None, None]
    # One number that orders candidates: counts at all, then likeness, then the later row, as the reference breaks ties.
    likeness = np.unique(alike, return_inverse=True)[1].astype(np.int64).reshape(-1)
    for first, last in zip(pairs.starts[:-1], pairs.starts[1:], strict=True):
        if first == last:
            continue
        detection, truth = pairs.detection[first:last], pairs.truth[first:last]
        segments = np.flatnonzero(np.diff(detection, prepend=-1))
        place = np.arange(last - first)
        span = int(last - first)
        value = likeness[first:last] * span + place
        value = value + np.where(ignored[:, truth], 0, (len(alike) + 1) * span)
        free = ~taken[:, :, truth] | crowd[truth]
        best = np.maximum.reduceat(np.where(free & (alike[first:last] >= limits), value[None], -1), segments, axis=2)
        t, a, segment = np.nonzero(best >= 0)
        chosen = truth[best[t, a, segment] % span]
        at = detection[segments[segment]]
        matched[t, a, at] = chosen
        aside[t, a, at] = ignored[a, chosen]
        taken[t, a, chosen] = True
    return Matches(matched, aside)


def _rank_within(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each row within its run of equal groups."""
    begins = np.flatnonzero(np.diff(groups, prepend=groups[:1] - 1))
    lengths = np.diff(begins, append=len(groups))
    return np.arange(len(groups)) - np.repeat(begins, lengths)
