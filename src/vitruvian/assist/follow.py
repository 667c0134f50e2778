"""Follow people through the frames of a video, and look again, turned, where the detectors lost somebody.

Detectors and MoveNet know people on their feet. Whoever bends, flies or turns head over heels is lost exactly where it
matters most. A person with a track is therefore looked for where the track should be, in four turns of the picture.
Every frame is still searched afresh (following alone made skeletons jump to neighbours); this fills in, and replaces
only what the predictor itself was unsure of.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.association import Tracker
from vitruvian.assist.overlap import box_iou, pose_oks
from vitruvian.assist.people import SIGMAS, PeoplePredictor
from vitruvian.assist.predictor import Predictor
from vitruvian.labels import Poses, concatenate

#: A box around points reaches this share of their extent beyond them on each side: heads and feet end past the points.
_BEYOND: Final = 0.12
#: Sigma of a keypoint of which nothing is known.
_TOLERANCE: Final = 0.07


class Follows(Protocol):
    """Gives the instances of one video their tracks, frame by frame."""

    def follow(self, frame: NDArray[np.uint8], poses: Poses, number: int) -> Poses:
        """Return the instances of frame `number` with ``track`` and ``frame`` filled; some may be added or bettered."""

    def resume(self, poses: Poses) -> None:
        """Take up what an interrupted run stored: instances with tracks, of any number of earlier frames."""


def follower(predictor: Predictor) -> Follows:
    """Return what follows a predictor's instances through one video; make a new one for each video."""
    if isinstance(predictor, PeoplePredictor):
        return Follower(predictor)
    return Linker(Tracker(_TOLERANCE))


class Linker:
    """Tracks for the instances of any predictor, nothing added."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker

    def follow(self, frame: NDArray[np.uint8], poses: Poses, number: int) -> Poses:
        """Return `poses` with ``track`` and ``frame`` filled, rows in the order given."""
        poses = poses.take(slice(None))
        poses.track, poses.frame = self.tracker.update(poses, number), np.full(len(poses), number, np.int64)
        return poses

    def resume(self, poses: Poses) -> None:
        """See :meth:`Follows.resume`."""
        for number, part in _frames(poses):
            self.tracker.update(part, number)


class Follower:
    """Tracks for the people of one video, with those found again whom the predictor missed.

    Parameters
    ----------
    predictor : PeoplePredictor
        Its Thunder looks again.
    tracker : Tracker, optional
    score : float
        Mean point score that somebody looked for needs; more than the predictor asks, since the place was a guess.
    age : int
        Sightings that a track needs before anybody is looked for.
    patience : int
        Frames after the last sighting in which a person is looked for.
    weak, better : float
        Somebody found with a mean score below `weak` is looked for again too, and replaced by a result that is surer by
        `better`: often only half of the body was boxed.
    crowded : float
        Nobody is added whose box has a larger IoU, or whose points have a larger OKS, with somebody else's.
    """

    def __init__(
        self,
        predictor: PeoplePredictor,
        tracker: Tracker | None = None,
        *,
        score: float = 0.4,
        age: int = 8,
        patience: int = 12,
        weak: float = 0.5,
        better: float = 0.03,
        crowded: float = 0.4,
    ) -> None:
        self.predictor = predictor
        self.tracker = tracker or Tracker(SIGMAS)
        self.score = score
        self.age = age
        self.patience = patience
        self.weak = weak
        self.better = better
        self.crowded = crowded
        self._sightings: dict[int, int] = {}
        self._sides: dict[int, float] = {}

    def follow(self, frame: NDArray[np.uint8], poses: Poses, number: int) -> Poses:
        """Give tracks to what the predictor found in frame `number`, and add who was found again.

        Parameters
        ----------
        frame : ndarray, shape (H, W, 3), uint8
        poses : Poses
            Of this frame; rows that have a track keep it.
        number : int
            Frames come in rising order.

        Returns
        -------
        Poses
            ``track`` filled and ``frame`` set to `number`; rows in another order than given.
        """
        poses = poses.take(slice(None))
        expected = self.tracker.expected(number, recent=self.patience)
        poses.track, poses.frame = self.tracker.match(poses, number), np.full(len(poses), number, np.int64)
        self._count(poses)
        again = self._look_again(frame, poses, expected, number)
        if len(again):
            poses = _joined(poses, again)
        self.tracker.remember(poses, poses.track, number)
        return poses

    def resume(self, poses: Poses) -> None:
        """See :meth:`Follows.resume`."""
        for number, part in _frames(poses):
            self.tracker.update(part, number)
            self._count(part)

    def _count(self, poses: Poses) -> None:
        for number, side in zip(poses.track.tolist(), poses.box[:, 2:].max(axis=1, initial=0).tolist(), strict=True):
            self._sightings[number] = self._sightings.get(number, 0) + 1
            # A slow mean: a tucked body does not shrink the square in which it is looked for at once.
            self._sides[number] = side + 0.9 * (self._sides.get(number, side) - side)

    def _look_again(self, frame: NDArray[np.uint8], poses: Poses, expected: Poses, number: int) -> Poses:
        """Return who was lost and is found, and who was found in part and is found better; with their tracks."""
        means = dict(zip(poses.track.tolist(), poses.score.mean(axis=1).tolist(), strict=True))
        needed = np.array([means.get(t, self.score - self.better) + self.better for t in expected.track.tolist()])
        known = np.array([self._sightings.get(t, 0) >= self.age for t in expected.track.tolist()], np.bool_)
        centres = expected.box[:, :2] + expected.box[:, 2:] / 2
        inside = ((centres > 0) & (centres < [frame.shape[1], frame.shape[0]])).all(axis=1)
        chosen = np.flatnonzero(known & inside & (needed < self.weak + self.better))
        if not len(chosen):
            return poses.take(slice(0, 0))
        tracks, centres, needed = expected.track[chosen], centres[chosen], needed[chosen]
        sides = np.array([self._sides[t] for t in tracks.tolist()])[:, None]
        compared = self.predictor.compared_score
        wide = self.predictor.people(frame, np.concatenate([centres - sides / 2, sides, sides], axis=1), turned=True)
        # Once more, closely around what was found: the first square was a guess.
        close = self.predictor.people(frame, boxes_around(wide, compared), turned=True)
        closer = close.score.mean(axis=1) > wide.score.mean(axis=1)
        found = concatenate([wide, close]).take(np.arange(len(wide)) + np.where(closer, len(wide), 0))
        found.box[:] = boxes_around(found, compared)
        found.track, found.frame = tracks, np.full(len(tracks), number, np.int64)
        others = poses.track[None] != tracks[:, None]
        oks = pose_oks(
            found.xy, poses.xy, sigmas=SIGMAS, compared_a=found.score > compared, compared_b=poses.score > compared
        )
        alone = ~((np.maximum(oks, box_iou(found.box, poses.box)) > self.crowded) & others).any(axis=1)
        return found.take((found.score.mean(axis=1) >= needed) & alone)


def _frames(poses: Poses) -> list[tuple[int, Poses]]:
    return [(int(number), poses.take(poses.frame == number)) for number in np.unique(poses.frame)]


def _joined(poses: Poses, again: Poses) -> Poses:
    """Return `poses` with the rows of `again` in the place of those of the same track, or after them."""
    rest = poses.take(~np.isin(poses.track, again.track))
    return concatenate([rest, again])


def boxes_around(poses: Poses, score: float) -> NDArray[np.float64]:
    """Return boxes around the points scored above `score` (all when none is) and a little beyond, shape (N, 4)."""
    counted = poses.score > score
    counted |= ~counted.any(axis=1, keepdims=True)
    low = np.where(counted[:, :, None], poses.xy, np.inf).min(axis=1, initial=np.inf)
    high = np.where(counted[:, :, None], poses.xy, -np.inf).max(axis=1, initial=-np.inf)
    extent = np.maximum(high - low, 1)
    return np.concatenate([low - _BEYOND * extent, (1 + 2 * _BEYOND) * extent], axis=1)
