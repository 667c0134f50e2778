import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitruvian.assist.association import Tracker, track
from vitruvian.labels import Poses, empty_poses

SIGMAS = np.full(4, 0.07)
SHAPE = np.array([(0.0, 0), (40, 0), (0, 120), (40, 120)])


def people(*positions: tuple[float, float]) -> Poses:
    poses = empty_poses(len(positions), 4)
    if positions:
        poses.xy[:] = SHAPE + np.array(positions)[:, None]
        poses.box[:] = [(x, y, 40, 120) for x, y in positions]
    poses.visibility[:] = 2
    poses.score[:] = 0.9
    return poses


@given(st.integers(0, 2**32 - 1))
def test_tracks_follow_people_whatever_their_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    starts, steps = np.array([(0.0, 0), (300, 0), (600, 100)]), random.uniform(-8, 8, (3, 2))
    tracker = Tracker(SIGMAS)
    seen = {}
    for frame in range(8):
        order = random.permutation(3)
        tracks = tracker.update(people(*map(tuple, (starts + frame * steps)[order])), frame)
        assert len(set(tracks.tolist())) == 3
        for person, number in zip(order.tolist(), tracks.tolist(), strict=True):
            assert seen.setdefault(person, number) == number


def test_somebody_is_remembered_over_a_gap_and_moved_on() -> None:
    tracker = Tracker(SIGMAS, memory=5)
    frames = [(0, people((0, 0))), (1, people((20, 0))), (2, people((40, 0))), (6, people((120, 0)))]
    assert [tracks.tolist() for tracks in track(frames, tracker)] == [[0], [0], [0], [0]]
    assert tracker.update(people((140, 0)), 30).tolist() == [1]


def test_somebody_far_away_is_somebody_else() -> None:
    tracker = Tracker(SIGMAS)
    assert tracker.update(people((0, 0)), 0).tolist() == [0]
    assert tracker.update(people((900, 500)), 1).tolist() == [1]
    assert tracker.update(people(), 2).tolist() == []
    assert tracker.update(people((0, 0)), 3).tolist() == [0]


def test_an_interrupted_run_goes_on_with_its_numbers() -> None:
    stored = people((0, 0), (300, 0))
    stored.track[:] = [7, 4]
    tracker = Tracker(SIGMAS)
    assert tracker.update(stored, 0).tolist() == [7, 4]
    assert tracker.update(people((305, 0), (5, 0), (600, 0)), 1).tolist() == [4, 7, 8]


def test_a_fast_jumper_keeps_its_track() -> None:
    tracker = Tracker(SIGMAS)
    frames = [(frame, people((30.0 * frame, 6.0 * frame**2))) for frame in range(8)]
    assert [tracks.tolist() for tracks in track(frames, tracker)] == [[0]] * 8
