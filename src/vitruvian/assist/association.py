"""Tracks: which person of this frame is which person of the frames before."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

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
        """Return the track of each instance of `frame`, shape (N,), and remember them; call it in the order of frames.

        Instances that already have a track (0 or more) keep it, so a tracker can be fed what an interrupted run stored.
        """
        tracks = self.match(poses, frame)
        self.remember(poses, tracks, frame)
        return tracks

    def match(self, poses: Poses, frame: int) -> NDArray[np.int64]:
        """Return the track of each instance of `frame`, shape (N,), without remembering it."""
        tracks = poses.track.copy()
        given = tracks >= 0
        self._next = max(self._next, int(tracks.max(initial=-1)) + 1)
        known, velocity = self._remembered(poses.keypoints, frame)
        unmet = np.flatnonzero(~np.isin(known.track, tracks[given]))
        free = np.flatnonzero(~given)
        if len(free) and len(unmet):
            likeness = self._likeness(poses.take(free), known.take(unmet), velocity[unmet], frame)
            mine, theirs = linear_sum_assignment(-likeness)
            good = likeness[mine, theirs] >= self.least
            tracks[free[mine[good]]] = known.track[unmet[theirs[good]]]
        fresh = np.flatnonzero(tracks < 0)
        tracks[fresh] = self._next + np.arange(len(fresh))
        self._next += len(fresh)
        return tracks

    def remember(self, poses: Poses, tracks: NDArray[np.int64], frame: int) -> None:
        """Take the instances of `frame` as the last sight of their tracks."""
        known, velocity = self._remembered(poses.keypoints, frame)
        now = poses.take(slice(None))
        now.track, now.frame = tracks, np.full(len(poses), frame, np.int64)
        speed = np.zeros((len(poses), 2))
        same = tracks[:, None] == known.track[None]
        old = np.flatnonzero(same.any(axis=1))
        if len(old):
            source = same[old].argmax(axis=1)
            since = np.maximum(frame - known.frame[source], 1)[:, None]
            # Half old, half new: points jitter.
            speed[old] = (velocity[source] + self._moved(now.take(old), known.take(source)) / since) / 2
        gone = ~same.any(axis=0)
        self._known = concatenate([known.take(gone), now])
        self._velocity = np.concatenate([velocity[gone], speed])

    def _remembered(self, keypoints: int, frame: int) -> tuple[Poses, NDArray[np.float64]]:
        if self._known is None:
            return empty_poses(0, keypoints), self._velocity
        recent = frame - self._known.frame <= self.memory
        return self._known.take(recent), self._velocity[recent]

    def _moved(self, now: Poses, before: Poses) -> NDArray[np.float64]:
        """Return each instance's way, shape (N, 2): the mean over points sure in both, or else the box's centre.

        Points are better than boxes, which shrink when half of somebody is found.
        """
        both = ((now.score > self.compared_score) & (before.score > self.compared_score))[:, :, None]
        counted = both.sum(axis=1)
        points = np.where(both, now.xy - before.xy, 0).sum(axis=1) / np.maximum(counted, 1)
        return np.where(counted > 0, points, _centres(now) - _centres(before))

    def expected(self, frame: int, *, recent: int) -> Poses:
        """Return who was last seen 1 to `recent` frames before `frame`, boxes and points moved on to it.

        Rows keep the number of the frame in which they were seen.
        """
        if self._known is None:
            return empty_poses(0, 0)
        since = frame - self._known.frame
        rows = (since >= 1) & (since <= recent)
        found = self._known.take(rows)
        moved = self._velocity[rows] * since[rows, None]
        found.xy += moved[:, None]
        found.box[:, :2] += moved
        return found

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


def track(frames: Iterable[tuple[int, Poses]], tracker: Tracker) -> list[NDArray[np.int64]]:
    """Return the tracks of every frame, given frame numbers in rising order with their instances."""
    return [tracker.update(poses, frame) for frame, poses in frames]


def _centres(poses: Poses) -> NDArray[np.float64]:
    return np.asarray(poses.box[:, :2] + poses.box[:, 2:] / 2)
