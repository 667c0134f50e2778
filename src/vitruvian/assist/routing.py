"""Routing: which points a person should look at, in which order, and why.

Each point gets a doubt between 0 and 1 for every cue: the model's score, blur, speed, straying from its neighbours in
time, and being small. Doubts join as if they were independent chances of an error, ``1 - prod(1 - weight * doubt)``.
The weights follow what was measured: score tells wrong points best, sharpness and speed only support it.
The budget then spreads the points over time, so that twenty frames of the same doubt become one or two routes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.blur import scales
from vitruvian.assist.speed import Motion, motion
from vitruvian.assist.spread import rank_within, spread_in_time
from vitruvian.labels import Poses


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a point is doubtful, and how much each doubt weighs.

    Attributes
    ----------
    score : float
        Scores below it.
    sharpness : float
        Share of what is usual for this keypoint in this clip; less than it. Counts in full for points as fast as
        `speed`, and less for slower ones.
    speed : float
        Pixels per frame, as a share of the person's scale (square root of the box area); more than it.
    stray : float
        Pixels from the middle of its neighbours in time, as a share of the person's scale; more than it.
    size : float
        Scale of the person in pixels; smaller people are hard to mark. Supports other doubts, routes nothing alone.
    weights : tuple of float
        Of score, sharpness, speed, stray and size.
    priority : float
        Points of less joined doubt are not routed.
    usual_from : int
        So many points of a keypoint tell what sharpness is usual; with fewer, blur is not judged.
    """

    score: float = 0.4
    sharpness: float = 0.8
    speed: float = 0.12
    stray: float = 0.05
    size: float = 40.0
    weights: tuple[float, float, float, float, float] = (1.0, 0.6, 0.4, 0.8, 0.3)
    priority: float = 0.2
    usual_from: int = 20


@dataclass(frozen=True, slots=True)
class Budget:
    """How many points are worth a person's time.

    Attributes
    ----------
    per_frame : int
        At most so many points of one frame.
    apart : int
        Two routes of one keypoint of one track are at least so many frames apart; 1 lets every frame through.
    share : float
        At most this share of all points.
    """

    per_frame: int = 4
    apart: int = 8
    share: float = 0.1


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a kind (score, blur, speed, stray, size, gap), a text for people, and the number in it."""

    kind: str
    text: str
    value: float


@dataclass(frozen=True, slots=True)
class PointRoute:
    """One point, or one instance, for a person to look at.

    Attributes
    ----------
    row : int
        Row of the Poses.
    keypoint : int or None
        None: the instance as a whole.
    priority : float
        0 to 1, the most urgent highest.
    reasons : tuple of Reason
        The weightiest first; never empty.
    """

    row: int
    keypoint: int | None
    priority: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Doubts:
    """The joined doubt of every point, shape (N, K), and what it consists of: the weighted doubts, shape (5, N, K)."""

    priority: NDArray[np.float64]
    parts: NDArray[np.float64]
    values: NDArray[np.float64]


KINDS = ("score", "blur", "speed", "stray", "size")


def route_points(
    poses: Poses,
    sharpness: NDArray[np.float32] | None = None,
    *,
    limits: Limits | None = None,
    budget: Budget | None = None,
    moves: Motion | None = None,
) -> list[PointRoute]:
    """Choose the points that a person should look at.

    Parameters
    ----------
    poses : Poses
        A model's instances of any number of media and frames. Tracks let motion be judged.
    sharpness : ndarray, shape (N, K), optional
        From :func:`vitruvian.assist.blur.sharpness`; NaN where unknown. Without it blur is not judged.
    limits : Limits, optional
    budget : Budget, optional
    moves : Motion, optional
        From :func:`vitruvian.assist.speed.motion`; computed from the tracks when absent.

    Returns
    -------
    list of PointRoute
        The most urgent first. The same input gives the same routes.

    Raises
    ------
    ValueError
        The shape of `sharpness` or `moves` is not that of the points.
    """
    limits, budget = limits or Limits(), budget or Budget()
    moves = moves or motion(poses)
    for name, table in (("sharpness", sharpness), ("speed", moves.speed), ("stray", moves.stray)):
        if table is not None and table.shape != poses.visibility.shape:
            raise ValueError(f"{name} has shape {table.shape}, the points have {poses.visibility.shape}")
    doubts = judge(poses, sharpness, moves, limits)
    chosen = _within_budget(poses, doubts.priority, limits, budget)
    return [_route(doubts, int(row), int(keypoint)) for row, keypoint in chosen]


def judge(poses: Poses, sharpness: NDArray[np.float32] | None, moves: Motion, limits: Limits) -> Doubts:
    """Return the doubt of every labelled point, before any budget; 0 where nothing is labelled."""
    scale = scales(poses)[:, None]
    shape = poses.visibility.shape
    usual = _usual(poses, sharpness, limits.usual_from) if sharpness is not None else None
    relative = np.full(shape, np.nan) if sharpness is None or usual is None else sharpness / usual
    values = np.stack(
        [poses.score.astype(np.float64), relative, moves.speed, moves.stray, np.broadcast_to(scale, shape)]
    )
    with np.errstate(invalid="ignore"):
        raw = np.stack(
            [
                1 - values[0] / limits.score,
                (1 - values[1] / limits.sharpness) * 2,
                values[2] / scale / limits.speed - 1,
                (values[3] / scale / limits.stray - 1) / 2,
                1 - values[4] / limits.size,
            ]
        )
    # A point that hardly moves is not blurred by motion: sky and smooth cloth look unsharp too.
    raw[1] *= np.clip(np.nan_to_num(values[2] / scale / limits.speed, nan=1.0), 0, 1)
    weights = np.array(limits.weights)[:, None, None]
    parts = np.where(poses.visibility > 0, weights * np.clip(np.nan_to_num(raw, nan=0.0), 0, 1), 0)
    alone = (parts[:4] > 0).any(axis=0)
    return Doubts(np.where(alone, 1 - np.prod(1 - parts, axis=0), 0), parts, values)


def route_gaps(
    poses: Poses, *, least: int = 2, most: int = 60, sightings: int = 8, budget: Budget | None = None
) -> list[PointRoute]:
    """Route the instance after which a track is missing for some frames and then seen again.

    Parameters
    ----------
    poses : Poses
        With tracks.
    least, most : int
        How many frames are missing; shorter gaps are interpolated without harm, longer ones are departures.
    sightings : int
        Tracks of fewer instances are passed over: mostly something that flickers in the background.
    budget : Budget, optional
        As for points: so many instances of a frame, frames between two of a track, and share of all instances.

    Returns
    -------
    list of PointRoute
        Of the last instance before each gap, keypoint None, the longest gap first.
    """
    budget = budget or Budget()
    rows = np.flatnonzero(poses.track >= 0)
    rows = rows[np.lexsort((poses.frame[rows], poses.track[rows], poses.media[rows]))]
    same = (np.diff(poses.media[rows]) == 0) & (np.diff(poses.track[rows]) == 0)
    missing = np.diff(poses.frame[rows]) - 1
    gaps = np.flatnonzero(same & (missing >= least) & (missing <= most))
    gaps = gaps[np.argsort(-missing[gaps], kind="stable")]
    before = rows[gaps]
    media, track, frame = poses.media[before], poses.track[before], poses.frame[before]
    _, inverse, counts = np.unique(
        np.stack([poses.media[rows], poses.track[rows]]), axis=1, return_inverse=True, return_counts=True
    )
    kept = counts[inverse.ravel()[gaps]] >= sightings
    gaps, media, track, frame = gaps[kept], media[kept], track[kept], frame[kept]
    kept = spread_in_time(frame, (media, track), budget.apart)
    gaps, media, frame = gaps[kept], media[kept], frame[kept]
    gaps = gaps[rank_within((media, frame)) < budget.per_frame][: int(np.ceil(budget.share * len(poses)))]
    return [
        PointRoute(
            row=int(rows[at]),
            keypoint=None,
            priority=float(0.5 + 0.5 * missing[at] / most),
            reasons=(Reason("gap", f"not found in the {missing[at]} frames after this one", float(missing[at])),),
        )
        for at in gaps
    ]


def _usual(poses: Poses, sharpness: NDArray[np.float32], enough: int) -> NDArray[np.float64]:
    """Return the usual sharpness of each point's keypoint: in its media, or else in all media; NaN when unknown."""
    usual = np.broadcast_to(_medians(sharpness, enough), sharpness.shape).copy()
    media, inverse, counts = np.unique(poses.media, return_inverse=True, return_counts=True)
    if len(media) > 1:
        for at in np.flatnonzero(counts >= enough):  # clips, never the many single pictures
            rows = inverse == at
            own = _medians(sharpness[rows], enough)
            usual[rows] = np.where(np.isfinite(own), own, usual[rows])
    return usual


def _medians(table: NDArray[np.float32], enough: int) -> NDArray[np.float64]:
    counted = np.isfinite(table).sum(axis=0)
    ordered = np.sort(table, axis=0)  # NaN last
    if not len(table):
        return np.full(table.shape[1], np.nan)
    middle = ordered[np.maximum(counted - 1, 0) // 2, np.arange(table.shape[1])]
    return np.where((counted >= enough) & (middle > 0), middle, np.nan).astype(np.float64)


def _within_budget(poses: Poses, priority: NDArray[np.float64], limits: Limits, budget: Budget) -> NDArray[np.intp]:
    """Return the (row, keypoint) pairs worth a look, shape (M, 2), the most urgent first."""
    rows, keypoints = np.nonzero(priority >= max(limits.priority, 1e-9))
    value = priority[rows, keypoints]
    order = np.lexsort((keypoints, rows, -value))
    rows, keypoints, value = rows[order], keypoints[order], value[order]
    # A row without a track is a series of its own: nothing says that it is the same object as another.
    track = np.where(poses.track[rows] >= 0, poses.track[rows], -1 - rows)
    kept = spread_in_time(poses.frame[rows], (poses.media[rows], track, keypoints), budget.apart)
    rows, keypoints = rows[kept], keypoints[kept]
    kept = rank_within((poses.media[rows], poses.frame[rows])) < budget.per_frame
    most = int(np.ceil(budget.share * np.count_nonzero(poses.visibility)))
    return np.stack([rows[kept], keypoints[kept]], axis=1)[:most]


def _route(doubts: Doubts, row: int, keypoint: int) -> PointRoute:
    parts, values = doubts.parts[:, row, keypoint], doubts.values[:, row, keypoint]
    told: Sequence[int] = [int(at) for at in np.argsort(-parts, kind="stable") if parts[at] > 0]
    return PointRoute(
        row=row,
        keypoint=keypoint,
        priority=round(float(doubts.priority[row, keypoint]), 4),
        reasons=tuple(Reason(KINDS[at], _TEXTS[at].format(values[at]), round(float(values[at]), 4)) for at in told),
    )


_TEXTS = (
    "confidence {:.2f}",
    "blurred: {:.2f} of this keypoint's usual sharpness",
    "motion {:.0f} px/frame",
    "jumps {:.0f} px off its path",
    "small: the person is {:.0f} px across",
)
