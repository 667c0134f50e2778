"""Lines of label files as numbers and back; a number that was not edited keeps its digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.relative import plain, to_pixels, to_shares
from vitruvian.labels import Instance


@dataclass(frozen=True)
class Table:
    """Lines of one kind in columns.

    Attributes
    ----------
    box : ndarray, shape (N, 4), float64
        x, y, width, height in pixels.
    xy : ndarray, shape (N, K, 2), float64
        Pixels.
    visibility : ndarray, shape (N, K), uint8
    score : ndarray, shape (N, K), float32
        NaN but for lines that state scores instead of visibilities.
    scored : ndarray, shape (N,), bool
        Those lines.
    confidence : ndarray, shape (N,), float64
        NaN where a line does not end with one.
    good : ndarray, shape (N,), bool
        Its numbers are positions.
    """

    box: NDArray[np.float64]
    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    score: NDArray[np.float32]
    scored: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    good: NDArray[np.bool_]


def numbers(line: str) -> list[float] | None:
    """Return a line's numbers, or None when there is something else in it."""
    try:
        return [float(token) for token in line.removeprefix("\ufeff").split()]
    except ValueError:
        return None


def widths(count: int, dims: int) -> tuple[int, int]:
    """Return how many numbers a line has, without and with a confidence."""
    return 5 + count * dims, 6 + count * dims


def table(rows: Sequence[Sequence[float]], sizes: NDArray[np.float64], count: int, dims: int) -> Table:
    """Return lines as columns.

    Parameters
    ----------
    rows : sequence of N sequences of float
        Each of one of `widths`, or of 5: a box only.
    sizes : ndarray, shape (N, 2), float64
        Width and height of their pictures.
    count, dims : int
        As kpt_shape has them.
    """
    full = np.full((len(rows), 6 + count * dims), np.nan)
    for at, row in enumerate(rows):
        full[at, : len(row)] = row
    box = np.concatenate((full[:, 1:3] - full[:, 3:5] / 2, full[:, 3:5]), axis=1)
    points = full[:, 5:-1].reshape(len(rows), count, dims)
    boxes_only = np.isnan(points).all(axis=(1, 2)) & (np.array([len(row) for row in rows]) == 5)
    points[boxes_only] = 0
    shares = points[:, :, :2]
    if dims == 3:
        third = points[:, :, 2]
        scored = np.asarray(~np.isin(third, (0, 1, 2))).any(axis=1).reshape(-1)
        visibility = np.where(scored[:, None], np.where(third > 0, 2, 0), third)
        score = np.where(scored[:, None], third, np.nan)
        good = np.isfinite(third).all(axis=1)
    else:
        # Two numbers have no word for "not labelled"; files say it with 0 0 or, as Ultralytics reads it, below 0.
        visibility = np.where((shares == 0).all(axis=2) | (shares < 0).any(axis=2), 0, 2)
        score = np.full(visibility.shape, np.nan)
        scored = np.zeros(len(rows), np.bool_)
        good = np.ones(len(rows), np.bool_)
    with np.errstate(all="ignore"):
        score = score.astype(np.float32)
        visibility = np.where(np.isfinite(visibility), visibility, 0).astype(np.uint8)
    xy, box = to_pixels(shares, sizes[:, None, :]), to_pixels(box, np.tile(sizes, 2))
    good &= np.isfinite(xy).all(axis=(1, 2)) & np.isfinite(box).all(axis=1) & (box[:, 2:] >= 0).all(axis=1)
    return Table(box, xy, visibility, score, scored, full[:, -1], good)


def renewed(line: str, instance: Instance, category: int, size: tuple[int, int], count: int, dims: int) -> str:
    """Return an instance's line with every number that was not edited as it stands there.

    Parameters
    ----------
    line : str
        As it was read, its ending included.
    instance : Instance
    category : int
        Class number; -1 for the line's own.
    size : (int, int)
        Width and height of the picture.
    count, dims : int
        As kpt_shape has them.
    """
    said = numbers(line)
    if said is None or not (len(said) in widths(count, dims) or len(said) == 5):
        return fresh(instance, max(category, 0), size, count, dims)
    before = table([said], np.array([size], np.float64), count, dims)
    tokens = line.removeprefix("\ufeff").split()
    stated = list(tokens)
    if category >= 0:
        tokens[0] = str(category)
    box = extent(instance)
    if box is not None and not np.array_equal(box, before.box[0]):
        tokens[1:5] = _box(box, size)
    _move(tokens, instance, before, size, count, dims)
    confidence = None if np.isnan(before.confidence[0]) else float(before.confidence[0])
    if len(stated) == 6 + count * dims and instance.confidence != confidence:
        tokens[-1:] = [] if instance.confidence is None else [plain(instance.confidence)]
    if tokens == stated:
        return line
    ending = line[len(line.rstrip()) :]
    return " ".join(tokens) + ending


def _move(tokens: list[str], instance: Instance, before: Table, size: tuple[int, int], count: int, dims: int) -> None:
    """Put the points that were edited into a line's tokens."""
    own = len(instance.visibility)
    score = np.full(own, np.nan, np.float32) if instance.score is None else instance.score
    moved = (instance.xy != before.xy[0, :own]).any(axis=1) | (instance.visibility != before.visibility[0, :own])
    if before.scored[0]:
        moved |= ~((score == before.score[0, :own]) | (np.isnan(score) & np.isnan(before.score[0, :own])))
    if not moved.any():
        return
    if len(tokens) == 5:
        tokens += ["0"] * (count * dims)
    xy = to_shares(instance.xy, size)
    thirds = instance.visibility.astype(np.float64)
    if before.scored[0]:
        scores = [float(str(s)) if s > 0 else 1.0 for s in score]
        graded = np.where(thirds > 0, scores, 0)
        if (thirds == 1).any() or np.isin(graded, (0, 1, 2)).all():
            # Such a line would be read as visibilities, or has a hidden point, which scores have no word for.
            tokens[7 : 5 + count * dims : dims] = ["0"] * count
            moved[:] = True
        else:
            thirds = graded
    for at in np.flatnonzero(moved).tolist():
        third = thirds[at]
        start = 5 + at * dims
        tokens[start : start + dims] = _point(xy[at].tolist(), third, dims)


def fresh(instance: Instance, category: int, size: tuple[int, int], count: int, dims: int) -> str:
    """Return the line of an instance that no file ever held; it needs a box or a labelled point."""
    box = extent(instance)
    tokens = [str(category), *(_box(box, size) if box is not None else ["0"] * 4)]
    xy = to_shares(instance.xy, size).tolist()
    for point, visibility in zip(xy, instance.visibility.tolist(), strict=True):
        tokens += _point(point, visibility, dims)
    tokens += ["0"] * (dims * (count - len(xy)))
    return " ".join(tokens) + "\n"


def extent(instance: Instance) -> NDArray[np.float64] | None:
    """Return an instance's box, or what its labelled points span; None when it has neither."""
    if instance.box is not None:
        return instance.box
    xy = instance.xy[instance.visibility > 0]
    return np.concatenate((xy.min(axis=0), np.ptp(xy, axis=0))) if len(xy) else None


def _box(box: NDArray[np.float64], size: tuple[int, int]) -> list[str]:
    centre = to_shares(box[:2] + box[2:] / 2, size)
    return [plain(n) for n in (*centre.tolist(), *to_shares(box[2:], size).tolist())]


def _point(xy: Sequence[float], third: float, dims: int) -> list[str]:
    if dims == 2:
        return [plain(n) for n in xy] if third else ["0", "0"]
    return [*(plain(n) for n in xy), plain(float(third))]
