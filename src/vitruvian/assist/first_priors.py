"""What a pose prior is before anything was labelled: the built-in body for people, else a layout by the edges."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from vitruvian.assist.body import LANDMARKS, landmark, sample_bodies
from vitruvian.assist.fit_prior import fit_prior
from vitruvian.assist.pose_prior import PosePrior
from vitruvian.labels import Skeleton

Array = NDArray[np.float64]

#: A skeleton is a body's when so large a share of its keypoints are landmarks of the built-in body.
MOSTLY: Final = 0.8
_BODIES: Final = 1500
_COMPONENTS: Final = 6


def first_prior(skeleton: Skeleton) -> PosePrior:
    """Return the prior of a skeleton of which no pose has been labelled."""
    names = tuple(landmark(name) for name in skeleton.names)
    if len(names) <= len(LANDMARKS) and sum(name is not None for name in names) >= max(5, MOSTLY * len(names)):
        return _body_prior(names, tuple(skeleton.flip_indices.tolist()), tuple(skeleton.edges))
    return layout_prior(skeleton)


@cache
def _body_prior(names: tuple[str | None, ...], flip: tuple[int, ...], edges: tuple[tuple[int, int], ...]) -> PosePrior:
    bodies = sample_bodies(_BODIES, np.random.default_rng(20))
    where = {name: n for n, name in enumerate(LANDMARKS)}
    xy = bodies[:, [where[name] if name else 0 for name in names]]
    seen = np.tile(np.array([2 if name else 0 for name in names], np.uint8), (len(xy), 1))
    none = np.full((len(xy), 4), np.nan)
    rest = _layout(len(names), flip, edges)
    fitted = fit_prior(xy, seen, none, flip, rest, components=_COMPONENTS)
    return PosePrior(fitted.weights, fitted.means, fitted.covariances, "body", 0)


def layout_prior(skeleton: Skeleton) -> PosePrior:
    """Return a drawing of the skeleton in its box: as far apart as edges lie between, neighbours moving together."""
    return _layout(len(skeleton), tuple(skeleton.flip_indices.tolist()), tuple(skeleton.edges))


def _layout(count: int, flip: tuple[int, ...], edges: tuple[tuple[int, int], ...]) -> PosePrior:
    steps = _steps(count, edges)
    xy = _upright(_drawn(steps), np.array(flip))
    low, high = xy.min(0), xy.max(0)
    sides = np.maximum(high - low, 0.25 * max(float((high - low).max()), 1e-6))
    # Within the box with a margin: nobody's points all lie on its outline.
    xy = 0.8 * (xy - (low + high) / 2) / np.sqrt(sides.prod())
    near = _nearest_covariance(np.exp(-steps / max(2.0, float(steps.max()) / 3)))
    spread = np.zeros((2 * count + 1, 2 * count + 1))
    spread[0:-1:2, 0:-1:2] = spread[1:-1:2, 1:-1:2] = 0.04 * near
    spread[-1, -1] = 0.1
    mean = np.append(xy.ravel(), 0.5 * np.log(sides[0] / sides[1]))
    return PosePrior(np.ones(1), mean[None], spread[None] + 1e-4 * np.eye(len(mean)), "layout", 0)


def _steps(count: int, edges: tuple[tuple[int, int], ...]) -> Array:
    """Return how many edges lie between any two keypoints, (K, K); parts that hang apart lie far from each other."""
    graph = np.zeros((count, count))
    for a, b in edges:
        graph[a, b] = graph[b, a] = 1
    steps: Array = shortest_path(graph, unweighted=True)
    finite = steps[np.isfinite(steps)]
    steps[~np.isfinite(steps)] = finite.max(initial=0) + 1
    return steps


def _drawn(steps: Array) -> Array:
    """Return points in the plane whose distances are nearest to `steps` (classical scaling: Torgerson, 1952)."""
    count = len(steps)
    if count < 3 or np.ptp(steps[~np.eye(count, dtype=bool)]) == 0:
        turn = 2 * np.pi * np.arange(count) / max(count, 1)
        return np.stack((np.sin(turn), -np.cos(turn)), axis=1)
    middle = np.eye(count) - 1 / count
    values, vectors = np.linalg.eigh(-0.5 * middle @ steps**2 @ middle)
    drawn: Array = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 1e-9))
    return drawn


def _nearest_covariance(matrix: Array) -> Array:
    """Return the nearest matrix that is a covariance: where edges go round, likeness by distance alone is none."""
    values, vectors = np.linalg.eigh(matrix)
    found: Array = (vectors * np.maximum(values, 0)) @ vectors.T
    return found


def _upright(xy: Array, flip: NDArray[np.intp]) -> Array:
    """Turn a drawing: mirror partners beside each other, the body's left on the right, the first points up."""
    apart = (xy - xy[flip])[flip > np.arange(len(xy))]
    axis = np.linalg.svd(apart)[2][0] if len(apart) else np.linalg.svd(xy - xy.mean(0))[2][1]
    xy = np.stack((xy @ axis, xy @ np.array((-axis[1], axis[0]))), axis=1)
    first = max(1, len(xy) // 4)
    if xy[:first, 1].mean() > xy[:, 1].mean():
        xy[:, 1] = -xy[:, 1]
    # COCO and most others name the left partner first; a body that faces us has it on the picture's right.
    if len(apart) and (xy[flip > np.arange(len(xy)), 0] - xy[flip[flip > np.arange(len(xy))], 0]).sum() < 0:
        xy[:, 0] = -xy[:, 0]
    return xy
