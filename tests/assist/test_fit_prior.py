"""Fitting a pose prior: what is there in the data is found, missing points are borne, few poses lean on the earlier."""

from __future__ import annotations

import numpy as np
import pytest

from vitruvian.assist.first_priors import first_prior, layout_prior
from vitruvian.assist.fit_prior import fit_prior
from vitruvian.assist.pose_prior import PosePrior
from vitruvian.labels import skeleton_from_names

ARM = skeleton_from_names(
    ("left_shoulder", "right_shoulder", "left_wrist", "right_wrist"), edges=[(0, 2), (1, 3), (0, 1)]
)
FLIP = ARM.flip_indices
Labelled = tuple[np.ndarray, np.ndarray, np.ndarray]


def waving(count: int, seed: int) -> Labelled:
    """People who wave with one arm and keep the other down: mirror images of two kinds."""
    rng = np.random.default_rng(seed)
    shoulders = np.array([[60.0, 50.0], [20.0, 50.0]])
    up = rng.random(count) < 0.5
    turn = np.where(up, 1, -1)[:, None] * np.array([[1.0, -1.0]])
    wrists = np.stack((np.tile([75.0, 5.0], (count, 1)), 50 - 40 * turn), axis=2) + rng.normal(0, 1.5, (count, 2, 2))
    xy = np.concatenate((np.tile(shoulders, (count, 1, 1)) + rng.normal(0, 1, (count, 2, 2)), wrists), axis=1)
    return xy, np.full((count, 4), 2, np.uint8), np.tile([0.0, 0.0, 80.0, 100.0], (count, 1))


def error(prior: PosePrior, fixed: list[int], labelled: Labelled) -> float:
    xy, _, boxes = labelled
    given = prior.given(fixed)
    return float(np.mean([np.abs(given.mean(p, b) - p).mean() for p, b in zip(xy, boxes, strict=True)]))


def test_a_mixture_tells_kinds_of_poses_apart() -> None:
    earlier = layout_prior(ARM)
    few = fit_prior(*waving(400, 0), FLIP, earlier, components=1)
    many = fit_prior(*waving(400, 0), FLIP, earlier)
    other = waving(100, 1)
    # Which arm is up says one fixed wrist; from there on all is known but the noise.
    assert error(many, [2], other) < 2 < error(many, [], other)
    assert error(many, [2], other) < error(few, [2], other)
    assert many.source == "labels"
    assert many.poses == 400


def test_every_fixed_point_helps() -> None:
    prior = fit_prior(*waving(400, 0), FLIP, layout_prior(ARM))
    other = waving(100, 1)
    errors = [error(prior, list(range(n)), other) for n in range(5)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0


def test_points_that_are_not_labelled_are_left_out() -> None:
    xy, visibility, boxes = waving(400, 0)
    gone = np.random.default_rng(3).random(visibility.shape) < 0.25
    visibility[gone], xy[gone] = 0, 1e6
    prior = fit_prior(xy, visibility, boxes, FLIP, layout_prior(ARM))
    assert error(prior, [2], waving(100, 1)) < 2.5


def test_few_poses_lean_on_what_was_known_before() -> None:
    earlier = fit_prior(*waving(300, 0), FLIP, layout_prior(ARM))
    xy, visibility, boxes = waving(2, 5)
    leaning, alone = (fit_prior(xy, visibility, boxes, FLIP, one) for one in (earlier, layout_prior(ARM)))
    other = waving(100, 1)
    assert error(leaning, [2], other) < error(alone, [2], other)


def test_the_mirror_image_of_a_pose_is_as_likely() -> None:
    xy, visibility, boxes = waving(200, 0)
    xy[:, 2:, 1] = np.array([10.0, 90.0]) + np.random.default_rng(0).normal(0, 2, (200, 2))  # all wave with the left
    prior = fit_prior(xy, visibility, boxes, FLIP, layout_prior(ARM))
    mirrored = xy[:, FLIP] * (-1, 1) + (80, 0)
    given = prior.given(range(4))
    here = np.mean([given.log_likelihood(p, boxes[0]) for p in xy])
    there = np.mean([given.log_likelihood(p, boxes[0]) for p in mirrored])
    assert here == pytest.approx(there, abs=0.35)


@pytest.mark.parametrize("count", [0, 1])
def test_no_poses_or_empty_ones_leave_the_earlier_prior(count: int) -> None:
    earlier = layout_prior(ARM)
    xy, boxes = np.zeros((count, 4, 2)), np.full((count, 4), np.nan)
    assert fit_prior(xy, np.zeros((count, 4), np.uint8), boxes, FLIP, earlier) is earlier


def test_where_there_is_no_box_it_is_the_one_around_the_points() -> None:
    xy, visibility, _ = waving(50, 0)
    low, high = xy.min(1), xy.max(1)
    around = np.column_stack((low, high - low))
    none = fit_prior(xy, visibility, np.full_like(around, np.nan), FLIP, layout_prior(ARM))
    given = fit_prior(xy, visibility, around, FLIP, layout_prior(ARM))
    np.testing.assert_allclose(none.means, given.means)


def test_hundreds_of_keypoints_are_one_gaussian() -> None:
    names = tuple(f"point {n}" for n in range(60))
    skeleton = skeleton_from_names(names)
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 100, (1, 60, 2)) + rng.normal(0, 2, (150, 60, 2))
    prior = fit_prior(
        xy, np.full((150, 60), 2, np.uint8), np.tile([0.0, 0, 100, 100], (150, 1)), skeleton.flip_indices,
        first_prior(skeleton),
    )  # fmt: skip
    assert prior.means.shape == (1, 121)
    assert error(prior, [], (xy, xy, np.tile([0.0, 0, 100, 100], (150, 1)))) < 4
