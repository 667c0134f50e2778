"""How fast points move, and how far they stray from the way between their neighbours in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Poses


@dataclass(frozen=True, slots=True)
class Motion:
    """What points do between frames; NaN where the neighbours in time are not labelled.

    Attributes
    ----------
    speed : ndarray, shape (N, K), float64
        Pixels per frame: the mean of the way from the frame before and to the frame after, or the one there is.
    stray : ndarray, shape (N, K), float64
        Pixels between the point and the middle of its two neighbours in time. A steadily moving point has none, a point
        that jumped there and back has much.
    """

    speed: NDArray[np.float64]
    stray: NDArray[np.float64]


def motion(poses: Poses, *, gap: int = 2) -> Motion:
    """Measure the motion of every point along its track.

    Parameters
    ----------
    poses : Poses
        Rows in any order; rows without a track (-1) get NaN.
    gap : int
        Rows of one track that lie more frames apart are no neighbours.

    Raises
    ------
    ValueError
        `gap` is below 1.
    """
    if gap < 1:
        raise ValueError(f"gap is {gap}; neighbours are at least 1 frame apart")
    shape = poses.visibility.shape
    speed, stray = np.full(shape, np.nan), np.full(shape, np.nan)
    rows = np.flatnonzero(poses.track >= 0)
    rows = rows[np.lexsort((poses.frame[rows], poses.track[rows], poses.media[rows]))]
    if len(rows) < 2:
        return Motion(speed, stray)
    xy = np.where((poses.visibility > 0)[:, :, None], poses.xy, np.nan)[rows]
    frame = poses.frame[rows]
    same = (np.diff(poses.media[rows]) == 0) & (np.diff(poses.track[rows]) == 0)
    apart = np.diff(frame)
    joined = same & (apart >= 1) & (apart <= gap)
    step = np.where(
        joined[:, None], np.linalg.norm(np.diff(xy, axis=0), axis=2) / np.maximum(apart, 1)[:, None], np.nan
    )
    nothing = np.full((1, shape[1]), np.nan)
    both = np.stack([np.concatenate([nothing, step]), np.concatenate([step, nothing])])
    known = np.isfinite(both)
    speed[rows] = np.where(
        known.any(axis=0), np.where(known, both, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), np.nan
    )
    inner = joined[:-1] & joined[1:]
    share = (apart[:-1] / np.maximum(apart[:-1] + apart[1:], 1))[:, None, None]
    middle = xy[:-2] + share * (xy[2:] - xy[:-2])
    stray[rows[1:-1]] = np.where(inner[:, None], np.linalg.norm(xy[1:-1] - middle, axis=2), np.nan)
    return Motion(speed, stray)
