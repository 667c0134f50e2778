import numpy as np
import pytest

from vitruvian.assist.speed import motion
from vitruvian.labels import Poses, empty_poses


def walk(xs: list[float], frames: list[int], track: int = 0) -> Poses:
    poses = empty_poses(len(xs), 1)
    poses.xy[:, 0, 0] = xs
    poses.visibility[:] = 2
    poses.frame[:] = frames
    poses.track[:] = track
    return poses


def test_a_steady_walk_has_speed_and_no_stray() -> None:
    found = motion(walk([0, 3, 6, 9], [0, 1, 2, 3]))
    assert found.speed[:, 0].tolist() == [3, 3, 3, 3]
    assert found.stray[1:-1, 0].tolist() == [0, 0]
    assert np.isnan(found.stray[[0, -1]]).all()


def test_a_jump_and_back_strays() -> None:
    found = motion(walk([0, 0, 30, 0, 0], [0, 1, 2, 3, 4]))
    assert found.stray[2, 0] == 30
    assert found.speed[:, 0].tolist() == [0, 15, 30, 15, 0]


def test_order_of_rows_and_missing_frames_do_not_matter() -> None:
    found = motion(walk([8, 0, 4], [4, 0, 2]))
    assert found.speed[:, 0].tolist() == [2, 2, 2]
    assert found.stray[2, 0] == 0
    assert np.isnan(motion(walk([0, 4], [0, 9])).speed).all()


def test_tracks_media_and_unlabelled_points_are_kept_apart() -> None:
    poses = walk([0, 100, 1, 101], [0, 0, 1, 1])
    poses.track[:] = [0, 1, 0, 1]
    assert motion(poses).speed[:, 0].tolist() == [1, 1, 1, 1]
    poses.media[:] = [0, 0, 1, 1]
    assert np.isnan(motion(poses).speed).all()
    poses = walk([0, 1, 2], [0, 1, 2])
    poses.visibility[1] = 0
    assert np.isnan(motion(poses).speed).all()
    assert np.isnan(motion(walk([0, 1], [0, 1], track=-1)).speed).all()
    assert motion(empty_poses(0, 3)).speed.shape == (0, 3)


def test_a_gap_below_1_is_refused() -> None:
    with pytest.raises(ValueError, match="gap"):
        motion(empty_poses(0, 1), gap=0)
