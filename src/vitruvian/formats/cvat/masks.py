"""Masks: CVAT counts row by row within a rectangle, COCO column by column over the whole picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitruvian.geometry import rle
from vitruvian.geometry.rle import Runs


def to_coco(runs: Runs, left: int, top: int, width: int, height: int, size: tuple[int, int]) -> dict[str, Any]:
    """Return COCO's run lengths of a CVAT mask.

    Parameters
    ----------
    runs : ndarray, shape (R,), int64
        Lengths by turns of background and object, row by row within the rectangle; they add up to its pixels.
    left, top, width, height : int
        The rectangle, pixels.
    size : (int, int)
        Height and width of the picture; it grows where the rectangle sticks out to the right or below.

    Raises
    ------
    ValueError
        The runs do not fill the rectangle, or it is too large or lies left of or above the picture.
    """
    rle.check_runs(runs, width * height)
    if left < 0 or top < 0 or width < 1 or height < 1:
        raise ValueError("the rectangle lies left of or above the picture, or is empty")
    return rle.place(rle.laid_out(runs).reshape(height, width), left, top, size)


def to_cvat(mask: dict[str, Any], *, whole: bool) -> tuple[Runs, tuple[int, int, int, int]]:
    """Return CVAT's run lengths of a COCO mask, and its rectangle: left, top, width, height.

    Parameters
    ----------
    mask : dict
        COCO RLE, plain or packed.
    whole : bool
        Take the whole picture as the rectangle, not the object's extent.

    Raises
    ------
    ValueError
        It is no COCO RLE, or too large.
    """
    pixels = rle.to_pixels(mask)
    left, top, width, height = extent = (0, 0, *pixels.shape[::-1]) if whole else rle.extent(pixels)
    return rle.lengths(pixels[top : top + height, left : left + width].reshape(-1)).astype(np.int64), extent
