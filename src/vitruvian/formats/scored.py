"""Flat lists of x, y and a score, as estimators of poses write them, and what was edited in them since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.labels import Instance

#: Written for a labelled point whose score is 0 or less, since that would mean that it is not labelled.
LEAST = 1e-6


@dataclass(slots=True)
class Scored:
    """K points of one instance: xy (K, 2) pixels, visibility (K,) 0 or 2, score (K,) NaN where not labelled."""

    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    score: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.visibility)


def not_labelled(count: int) -> Scored:
    """Return `count` points of which none is labelled."""
    return Scored(np.zeros((count, 2)), np.zeros(count, np.uint8), np.full(count, np.nan, np.float32))


def decode(flat: Any, where: str) -> Scored:
    """Return what a list of x, y and score says; a score of 0 means that the point is not labelled.

    Raises
    ------
    FormatError
        It is no list of threes of numbers; names `where`.
    """
    if not isinstance(flat, list) or len(flat) % 3:
        raise FormatError("These are not x, y and score of each point", where=where, hint="a flat list of numbers")
    if set(map(type, flat)) - {int, float}:
        raise FormatError("Not all of these are numbers", where=where, hint="x, y and score of each point, flat")
    try:
        table = np.array(flat, np.float64).reshape(-1, 3)
    except OverflowError as error:
        raise FormatError("A number is too large", where=where, hint="check the file") from error
    finite = np.asarray(np.isfinite(table).all(axis=1))
    labelled = finite & (table[:, 2] > 0)
    xy = np.where(finite[:, None], table[:, :2], 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        score = np.where(labelled, table[:, 2], np.nan).astype(np.float32)
    return Scored(xy, np.where(labelled, 2, 0).astype(np.uint8), score)


def joined(parts: list[Scored]) -> Scored:
    """Return points of several lists, one after the other."""
    return Scored(
        np.concatenate([p.xy for p in parts]),
        np.concatenate([p.visibility for p in parts]),
        np.concatenate([p.score for p in parts]),
    )


def points_of(instance: Instance, places: NDArray[np.intp] | None = None) -> Scored:
    """Return the points of an instance; with `places`, (K,), those of its own at them and none labelled where -1."""
    score = instance.score if instance.score is not None else np.full(len(instance.visibility), np.nan, np.float32)
    if places is None:
        return Scored(instance.xy, instance.visibility, score)
    out = not_labelled(len(places))
    known = places >= 0
    out.xy[known], out.visibility[known] = instance.xy[places[known]], instance.visibility[places[known]]
    out.score[known] = score[places[known]]
    return out


def encode(points: Scored) -> list[Any]:
    """Return the flat list of points that no file ever held."""
    labelled = points.visibility > 0
    flat: list[Any] = np.column_stack((np.where(labelled[:, None], points.xy, 0.0), labelled)).reshape(-1).tolist()
    flat[2::3] = [_third(points, at) for at in range(len(points))]
    return flat


def renewed(flat: list[Any], said: Scored, points: Scored) -> list[Any]:
    """Return `flat`, which says `said`, with the points that are others now; the very same where none is."""
    labelled = points.visibility > 0
    moved = labelled != (said.visibility > 0)
    moved |= labelled & ((said.xy != points.xy).any(axis=1) | _rescored(said, points))
    if not moved.any():
        return flat
    out = list(flat)
    fresh = encode(points)
    for at in np.flatnonzero(moved).tolist():
        new = fresh[3 * at : 3 * at + 3]
        out[3 * at : 3 * at + 3] = [_like(v, old) for v, old in zip(new, flat[3 * at : 3 * at + 3], strict=True)]
    return out


def _rescored(said: Scored, points: Scored) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(points.score) & (said.score != points.score))


def _third(points: Scored, at: int) -> float:
    if not points.visibility[at]:
        return 0
    score = points.score[at]
    # A point that a person placed has no score; certain is the one that says so.
    return 1.0 if not np.isfinite(score) else float(str(score)) if score > 0 else LEAST


def _like(new: float, old: Any) -> float:
    return int(new) if type(old) is int and float(new).is_integer() else new
