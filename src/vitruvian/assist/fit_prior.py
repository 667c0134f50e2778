"""Fit a pose prior: a mixture where there are poses enough, one Gaussian leaning on what was known before where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.pose_prior import PosePrior, normalised

Array = NDArray[np.float64]

#: Poses for one component more, the fewest and the most components (benchmarks/clicks.py has the figures).
POSES_EACH: Final = 10
FEWEST: Final = 6
MOST: Final = 40
#: Beyond this many, a random choice of the poses is fitted: the rest would change nothing but the time.
MOST_POSES: Final = 4000
#: Poses are kept of so many different choices of labelled points, the commonest: each costs a factorisation a round.
PATTERNS: Final = 150
#: As many labelled poses as the earlier prior counts for, and how many poses are drawn from it to say so.
EARLIER: Final = {"labels": 40.0, "body": 40.0, "layout": 8.0}
DRAWN: Final = 800
#: As many poses as the spread common to all components counts for in each.
COMMON: Final = 80.0
#: No coordinate is known better than this share of the box's scale.
FLOOR: Final = 2e-5
ROUNDS: Final = 12
#: Above this many keypoints one Gaussian is all that poses could tell apart, and all that a page should load.
LARGE: Final = 40


def fit_prior(
    xy: Array,
    visibility: NDArray[np.uint8],
    box: Array,
    flip: Sequence[int] | NDArray[np.int64],
    earlier: PosePrior,
    *,
    components: int | None = None,
    seed: int = 0,
) -> PosePrior:
    """Fit a mixture to labelled poses, and to their mirror images where the skeleton has mirror partners.

    Points that are not labelled are left out of the likelihood (expectation maximisation with missing values:
    Ghahramani and Jordan, 1994). Means and covariances lean on `earlier`, whose weight vanishes as poses come.

    Parameters
    ----------
    xy : ndarray, shape (N, K, 2), float64
        Pixels.
    visibility : ndarray, shape (N, K), uint8
        0 where not labelled.
    box : ndarray, shape (N, 4), float64
        x, y, width, height; NaN where there is none: then it is the one around the labelled points.
    flip : sequence of int, length K
        Mirror partner of every keypoint, its own index where it has none.
    earlier : PosePrior
        What to believe before any pose was seen.
    components : int, optional
        Chosen by the number of poses when left out.
    """
    rows, seen = _usable(xy, visibility, box)
    if not len(rows):
        return earlier
    count = len(rows)
    common = _of_common_patterns(seen)
    rows, seen = rows[common], seen[common]
    if len(rows) > MOST_POSES:
        chosen = np.random.default_rng(seed).choice(len(rows), MOST_POSES, replace=False)
        rows, seen = rows[chosen], seen[chosen]
    partner = np.asarray(flip, np.intp)
    images = 2 if (partner != np.arange(len(partner))).any() else 1
    if images == 2:
        rows = np.concatenate((rows, _mirrored(rows, partner)))
        seen = np.concatenate((seen, seen[:, partner]))
    known = np.column_stack((np.repeat(seen, 2, axis=1), np.ones(len(rows), np.bool_)))
    drawn = _drawn(earlier, np.random.default_rng(seed))
    importance = np.append(np.ones(len(rows)), np.full(len(drawn), images * EARLIER[earlier.source] / len(drawn)))
    rows, known = np.concatenate((rows, drawn)), np.concatenate((known, np.ones(drawn.shape, np.bool_)))
    if components is None:
        components = 1 if xy.shape[1] > LARGE else int(np.clip(len(seen) // images // POSES_EACH, FEWEST, MOST))
    start = _split(_imputed(rows, known, _single(earlier)), importance, components, np.random.default_rng(seed))
    return PosePrior(*_maximise(rows, known, importance, start), "labels", count)


def _of_common_patterns(seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which poses are labelled at one of the commonest choices of points; of equally common ones the fullest."""
    patterns, which, counts = np.unique(seen, axis=0, return_inverse=True, return_counts=True)
    order = np.lexsort((-patterns.sum(axis=1), -counts))
    return np.isin(which.ravel(), order[:PATTERNS])


def _drawn(prior: PosePrior, rng: np.random.Generator) -> Array:
    """Return poses as the prior expects them, shape (DRAWN, D)."""
    which = rng.choice(len(prior.weights), DRAWN, p=prior.weights)
    drawn = rng.standard_normal((DRAWN, prior.means.shape[1]))
    for m, lower in enumerate(np.linalg.cholesky(prior.covariances)):
        drawn[which == m] = prior.means[m] + drawn[which == m] @ lower.T
    return drawn


_Mixture = tuple[Array, Array, Array]


def _usable(xy: Array, visibility: NDArray[np.uint8], box: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return normalised poses that say something, and which of their keypoints are labelled."""
    seen = np.asarray(visibility > 0)
    low = np.where(seen[..., None], xy, np.inf).min(axis=1, initial=np.inf)
    high = np.where(seen[..., None], xy, -np.inf).max(axis=1, initial=-np.inf)
    around = np.where(seen.any(axis=1, keepdims=True), np.concatenate((low, high - low), axis=1), 0.0)
    box = np.where(np.isnan(box).any(axis=1, keepdims=True), around, box)
    enough = seen.sum(axis=1) >= min(3, xy.shape[1])
    keep = enough & (box[:, 2] > 0) & (box[:, 3] > 0)
    known = np.column_stack((np.repeat(seen, 2, axis=1), np.ones(len(seen), np.bool_)))
    return np.where(known[keep], normalised(xy[keep], box[keep]), 0.0), seen[keep]


def _mirrored(rows: Array, flip: NDArray[np.intp]) -> Array:
    points = rows[:, :-1].reshape(len(rows), -1, 2)[:, flip] * (-1, 1)
    return np.column_stack((points.reshape(len(rows), -1), rows[:, -1]))


def _single(prior: PosePrior) -> _Mixture:
    """Return a mixture as the one Gaussian of the same mean and covariance."""
    mean = prior.weights @ prior.means
    off = prior.means - mean
    spread = np.einsum("m,mij->ij", prior.weights, prior.covariances + off[:, :, None] * off[:, None, :])
    return np.ones(1), mean[None], spread[None]


def _split(rows: Array, importance: Array, count: int, rng: np.random.Generator) -> _Mixture:
    """Return a mixture of `count` components around centres that k-means found (Lloyd, 1982)."""
    centres = rows[rng.choice(len(rows), count, replace=False, p=importance / importance.sum())]
    for _ in range(15):
        away = (rows**2).sum(1)[:, None] - 2 * rows @ centres.T + (centres**2).sum(1)
        nearest = away.argmin(1)
        for k in np.unique(nearest):
            centres[k] = np.average(rows[nearest == k], axis=0, weights=importance[nearest == k])
    spread = np.cov((rows - centres[nearest]).T, aweights=importance) + FLOOR * np.eye(rows.shape[1])
    weights = np.bincount(nearest, importance, minlength=count) + 1.0
    return weights / weights.sum(), centres, np.repeat(spread[None], count, axis=0)


def _imputed(rows: Array, known: NDArray[np.bool_], mixture: _Mixture) -> Array:
    filled = rows.copy()
    for pattern, members in _patterns(known):
        filled[members] = _expected(rows[members], pattern, mixture)[1][0]
    return filled


def _maximise(rows: Array, known: NDArray[np.bool_], importance: Array, start: _Mixture) -> _Mixture:
    """Raise the likelihood round by round; every component leans on the spread common to all."""
    weights, means, spreads = start
    count, size = means.shape
    groups = _patterns(known)
    for _ in range(ROUNDS):
        total = np.zeros(count)
        first, second = np.zeros((count, size)), np.zeros((count, size, size))
        for pattern, members in groups:
            likely, filled, left = _expected(rows[members], pattern, (weights, means, spreads))
            share = np.exp(likely - likely.max(0))
            share *= importance[members] / share.sum(0)
            part = share[..., None] * filled
            total += share.sum(1)
            first += part.sum(1)
            second += np.swapaxes(part, 1, 2) @ filled + share.sum(1)[:, None, None] * left
        weights = (total + 1) / (total + 1).sum()
        means = (first + first.sum(0) / total.sum()) / (total + 1)[:, None]
        scatter = second - first[:, :, None] * means[:, None] - means[:, :, None] * first[:, None]
        scatter += total[:, None, None] * means[:, :, None] * means[:, None]
        common = scatter.sum(0) / total.sum()
        spreads = (scatter + COMMON * common) / (total + COMMON)[:, None, None] + FLOOR * np.eye(size)
    return weights, means, spreads


def _patterns(known: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], NDArray[np.intp]]]:
    """Return each different choice of known numbers with the rows that have it: one factorisation serves them all."""
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(which.ravel(), minlength=len(patterns)))
    return list(zip(patterns, np.split(order, ends[:-1]), strict=True))


def _expected(rows: Array, pattern: NDArray[np.bool_], mixture: _Mixture) -> tuple[Array, Array, Array]:
    """Return, under each of M components, what n rows of one pattern are expected to be.

    Returns
    -------
    likely : ndarray, shape (M, n)
        Log likelihood with the component's weight, up to a constant.
    filled : ndarray, shape (M, n, D)
        The rows with what is unknown filled in.
    left : ndarray, shape (M, D, D)
        Covariance of what was filled in.
    """
    weights, means, spreads = mixture
    known, unknown = np.flatnonzero(pattern), np.flatnonzero(~pattern)
    lower = np.linalg.cholesky(spreads[:, known[:, None], known])
    # Few small factors, thousands of rows: one inverse and a product beat that many substitutions.
    whitener = np.linalg.inv(lower)
    whitened = whitener @ np.swapaxes(rows[:, known] - means[:, None, known], 1, 2)
    spread = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(1)
    likely = (np.log(weights) - spread)[:, None] - 0.5 * (whitened**2).sum(1)
    filled, left = np.broadcast_to(rows, (len(weights), *rows.shape)), np.zeros_like(spreads)
    if len(unknown):
        filled = filled.copy()
        gain = whitener @ spreads[:, known[:, None], unknown]
        back = np.swapaxes(gain, 1, 2)
        filled[:, :, unknown] = means[:, None, unknown] + np.swapaxes(back @ whitened, 1, 2)
        left[:, unknown[:, None], unknown] = spreads[:, unknown[:, None], unknown] - back @ gain
    return likely, filled, left
