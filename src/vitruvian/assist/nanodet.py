"""Person boxes by NanoDet, a one-stage detector of COCO's 80 kinds of object.

Box sides are distributions over distances and decoded by their expectation: Li et al., "Generalized Focal Loss" (2020).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.overlap import nms
from vitruvian.assist.session import Model, weights

SIDE: Final = 416
STRIDES: Final = (8, 16, 32)
BINS: Final = 11
PERSON: Final = 0
# Of blue, green and red, as ImageNet's are in 0..255.
MEAN: Final = np.array([103.53, 116.28, 123.675], np.float32)
DEVIATION: Final = np.array([57.375, 57.12, 58.395], np.float32)


def _centres() -> dict[int, NDArray[np.float32]]:
    """Return for each stride the cell centres in input pixels, shape (cells, 2), keyed by how many cells there are."""
    found = {}
    for stride in STRIDES:
        cells = SIDE // stride
        line = (np.arange(cells, dtype=np.float32) + 0.5) * stride
        x, y = np.meshgrid(line, line)
        found[cells * cells] = np.stack([x.ravel(), y.ravel()], axis=1)
    return found


_CENTRES = _centres()


def letterbox(frame: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], float]:
    """Scale a frame so that its long side is `side`, and pad it with black to a square at the right and bottom.

    Returns
    -------
    picture : ndarray, shape (side, side, 3), uint8
    scale : float
        Picture pixels per frame pixel.
    """
    height, width = frame.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = np.zeros((side, side, 3), np.uint8)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture[: size[1], : size[0]] = cv2.resize(frame, size, interpolation=how)
    return picture, scale


def _normalised(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return blue, green and red as planes of numbers about 0, shape (1, 3, H, W)."""
    tensor = np.empty((1, 3, *picture.shape[:2]), np.float32)
    for plane, channel, mean, deviation in zip(tensor[0], (2, 1, 0), MEAN, DEVIATION, strict=True):
        # Plane by plane the numbers stay in the cache: a tenth of the time.
        np.subtract(picture[:, :, channel], mean, out=plane)
        np.divide(plane, deviation, out=plane)
    return tensor


class NanoDet:
    """Where the people are.

    Parameters
    ----------
    score : float
        Boxes at or below it are dropped.
    overlap : float
        Of two boxes with a larger IoU the surer one stays.
    threads : int
    """

    def __init__(self, *, score: float = 0.25, overlap: float = 0.55, threads: int = 1) -> None:
        self.score = score
        self.overlap = overlap
        self.model = Model(weights("nanodet"), threads=threads)

    def boxes(self, frame: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Find people in one RGB frame.

        Returns
        -------
        boxes : ndarray, shape (N, 4), float64
            x, y, width, height in frame pixels, surest first; they may reach past the frame.
        scores : ndarray, shape (N,), float64
        """
        picture, scale = letterbox(frame, SIDE)
        outputs = self.model.run(_normalised(picture))
        scores = {o.shape[1]: o[0, :, PERSON] for o in outputs.values() if o.shape[2] == 80}
        sides = {o.shape[1]: o[0] for o in outputs.values() if o.shape[2] == 4 * BINS}
        parts = [self._decode(scores[cells], sides[cells], cells) for cells in _CENTRES]
        boxes = np.concatenate([part[0] for part in parts]) / scale
        confidence = np.concatenate([part[1] for part in parts])
        kept = nms(boxes, confidence, self.overlap)
        return boxes[kept], confidence[kept]

    def _decode(
        self, scores: NDArray[np.float32], sides: NDArray[np.float32], cells: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        rows = np.flatnonzero(scores > self.score)
        logits = sides[rows].reshape(-1, 4, BINS).astype(np.float64)
        odds = np.exp(logits - logits.max(axis=2, keepdims=True))
        stride = SIDE / np.sqrt(cells)
        distances = (odds @ np.arange(BINS)) / odds.sum(axis=2) * stride
        first = _CENTRES[cells][rows] - distances[:, :2]
        return np.concatenate([first, distances[:, :2] + distances[:, 2:]], axis=1), scores[rows].astype(np.float64)
