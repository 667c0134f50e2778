"""The points, box and track of one COCO annotation, as Vitruvian holds them. Reading and writing both ask here."""

from __future__ import annotations

import contextlib
import itertools
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError

#: COCO-WholeBody keeps the parts after the body's 17 in fields of their own, in this order.
PARTS = (("foot_kpts", 6), ("face_kpts", 68), ("lefthand_kpts", 21), ("righthand_kpts", 21))
BODY = 17
#: Field of ours that lists which of an annotation's fields were computed from others, since COCO's tools want them: the
#: instance has no box, area or confidence of its own.
COMPUTED = "computed"
#: Field of ours for an instance's id that is no number, since COCO's tools want numbers.
INSTANCE_ID = "instance_id"
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
    """Whether the annotation keeps feet, face and hands in fields of their own, each with all of its points."""
    if "foot_kpts" not in annotation:
        return False
    parts = [(annotation.get(part), count) for part, count in PARTS]
    return all(isinstance(stated, list) and len(stated) == 3 * count for stated, count in parts)


def triplets(annotation: dict[str, Any]) -> list[Any] | None:
    """Return the flat x, y, v list of an annotation, WholeBody's parts joined; None when it has no points."""
    flat = annotation.get("keypoints")
    if not isinstance(flat, list) or not flat:
        return None
    if isinstance(flat[0], list):
        # Points of two numbers, or of two and four in turns, must not be taken for others by their sum.
        if not all(isinstance(point, list) and len(point) == 3 for point in flat):
            return None
        flat = [number for point in flat for number in point]
    elif len(flat) % 3:
        return None
    if "foot_kpts" in annotation and len(flat) == 3 * BODY and is_whole_body(annotation):
        flat = flat + [number for part, _ in PARTS for number in annotation[part]]
    return flat


def points(rows: list[list[Any]], keypoints: int) -> Points:
    """Turn flat lists of 3 K numbers into columns.

    Third numbers other than 0, 1 and 2 are scores. Then all of that part of the row are: a score of 1 beside one of
    0.93 does not say "hidden". The parts are WholeBody's five, or all of the points.

    Raises
    ------
    FormatError
        Something among them is not a number.
    """
    table = _numbers(rows, 3 * keypoints).reshape(len(rows), keypoints, 3)
    xy, third = np.ascontiguousarray(table[:, :, :2]), np.ascontiguousarray(table[:, :, 2])
    plain = (third == 0) | (third == 1) | (third == 2)
    none = np.zeros(len(rows), bool)
    odd, unplaced, score = none, none, None
    if not plain.all():
        odd = np.asarray(~plain.all(axis=1))
        graded = _graded(plain)
        visibility = np.where(graded, np.where(third > 0, 2, 0), np.where(plain, third, 0)).astype(np.uint8)
        with np.errstate(over="ignore"):
            score = np.where(graded, third, np.nan).astype(np.float32)
    else:
        visibility = third.astype(np.uint8)
    if not np.isfinite(xy).all():
        finite = np.asarray(np.isfinite(xy).all(axis=2))
        unplaced = np.asarray(~finite.all(axis=1))
        visibility[~finite] = 0
        xy[~finite] = 0
    return Points(xy, visibility, score, odd, unplaced)


def _numbers(rows: list[list[Any]], count: int) -> NDArray[np.float64]:
    """Return rows of `count` numbers each as one flat array."""
    try:
        return _joined(rows)
    except (TypeError, OverflowError):
        pass
    # Slower, but null becomes NaN. Text would become numbers without a word.
    try:
        if any(isinstance(n, str) for row in rows for n in row):
            raise TypeError("text stands among them")
        return np.fromiter(itertools.chain.from_iterable(rows), np.float64, len(rows) * count)
    except (TypeError, ValueError, OverflowError) as error:
        raise FormatError(f"Keypoints are not numbers: {error}") from error


def _joined(rows: Iterable[list[Any]]) -> NDArray[np.float64]:
    """Return lists of numbers as one array: a third of the time of np.array, which looks how deep each list is."""
    numbers = array("d")
    for row in rows:
        numbers.fromlist(row)
    return np.frombuffer(numbers, np.float64)


def _graded(plain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which third numbers are scores, shape (N, K)."""
    ends = [0, plain.shape[1]]
    if plain.shape[1] == WHOLE:
        ends = [0, *(np.cumsum([BODY, *(count for _, count in PARTS)]).tolist())]
    graded = np.zeros_like(plain)
    for first, last in itertools.pairwise(ends):
        graded[:, first:last] = ~plain[:, first:last].all(axis=1, keepdims=True)
    return graded


def box(annotation: dict[str, Any]) -> NDArray[np.float64] | None:
    """Return the box of an annotation, or None when it has none that is one."""
    value = stated(annotation, "bbox")
    if not isinstance(value, list) or len(value) != 4 or not all(isinstance(v, int | float) for v in value):
        return None
    try:
        found = np.array(value, np.float64)
    except OverflowError:
        return None
    return found if np.isfinite(found).all() and (found[2:] >= 0).all() else None


def boxes(annotations: Sequence[dict[str, Any]]) -> list[NDArray[np.float64] | None]:
    """Return the boxes of many annotations; quick where all are plain."""
    found: list[Any] = [stated(a, "bbox") for a in annotations]
    if set(map(type, found)) == {list} and set(map(len, found)) == {4}:
        with contextlib.suppress(TypeError, OverflowError):
            table = _joined(found).reshape(-1, 4)
            if np.isfinite(table).all() and (table[:, 2:] >= 0).all():
                return list(table)
    return [box(a) for a in annotations]


def track(annotation: dict[str, Any]) -> str | None:
    """Return the track of an annotation as text, or None."""
    value = annotation.get("track_id")
    return None if value is None else str(value)


def mask(annotation: dict[str, Any]) -> Any:
    """Return the segmentation of an annotation, or None when it is empty or neither polygons nor RLE."""
    value = annotation.get("segmentation")
    empty = isinstance(value, list) and not any(value)
    return value if value and isinstance(value, dict | list) and not empty else None


def attributes(annotation: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an annotation; a new dict."""
    value = annotation.get("attributes")
    return dict(value) if isinstance(value, dict) else {}


def scores(annotation: dict[str, Any], keypoints: int) -> NDArray[np.float32] | None:
    """Return the points' scores where the annotation has a list of them, as Vitruvian writes it."""
    value = annotation.get("scores")
    if not isinstance(value, list) or len(value) != keypoints:
        return None
    if not all(s is None or isinstance(s, float) for s in value):
        return None
    with np.errstate(over="ignore"):
        return np.array([np.nan if s is None else s for s in value], np.float64).astype(np.float32)


def plain_number(value: Any) -> float | None:
    """Return a finite number of a file as a float, None for anything else."""
    found = number(value)
    return found if np.isfinite(found) else None


def number(value: Any) -> float:
    """Return a number of a file as a float: infinity where it is too large, NaN where it is no number."""
    try:
        return float(value) if isinstance(value, int | float) else np.nan
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def key(id: Any) -> Any:
    """Return an id as something that a dict takes, so that equal ids of a file meet: 7 and 7.0, as in Python."""
    if type(id) is int or isinstance(id, str) or id is None:
        return id
    # A tuple is no id of a file, so that it meets no text that reads the same.
    return int(id) if isinstance(id, float) and id.is_integer() else (repr(id),)


def highest(ids: Iterable[Any]) -> int:
    """Return the highest number among ids, 0 when there is none: the next one is free."""
    return max((id for id in map(key, ids) if type(id) is int), default=0)


def stated(annotation: dict[str, Any], name: str) -> Any:
    """Return a field unless it was only computed from others."""
    computed = annotation.get(COMPUTED)
    return None if isinstance(computed, list) and name in computed else annotation.get(name)


def instance_id(annotation: dict[str, Any]) -> str | None:
    """Return the id of an annotation as text: ours where there is one, else COCO's, else None."""
    stated = annotation.get(INSTANCE_ID)
    if isinstance(stated, str) and stated.strip():
        return stated
    id = annotation.get("id")
    return None if id is None else str(id)
