import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitruvian.errors import LabelError
from vitruvian.labels import Visibility, check_instance, empty_instance, skeleton_from_names

SKELETON = skeleton_from_names(["nose", "left_eye", "right_eye"])
pixels = st.floats(-1e4, 1e4, allow_nan=False)


@given(st.integers(0, 2), pixels, pixels, st.sampled_from([1, 2]))
def test_a_placed_point_is_kept_exactly(index, x, y, visibility):
    instance = empty_instance("a", "person", 0, 0, 3)
    instance.place(index, x, y, visibility)
    assert instance.xy[index].tolist() == [x, y]
    assert instance.visibility[index] == visibility
    assert instance.labelled == 1
    check_instance(instance, SKELETON)


def test_a_point_made_not_labelled_goes_to_the_origin():
    instance = empty_instance("a", "person", 0, 0, 3)
    instance.place(1, 5, 6)
    instance.place(1, 5, 6, Visibility.NOT_LABELLED)
    assert instance.xy.tolist() == [[0, 0]] * 3
    assert instance.labelled == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((3, 1, 1), "has 3"), ((0, float("nan"), 1), "not a position"), ((0, 1, 1, 3), "not 0")],
)
def test_an_impossible_point_is_refused(arguments, message):
    instance = empty_instance("a", "person", 0, 0, 3)
    with pytest.raises(LabelError, match=message):
        instance.place(*arguments)
    assert instance.labelled == 0


def test_check_names_the_keypoint():
    instance = empty_instance("a", "person", 0, 0, 3)
    instance.xy[1] = np.nan
    with pytest.raises(LabelError, match="left_eye"):
        check_instance(instance, SKELETON)


def test_check_refuses_another_k():
    with pytest.raises(LabelError, match="2 points"):
        check_instance(empty_instance("a", "person", 0, 0, 2), SKELETON)


def test_check_refuses_a_negative_box():
    instance = empty_instance("a", "person", 0, 0, 3)
    instance.box = np.array([0, 0, -1, 2.0])
    with pytest.raises(LabelError, match="box"):
        check_instance(instance, SKELETON)


@pytest.mark.parametrize(("field", "column"), [("score", np.zeros(2, np.float32)), ("keyed", np.ones(4, np.bool_))])
def test_check_refuses_columns_of_another_length(field, column):
    instance = empty_instance("a", "person", 0, 0, 3)
    setattr(instance, field, column)
    with pytest.raises(LabelError, match="for 3 points"):
        check_instance(instance, SKELETON)
