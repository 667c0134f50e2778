import numpy as np
import pytest

from vitruvian.errors import InvalidInput, LabelError
from vitruvian.labels import empty_poses, skeleton_from_names
from vitruvian.metrics.calibration import calibration
from vitruvian.metrics.distance import distances, rmse
from vitruvian.metrics.nme import nme
from vitruvian.metrics.pck import pck
from vitruvian.metrics.reference import between, box_length


def two() -> tuple:  # type: ignore[type-arg]
    truth, other = empty_poses(2, 2), empty_poses(2, 2)
    truth.visibility[:] = [[2, 1], [2, 0]]
    truth.xy[:] = [[[0, 0], [10, 0]], [[5, 5], [0, 0]]]
    truth.box[:] = [[0, 0, 10, 20], [0, 0, 30, 40]]
    other.xy[:] = truth.xy + np.array([[[3, 4], [0, 1]], [[6, 8], [99, 99]]])
    return truth, other


def test_only_labelled_points_count() -> None:
    truth, other = two()
    apart = distances(truth, other)
    assert apart[0].tolist() == [5, 1]
    assert apart[1, 0] == 10
    assert np.isnan(apart[1, 1])
    assert rmse(apart) == pytest.approx(np.sqrt((25 + 1 + 100) / 3))
    assert rmse(apart, axis=0).tolist() == pytest.approx([np.sqrt(125 / 2), 1])
    with pytest.raises(LabelError, match="row by row"):
        distances(truth, other.take(np.array([0])))


def test_lengths_to_divide_by() -> None:
    truth, _ = two()
    assert box_length(truth).tolist() == [20, 40]
    assert box_length(truth, "diagonal")[1] == 50
    assert box_length(truth, "root")[1] == pytest.approx(np.sqrt(1200))
    skeleton = skeleton_from_names(["left_eye", "right_eye"])
    assert between(truth, skeleton, "left_eye", "right_eye")[0] == 10
    assert np.isnan(between(truth, skeleton, "left_eye", "right_eye")[1])
    with pytest.raises(InvalidInput, match="longer"):
        box_length(truth, "shorter")  # type: ignore[arg-type]


def test_pck_and_nme() -> None:
    truth, other = two()
    assert pck(truth, other, box_length(truth), alpha=0.2) == pytest.approx(1 / 3)
    assert pck(truth, other, box_length(truth), alpha=0.25, axis=0).tolist() == [1, 1]
    assert pck(truth, other, np.array([np.nan, 40]), alpha=0.25) == 1
    assert nme(truth, other, np.array([10, 0])) == pytest.approx((0.5 + 0.1) / 2)
    assert np.isnan(nme(truth, other, np.array([np.nan, np.nan])))


def test_calibration_measures_the_gap() -> None:
    sure = calibration(np.array([0.95, 0.95, 0.05, np.nan]), np.array([True, True, False, True]))
    assert sure.error == pytest.approx(0.05)
    assert sure.count.sum() == 3
    boast = calibration(np.full(10, 0.9), np.arange(10) < 4)
    assert boast.error == pytest.approx(0.5)
    with pytest.raises(InvalidInput, match="no probabilities"):
        calibration(np.array([2.0]), np.array([True]))
