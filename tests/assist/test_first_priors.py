"""Priors before anything was labelled: bodies stand upright in their boxes, others are laid out by their edges.

Run this file as a script to write anew what the page's tests know of a body (tests/vectors/body.json).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vitruvian.assist.first_priors import first_prior, layout_prior
from vitruvian.labels import Skeleton, skeleton_from_names
from vitruvian.labels.presets import preset, preset_skeleton, presets

VECTORS = Path(__file__).parents[1] / "vectors/body.json"
BOX = (10.0, 20.0, 100.0, 250.0)


def body() -> dict[str, object]:
    """What the page's tests take a person for: COCO's skeleton, its first prior and the pose in the middle of it."""
    skeleton = preset_skeleton("coco")
    prior = first_prior(skeleton)
    return {
        "names": list(skeleton.names),
        "flip": skeleton.flip_indices.tolist(),
        "edges": [list(edge) for edge in skeleton.edges],
        "box": list(BOX),
        "pose": prior.given([]).mean(np.zeros((17, 2)), BOX).round(2).tolist(),
        "prior": prior.document(),
    }


def test_the_page_is_tested_with_this_body() -> None:
    kept, now = json.loads(VECTORS.read_text()), body()
    assert kept["names"] == now["names"]
    np.testing.assert_allclose(kept["pose"], now["pose"], atol=1)


def pose(prior_of: str, box: tuple[float, ...] = (0, 0, 100, 250)) -> dict[str, np.ndarray]:
    skeleton = preset_skeleton(prior_of)
    xy = first_prior(skeleton).given([]).mean(np.zeros((len(skeleton), 2)), box)
    return dict(zip(skeleton.names, xy, strict=True))


def test_a_body_stands_in_a_tall_box() -> None:
    at = pose("coco")
    assert first_prior(preset_skeleton("coco")).source == "body"
    heights = [at[name][1] for name in ("nose", "left_shoulder", "left_hip", "left_knee", "left_ankle")]
    assert heights == sorted(heights)
    assert 0 < at["nose"][1] < 60
    assert 190 < at["left_ankle"][1] < 250


def test_a_fixed_point_takes_its_neighbours_along() -> None:
    skeleton = preset_skeleton("coco")
    prior, box = first_prior(skeleton), (0.0, 0.0, 100.0, 250.0)
    before = prior.given([]).mean(np.zeros((17, 2)), box)
    wrist, elbow, ankle = (skeleton.names.index(name) for name in ("left_wrist", "left_elbow", "right_ankle"))
    moved = before.copy()
    moved[wrist] = before[wrist] + (30, -120)
    after = prior.given([wrist]).mean(moved, box)
    assert np.abs(after[elbow] - before[elbow]).max() > 2 * np.abs(after[ankle] - before[ankle]).max()
    assert after[elbow, 1] < before[elbow, 1]


@pytest.mark.parametrize(
    "skeleton",
    [
        pytest.param(c.skeleton, id=f"{i.name} {c.name}")
        for i in presets()
        for c in preset(i.name).categories
        if c.skeleton
    ],
)
def test_every_preset_has_a_prior_that_lies_in_the_box(skeleton: Skeleton) -> None:
    prior = first_prior(skeleton)
    xy = prior.given([]).mean(np.zeros((len(skeleton), 2)), (10, 20, 100, 100))
    assert xy.shape == (len(skeleton), 2)
    assert np.isfinite(xy).all()
    assert (xy >= (-15, -5)).all()
    assert (xy <= (135, 145)).all()
    assert prior.poses == 0
    assert prior.weights.sum() == pytest.approx(1)
    assert (np.linalg.eigvalsh(prior.covariances) > 0).all()


def test_a_layout_keeps_neighbours_near_and_partners_level() -> None:
    names = ("head", "left_ear", "right_ear", "tail")
    skeleton = skeleton_from_names(names, edges=[(0, 1), (0, 2), (0, 3)])
    prior = layout_prior(skeleton)
    at = dict(zip(names, prior.given([]).mean(np.zeros((4, 2)), (0, 0, 100, 100)), strict=True))
    assert at["left_ear"][1] == pytest.approx(at["right_ear"][1], abs=1)
    assert at["left_ear"][0] > at["right_ear"][0]


def test_skeletons_without_edges_or_with_one_point_have_one() -> None:
    for names in (("corner",), ("a", "b"), ("a", "b", "c")):
        xy = layout_prior(skeleton_from_names(names)).given([]).mean(np.zeros((len(names), 2)), (0, 0, 10, 10))
        assert np.isfinite(xy).all()
        assert len(np.unique(xy.round(3), axis=0)) == len(names)


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(body()) + "\n")
