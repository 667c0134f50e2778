"""Optical flow, on a texture whose motion is known."""

import cv2
import numpy as np

from vitruvian.assist.flow import carry


def texture(seed: int = 3, height: int = 360, width: int = 480) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def shifts(frames: int) -> np.ndarray:
    """A path that bends, so that no line between its ends is near it."""
    t = np.arange(frames)
    return np.column_stack([4.0 * t, 24 * np.sin(np.pi * t / (frames - 1))])


def clip(path: np.ndarray) -> list[np.ndarray]:
    picture = texture()
    return [
        cv2.warpAffine(picture, np.float32([[1, 0, dx], [0, 1, dy]]), picture.shape[::-1], borderMode=cv2.BORDER_WRAP)
        for dx, dy in path
    ]


START = np.array([[120.0, 150.0], [200.5, 180.25], [260.0, 120.0]])


def test_points_go_with_the_picture_where_no_line_would() -> None:
    path = shifts(12)
    found = carry(clip(path), START, START + path[-1])
    truth = START[None] + path[:, None]
    assert np.linalg.norm(found.xy - truth, axis=2).max() < 1
    assert found.score.min() > 0.9
    line = START[None] + np.linspace(0, 1, 12)[:, None, None] * path[-1]
    assert np.linalg.norm(line - truth, axis=2).max() > 20
    np.testing.assert_allclose(found.xy[-1], truth[-1])


def test_a_key_that_lies_a_little_off_is_met_and_the_drift_spread() -> None:
    path = shifts(9)
    off = np.array([6.0, -4.0])
    found = carry(clip(path), START, START + path[-1] + off)
    wrong = found.xy - (START[None] + path[:, None])
    np.testing.assert_allclose(wrong[-1], np.broadcast_to(off, (3, 2)), atol=1e-6)
    lengths = np.linalg.norm(wrong, axis=2)
    assert (np.diff(lengths, axis=0) > -0.5).all()


def test_what_disappears_is_lost_and_left_to_others() -> None:
    path = shifts(10)
    pictures = clip(path)
    other = texture(seed=99)
    for n in range(4, 7):  # something else comes before the camera
        pictures[n] = other if n % 2 else 255 - other
    found = carry(pictures, START, START + path[-1])
    assert np.isnan(found.xy[1:-1]).all()
    assert np.isnan(found.score[1:-1]).all()


def test_past_the_last_key_points_are_followed_as_long_as_the_check_holds() -> None:
    path = shifts(10)
    pictures = clip(path)
    pictures[6] = np.zeros_like(pictures[6])  # a flash of black
    found = carry(pictures, START)
    truth = START[None] + path[:, None]
    assert np.linalg.norm(found.xy[:6] - truth[:6], axis=2).max() < 1
    assert np.isnan(found.xy[6:]).all()
    assert (np.diff(found.score[:6], axis=0) < 0).all()


def test_each_point_has_an_end_or_none() -> None:
    path = shifts(6)
    end = START + path[-1]
    end[1] = np.nan
    found = carry(clip(path), START, end)
    assert np.linalg.norm(found.xy - (START[None] + path[:, None]), axis=2).max() < 1


def test_a_point_that_leaves_the_picture_is_lost() -> None:
    path = np.column_stack([np.arange(8) * 12.0, np.zeros(8)])
    found = carry(clip(path), np.array([[440.0, 150.0]]))
    assert np.isnan(found.xy[5:]).all()
