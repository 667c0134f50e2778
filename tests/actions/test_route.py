"""Routes: what is queued, with which reasons, and what a person's answer changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.projects import Project, make_project, predicted
from vitruvian.actions.route import route
from vitruvian.assist.routing import Budget
from vitruvian.errors import NotFound
from vitruvian.store import Store, instances, routes
from vitruvian.store.rows import RouteRow

FRAMES = [*range(10), *range(16, 30)]


@pytest.fixture
def project(store: Store) -> Project:
    """A track that is missing in frames 10 to 15, in a clip whose file is gone; one wrist is unsure in frame 20."""
    project = make_project(store, frames=0)
    made = []
    for frame in FRAMES:
        instance = replace(predicted(project.media, frame), track="4")
        assert instance.score is not None
        instance.xy[:] -= frame
        instance.score[1] = 0.1 if frame == 20 else 0.9
        made.append(instance)
    store.write(lambda connection: instances.insert_instances(connection, project.model, made))
    return project


def _routes(store: Store, label_set: int, state: str | None = "open") -> list[RouteRow]:
    with store.read() as connection:
        return routes.routes(connection, label_set, state=state)


def test_points_and_gaps_are_queued_with_their_reasons(store: Store, project: Project) -> None:
    assert route(store, project.model) == 2
    gap, point = _routes(store, project.person)
    assert (gap.frame, gap.instance, gap.keypoint) == (9, "p9", None)
    assert gap.reasons == [{"kind": "gap", "text": "not found in the 6 frames after this one", "value": 6}]
    assert (point.frame, point.instance, point.keypoint) == (20, "p20", 1)
    assert point.reasons[0]["text"] == "confidence 0.10"


def test_answered_routes_stay_and_are_not_asked_again(store: Store, project: Project) -> None:
    route(store, project.model)
    gap, point = _routes(store, project.person)
    store.write(lambda c: routes.resolve_routes(c, project.person, {gap.id: "accepted"}, "ada"))
    assert route(store, project.model) == 1
    assert [(r.frame, r.state) for r in _routes(store, project.person, None)] == [(9, "accepted"), (20, "open")]
    assert _routes(store, project.person)[0].id != point.id


def test_the_budget_holds(store: Store, project: Project) -> None:
    assert route(store, project.model, budget=Budget(share=0)) == 0


def test_no_such_label_set(store: Store) -> None:
    with pytest.raises(NotFound):
        route(store, 99)
