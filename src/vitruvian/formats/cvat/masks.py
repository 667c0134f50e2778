"""Masks: CVAT counts row by row within a rectangle, COCO column by column over the whole picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.int64]

#: More pixels than this are not laid out.
MAX_PIXELS = 1 << 26


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
    _check(runs, width * height)
    if left < 0 or top < 0 or width < 1 or height < 1:
        raise ValueError("the rectangle lies left of or above the picture, or is empty")
    tall, wide = max(size[0], top + height), max(size[1], left + width)
    if tall * wide >= 1 << 62:
        raise ValueError("the picture is too large")
    # A row of background below the rectangle ends every run within its column.
    padded = np.zeros((width, height + 2), np.int8)
    padded[:, 1:-1] = _laid_out(runs).reshape(height, width).T
    steps = np.diff(padded.reshape(-1))
    starts, stops = (
        (at // (height + 2) + left) * tall + at % (height + 2) + top
        for at in (np.flatnonzero(steps == 1), np.flatnonzero(steps == -1))
    )
    apart = np.ones(len(starts) + 1, np.bool_)
    apart[1:-1] = starts[1:] != stops[:-1]
    bounds = np.column_stack((starts[apart[:-1]], stops[apart[1:]])).reshape(-1)
    counts = np.diff(np.concatenate(([0], bounds, [tall * wide])))
    return {"size": [tall, wide], "counts": (counts if counts[-1] or len(counts) == 1 else counts[:-1]).tolist()}


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
    try:
        tall, wide = (int(side) for side in mask["size"])
        counts = mask["counts"]
        runs = _unpacked(counts) if isinstance(counts, str | bytes) else np.array(counts, np.int64).reshape(-1)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("it is no COCO RLE") from error
    if tall < 0 or wide < 0:
        raise ValueError("its size is negative")
    _check(runs, tall * wide)
    cells = _laid_out(runs).reshape(wide, tall).T
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    left, top, right, bottom = 0, 0, wide, tall
    if len(rows) and not whole:
        left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    flat = cells[top:bottom, left:right].reshape(-1)
    edges = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1, [len(flat)]))
    lengths = np.diff(edges)
    starting = np.concatenate(([0], lengths)) if len(flat) and flat[0] else lengths
    return starting.astype(np.int64), (left, top, right - left, bottom - top)


def _check(runs: Runs, pixels: int) -> None:
    if pixels > MAX_PIXELS:
        raise ValueError(f"it covers more than {MAX_PIXELS} pixels")
    if (runs < 0).any() or (runs > pixels).any() or len(runs) > 2 * pixels + 2 or int(runs.sum()) != pixels:
        raise ValueError("its runs do not add up to its size")


def _laid_out(runs: Runs) -> NDArray[np.bool_]:
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs)


def _unpacked(packed: str | bytes) -> Runs:
    """Return the run lengths of COCO's text: 5 bits a character, each number from the third on less that two before."""
    data = packed.encode() if isinstance(packed, str) else packed
    runs: list[int] = []
    value = shift = 0
    for character in data:
        bits = character - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("it is no packed COCO RLE")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    return np.array(runs, np.int64)
