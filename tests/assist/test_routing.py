import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitruvian.assist.routing import Budget, Limits, judge, route_gaps, route_points
from vitruvian.assist.speed import motion
from vitruvian.labels import Poses, concatenate, empty_poses

EVERYTHING = Budget(per_frame=99, apart=1, share=1)


def clip(frames: int = 40, keypoints: int = 3) -> Poses:
    """One person who stands still and is surely marked."""
    poses = empty_poses(frames, keypoints)
    poses.xy[:] = [(100 + 40 * k, 100 + 40 * k) for k in range(keypoints)]
    poses.visibility[:] = 2
    poses.score[:] = 0.9
    poses.box[:] = (90, 90, 100, 100)
    poses.frame[:] = np.arange(frames)
    poses.track[:] = 0
    return poses


def test_nothing_is_doubtful_in_a_sure_clip() -> None:
    assert route_points(clip(), np.full((40, 3), 0.6, np.float32)) == []
    assert route_points(empty_poses(0, 3)) == []


def test_a_low_score_is_said_in_words() -> None:
    poses = clip()
    poses.score[7, 1] = 0.21
    (route,) = route_points(poses)
    assert (route.row, route.keypoint) == (7, 1)
    assert [(r.kind, r.text) for r in route.reasons] == [("score", "confidence 0.21")]
    assert route.priority == pytest.approx(1 - 0.21 / 0.4, abs=1e-4)


def test_a_jump_is_routed_with_its_motion() -> None:
    poses = clip()
    poses.xy[7, 1] += (0, 30)
    first = route_points(poses, budget=EVERYTHING)[0]
    assert (first.row, first.keypoint) == (7, 1)
    assert {r.text for r in first.reasons} == {"jumps 30 px off its path", "motion 30 px/frame"}


def test_blur_is_judged_against_what_is_usual_for_the_keypoint() -> None:
    poses = clip()
    poses.track[:] = -1  # without tracks nothing is known of motion
    sharp = np.full((40, 3), 0.6, np.float32)
    sharp[:, 2] = 0.3  # always so: says nothing
    sharp[9, 0] = 0.3
    (route,) = route_points(poses, sharp)
    assert (route.row, route.keypoint) == (9, 0)
    assert route.reasons[0].text == "blurred: 0.50 of this keypoint's usual sharpness"
    assert route_points(poses.take(slice(0, 10)), sharp[:10]) == []  # too few to know


def test_blur_counts_for_points_that_move() -> None:
    poses = clip()
    sharp = np.full((40, 3), 0.6, np.float32)
    sharp[9, 0] = 0.3
    assert route_points(poses, sharp) == []
    poses.xy[:, :, 0] += 10 * np.arange(40)[:, None]  # a tenth of the person's scale in each frame
    (route,) = route_points(poses, sharp)
    assert [r.kind for r in route.reasons] == ["blur"]


def test_clips_have_their_own_usual_sharpness() -> None:
    poses = clip(80)
    poses.media[40:] = 1
    sharp = np.full((80, 3), 0.6, np.float32)
    sharp[40:] = 0.3
    assert route_points(poses, sharp) == []


def test_small_people_are_no_reason_alone() -> None:
    poses = clip()
    poses.box[:, 2:] = 20
    assert route_points(poses, limits=Limits(stray=9, speed=9)) == []
    poses.score[3, 0] = 0.2
    (route,) = route_points(poses)
    assert [r.kind for r in route.reasons] == ["score", "size"]
    assert route.reasons[1].text == "small: the person is 20 px across"


def test_the_same_doubt_in_every_frame_is_spread_over_time() -> None:
    poses = clip(40)
    poses.score[:, 0] = 0.2
    routes = route_points(poses, budget=Budget(per_frame=4, apart=8, share=1))
    assert sorted(r.row for r in routes) == [0, 8, 16, 24, 32]
    assert len(route_points(poses, budget=EVERYTHING)) == 40
    poses.track[:] = -1  # single pictures: no time to spread over
    assert len(route_points(poses, budget=Budget(per_frame=4, apart=8, share=1))) == 40


def test_unlabelled_points_are_not_routed() -> None:
    poses = clip()
    poses.score[7, 1] = 0.1
    poses.visibility[7, 1] = 0
    assert route_points(poses) == []


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="sharpness"):
        route_points(clip(), np.zeros((2, 3), np.float32))


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(2, 10), st.floats(0, 1))
def test_the_budget_holds(seed: int, per_frame: int, apart: int, share: float) -> None:
    random = np.random.default_rng(seed)
    poses = clip(30, 4)
    poses.score[:] = random.random((30, 4))
    poses.track[:] = random.integers(-1, 2, 30)
    poses.frame[:] = random.integers(0, 12, 30)
    routes = route_points(poses, budget=Budget(per_frame, apart, share))
    assert routes == route_points(poses, budget=Budget(per_frame, apart, share))
    assert len(routes) <= np.ceil(share * 120)
    assert [r.priority for r in routes] == sorted((r.priority for r in routes), reverse=True)
    frames = np.array([poses.frame[r.row] for r in routes])
    assert not len(frames) or np.bincount(frames).max() <= per_frame
    series: dict[tuple[int, int | None], list[int]] = {}
    for route in routes:
        assert route.reasons
        if poses.track[route.row] >= 0:
            key = (int(poses.track[route.row]), route.keypoint)
            series.setdefault(key, []).append(int(poses.frame[route.row]))
    assert all(np.diff(sorted(found)).min(initial=apart) >= apart for found in series.values())


def test_less_score_is_never_less_doubt() -> None:
    poses = clip(30, 1)
    poses.score[:, 0] = np.linspace(0, 1, 30)
    doubts = judge(poses, None, motion(poses), Limits()).priority[:, 0]
    assert (np.diff(doubts) <= 0).all()


def test_a_gap_in_a_track_routes_the_instance_before_it() -> None:
    poses = clip(30).take(np.r_[0:10, 15:28, 29:30])
    (route,) = route_gaps(poses)
    assert (route.row, route.keypoint) == (9, None)
    assert route.reasons[0].text == "not found in the 5 frames after this one"
    assert route_gaps(poses, most=4) == []


def test_gaps_keep_to_their_budget() -> None:
    poses = clip(100).take(np.r_[0:10, 13:15, 18:40, 50:100])  # gaps of 3, 3 and 10 frames after 9, 14 and 39
    assert [poses.frame[r.row] for r in route_gaps(poses)] == [39, 9]
    assert [poses.frame[r.row] for r in route_gaps(poses, budget=Budget(apart=1))] == [39, 9, 14]
    assert [poses.frame[r.row] for r in route_gaps(poses, budget=Budget(share=0.001))] == [39]
    two = concatenate([poses, poses])
    two.track[len(poses) :] = 1
    assert len(route_gaps(two, budget=Budget(per_frame=1))) == 2


def test_short_tracks_and_no_tracks_have_no_gaps() -> None:
    poses = clip(30).take(np.r_[0:3, 9:12])
    assert route_gaps(poses) == []
    poses.track[:] = -1
    assert route_gaps(poses, sightings=1) == []
    assert route_gaps(empty_poses(0, 3)) == []
