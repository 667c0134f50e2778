"""Predictor: whatever turns frames into Poses with scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Poses

#: A point scored above this is called visible, one at or below it hidden. Half bodies and wild guesses fall under it.
VISIBLE_SCORE = 0.3


@runtime_checkable
class Predictor(Protocol):
    """Marks every object it finds in each frame.

    An implementation can be pickled, and one object may serve several threads at once.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Keypoint names, in the order of the points it returns."""

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Poses]:
        """Mark the objects of each frame.

        Parameters
        ----------
        frames : sequence of ndarray, shape (H, W, 3), uint8
            RGB pictures, which need not be of one size.

        Returns
        -------
        list of Poses
            One for each frame, in order, surest object first; possibly of no rows. ``xy`` in pixels of the frame,
            ``score`` and ``box`` filled, ``visibility`` 2 where the score is above :data:`VISIBLE_SCORE` and 1
            elsewhere (a model guesses every point); ``media``, ``frame`` and ``category`` are 0, ``track`` is -1:
            the caller knows them.

        Raises
        ------
        ModelError
            The weights are missing or damaged, or a frame is no RGB picture.
        """
