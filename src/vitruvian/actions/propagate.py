"""Carry points through the frames of a video by what the picture shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitruvian.assist.flow import Flow, carry
from vitruvian.errors import InvalidInput, NotFound
from vitruvian.media import VideoReader, open_frames
from vitruvian.store import media
from vitruvian.store.engine import Store

#: Frames of one gap: flow drifts, and the pictures are held in memory.
MOST_FRAMES = 120


def propagate(
    store: Store, id: int, first: int, last: int, start: ArrayLike, end: Sequence[Sequence[float] | None] | None = None
) -> Flow:
    """Return where points of frame `first` are in each frame up to `last`.

    Parameters
    ----------
    store : Store
    id : int
        A video.
    first, last : int
        Frame indices.
    start : array_like, shape (P, 2)
        Pixels in frame `first`.
    end : sequence of (x, y) or None, optional
        In frame `last`, where they are known.

    Raises
    ------
    NotFound
        No such media.
    InvalidInput
        Not a video, frames that it does not have, too many or none between, or points that are no positions.
    MediaError
        A frame cannot be decoded.
    """
    with store.read() as connection:
        row = media.media(connection, id)
    if row.kind != "video":
        raise InvalidInput(f"{row.name} is an image: nothing flows in it", where=f"media {id}")
    if not 0 <= first < last < row.frames:
        raise NotFound(f"{row.name} has frames 0 to {row.frames - 1}, not {first} to {last}", where=f"media {id}")
    if last - first > MOST_FRAMES:
        raise InvalidInput(
            f"{last - first} frames lie between frame {first} and frame {last}",
            where=f"media {id}",
            hint=f"set a key in between: points are carried through {MOST_FRAMES} frames at most",
        )
    begin = np.array(start, np.float64).reshape(-1, 2)
    stop = None if end is None else np.array([(np.nan, np.nan) if at is None else at for at in end], np.float64)
    if not np.isfinite(begin).all() or (stop is not None and (stop.shape != begin.shape or np.isinf(stop).any())):
        raise InvalidInput(
            "Points at the start and at the end must be pairs of finite pixels, as many of each", where=f"media {id}"
        )
    with open_frames(Path(row.uri)) as reader:
        pictures = [_grey(reader, n) for n in range(first, last + 1)]
    return carry(pictures, begin, stop)


def _grey(reader: VideoReader | Any, n: int) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = np.asarray(cv2.cvtColor(reader.frame(n), cv2.COLOR_RGB2GRAY), np.uint8)
    return grey
