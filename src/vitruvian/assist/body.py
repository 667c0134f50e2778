"""A body of sticks in poses that a body can take: what a prior knows before anybody has labelled anything.

The angles are round figures of ordinary anatomy, not measured from anybody's pictures, so no foreign data is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Bone:
    """From a parent to a landmark: its rest offset and how far it turns about x (side), y (up) and z (front).

    Lengths are shares of the body's height; x points to the body's left, y up, z forward; angles are degrees.
    """

    name: str
    parent: str
    offset: tuple[float, float, float]
    centre: tuple[float, float, float] = (0, 0, 0)
    spread: tuple[float, float, float] = (0, 0, 0)


def _sides(name: str, parent: str, offset: tuple[float, float, float], centre: tuple[float, float, float] = (0, 0, 0),
           spread: tuple[float, float, float] = (0, 0, 0)) -> list[Bone]:  # fmt: skip
    x, y, z = offset
    a, b, c = centre
    paired = parent not in ("pelvis", "thorax", "head", "root")
    return [
        Bone(f"left_{name}", f"left_{parent}" if paired else parent, (x, y, z), (a, b, c), spread),
        Bone(f"right_{name}", f"right_{parent}" if paired else parent, (-x, y, z), (a, -b, -c), spread),
    ]


#: Parents come before children. A negative turn about x brings a limb forward and up.
BONES: Final = (
    Bone("pelvis", "root", (0, 0, 0)),
    Bone("thorax", "pelvis", (0, 0.29, 0), (12, 0, 0), (22, 18, 10)),
    Bone("head", "thorax", (0, 0.09, 0.01), (0, 0, 0), (15, 25, 10)),
    *_sides("hip", "pelvis", (0.075, -0.02, 0)),
    *_sides("knee", "hip", (0.005, -0.245, 0), (-22, 0, 6), (34, 0, 14)),
    *_sides("ankle", "knee", (0, -0.245, 0), (28, 0, 0), (30, 0, 0)),
    *_sides("heel", "ankle", (0, -0.03, -0.03), (0, 0, 0), (20, 0, 0)),
    *_sides("big_toe", "ankle", (-0.01, -0.035, 0.11), (0, 0, 0), (20, 0, 0)),
    *_sides("small_toe", "ankle", (0.035, -0.035, 0.09), (0, 0, 0), (20, 0, 0)),
    *_sides("shoulder", "thorax", (0.105, 0, 0), (0, 0, 0), (0, 0, 6)),
    *_sides("elbow", "shoulder", (0.02, -0.165, 0), (-18, 0, 20), (48, 20, 42)),
    *_sides("wrist", "elbow", (0, -0.15, 0), (-45, 0, 0), (38, 25, 0)),
    *_sides("hand", "wrist", (0, -0.08, 0), (0, 0, 0), (15, 0, 15)),
    Bone("nose", "head", (0, 0.0, 0.085)),
    Bone("head_top", "head", (0, 0.105, 0)),
    *_sides("eye", "head", (0.02, 0.025, 0.07)),
    *_sides("ear", "head", (0.048, 0.01, 0)),
)

#: Landmarks under the names that skeletons give them.
NAMES: Final = {
    "neck": "thorax", "upper_neck": "thorax", "chin": "head", "head_bottom": "head", "top_head": "head_top",
    "head": "head_top", "top": "head_top", "hip": "pelvis", "root": "pelvis", "mid_hip": "pelvis",
    "left_foot": "left_big_toe", "right_foot": "right_big_toe", "left_bigtoe": "left_big_toe",
    "right_bigtoe": "right_big_toe", "left_smalltoe": "left_small_toe", "right_smalltoe": "right_small_toe",
}  # fmt: skip


def landmark(name: str) -> str | None:
    """Return which of the body's landmarks a keypoint is, by its name; None where it is none of them."""
    plain = name.lower().replace(" ", "_").replace("-", "_")
    plain = NAMES.get(plain, plain)
    return plain if plain in LANDMARKS else None


LANDMARKS: Final = tuple(bone.name for bone in BONES)


def sample_bodies(count: int, rng: np.random.Generator) -> Array:
    """Return poses in the picture, shape (count, len(LANDMARKS), 2), y down; the unit is the body's height.

    Two thirds stand, walk and sit, a quarter bend and stretch as athletes do, the rest lie or fly.
    """
    kind = rng.choice(3, count, p=(0.66, 0.25, 0.09))
    wild = np.array((0.75, 1.35, 1.2))[kind]
    turned: dict[str, Array] = {"root": _global_turns(count, kind, rng)}
    at: dict[str, Array] = {"root": np.zeros((count, 3))}
    build = 1 + 0.06 * rng.standard_normal((count, len(BONES), 1))
    for n, bone in enumerate(BONES):
        angles = np.array(bone.centre) + wild[:, None] * np.array(bone.spread) * rng.standard_normal((count, 3))
        if bone.name.endswith("ankle"):
            angles[:, 0] = np.abs(angles[:, 0])  # knees bend one way
        if bone.name.endswith("wrist"):
            angles[:, 0] = -np.abs(angles[:, 0])
        turn = turned[bone.parent] @ _rotations(angles)
        turned[bone.name] = turn
        at[bone.name] = at[bone.parent] + build[:, n] * (turn @ np.array(bone.offset))
    points = np.stack([at[name] for name in LANDMARKS], axis=1)
    distance = rng.uniform(3, 12, (count, 1))
    nearer = distance / (distance - points[..., 2])
    return np.stack((points[..., 0] * nearer, -points[..., 1] * nearer), axis=-1)


def _global_turns(count: int, kind: NDArray[np.int64], rng: np.random.Generator) -> Array:
    yaw = np.where(rng.random(count) < 0.6, rng.normal(0, 50, count), rng.uniform(-180, 180, count))
    tilt = rng.normal(-5, 12, count)
    roll = rng.standard_normal(count) * np.array((7.0, 22.0, 60.0))[kind]
    flat = np.where((kind == 2) & (rng.random(count) < 0.6), rng.choice((-90.0, 90.0), count), 0)
    zero = np.zeros(count)
    camera = _rotations(np.stack((tilt, zero, zero), 1))
    body: Array = _rotations(np.stack((zero, zero, roll + flat), 1)) @ _rotations(np.stack((zero, yaw, zero), 1))
    return camera @ body


def _rotations(degrees: Array) -> Array:
    """Return rotation matrices, shape (N, 3, 3): about x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.deg2rad(degrees)).T, np.sin(np.deg2rad(degrees)).T
    one, zero = np.ones_like(cx), np.zeros_like(cx)
    x = np.stack((one, zero, zero, zero, cx, -sx, zero, sx, cx), -1)
    y = np.stack((cy, zero, sy, zero, one, zero, -sy, zero, cy), -1)
    z = np.stack((cz, -sz, zero, sz, cz, zero, zero, zero, one), -1)
    shape = (-1, 3, 3)
    turned: Array = z.reshape(shape) @ y.reshape(shape) @ x.reshape(shape)
    return turned
