"""Tell whether every tool must read a truth and its results alike, quickly: without making an object of a detection.

COCO leaves much open, and tools differ there in silence: points more or fewer than the category has, no area, counts of
keypoints that contradict the points. Files in which none of this happens give the same numbers everywhere.
"""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

#: The bytes before the bracket of a detection's points, as JSON writers put them.
_KEY: Final = b'"keypoints":'


class _Image(msgspec.Struct):
    id: int
    crowdIndex: float | None = None  # noqa: N815 the file's own name
    video: msgspec.Raw | None = None


class _Annotation(msgspec.Struct):
    id: int
    image_id: int
    category_id: int
    keypoints: list[float]
    area: float
    iscrowd: int
    num_keypoints: int
    foot_kpts: msgspec.Raw | None = None


class Truth(msgspec.Struct):
    """What of a truth file decides how it is evaluated."""

    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[dict[str, Any]]


def read_truth(content: bytes) -> Truth | str:
    """Return the truth, or in words what in it tools read in different ways."""
    try:
        truth = msgspec.json.decode(content, type=Truth)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"the truth: {error}"
    if len(truth.categories) != 1:
        return "the truth has several categories or none"
    names = truth.categories[0].get("keypoints")
    if not isinstance(names, list) or not names:
        return "the truth's category names no keypoints"
    images = {image.id for image in truth.images}
    if len(images) < len(truth.images) or len({a.id for a in truth.annotations}) < len(truth.annotations):
        return "ids of the truth are there twice"
    if any(image.crowdIndex is not None or image.video is not None for image in truth.images):
        return "the truth has images with a crowd index or of a video"
    return next((why for a in truth.annotations if (why := _odd(a, truth.categories[0], images))), truth)


def _odd(annotation: _Annotation, category: dict[str, Any], images: set[int]) -> str:
    flat, keypoints = annotation.keypoints, len(category["keypoints"])
    if len(flat) != 3 * keypoints:
        return f"annotation {annotation.id} has {len(flat)} numbers for {keypoints} keypoints"
    if annotation.foot_kpts is not None:
        return f"annotation {annotation.id} is of COCO-WholeBody"
    if annotation.category_id != category.get("id") or annotation.image_id not in images:
        return f"annotation {annotation.id} is of an unknown image or category"
    seen = [flat[2::3].count(v) for v in (0, 1, 2)]
    if sum(seen) != keypoints or annotation.num_keypoints != seen[1] + seen[2]:
        return f"num_keypoints of annotation {annotation.id} contradicts its points, or their visibility is odd"
    if annotation.iscrowd not in (0, 1) or not (math.isfinite(annotation.area) and annotation.area > 0):
        return f"annotation {annotation.id} has an odd area or iscrowd"
    return ""


def odd_results(content: bytes, keypoints: int, count: int) -> str:
    """Return in words what in a file of results tools read in different ways, "" for nothing.

    Parameters
    ----------
    content : bytes
        Known to be a JSON list of so many objects with an `image_id`, a `category_id` and no key twice.
    keypoints, count : int

    Notes
    -----
    The bytes are looked at as an array. As many quotes as four keys an object have, or five with `bbox`, leave no room
    for other keys and texts, so brackets and commas are JSON's own: those of the points can be counted.
    """
    if not count:
        return ""
    data = np.frombuffer(content, np.uint8)
    # One array for all comparisons: a fresh one of a file's size costs more than filling it.
    same = np.empty(len(data), np.bool_)

    def where(character: str) -> NDArray[np.bool_]:
        return np.equal(data, ord(character), out=same)

    quotes = int(np.count_nonzero(where('"')))
    boxed = quotes == 10 * count and content.count(b'"bbox"') == count
    if not (boxed or quotes == 8 * count) or content.count(b'"score":') != count:
        return "detections have other fields than image_id, category_id, keypoints, score and bbox, or lack some"
    if np.count_nonzero(where("n")) != count:
        return "detections have fields that are null or no number"
    opening, closing = np.flatnonzero(where("[")), np.flatnonzero(where("]"))
    at = opening[_after_the_key(data, opening)]
    if len(at) != count:
        return "detections have keypoints written in an unusual way"
    spans = np.column_stack((at, closing[np.searchsorted(closing, at)])).reshape(-1)
    commas = np.add.reduceat(where(","), spans, dtype=np.int16)[::2]
    wrong = np.flatnonzero(commas != 3 * keypoints - 1)
    return f"detection {wrong[0]} has {commas[wrong[0]] + 1} numbers for {keypoints} keypoints" if len(wrong) else ""


def _after_the_key(data: NDArray[np.uint8], brackets: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Say before which brackets :data:`_KEY` stands, with a space between or without."""
    spaced = data[np.maximum(brackets - 1, 0)] == ord(" ")
    ends = brackets - spaced
    inside = ends >= len(_KEY)
    windows = np.lib.stride_tricks.sliding_window_view(data, len(_KEY))
    found = np.zeros(len(brackets), np.bool_)
    found[inside] = (windows[ends[inside] - len(_KEY)] == np.frombuffer(_KEY, np.uint8)).all(axis=1)
    return found
