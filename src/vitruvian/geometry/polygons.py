"""Polygons as flat lists of x and y, pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def area(flat: Sequence[float]) -> float:
    """Return the area of a polygon, square pixels, by Gauss's shoelace formula; raises ValueError for an odd list."""
    x, y = np.array(flat, np.float64).reshape(-1, 2).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
