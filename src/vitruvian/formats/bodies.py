"""Skeletons of people by their number of points, as OpenPose and those who write its format order them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from vitruvian.labels import Keypoint, Skeleton, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton

_ARMS = (
    "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
)  # fmt: skip
_LEGS = ("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle")
_EYES = ("right_eye", "left_eye", "right_ear", "left_ear")
_FEET = ("left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel")
_BODY_25_EDGES = (
    (1, 8), (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (8, 9), (9, 10), (10, 11), (8, 12), (12, 13), (13, 14),
    (1, 0), (0, 15), (15, 17), (0, 16), (16, 18), (14, 19), (19, 20), (14, 21), (11, 22), (22, 23), (11, 24),
)  # fmt: skip
_MPI_EDGES = (
    (0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7), (1, 14), (14, 8), (8, 9), (9, 10), (14, 11), (11, 12),
    (12, 13),
)  # fmt: skip

#: Points of a face and a hand.
FACE, HAND = 70, 21


@cache
def body(count: int) -> Skeleton | None:
    """Return BODY_25, COCO's 18 or MPI's 15 points, None for another number."""
    if count == 25:
        names = ("nose", "neck", *_ARMS, "mid_hip", *_LEGS, *_EYES, *_FEET)
        return skeleton_from_names(names, edges=_BODY_25_EDGES)
    if count == 18:
        return preset_skeleton("coco_openpose")
    if count == 15:
        return skeleton_from_names(("head", "neck", *_ARMS, *_LEGS, "chest"), edges=_MPI_EDGES)
    return None


def numbered(count: int, prefix: str = "keypoint ") -> Skeleton:
    """Return a skeleton of points that have no names."""
    return skeleton_from_names([f"{prefix}{at}" for at in range(count)])


@cache
def face(count: int) -> Skeleton:
    """Return a face: 68 points in 300-W's order and the two pupils, or numbered points."""
    if count != FACE:
        return numbered(count, "face-")
    known = preset_skeleton("coco_wholebody_face").keypoints
    pupils = (Keypoint("right_pupil", flip="left_pupil"), Keypoint("left_pupil", flip="right_pupil"))
    return Skeleton((*(replace(k, sigma=None) for k in known), *pupils))


@cache
def hand(side: str, count: int) -> Skeleton:
    """Return a hand: `side` is left or right. Its flip partners belong to the other hand and are left out."""
    if count != HAND:
        return numbered(count, f"{side}_hand-")
    whole = preset_skeleton("coco_wholebody")
    first = whole.position(f"{side}_hand_root")
    points = tuple(replace(k, sigma=None, flip=None) for k in whole.keypoints[first : first + HAND])
    edges = tuple((a - first, b - first) for a, b in whole.edges if first <= a < first + HAND)
    return Skeleton(points, tuple((a, b) for a, b in edges if 0 <= b < HAND))


def joined(parts: list[Skeleton]) -> Skeleton:
    """Return one skeleton of several, each name once; a hand's points flip into those of the other hand."""
    if len(parts) == 1:
        return parts[0]
    names = {name for part in parts for name in part.names}
    points: list[Keypoint] = []
    edges: list[tuple[int, int]] = []
    for part in parts:
        edges += [(a + len(points), b + len(points)) for a, b in part.edges]
        points += [replace(k, sigma=None, flip=k.flip or _other_hand(k.name, names)) for k in part.keypoints]
    return Skeleton(tuple(points), tuple(edges))


def _other_hand(name: str, names: set[str]) -> str | None:
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(side) and other + name.removeprefix(side) in names:
            return other + name.removeprefix(side)
    return None
