"""Points that a track of their own does not list in a frame in which the object is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from vitruvian.formats.cvat.nodes import Node
from vitruvian.formats.cvat.shapes import flag


def between(listed: Mapping[str, Mapping[int, Node]], frames: Iterable[int]) -> dict[int, dict[str, list[float]]]:
    """Return x, y, visibility by frame and name of the points that lie between two frames that list them.

    Parameters
    ----------
    listed : mapping of str to mapping of int to Node
        Name of the point to its elements by frame.
    frames : iterable of int
        In which the object is there.
    """
    found: dict[int, dict[str, list[float]]] = defaultdict(dict)
    every = np.array(sorted(frames), np.int64)
    for part, own in listed.items():
        keys = np.array(sorted(own), np.int64)
        for at in np.setdiff1d(every, keys).tolist():
            after = int(np.searchsorted(keys, at))
            if after == 0:
                continue
            start, stop = int(keys[after - 1]), int(keys[min(after, len(keys) - 1)])
            place = _spot(own[start], own[stop], start, stop, at)
            if place is not None:
                found[at][part] = place
    return dict(found)


def _spot(before: Node, after: Node, start: int, stop: int, at: int) -> list[float] | None:
    if flag(before, "outside"):
        return None
    try:
        first, last = (list(map(float, n["attrib"].get("points", "").split(","))) for n in (before, after))
        share = 0.0 if flag(after, "outside") or stop <= at else (at - start) / (stop - start)
        x, y = (a + (b - a) * share for a, b in zip(first, last, strict=True))
    except ValueError:
        return None  # the frame that lists it says what is wrong with it
    return [x, y, 1.0 if flag(before, "occluded") else 2.0]
