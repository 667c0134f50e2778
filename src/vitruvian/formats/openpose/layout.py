"""Which points stand in which list of a person, and what the files of frames are called."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats import bodies
from vitruvian.labels import Category, Skeleton

NAME = "openpose"
ENDING = "_keypoints.json"

#: The lists of a person in the order of their points here. OpenPose before 1.2 left `_2d` out.
PARTS = ("pose", "face", "hand_left", "hand_right")

#: No body has more points than this.
MAX_POINTS = 1000
MAX_FRAMES = 2**31

Counts = tuple[int, int, int, int]

_FRAME = re.compile(r"(?P<video>.+)_(?P<frame>[0-9]{12})")


@dataclass(frozen=True, slots=True)
class Layout:
    """How many points each list has, and at which place of the skeleton each of them stands (None: in order)."""

    counts: Counts
    places: NDArray[np.intp] | None = None


def skeleton(counts: Counts) -> Skeleton:
    """Return the skeleton of people whose lists have `counts` points."""
    parts = [] if not counts[0] else [bodies.body(counts[0]) or bodies.numbered(counts[0])]
    if counts[1]:
        parts.append(bodies.face(counts[1]))
    parts += [bodies.hand(side, count) for side, count in (("left", counts[2]), ("right", counts[3])) if count]
    return bodies.joined(parts)


def category(name: str, counts: Counts) -> Category:
    """Return the category of people whose lists have `counts` points."""
    made = skeleton(counts)
    return Category(name, made, extras={NAME: {"names": list(made.names), "counts": list(counts)}})


def layout_of(category: Category) -> Layout:
    """Return where the points of a category's skeleton go, by their names; in order where OpenPose lacks some."""
    names = category.skeleton.names if category.skeleton else ()
    read_as = category.extras.get(NAME)
    if isinstance(read_as, dict) and read_as.get("names") == list(names):
        a, b, c, d = read_as["counts"]
        return Layout((a, b, c, d))
    hands = [bodies.hand(side, bodies.HAND).names for side in ("left", "right")]
    face = bodies.face(bodies.FACE).names
    for count in (18, 25, 15):
        known = bodies.body(count)
        lists = [known.names if known else (), face, *hands]
        lists[1:] = [part if set(part) & set(names) else () for part in lists[1:]]
        order = [name for part in lists for name in part]
        if set(names) <= set(order) and set(names) & set(lists[0]):
            index = {name: at for at, name in enumerate(names)}
            a, b, c, d = map(len, lists)
            return Layout((a, b, c, d), np.array([index.get(name, -1) for name in order], np.intp))
    return Layout((len(names), 0, 0, 0))


def frame_of(file: str) -> tuple[str, int] | None:
    """Return video and frame that a file's name speaks of, or None."""
    found = _FRAME.fullmatch(file.removesuffix(ENDING))
    if found is None or int(found["frame"]) >= MAX_FRAMES:
        return None
    return found["video"], int(found["frame"])


def videos(files: list[str]) -> set[str]:
    """Return the names of which frames are listed one by one, as OpenPose writes a video's.

    Pictures may end in twelve digits too, as COCO's do; those do not come in even steps.
    """
    frames: dict[str, list[int]] = {}
    for file in files:
        found = frame_of(file)
        if found is not None:
            frames.setdefault(found[0], []).append(found[1])
    return {video for video, numbers in frames.items() if _even(sorted(numbers))}


def _even(numbers: list[int]) -> bool:
    steps = {b - a for a, b in itertools.pairwise(numbers)}
    return not steps or steps == {1} or (len(steps) == 1 and len(numbers) > 2)
