"""Propose: a model marks the one object in a box that a person drew."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.movenet import SIDE, Thunder
from vitruvian.assist.people import PEOPLE
from vitruvian.assist.predictor import VISIBLE_SCORE
from vitruvian.errors import InvalidInput, LabelError, ModelError
from vitruvian.labels import Skeleton
from vitruvian.labels.reskeleton import Mapped, map_skeleton

_BY_HAND = "draw its box (B) and place its points by hand (N)"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model says of one object.

    Attributes
    ----------
    xy : ndarray, shape (K, 2), float64
        Pixels of the frame, in skeleton order; 0 where the model has nothing to say.
    visibility : ndarray, shape (K,), uint8
    score : ndarray, shape (K,), float64
        NaN where the model has nothing to say.
    """

    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    score: NDArray[np.float64]


class Proposer:
    """MoveNet Thunder, opened once a process and run by one caller at a time: more would only share the same cores.

    Parameters
    ----------
    threads : int
        Threads of one inference.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = threads
        self._running = threading.Lock()
        self._model: Thunder | None = None

    def ready(self, category: str, skeleton: Skeleton | None) -> Mapped:
        """Open the model, so that the first proposal does not wait for it; return how its keypoints are mapped.

        Raises
        ------
        ModelError
            The model is not installed, or knows none of the category's keypoints.
        """
        mapped = _mapped(category, skeleton)
        with self._running:
            self._opened()
        return mapped

    def propose(
        self, frame: NDArray[np.uint8], box: Sequence[float], category: str, skeleton: Skeleton | None
    ) -> Proposal:
        """Mark the object in `box`.

        A point that the model sees outside the frame is not labelled: nobody could check it.

        Parameters
        ----------
        frame : ndarray, shape (H, W, 3), uint8
            RGB.
        box : (x, y, width, height)
            Pixels.
        category : str
        skeleton : Skeleton or None
            The category's.

        Raises
        ------
        InvalidInput
            The box is none, or lies outside the frame.
        ModelError
            As :meth:`ready`.
        """
        height, width = frame.shape[:2]
        inside = _clipped(box, width, height)
        mapped = _mapped(category, skeleton)
        with self._running:
            (found,) = self._opened().points(frame, inside[None])
        count = len(skeleton) if skeleton else 0
        source, to = (np.array(side, np.intp) for side in zip(*mapped.pairs, strict=True))
        proposal = Proposal(np.zeros((count, 2)), np.zeros(count, np.uint8), np.full(count, np.nan))
        seen = ((found[source, :2] >= 0) & (found[source, :2] <= [width, height])).all(axis=1)
        source, to = source[seen], to[seen]
        proposal.xy[to], proposal.score[to] = found[source, :2], found[source, 2]
        proposal.visibility[to] = np.where(found[source, 2] > VISIBLE_SCORE, 2, 1)
        return proposal

    def _opened(self) -> Thunder:
        if self._model is None:
            model = Thunder(threads=self._threads)
            # The first run takes several times as long as the next ones.
            model.points(np.zeros((SIDE, SIDE, 3), np.uint8), np.array([[0.0, 0.0, SIDE, SIDE]]))
            self._model = model
        return self._model


def _mapped(category: str, skeleton: Skeleton | None) -> Mapped:
    if skeleton is None or not len(skeleton):
        raise ModelError(f"{category!r} has no keypoints to propose", where=category, hint="draw its box (B)")
    try:
        return map_skeleton(PEOPLE, skeleton)
    except LabelError as error:
        raise ModelError(
            f"The model knows people, and none of the keypoints of {category!r}", where=category, hint=_BY_HAND
        ) from error


def _clipped(box: Sequence[float], width: int, height: int) -> NDArray[np.float64]:
    if len(box) != 4 or not all(isfinite(value) for value in box):
        raise InvalidInput("A box is x, y, width, height", where="box")
    first = np.clip([box[0], box[1]], 0, [width, height])
    last = np.clip([box[0] + box[2], box[1] + box[3]], 0, [width, height])
    if not (last - first >= 1).all():
        raise InvalidInput("There is no picture in this box", where="box", hint="draw it around the object")
    return np.concatenate([first, last - first])
