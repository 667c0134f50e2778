"""Tracks: which person of this frame is which person of the frames before."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]  # ships no types

from vitruvian.assist.overlap import box_iou, pose_oks
from vitruvian.labels import Poses, concatenate, empty_poses


class Tracker:
    """Gives each instance the number of its track, one frame after the other.

    People of two frames are paired so that their likeness is largest in sum (Hungarian algorithm). Likeness is the mean
    of three: OKS of the points, IoU of the boxes, and nearness of the boxes' centres after moving the old one on at its
    last speed, which still finds a jumper whose box no longer overlaps.

    Parameters
    ----------
    sigmas : ndarray, shape (K,), or float
        Of the keypoints. They are doubled: people move between frames.
    memory : int
        Frames for which somebody who is not found is remembered.
    least : float
        Pairs of less likeness are no pairs.
    compared_score : float
        Points scored above it in both count for the OKS.
    """

    def __init__(
        self,
        sigmas: NDArray[np.float64] | float,
        *,
        memory: int = 30,
        least: float = 0.3,
        compared_score: float = 0.15,
    ) -> None:
        self.sigmas = 2 * np.asarray(sigmas, np.float64)
        self.memory = memory
        self.least = least
        self.compared_score = compared_score
        self._known: Poses | None = None  # the last sight of each track
        self._velocity = np.zeros((0, 2))  # of its box's centre, pixels per frame
        self._next = 0

    def update(self, poses: Poses, frame: int) -> NDArray[np.int64]:
        """Return the track of each instance of `frame`, shape (N,); call it in the order of frames.

        Instances that already have a track (0 or more) keep it, so a tracker can be fed what an interrupted run stored.
        """
        known = self._known if self._known is not None else empty_poses(0, poses.keypoints)
        remembered = frame - known.frame <= self.memory
        known, velocity = known.take(remembered), self._velocity[remembered]
        tracks = poses.track.copy()
        source = np.full(len(poses), -1, np.intp)
        given = tracks >= 0
        if given.any() and len(known):
            same = tracks[:, None] == known.track[None]
            source[given] = np.where(same.any(axis=1), same.argmax(axis=1), -1)[given]
            self._next = max(self._next, int(tracks.max()) + 1)
        elif given.any():
            self._next = max(self._next, int(tracks.max()) + 1)
        free, unmet = np.flatnonzero(~given), np.setdiff1d(np.arange(len(known)), source[source >= 0])
        if len(free) and len(unmet):
            likeness = self._likeness(poses.take(free), known.take(unmet), velocity[unmet], frame)
            mine, theirs = linear_sum_assignment(-likeness)
            good = likeness[mine, theirs] >= self.least
            source[free[mine[good]]] = unmet[theirs[good]]
            tracks[free[mine[good]]] = known.track[unmet[theirs[good]]]
        fresh = np.flatnonzero(tracks < 0)
        tracks[fresh] = self._next + np.arange(len(fresh))
        self._next += len(fresh)
        self._remember(poses, tracks, frame, known, velocity, source)
        return tracks

    def _likeness(self, poses: Poses, known: Poses, velocity: NDArray[np.float64], frame: int) -> NDArray[np.float64]:
        since = (frame - known.frame)[:, None]
        moved = velocity * since
        size = np.sqrt(np.maximum(known.box[:, 2:].prod(axis=1), 1.0))
        # The further back, the less certain where it went: half its size, and a tenth more each frame.
        reach = size * (0.5 + 0.1 * since[:, 0])
        away = np.linalg.norm(_centres(poses)[:, None] - (_centres(known) + moved)[None], axis=2)
        near = np.exp(-np.square(away / reach) / 2)
        box = known.box.copy()
        box[:, :2] += moved
        oks = pose_oks(
            poses.xy,
            known.xy + moved[:, None],
            sigmas=np.broadcast_to(self.sigmas, poses.keypoints),
            compared_a=poses.score > self.compared_score,
            compared_b=known.score > self.compared_score,
        )
        return np.asarray((near + box_iou(poses.box, box) + oks) / 3)

    def _remember(
        self,
        poses: Poses,
        tracks: NDArray[np.int64],
        frame: int,
        known: Poses,
        velocity: NDArray[np.float64],
        source: NDArray[np.intp],
    ) -> None:
        now = poses.take(slice(None))
        now.track, now.frame = tracks, np.full(len(poses), frame, np.int64)
        speed = np.zeros((len(poses), 2))
        old = source >= 0
        if old.any():
            since = np.maximum(frame - known.frame[source[old]], 1)[:, None]
            # Half old, half new: the box of one frame jitters.
            step = (_centres(now)[old] - _centres(known)[source[old]]) / since
            speed[old] = (velocity[source[old]] + step) / 2
        gone = np.setdiff1d(np.arange(len(known)), source[old])
        self._known = concatenate([known.take(gone), now])
        self._velocity = np.concatenate([velocity[gone], speed])


def track(frames: Iterable[tuple[int, Poses]], tracker: Tracker) -> list[NDArray[np.int64]]:
    """Return the tracks of every frame, given frame numbers in rising order with their instances."""
    return [tracker.update(poses, frame) for frame, poses in frames]


def _centres(poses: Poses) -> NDArray[np.float64]:
    return np.asarray(poses.box[:, :2] + poses.box[:, 2:] / 2)
