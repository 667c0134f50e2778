"""Values of a file that is not trusted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def finite(value: Any) -> float | None:
    """Return a finite number as a float, None for anything else; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def numbers(value: Any) -> list[float] | None:
    """Return a list of finite numbers as floats, None for anything else."""
    if not isinstance(value, list):
        return None
    found = [known for number in value if (known := finite(number)) is not None]
    return found if len(found) == len(value) else None


def text(value: Any) -> str | None:
    """Return text that is not blank, None for anything else."""
    return value if isinstance(value, str) and value.strip() else None


def pairs(value: Any) -> NDArray[np.float64] | None:
    """Return a list of x, y pairs as an array of shape (N, 2), or None when it is anything else."""
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return None
    numbers = [finite(number) for pair in value for number in pair]
    if None in numbers:
        return None
    return np.array(numbers, np.float64).reshape(-1, 2)


def rectangle(corners: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """Return x, y, width, height of two opposite corners in any order, or None when they are not two."""
    if corners is None or len(corners) != 2:
        return None
    low, high = corners.min(axis=0), corners.max(axis=0)
    box = np.concatenate((low, high - low))
    return box if np.isfinite(box).all() else None
