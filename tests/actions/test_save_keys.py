"""Keys of a track's rows: they travel in changes, and people who key different points of one row merge."""

from __future__ import annotations

from typing import Any

import pytest

from tests.projects import Project, make_project
from vitruvian.actions.save_changes import InstanceChange, SaveRequest, save_changes
from vitruvian.errors import Conflict, LabelError
from vitruvian.store import Store, changes


@pytest.fixture
def project(store: Store) -> Project:
    return make_project(store)


def save(store: Store, project: Project, request: str, change: InstanceChange, author: str = "ada") -> dict[str, Any]:
    return save_changes(store, project.person, author, SaveRequest(request, [change]))[0]


def new(project: Project, **more: Any) -> InstanceChange:
    return InstanceChange("t1", 0, media=project.media, frame=7, category="person", track="one", **more)


def test_a_new_row_has_the_keys_that_are_named(store: Store, project: Project) -> None:
    after = save(store, project, "r1", new(project, keyed={1: True}, points={1: (50, 60, 2)}))
    assert after["keyed"] == [0, 1, 0, 0, 0]
    assert after["points"] == [0, 0, 0, 50, 60, 2, *[0] * 9]
    after = save(store, project, "r2", InstanceChange("t1", 1, points={3: (7, 8, 1)}))
    assert after["keyed"] == [0, 1, 0, 1, 0]


def test_a_row_may_have_no_key_at_all(store: Store, project: Project) -> None:
    assert save(store, project, "r1", new(project, keyed={}, box=(1, 2, 3, 4)))["keyed"] == [0] * 5


def test_a_key_that_is_taken_away_leaves_no_place_behind(store: Store, project: Project) -> None:
    save(store, project, "r1", new(project, keyed={}, points={1: (50, 60, 2), 2: (5, 6, 1)}))
    after = save(store, project, "r2", InstanceChange("t1", 1, keyed={1: False}))
    assert after["keyed"] == [0, 0, 1, 0, 0]
    assert after["points"] == [0] * 6 + [5, 6, 1] + [0] * 6
    with store.read() as connection:
        last = changes.history(connection, project.person)[0]
    assert last.before == {"points": {"1": [50, 60, 2]}, "keyed": {"1": 1}}
    assert last.after == {"points": {"1": [0, 0, 0]}, "keyed": {"1": 0}}


def test_an_instance_gets_keys_and_loses_them_again(store: Store, project: Project) -> None:
    assert save(store, project, "r1", InstanceChange("p3", 0, keyed=dict.fromkeys(range(5), True)))["keyed"] == [1] * 5
    assert save(store, project, "r2", InstanceChange("p3", 1, keyed=None))["keyed"] is None


def test_two_people_who_key_different_points_of_the_same_new_row_merge(store: Store, project: Project) -> None:
    save(store, project, "r1", new(project, keyed={1: True}, points={1: (50, 60, 2)}))
    after = save(store, project, "r2", new(project, keyed={2: True}, points={2: (70, 80, 2)}), "ben")
    assert after["keyed"] == [0, 1, 1, 0, 0]
    assert after["points"][3:9] == [50, 60, 2, 70, 80, 2]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"points": {1: (9, 9, 2)}}, {"points": {1: (8, 8, 2)}}),
        ({"points": {1: (9, 9, 2)}}, {"keyed": {1: False}}),
        ({"keyed": {1: False}}, {"points": {1: (8, 8, 2)}}),
        ({"keyed": None}, {"points": {1: (8, 8, 2)}}),
        ({"points": {1: (9, 9, 2)}}, {"keyed": None}),
    ],
)
def test_the_same_point_or_the_rows_own_nature_is_a_conflict(
    store: Store, project: Project, first: dict[str, Any], second: dict[str, Any]
) -> None:
    save(store, project, "r1", new(project, keyed={}, points={1: (50, 60, 2), 2: (5, 6, 1)}))
    save(store, project, "r2", InstanceChange("t1", 1, **first))
    with pytest.raises(Conflict) as refused:
        save(store, project, "r3", InstanceChange("t1", 1, **second), "ben")
    (conflict,) = refused.value.details["conflicts"]
    assert "points.1" in conflict["fields"] or "keyed" in conflict["fields"]


def test_two_people_who_take_the_same_key_away_agree(store: Store, project: Project) -> None:
    save(store, project, "r1", new(project, keyed={}, points={1: (50, 60, 2)}))
    save(store, project, "r2", InstanceChange("t1", 1, keyed={1: False}))
    assert save(store, project, "r3", InstanceChange("t1", 1, keyed={1: False}), "ben")["keyed"] == [0] * 5


def test_a_key_of_no_keypoint_is_refused(store: Store, project: Project) -> None:
    for k in (-1, 5):
        with pytest.raises(LabelError, match="does not exist"):
            save(store, project, f"r{k}", new(project, keyed={k: True}))


def test_a_point_that_a_machine_placed_for_a_person_keeps_its_score_until_somebody_moves_it(
    store: Store, project: Project
) -> None:
    after = save(store, project, "r1", new(project, keyed={}, points={1: (50, 60, 2), 2: (5, 6, 2)}, scores={1: 0.75}))
    assert after["scores"] == [None, 0.75, None, None, None]
    assert save(store, project, "r2", InstanceChange("t1", 1, points={1: (51, 60, 2)}))["scores"] == [None] * 5
    with pytest.raises(LabelError, match="A score is"):
        save(store, project, "r3", InstanceChange("t1", 2, points={1: (5, 6, 2)}, scores={3: 0.5}))
