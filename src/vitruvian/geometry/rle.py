"""Masks as COCO's run lengths: background and object by turns, column by column over the whole picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.int64]

#: More pixels than this are not laid out.
MAX_PIXELS = 1 << 26
#: Five bits a character; a length of 60 bits needs no more than these.
_MOST_CHARACTERS = 13


def runs_of(mask: Mapping[str, Any]) -> tuple[Runs, int, int]:
    """Return the run lengths of a mask, and its height and width.

    Parameters
    ----------
    mask : mapping
        COCO RLE: `size` and `counts`, lengths or packed text.

    Raises
    ------
    ValueError
        It is no COCO RLE, or its runs do not add up to its size.
    """
    try:
        tall, wide = (int(side) for side in mask["size"])
        counts = mask["counts"]
        runs = unpack(counts) if isinstance(counts, str | bytes) else np.array(counts, np.int64).reshape(-1)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("it is no COCO RLE") from error
    if tall < 0 or wide < 0:
        raise ValueError("its size is negative")
    check_runs(runs, tall * wide)
    return runs, tall, wide


def check_runs(runs: Runs, pixels: int) -> None:
    """Raise ValueError unless the runs fill so many pixels exactly."""
    if (runs < 0).any() or (runs > pixels).any() or len(runs) > 2 * pixels + 2 or int(runs.sum()) != pixels:
        raise ValueError("its runs do not add up to its size")


def to_pixels(mask: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the pixels of a mask, shape (height, width); raises ValueError as :func:`runs_of` does."""
    runs, tall, wide = runs_of(mask)
    return laid_out(runs).reshape(wide, tall).T


def from_pixels(pixels: NDArray[np.bool_]) -> dict[str, Any]:
    """Return COCO RLE of pixels of shape (height, width), with plain lengths."""
    return {"size": list(pixels.shape), "counts": lengths(pixels.T.reshape(-1)).tolist()}


def place(pixels: NDArray[np.bool_], left: int, top: int, size: tuple[int, int]) -> dict[str, Any]:
    """Return COCO RLE of a mask that is known within a rectangle only, without laying out the rest of the picture.

    Parameters
    ----------
    pixels : ndarray of bool, shape (H, W)
        The rectangle's.
    left, top : int
        Its corner, pixels; not negative.
    size : (int, int)
        Height and width of the picture; it grows where the rectangle sticks out to the right or below.

    Raises
    ------
    ValueError
        The picture is too large to be counted.
    """
    height, width = pixels.shape
    tall, wide = max(size[0], top + height), max(size[1], left + width)
    if tall * wide >= 1 << 62:
        raise ValueError("the picture is too large")
    # A row of background below the rectangle ends every run within its column.
    padded = np.zeros((width, height + 2), np.int8)
    padded[:, 1:-1] = pixels.T
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


def extent(pixels: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return left, top, width and height of what pixels cover; of the whole picture where they cover nothing."""
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not len(rows):
        return 0, 0, pixels.shape[1], pixels.shape[0]
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top


def laid_out(runs: Runs) -> NDArray[np.bool_]:
    """Return the pixels one after the other; raises ValueError where they are more than :data:`MAX_PIXELS`."""
    if int(runs.sum()) > MAX_PIXELS:
        raise ValueError(f"it covers more than {MAX_PIXELS} pixels")
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs)


def lengths(flat: NDArray[np.bool_]) -> Runs:
    """Return the run lengths of pixels one after the other; the first is of background, and may be 0."""
    edges = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1, [len(flat)]))
    runs = np.diff(edges)
    return np.concatenate(([0], runs)) if len(flat) and flat[0] else runs


def area(mask: Mapping[str, Any]) -> int:
    """Return how many pixels a mask covers; raises ValueError as :func:`runs_of` does."""
    return int(runs_of(mask)[0][1::2].sum())


def pack(runs: Runs) -> str:
    """Return run lengths as COCO's text.

    Notes
    -----
    Of each length from the fourth on the difference to the one two before is stored, in groups of five bits from the
    lowest, a sixth bit saying that more follow, each as a character from "0" (pycocotools, rleToString).
    """
    rest = np.array(runs, np.int64)
    rest[3:] -= np.asarray(runs, np.int64)[1:-2]
    characters = np.zeros((len(rest), _MOST_CHARACTERS), np.uint8)
    going = np.ones(len(rest), np.bool_)
    for at in range(_MOST_CHARACTERS):
        bits = rest & 31
        rest = rest >> 5
        more = going & (rest != np.where(bits & 16, -1, 0))
        characters[going, at] = (48 + (bits | np.where(more, 32, 0)))[going]
        going = more
    return characters[characters > 0].tobytes().decode("ascii")


def unpack(text: str | bytes) -> Runs:
    """Return the run lengths of COCO's text; raises ValueError when it is none."""
    data = text.encode() if isinstance(text, str) else text
    bits = np.frombuffer(data, np.uint8).astype(np.int64) - 48
    if not len(bits):
        return bits
    if bits.min() < 0 or bits.max() > 63 or bits[-1] & 32:
        raise ValueError("it is no packed COCO RLE")
    last = (bits & 32) == 0
    first = np.flatnonzero(np.concatenate(([True], last[:-1])))
    place = np.arange(len(bits)) - np.repeat(first, np.diff(np.append(first, len(bits))))
    if place.max() >= _MOST_CHARACTERS:
        raise ValueError("it is no packed COCO RLE")
    runs = np.add.reduceat((bits & 31) << (5 * place), first)
    # Where the highest bit of the highest five is set, the number is negative.
    runs -= np.where(bits[last] & 16, np.int64(1) << np.minimum(5 * (place[last] + 1), 62), 0)
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return runs
