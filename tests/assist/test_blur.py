import cv2
import numpy as np
import pytest

from vitruvian.assist.blur import patch_sides, scales, sharpness
from vitruvian.labels import empty_poses


def texture(side: int = 240) -> np.ndarray:
    random = np.random.default_rng(5)
    return cv2.resize(random.integers(0, 255, (side // 4, side // 4, 3)).astype(np.uint8), (side, side))


def test_the_blurred_half_is_less_sharp() -> None:
    frame = texture()
    frame[:, 120:] = cv2.blur(frame, (9, 1))[:, 120:]  # motion to the side
    found = sharpness(frame, np.array([[[50.0, 120], [190, 120]]]), 40.0)
    assert found.shape == (1, 2)
    assert found.dtype == np.float32
    assert found[0, 1] < 0.8 * found[0, 0]


def test_more_blur_is_never_sharper() -> None:
    at = np.array([[[120.0, 120]]])
    values = [sharpness(cv2.blur(texture(), (size, 1)), at, 60.0).item() for size in (1, 7, 13, 21)]
    assert values == sorted(values, reverse=True)


def test_contrast_does_not_matter() -> None:
    frame = texture()
    dim = (frame // 2 + 60).astype(np.uint8)
    at = np.array([[[120.0, 120]]])
    assert sharpness(dim, at, 60.0) == pytest.approx(sharpness(frame, at, 60.0), abs=0.03)


def test_patches_outside_the_frame_or_without_an_edge_are_unknown() -> None:
    frame = texture()
    frame[:80, :80] = 128
    found = sharpness(frame, np.array([[[30.0, 30], [900, 30], [-500, -500], [0, 239], [120, 120]]]), 20.0)
    assert np.isnan(found[0, :3]).all()
    assert np.isfinite(found[0, 3:]).all()


def test_the_frame_around_the_patches_does_not_change_the_measure() -> None:
    frame = texture()
    near = np.array([[[120.0, 120]]])
    both = np.array([[[120.0, 120], [5, 5]]])
    assert sharpness(frame, near, 30.0)[0, 0] == sharpness(frame, both, 30.0)[0, 0]


def test_nothing_in_nothing_out() -> None:
    assert sharpness(texture(), np.zeros((0, 17, 2)), 20.0).shape == (0, 17)
    assert np.isnan(sharpness(texture(), np.full((1, 2, 2), 1e6), 20.0)).all()


def test_scale_comes_from_the_box_or_else_the_points() -> None:
    poses = empty_poses(3, 2)
    poses.box[0] = (0, 0, 40, 90)
    poses.xy[1] = [(0, 0), (20, 5)]
    poses.visibility[1] = 2
    assert scales(poses).tolist() == [60, 10, 1]
    assert patch_sides(poses).tolist() == [18, 12, 12]
