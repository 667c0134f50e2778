"""The built-in body: bones keep about their length, landmarks are found by name, poses are a body's."""

from __future__ import annotations

import numpy as np
import pytest

from vitruvian.assist.body import LANDMARKS, landmark, sample_bodies

WHERE = {name: n for n, name in enumerate(LANDMARKS)}


@pytest.mark.parametrize(
    ("name", "found"),
    [("Left Wrist", "left_wrist"), ("neck", "thorax"), ("left-big-toe", "left_big_toe"), ("keel", None)],
)
def test_landmarks_have_many_names(name: str, found: str | None) -> None:
    assert landmark(name) == found


def test_most_bodies_stand_upright() -> None:
    bodies = sample_bodies(500, np.random.default_rng(0))
    assert bodies.shape == (500, len(LANDMARKS), 2)
    assert np.isfinite(bodies).all()
    above = bodies[:, WHERE["nose"], 1] < bodies[:, WHERE["pelvis"], 1]
    assert 0.85 < above.mean() < 1


def test_no_bone_looks_longer_than_it_is() -> None:
    bodies = sample_bodies(500, np.random.default_rng(1))
    shin = np.linalg.norm(bodies[:, WHERE["left_knee"]] - bodies[:, WHERE["left_ankle"]], axis=1)
    # 0.245 of the height, 6 % of spread in build, and nearer parts look larger.
    assert np.quantile(shin, 0.99) < 0.245 * 1.15 * 1.25
    assert shin.mean() > 0.15


def test_the_same_seed_gives_the_same_bodies() -> None:
    one, two = (sample_bodies(5, np.random.default_rng(7)) for _ in range(2))
    assert (one == two).all()
