"""Positions that a format states as a share of the picture's sides, and pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Pixels that come from shares are rounded to this many decimals: 0.1 of 3 pixels is 0.3 pixels and not
#: 0.30000000000000004, and a pixel position of as many decimals survives the way there and back exactly.
DECIMALS = 10


def to_pixels(shares: ArrayLike, sizes: ArrayLike, whole: float = 1.0) -> NDArray[np.float64]:
    """Return shares of `sizes` as pixels; what is too large for a number becomes infinite.

    Parameters
    ----------
    shares : array_like, shape (..., D)
        `whole` is the full side.
    sizes : array_like, shape (..., D)
        Width, height ... in pixels.
    whole : float
        1 for fractions, 100 for percent.
    """
    with np.errstate(all="ignore"):
        pixels = np.asarray(shares, np.float64) * np.asarray(sizes, np.float64) / whole
        rounded: NDArray[np.float64] = np.round(pixels, DECIMALS)
    return rounded


def to_shares(pixels: ArrayLike, sizes: ArrayLike, whole: float = 1.0) -> NDArray[np.float64]:
    """Return pixels as shares of `sizes`, the inverse of :func:`to_pixels`."""
    with np.errstate(all="ignore"):
        shares: NDArray[np.float64] = np.asarray(pixels, np.float64) * whole / np.asarray(sizes, np.float64)
    return shares


def plain(number: float) -> str:
    """Return a number in its fewest digits and without an exponent, which not every reader knows."""
    text = repr(float(number))
    if "e" in text:
        text = np.format_float_positional(number, trim="-")
    return text.removesuffix(".0")


def side(value: Any) -> int:
    """Return a width or height as a file states it; 0 where that is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**31 else 0
