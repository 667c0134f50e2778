import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitruvian.assist.spread import group_numbers, rank_within, spread_in_time


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2)), max_size=60), st.integers(1, 9))
def test_spreading_equals_going_through_in_order(entries: list[tuple[int, int]], apart: int) -> None:
    kept: list[bool] = []
    for frame, key in entries:
        near = any(
            k and key == other and abs(frame - at) < apart for k, (at, other) in zip(kept, entries, strict=False)
        )
        kept.append(not near)
    frames = np.array([frame for frame, _ in entries], np.int64)
    keys = np.array([key for _, key in entries], np.int64)
    if apart == 1:
        kept = [True] * len(entries)
    assert spread_in_time(frames, [keys], apart).tolist() == kept


def test_ranks_count_within_groups() -> None:
    media, frame = np.array([0, 0, 1, 0, 0]), np.array([5, 5, 5, 5, 6])
    assert rank_within([media, frame]).tolist() == [0, 1, 0, 2, 0]
    assert rank_within([media[:0]]).tolist() == []


def test_groups_are_distinct_combinations() -> None:
    a, b = np.array([-9, 4, -9, 4, 10**12]), np.array([1, 1, 1, 2, 1])
    numbers = group_numbers([a, b])
    assert numbers[0] == numbers[2]
    assert len(set(numbers.tolist())) == 4
