"""A predictor that reads the number in each frame of a bar code clip, and what a test runs in a process of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.media.clips import number_of
from vitruvian.actions.prelabel import prelabel
from vitruvian.labels import Poses, empty_poses
from vitruvian.store import open_store


class BarcodePredictor:
    """Finds one person at (number, 2 * number) in every frame, but nobody in every fifth."""

    names = ("nose", "right_wrist", "left_wrist")

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.seen: list[int] = []

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Poses]:
        time.sleep(self.seconds)
        return [self._one(number_of(frame)) for frame in frames]

    def _one(self, number: int) -> Poses:
        self.seen.append(number)
        poses = empty_poses(int(number % 5 != 0), 3)
        poses.xy[:] = (number, 2 * number)
        poses.xy[:, :, 0] += np.arange(3)
        poses.visibility[:] = 2
        poses.score[:] = (0.9, 0.5, 0.25)
        poses.box[:] = (number, number, 30, 60)
        return poses


def main(address: str, project: int, media: int, ontology: int, label_set: int) -> None:
    """Pre-label slowly, saying how far it has come, until somebody ends the process."""
    with open_store(address) as store:
        prelabel(
            store, project, [media], BarcodePredictor(0.1), ontology=ontology, label_set=label_set,
            progress=lambda done, total: print(done, flush=True),
        )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], *(int(value) for value in sys.argv[2:]))
