"""MoveNet: MultiPose finds up to six people at once, Thunder marks the one person in the middle of a square.

Both take int32 RGB 0-255 and give points as (y, x, score), shares of their input's sides, in COCO's order of 17.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.session import Model, weights

SIDE: Final = 256
KEYPOINTS: Final = 17
_MULTIPLE: Final = 32


class MultiPose:
    """Up to six people of a frame, roughly.

    Parameters
    ----------
    side : int
        Long side of its input; 384 found more people than 256, 512 or 768.
    score : float
        People at or below it are dropped.
    threads : int
    """

    def __init__(self, *, side: int = 384, score: float = 0.2, threads: int = 1) -> None:
        self.side = side
        self.score = score
        self.model = Model(weights("movenet-multipose"), threads=threads)

    def people(self, frame: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Find people in one RGB frame.

        Returns
        -------
        points : ndarray, shape (N, 17, 3), float64
            x, y in frame pixels, and score.
        boxes : ndarray, shape (N, 4), float64
            x, y, width, height in frame pixels.
        scores : ndarray, shape (N,), float64
        """
        height, width = frame.shape[:2]
        scale = self.side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        across, down = (-(-length // _MULTIPLE) * _MULTIPLE for length in size)
        picture = np.zeros((1, down, across, 3), np.int32)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        picture[0, : size[1], : size[0]] = cv2.resize(frame, size, interpolation=how)
        (output,) = self.model.run(picture).values()
        rows = output[0][output[0, :, 55] > self.score].astype(np.float64)
        sides = np.array([across * width / size[0], down * height / size[1]])
        points = rows[:, : 3 * KEYPOINTS].reshape(-1, KEYPOINTS, 3)[:, :, [1, 0, 2]].copy()
        points[:, :, :2] *= sides
        corners = rows[:, [52, 51, 54, 53]].reshape(-1, 2, 2) * sides
        boxes = np.concatenate([corners[:, 0], corners[:, 1] - corners[:, 0]], axis=1)
        return points, boxes, rows[:, 55]


class Thunder:
    """The 17 points of the person in each box.

    Parameters
    ----------
    margin : float
        What lies further outside the box than this share of its sides is blackened, because Thunder marks one
        person and would otherwise slip to a neighbour.
    zoom : float
        Side of the square that Thunder sees, as a multiple of the box's long side.
    threads : int
    """

    def __init__(self, *, margin: float = 0.15, zoom: float = 1.25, threads: int = 1) -> None:
        self.margin = margin
        self.zoom = zoom
        self.model = Model(weights("movenet-thunder"), threads=threads)

    def points(self, frame: NDArray[np.uint8], boxes: NDArray[np.float64], *, turns: int = 1) -> NDArray[np.float64]:
        """Mark the person in each box of one RGB frame.

        Parameters
        ----------
        frame : ndarray, shape (H, W, 3), uint8
        boxes : ndarray, shape (N, 4), float64
            x, y, width, height in pixels.
        turns : int
            1, or up to 4: the picture is also tried turned by as many quarters less one, and the surest result kept.

        Returns
        -------
        ndarray, shape (N, 17, 3), float64
            x, y in frame pixels, and score.
        """
        found = np.zeros((len(boxes), KEYPOINTS, 3))
        # One run a person: the graph's input holds a single square.
        for row, box in enumerate(boxes):
            square, origin, side = self._square(frame, box)
            tries = [self._turned(square, quarters) for quarters in range(turns)]
            found[row] = max(tries, key=lambda points: float(points[:, 2].mean()))
            found[row, :, :2] = found[row, :, :2] * side + origin
        return found

    def _turned(self, square: NDArray[np.uint8], quarters: int) -> NDArray[np.float64]:
        """Return x, y as shares of the square, and score, marked on the square turned left by so many quarters."""
        tensor = np.ascontiguousarray(np.rot90(square, quarters))[None].astype(np.int32)
        (output,) = self.model.run(tensor).values()
        y, x, score = output[0, 0].astype(np.float64).T
        for _ in range(quarters):
            x, y = 1 - y, x  # a quarter back to the right
        return np.stack([x, y, score], axis=1)

    def _square(
        self, frame: NDArray[np.uint8], box: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float64], float]:
        """Return the square around a box at Thunder's size, its origin and its side in frame pixels."""
        start, extent = box[:2], box[2:]
        side = max(1.0, float(self.zoom * extent.max()))
        origin = start + extent / 2 - side / 2
        limit = np.array([frame.shape[1], frame.shape[0]])
        first = np.clip(np.floor(np.maximum(start - self.margin * extent, origin)).astype(int), 0, limit)
        last = np.clip(np.ceil(np.minimum(start + (1 + self.margin) * extent, origin + side)).astype(int), 0, limit)
        seen = frame[first[1] : last[1], first[0] : last[0]]
        if not seen.size:
            return np.zeros((SIDE, SIDE, 3), np.uint8), origin, side
        scale = SIDE / side
        ratio = np.ones(2)
        if scale < 0.5:  # the warp samples 2 x 2 pixels and would skip the rest
            small = np.maximum(1, np.round((last - first) * scale).astype(int))
            ratio = small / (last - first)
            seen = np.asarray(cv2.resize(seen, (int(small[0]), int(small[1])), interpolation=cv2.INTER_AREA), np.uint8)
        zoom = scale / ratio
        shift = (first - origin) * scale + zoom / 2 - 0.5  # pixel i spans i to i + 1
        matrix = np.array([[zoom[0], 0, shift[0]], [0, zoom[1], shift[1]]])
        return cv2.warpAffine(seen, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR).astype(np.uint8), origin, side
