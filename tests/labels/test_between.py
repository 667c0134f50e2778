"""Tracks between their keys, by hand and by the vectors that the page shares."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitruvian.labels import Instance, empty_instance, fill, positions, tracks

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "tracks.json").read_text())


def row(frame: int, points: list[tuple[float, float, int]], keyed: list[int] | None, box: Any = None) -> Instance:
    made = empty_instance(f"r{frame}", "person", 1, frame, len(points))
    given = np.array(points, float).reshape(-1, 3)
    made.xy[:], made.visibility[:] = given[:, :2], given[:, 2]
    made.keyed = None if keyed is None else np.array(keyed, bool)
    made.box = None if box is None else np.array(box, float)
    made.track, made.revision = "a", 1
    return made


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_vectors_that_the_page_shares(case: dict[str, Any]) -> None:
    rows = [
        row(r["frame"], [tuple(r["points"][i : i + 3]) for i in range(0, len(r["points"]), 3)], r["keyed"], r["box"])
        for r in case["rows"]
    ]
    for kind in ("linear", "pchip"):
        shown = {i.frame: i for i in fill(rows, kind)}
        assert sorted(shown) == [seen["frame"] for seen in case[kind]]
        for seen in case[kind]:
            instance = shown[seen["frame"]]
            np.testing.assert_allclose(np.column_stack([instance.xy, instance.visibility]).reshape(-1), seen["points"])
            np.testing.assert_allclose(
                np.full(4, np.nan) if instance.box is None else instance.box, seen["box"] or [np.nan] * 4
            )


def test_frames_between_keys_are_filled_and_named_after_their_row() -> None:
    rows = [row(2, [(0, 0, 2)], [1]), row(6, [(40, 8, 1)], [1]), row(9, [(0, 0, 2)], None)]
    filled = fill(rows, "linear")
    assert [(i.frame, i.id) for i in filled] == [
        (2, "r2"), (3, "r2+1"), (4, "r2+2"), (5, "r2+3"), (6, "r6"), (9, "r9"),
    ]  # fmt: skip
    assert filled[1].xy.tolist() == [[10, 2]]
    assert filled[1].visibility.tolist() == [2]
    assert filled[1].keyed is not None
    assert not filled[1].keyed.any()
    assert rows[0].xy.tolist() == [[0, 0]]


def test_keys_only_sets_computed_points_and_makes_no_frames() -> None:
    rows = [
        row(0, [(0, 0, 2), (5, 5, 2)], [1, 1]),
        row(4, [(8, 0, 2), (0, 0, 0)], [1, 0]),
        row(8, [(9, 9, 2)] * 2, [1, 1]),
    ]
    filled = fill(rows, "linear", frames_between=False)
    assert [i.frame for i in filled] == [0, 4, 8]
    assert filled[1].xy.tolist() == [[8, 0], [7, 7]]


def test_the_object_is_away_from_the_end_of_its_presence() -> None:
    rows = [row(0, [(0, 0, 2)], [1]), row(3, [(0, 0, 0)], [1]), row(6, [(9, 9, 2)], [1])]
    assert [i.frame for i in fill(rows)] == [0, 1, 2, 6]
    assert [i.frame for i in fill(rows, keep_ends=True)] == [0, 1, 2, 3, 6]


def test_numbers_of_an_imported_track_stay_until_somebody_edits_it() -> None:
    rows = [row(0, [(0, 0, 2)], [1]), row(1, [(7.7, 7.7, 2)], [0]), row(2, [(10, 10, 2)], [1])]
    for one in rows:
        one.revision = 0
    assert fill(rows)[1].xy.tolist() == [[7.7, 7.7]]
    rows[2].revision = 1
    assert fill(rows)[1].xy.tolist() == [[5, 5]]


def test_what_has_no_keys_stays_the_very_same() -> None:
    alone = [row(0, [(1, 2, 2)], None), row(5, [(3, 4, 2)], None)]
    untracked = row(3, [(1, 1, 2)], [1])
    untracked.track = None
    assert all(a is b for a, b in zip(fill([*alone, untracked]), [*alone, untracked], strict=True))
    twice = [row(4, [(1, 1, 2)], [1]), row(4, [(2, 2, 2)], [1])]
    assert fill(twice) == twice


def test_positions_of_any_frames() -> None:
    (track,) = tracks([row(2, [(0, 0, 2)], [1], (0, 0, 4, 4)), row(6, [(40, 8, 1)], [1], (8, 0, 4, 8))])
    found = positions(track, [9, 4, 0], "linear")
    assert found.there.tolist() == [False, True, False]
    assert found.xy[1].tolist() == [[20, 4]]
    assert found.box[1].tolist() == [4, 0, 4, 6]
