import numpy as np
import pytest

from vitruvian.errors import LabelError
from vitruvian.labels import concatenate, empty_instance, empty_poses, stack


def test_stack_pads_and_numbers_tracks():
    a = empty_instance("a", "person", 0, 4, 3)
    a.place(2, 7, 8)
    a.track = "left winger"
    b = empty_instance("b", "ball", 1, 5, 0)
    b.box = np.array([1, 2, 3, 4.0])
    poses = stack([a, b], categories={"person": 0, "ball": 1}, keypoints=3)
    assert poses.xy[0, 2].tolist() == [7, 8]
    assert poses.visibility.tolist() == [[0, 0, 2], [0, 0, 0]]
    assert poses.category.tolist() == [0, 1]
    assert poses.track.tolist() == [0, -1]
    assert np.isnan(poses.box[0]).all()
    assert poses.box[1].tolist() == [1, 2, 3, 4]


def test_take_and_concatenate_are_inverse():
    poses = empty_poses(5, 2)
    poses.frame[:] = np.arange(5)
    again = concatenate([poses.take(slice(0, 2)), poses.take(np.array([2, 3, 4]))])
    assert again.frame.tolist() == [0, 1, 2, 3, 4]


def test_tables_of_different_k_do_not_join():
    with pytest.raises(LabelError, match="K"):
        concatenate([empty_poses(1, 2), empty_poses(1, 3)])


def test_an_instance_that_the_table_does_not_know_is_named():
    instance = empty_instance("a", "person", 0, 0, 3)
    with pytest.raises(LabelError, match=r"instance a: Unknown category 'person'.*ball"):
        stack([instance], categories={"ball": 0}, keypoints=3)
    with pytest.raises(LabelError, match=r"instance a: 3 points.*table of 2"):
        stack([instance], categories={"person": 0}, keypoints=2)
