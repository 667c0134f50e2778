"""Pose priors: conditioning against plain formulae, and the vectors that the page shares.

Run this file as a script to write the vectors anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from vitruvian.assist.pose_prior import NOISE, PosePrior, normalised
from vitruvian.errors import InvalidInput

VECTORS = Path(__file__).parents[1] / "vectors/prior.json"


def prior(keypoints: int, components: int, seed: int = 0) -> PosePrior:
    """A mixture that float32 holds exactly, as one that came from a document does."""
    rng = np.random.default_rng(seed)
    size = 2 * keypoints + 1
    roots = 0.2 * rng.standard_normal((components, size, size))
    made = PosePrior(
        rng.dirichlet(np.ones(components)),
        0.4 * rng.standard_normal((components, size)),
        roots @ np.swapaxes(roots, 1, 2) + 0.01 * np.eye(size),
        "labels",
        123,
    )
    return PosePrior.from_document(made.document())


def make() -> list[dict[str, Any]]:
    cases = []
    for n, (keypoints, components) in enumerate(((1, 1), (3, 2), (5, 4), (14, 3))):
        rng = np.random.default_rng(n)
        one = prior(keypoints, components, n)
        asked = []
        for count in {0, 1, keypoints // 2, keypoints}:
            fixed = sorted(rng.choice(keypoints, count, replace=False).tolist())
            box = np.round(np.append(rng.uniform(0, 500, 2), rng.uniform(20, 400, 2)), 2)
            xy = np.round(box[:2] + rng.random((keypoints, 2)) * box[2:], 2)
            given = one.given(fixed)
            asked.append(
                {
                    "fixed": fixed,
                    "box": box.tolist(),
                    "points": np.column_stack((xy, np.full(keypoints, 2.0))).ravel().tolist(),
                    "mean": given.mean(xy, box).ravel().tolist(),
                    "log_likelihood": given.log_likelihood(xy, box),
                }
            )
        cases.append({"document": one.document(), "asked": asked})
    return cases


def test_the_vectors_are_what_this_code_makes() -> None:
    kept = json.loads(VECTORS.read_text())
    for old, new in zip(kept, make(), strict=True):
        assert old["document"] == new["document"]
        for before, now in zip(old["asked"], new["asked"], strict=True):
            assert before["fixed"] == now["fixed"]
            np.testing.assert_allclose(now["mean"], before["mean"], rtol=1e-9)
            assert now["log_likelihood"] == pytest.approx(before["log_likelihood"], rel=1e-9)


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**16), st.data())
@settings(max_examples=40, deadline=None)
def test_the_mean_is_the_formula(keypoints: int, components: int, seed: int, data: st.DataObject) -> None:
    one = prior(keypoints, components, seed)
    fixed = data.draw(st.sets(st.integers(0, keypoints - 1)))
    rng = np.random.default_rng(seed)
    box = np.append(rng.uniform(0, 500, 2), rng.uniform(20, 400, 2))
    xy = box[:2] + rng.random((keypoints, 2)) * box[2:]
    row = normalised(xy[None], box[None])[0]
    known = np.array(sorted([*(2 * k + d for k in fixed for d in (0, 1)), 2 * keypoints]))
    shares, means = [], []
    for weight, mean, covariance in zip(one.weights, one.means, one.covariances, strict=True):
        within = covariance[np.ix_(known, known)] + NOISE * np.eye(len(known))
        density = multivariate_normal(mean[known], within, allow_singular=True)
        shares.append(np.log(weight) + density.logpdf(row[known]))
        means.append(mean + covariance[:, known] @ np.linalg.solve(within, row[known] - mean[known]))
    share = np.exp(np.array(shares) - logsumexp(shares))
    expected = (share @ means)[:-1].reshape(-1, 2) * np.sqrt(box[2] * box[3]) + box[:2] + box[2:] / 2
    expected[sorted(fixed)] = xy[sorted(fixed)]
    found = one.given(sorted(fixed))
    np.testing.assert_allclose(found.mean(xy, box), expected, rtol=1e-6, atol=1e-6)
    assert found.log_likelihood(xy, box) == pytest.approx(logsumexp(shares), rel=1e-6)


def test_fixed_points_never_move() -> None:
    xy = np.random.default_rng(0).uniform(0, 100, (5, 2))
    found = prior(5, 3).given([1, 4]).mean(xy, (0, 0, 90, 40))
    assert (found[[1, 4]] == xy[[1, 4]]).all()


def test_a_moved_and_enlarged_picture_moves_and_enlarges_the_pose() -> None:
    xy = np.random.default_rng(0).uniform(0, 100, (5, 2))
    given_two = prior(5, 3).given([0, 2])
    small = given_two.mean(xy, (0, 0, 90, 40))
    np.testing.assert_allclose(given_two.mean(3 * xy + 7, (7, 7, 270, 120)), 3 * small + 7, rtol=1e-9)


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (0, 0, 5, -1), (0, 0, float("nan"), 5)])
def test_a_box_without_area_is_refused(box: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput, match="box with an area"):
        prior(3, 1).given([0]).mean(np.zeros((3, 2)), box)


def test_keypoints_that_are_not_there_are_refused() -> None:
    with pytest.raises(InvalidInput, match="3 keypoints knows no keypoint 3"):
        prior(3, 1).given([3])


def test_a_document_of_17_keypoints_and_40_components_stays_small() -> None:
    assert len(json.dumps(prior(17, 40).document())) < 160_000


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(make()) + "\n")
