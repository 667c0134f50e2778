"""Numbers as CVAT writes them, so that what is read and written again is exactly the same."""

from __future__ import annotations

import math
from decimal import Context, Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

# Enough for the exact sum of any two floats.
_EXACT = Context(prec=1100)


def number(value: float) -> str:
    """Return a coordinate with two decimals, as CVAT does, and with more where two would lose something."""
    plain = f"{value:.2f}" if abs(value) < 1e15 else ""
    return plain if plain and float(plain) == value else repr(float(value))


def difference(stop: str, start: str) -> float:
    """Return stop less start, computed in decimals; raises ValueError where one is no finite number."""
    try:
        made = float(_EXACT.subtract(Decimal(stop.strip()), Decimal(start.strip())))
    except InvalidOperation as error:
        raise ValueError("it is not a number") from error
    if not math.isfinite(made):
        raise ValueError("it is not a finite number")
    return made


def total(start: float, length: float) -> str:
    """Return start plus length so that :func:`difference` gives back the very length."""
    made = _EXACT.add(Decimal(repr(start)), Decimal(repr(length)))
    plain = f"{made:.2f}" if abs(made) < 10**15 else ""
    return plain if plain and Decimal(plain) == made else str(made)


def finite(said: str) -> float:
    """Return a finite number; raises ValueError for any other text."""
    made = float(said)
    if not math.isfinite(made):
        raise ValueError("it is not a finite number")
    return made


def pairs(said: str) -> NDArray[np.float64]:
    """Return the points of a list "x,y;x,y", shape (N, 2); raises ValueError where it is none."""
    if not said.strip():
        return np.zeros((0, 2), np.float64)
    parts = said.split(";")
    if any(part.count(",") != 1 for part in parts):
        raise ValueError("it is no list of x,y;x,y")
    made = np.array(list(map(float, said.replace(";", ",").split(","))), np.float64).reshape(-1, 2)
    if not np.isfinite(made).all():
        raise ValueError("it is not a finite number")
    return made


def listed(points: NDArray[np.float64]) -> str:
    """Return points, shape (N, 2), as CVAT lists them."""
    return ";".join(f"{number(x)},{number(y)}" for x, y in points.tolist())
