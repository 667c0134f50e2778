"""Positions between keys: straight lines, or a monotone cubic.

`web/src/geometry/interpolation.ts` is the same in the page; tests/vectors/interpolation.json holds the two together.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitruvian.errors import InvalidInput

Interpolation = Literal["linear", "pchip"]

INTERPOLATIONS: tuple[Interpolation, ...] = get_args(Interpolation)


def interpolate(kind: Interpolation, keys: ArrayLike, values: ArrayLike, at: ArrayLike) -> NDArray[np.float64]:
    """Return the values at any place from those at `keys`; before the first and after the last key they stand still.

    Parameters
    ----------
    kind : {"linear", "pchip"}
        ``pchip`` is the monotone cubic of Fritsch and Butland (SIAM J. Sci. Stat. Comput. 5, 1984): it runs through
        every key and never overshoots between two. Equal to ``scipy.interpolate.PchipInterpolator``.
    keys : array_like, shape (N,)
        Ascending, such as frame indices.
    values : array_like, shape (N, ...)
        Such as pixels.
    at : array_like, shape (M,)

    Returns
    -------
    ndarray, shape (M, ...), float64

    Raises
    ------
    InvalidInput
        No key, keys that do not ascend, as many values as there are not keys, or an unknown `kind`.
    """
    x, y, t = (np.asarray(column, np.float64) for column in (keys, values, at))
    if not len(x) or len(x) != len(y) or (np.diff(x) <= 0).any():
        raise InvalidInput(f"{len(x)} keys and {len(y)} values cannot be interpolated", hint="give keys that ascend")
    if kind not in INTERPOLATIONS:
        raise InvalidInput(f"There is no interpolation {kind!r}", hint=f"choose one of {', '.join(INTERPOLATIONS)}")
    columns = y.reshape(len(y), -1)
    t = np.clip(t, x[0], x[-1])
    if len(x) == 1:
        return np.repeat(y, len(t), axis=0)
    i = np.clip(np.searchsorted(x, t, side="right") - 1, 0, len(x) - 2)
    h, delta = np.diff(x), np.diff(columns, axis=0) / np.diff(x)[:, None]
    s = (t - x[i])[:, None]
    if kind == "linear" or len(x) == 2:
        found = columns[i] + s * delta[i]
    else:
        slopes = _slopes(h[:, None], delta)
        step, rise, one, two = h[i][:, None], delta[i], slopes[i], slopes[i + 1]
        square = (3 * rise - 2 * one - two) / step
        cube = (one + two - 2 * rise) / step**2
        found = columns[i] + s * (one + s * (square + s * cube))
    return found.reshape(len(t), *y.shape[1:])


def _slopes(h: NDArray[np.float64], delta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope at every key, shape (N, D), from steps (N - 1, 1) and rises (N - 1, D)."""
    before, after = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    turns = delta[:-1] * delta[1:] <= 0
    safe = np.where(turns, 1.0, delta[:-1]), np.where(turns, 1.0, delta[1:])
    inner = np.where(turns, 0.0, (before + after) / (before / safe[0] + after / safe[1]))
    first = _end_slope(h[0], h[1], delta[0], delta[1])
    last = _end_slope(h[-1], h[-2], delta[-1], delta[-2])
    return np.concatenate([first[None], inner, last[None]])


def _end_slope(
    h0: NDArray[np.float64], h1: NDArray[np.float64], d0: NDArray[np.float64], d1: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the three-point slope at an end, kept from overshooting (Moler, Numerical Computing with MATLAB, 3.6)."""
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    slope = np.where(np.sign(slope) != np.sign(d0), 0.0, slope)
    return np.where((np.sign(d0) != np.sign(d1)) & (np.abs(slope) > 3 * np.abs(d0)), 3 * d0, slope)
