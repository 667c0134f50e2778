"""AlphaPose's models by their number of points, its variants, and the values of a person's record."""

from __future__ import annotations

import math
import re
import sys
from functools import cache
from typing import Any

import numpy as np

from vitruvian.formats import bodies
from vitruvian.labels import Skeleton
from vitruvian.labels.presets import preset_skeleton

Record = dict[str, Any]

NAME = "alphapose"
#: Lists the fields of a person that nobody stated: AlphaPose's tools want a score of everyone.
COMPUTED = "computed"
MAX_POINTS = 1000
MAX_FRAMES = 2**31

#: The lists of people in the variants: under a picture, and the points of each.
VARIANTS = {"cmu": ("bodies", "joints"), "open": ("people", "pose_keypoints_2d")}
PRESETS = {17: "coco", 26: "halpe26", 133: "coco_wholebody", 136: "halpe", 16: "mpii"}
FILE = re.compile(r".*\.[A-Za-z0-9]{1,5}", re.DOTALL)
FRAME = re.compile(r"(0|[1-9][0-9]{0,9})\.(jpg|png)")


@cache
def skeleton(count: int) -> Skeleton:
    """Return the skeleton of the model with so many points; numbered points where there is none."""
    if count in PRESETS:
        return preset_skeleton(PRESETS[count])
    if count == 68:  # Halpe's without the face
        whole = preset_skeleton("halpe")
        kept = [at for at in range(len(whole)) if not 26 <= at < 94]
        place = {at: new for new, at in enumerate(kept)}
        edges = tuple((place[a], place[b]) for a, b in whole.edges if a in place and b in place)
        return Skeleton(tuple(whole.keypoints[at] for at in kept), edges, whole.sigma_kind, whole.sigma_source)
    return bodies.body(count) or bodies.numbered(count)


@cache
def places(names: tuple[str, ...]) -> Any:
    """Return where the points of AlphaPose's smallest model that has all of `names` are among them; None for none."""
    for count in (17, 26, 133, 136, 16):
        order = skeleton(count).names
        if set(names) <= set(order):
            return np.array([names.index(name) if name in names else -1 for name in order], np.intp)
    return None


def variant(document: Any) -> str | None:
    """Return which variant an object is: "cmu" or "open", with " of one" where it is that of a single picture."""
    if not isinstance(document, dict) or not document:
        return None
    bodies_ = document.get("bodies")
    if isinstance(bodies_, list) and all(isinstance(b, dict) and "joints" in b for b in bodies_):
        return "cmu of one"
    first = next(iter(document.items()))
    for variant, (people, _) in VARIANTS.items():
        if FILE.fullmatch(first[0]) and isinstance(first[1], dict) and isinstance(first[1].get(people), list):
            return variant
    return None


def number(value: Any) -> float | None:
    """Return a finite number of a file, None for anything else."""
    if type(value) not in (int, float) or abs(value) > sys.float_info.max or math.isnan(value):
        return None
    return float(value)


def confidence(record: Record) -> float | None:
    """Return how sure a person is; None where the file says that it is only the mean of the points' scores."""
    return None if _is_computed(record) else number(record.get("score"))


def _is_computed(record: Record) -> bool:
    listed = record.get(COMPUTED)
    return isinstance(listed, list) and "score" in listed


def box(record: Record) -> Any:
    """Return the box of a person, shape (4,), or None where there is none that is one."""
    value = record.get("box")
    if not isinstance(value, list) or len(value) != 4:
        return None
    numbers = [number(v) for v in value]
    if None in numbers or min(n for n in numbers[2:] if n is not None) < 0:
        return None
    return np.array(numbers, np.float64)


def track(record: Record) -> str | None:
    """Return who a person is through the frames: a number, alone in a list or with a point, or text."""
    value = record.get("idx")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Python refuses to spell integers of thousands of digits.
    return str(value) if isinstance(value, str) or (type(value) is int and abs(value) < 2**63) else None
