"""The points, box and track of one COCO annotation, as Vitruvian holds them. Reading and writing both ask here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError

#: COCO-WholeBody keeps the parts after the body's 17 in fields of their own, in this order.
PARTS = (("foot_kpts", 6), ("face_kpts", 68), ("lefthand_kpts", 21), ("righthand_kpts", 21))
BODY = 17
WHOLE = BODY + sum(count for _, count in PARTS)


@dataclass(slots=True)
class Points:
    """Columns of N annotations of one category.

    Attributes
    ----------
    xy : ndarray, shape (N, K, 2), float64
    visibility : ndarray, shape (N, K), uint8
    score : ndarray, shape (N, K), float32, or None
        The third numbers, where they are not 0, 1 or 2.
    odd : ndarray, shape (N,), bool
        Rows whose third numbers are not 0, 1 or 2.
    unplaced : ndarray, shape (N,), bool
        Rows with a coordinate that is not a finite number; such a point counts as not labelled.
    """

    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    score: NDArray[np.float32] | None
    odd: NDArray[np.bool_]
    unplaced: NDArray[np.bool_]


def is_whole_body(annotation: dict[str, Any]) -> bool:
    """Whether the annotation keeps feet, face or hands in fields of their own."""
    return "foot_kpts" in annotation and all(part in annotation for part, _ in PARTS)


def triplets(annotation: dict[str, Any]) -> list[Any] | None:
    """Return the flat x, y, v list of an annotation, WholeBody's parts joined; None when it has no points."""
    flat = annotation.get("keypoints")
    if not isinstance(flat, list) or not flat:
        return None
    if isinstance(flat[0], list):
        flat = [number for triplet in flat for number in triplet]
    if is_whole_body(annotation) and len(flat) == 3 * BODY:
        flat = flat + [number for part, _ in PARTS for number in annotation[part]]
    return flat


def points(rows: list[list[Any]], keypoints: int) -> Points:
    """Turn flat lists of 3 K numbers into columns.

    Raises
    ------
    FormatError
        Something among them is not a number.
    """
    try:
        table = np.array(rows, np.float64).reshape(len(rows), keypoints, 3)
    except (TypeError, ValueError) as error:
        raise FormatError(f"Keypoints are not numbers: {error}") from error
    xy, third = np.ascontiguousarray(table[:, :, :2]), table[:, :, 2]
    graded = np.asarray(~np.isin(third, (0, 1, 2)))
    finite = np.asarray(np.isfinite(xy).all(axis=2))
    visibility = np.where(graded, np.where(third > 0, 2, 0), np.nan_to_num(third)).astype(np.uint8)
    visibility[~finite] = 0
    xy[~finite] = 0
    odd = np.asarray(graded.any(axis=1))
    score = None
    if odd.any():
        score = np.where(odd[:, None], third, np.nan).astype(np.float32)
    return Points(xy, visibility, score, np.asarray(odd), ~np.asarray(finite.all(axis=1)))


def box(annotation: dict[str, Any]) -> NDArray[np.float64] | None:
    """Return the box of an annotation, or None when it has none that is one."""
    value = annotation.get("bbox")
    if not isinstance(value, list) or len(value) != 4 or not all(isinstance(v, int | float) for v in value):
        return None
    found = np.array(value, np.float64)
    return found if np.isfinite(found).all() and (found[2:] >= 0).all() else None


def boxes(annotations: Sequence[dict[str, Any]]) -> list[NDArray[np.float64] | None]:
    """Return the boxes of many annotations; quick where all are plain."""
    stated = [a.get("bbox") for a in annotations]
    if all(isinstance(b, list) and len(b) == 4 for b in stated):
        try:
            table = np.array(stated, np.float64)
        except (TypeError, ValueError):
            table = np.full((1, 4), np.nan)
        if table.shape == (len(stated), 4) and np.isfinite(table).all() and (table[:, 2:] >= 0).all():
            return list(table)
    return [box(a) for a in annotations]


def track(annotation: dict[str, Any]) -> str | None:
    """Return the track of an annotation as text, or None."""
    value = annotation.get("track_id")
    return None if value is None else str(value)
