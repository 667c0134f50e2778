"""Points carried from key to key by the picture itself: sparse optical flow, checked, closed and blended.

From each key the points are followed towards the other one by pyramidal Lucas-Kanade (Bouguet, "Pyramidal
implementation of the Lucas Kanade feature tracker", 2000). A step is trusted where following it back ends where it
began (Kalal, Mikolajczyk and Matas, "Forward-backward error", ICPR 2010). What a chain has drifted by when it arrives
is taken off in proportion to the way, and the two chains are blended by their distance in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

#: Side of the patch that is looked for, as a share of the picture's shorter side, and its bounds in pixels.
WINDOW_SHARE: Final = 0.06
WINDOW_BOUNDS: Final = (15, 61)
LEVELS: Final = 4
#: Pixels by which a step, followed back, may miss, as a share of the window.
BACK_SHARE: Final = 0.1
#: Disagreement of the two chains (pixels, as a share of the window) at which the score is 1/e.
DOUBT_SHARE: Final = 0.5
#: Points with a lower score count as lost: there, lines between keys are nearer to the truth.
LEAST_SCORE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Flow:
    """Where points are in each frame.

    Attributes
    ----------
    xy : ndarray, shape (F, P, 2), float64
        Pixels; NaN where the check failed.
    score : ndarray, shape (F, P), float32
        1 where both ways agree, towards 0 the more they differ; NaN where the check failed.
    """

    xy: NDArray[np.float64]
    score: NDArray[np.float32]


def carry(
    pictures: Sequence[NDArray[np.uint8]], start: NDArray[np.float64], end: NDArray[np.float64] | None = None
) -> Flow:
    """Carry points through consecutive frames.

    Parameters
    ----------
    pictures : sequence of ndarray, each (H, W), uint8
        Grey, in order.
    start : ndarray, shape (P, 2)
        Pixels in the first picture.
    end : ndarray, shape (P, 2), optional
        Pixels in the last one; NaN where a point is not known there. Such a point is followed one way, as far as the
        check holds. A point with an end that neither way reaches in trust fails in all frames between.
    """
    side = int(np.clip(WINDOW_SHARE * min(pictures[0].shape), *WINDOW_BOUNDS)) | 1
    forth, held = _chain(pictures, start, side)
    if end is None:
        return _one_way(forth, held, side)
    closed = np.asarray(~np.isnan(end).any(axis=1))
    back, held_back = _chain(pictures[::-1], np.where(closed[:, None], end, start), side)
    back, held_back = back[::-1], held_back[::-1]
    share = np.linspace(0, 1, len(pictures))[:, None, None]
    forth_closed = forth + share * (end - forth[-1])
    back_closed = back + (1 - share) * (start - back[0])
    # A chain that lost its point anywhere tells nothing of the drift, so only whole ones are closed.
    whole, whole_back = held[-1], held_back[0]
    weight = np.where(whole & whole_back, share[:, :, 0], np.where(whole, 0.0, 1.0))[:, :, None]
    xy = (1 - weight) * np.where(whole[:, None], forth_closed, 0) + weight * np.where(
        whole_back[:, None], back_closed, 0
    )
    # Where only one way arrived, the drift that had to be taken off says how far to believe it.
    apart = np.linalg.norm(forth_closed - back_closed, axis=2)
    drift = np.where(whole, np.linalg.norm(end - forth[-1], axis=1), np.linalg.norm(start - back[0], axis=1))
    score = np.exp(-np.where(whole & whole_back, apart, drift) / (DOUBT_SHARE * side)).astype(np.float32)
    xy[np.logical_not(whole | whole_back) | (score < LEAST_SCORE)] = np.nan
    single = _one_way(forth, held, side)
    xy[:, ~closed], score[:, ~closed] = single.xy[:, ~closed], single.score[:, ~closed]
    score[np.isnan(xy).any(axis=2)] = np.nan
    return Flow(xy, score)


def _one_way(forth: NDArray[np.float64], held: NDArray[np.bool_], side: int) -> Flow:
    # Nothing at the far end to check against: believed less with every step.
    steps = np.arange(len(forth), dtype=np.float32)[:, None]
    score = np.where(held, 1 / (1 + steps / side), np.nan).astype(np.float32)
    return Flow(np.where(held[:, :, None], forth, np.nan), score)


def _chain(
    pictures: Sequence[NDArray[np.uint8]], start: NDArray[np.float64], side: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Follow points from the first picture on; also return until where each step, followed back, came home."""
    xy = np.repeat(start[None], len(pictures), axis=0).astype(np.float64)
    held = np.ones(xy.shape[:2], np.bool_)
    height, width = pictures[0].shape
    for n in range(1, len(pictures)):
        before = xy[n - 1].astype(np.float32)
        there, found = _step(pictures[n - 1], pictures[n], before, side)
        home, found_back = _step(pictures[n], pictures[n - 1], there, side)
        xy[n] = there
        inside = (xy[n] >= 0).all(axis=1) & (xy[n, :, 0] < width) & (xy[n, :, 1] < height)
        came = found & found_back & (np.linalg.norm(home - before, axis=1) <= BACK_SHARE * side)
        held[n] = held[n - 1] & came & inside
    return xy, held


def _step(
    one: NDArray[np.uint8], other: NDArray[np.uint8], at: NDArray[np.float32], side: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    room = np.empty_like(at)
    there, found, _ = cv2.calcOpticalFlowPyrLK(one, other, at, room, winSize=(side, side), maxLevel=LEVELS)
    return np.asarray(there, np.float32).reshape(-1, 2), np.asarray(found, np.bool_).reshape(-1)
