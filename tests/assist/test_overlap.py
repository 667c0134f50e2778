import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitruvian.assist.overlap import box_iou, nms, pose_area, pose_oks

SIGMAS = np.full(3, 0.05)


def test_iou_of_known_boxes() -> None:
    a = np.array([[0.0, 0, 10, 10], [0, 0, 0, 0]])
    b = np.array([[0.0, 0, 10, 10], [5, 0, 10, 10], [20, 20, 1, 1]])
    assert box_iou(a, b) == pytest.approx(np.array([[1, 1 / 3, 0], [0, 0, 0]]))


def test_the_surest_of_overlapping_boxes_stays() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [1, 0, 10, 10], [50, 50, 10, 10]])
    assert nms(boxes, np.array([0.5, 0.9, 0.7]), 0.5).tolist() == [1, 2]
    assert nms(boxes[:0], np.zeros(0), 0.5).tolist() == []


def test_area_counts_the_counted_points_only() -> None:
    xy = np.array([[[0.0, 0], [10, 20], [900, 900]], [[1, 1], [2, 2], [3, 3]]])
    counted = np.array([[True, True, False], [False, False, False]])
    assert pose_area(xy, counted).tolist() == [100, 0]


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_oks_lies_between_0_and_1_and_is_symmetric(n: int, m: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    a, b = random.uniform(0, 100, (n, 3, 2)), random.uniform(0, 100, (m, 3, 2))
    seen_a, seen_b = random.random((n, 3)) > 0.3, random.random((m, 3)) > 0.3
    table = pose_oks(a, b, sigmas=SIGMAS, compared_a=seen_a, compared_b=seen_b)
    assert table.shape == (n, m)
    assert ((table >= 0) & (table <= 1)).all()
    assert table == pytest.approx(pose_oks(b, a, sigmas=SIGMAS, compared_a=seen_b, compared_b=seen_a).T)


def test_a_pose_equals_itself_and_nothing_common_is_0() -> None:
    a = np.array([[[0.0, 0], [30, 0], [30, 60]]])
    every, none = np.ones((1, 3), bool), np.zeros((1, 3), bool)
    assert pose_oks(a, a, sigmas=SIGMAS, compared_a=every, compared_b=every).item() == 1
    assert pose_oks(a, a, sigmas=SIGMAS, compared_a=every, compared_b=none).item() == 0
