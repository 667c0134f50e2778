import pytest

from tests.projects import Project, make_project
from vitruvian.errors import InvalidInput, NotFound
from vitruvian.store import Store, routes
from vitruvian.store.rows import LARGEST_ID, RouteRow


@pytest.fixture
def project(store: Store) -> Project:
    made = make_project(store)
    reason = [{"kind": "score", "text": "confidence 0.21", "value": 0.21}]
    queued = [
        RouteRow(0, made.model, made.media, frame, f"p{frame}", keypoint, priority, reason)
        for frame, keypoint, priority in ((5, 1, 0.2), (2, 0, 0.5), (2, 3, 0.9), (7, None, 0.1))
    ]
    store.write(lambda c: routes.add_routes(c, queued))
    return made


def tour(store: Store, label_set: int, state: str | None = "open") -> list[tuple[int, int | None]]:
    with store.read() as connection:
        return [(r.frame, r.keypoint) for r in routes.routes(connection, label_set, state=state)]


def test_a_models_routes_show_through_in_the_order_of_the_tour(store: Store, project: Project) -> None:
    assert tour(store, project.person) == [(2, 3), (2, 0), (5, 1), (7, None)]
    with store.read() as connection:
        assert routes.open_counts(connection, project.person) == {project.media: 4}
        assert routes.routes(connection, project.person, media=project.media + 1) == []


def test_answers(store: Store, project: Project) -> None:
    with store.read() as connection:
        first, second, *_ = routes.routes(connection, project.person)
    answers = {second.id: "fixed", first.id: "accepted"}
    store.write(lambda c: routes.resolve_routes(c, project.person, answers, "ada"))
    assert tour(store, project.person) == [(5, 1), (7, None)]
    store.write(lambda c: routes.resolve_routes(c, project.person, {first.id: "open"}, "ada"))
    with store.read() as connection:
        known = {r.id: r for r in routes.routes(connection, project.person, state=None)}
    assert (known[second.id].state, known[second.id].resolved_by) == ("fixed", "ada")
    assert known[second.id].resolved_at
    assert (known[first.id].state, known[first.id].resolved_by) == ("open", None)


@pytest.mark.parametrize("id", [0, 9999, LARGEST_ID + 1])
def test_an_unknown_route_stops_all(store: Store, project: Project, id: int) -> None:
    with store.read() as connection:
        first = routes.routes(connection, project.person)[0]
    with pytest.raises(NotFound, match=f"no route {id}"):
        store.write(lambda c: routes.resolve_routes(c, project.person, {first.id: "fixed", id: "fixed"}, "ada"))
    with pytest.raises(InvalidInput, match="'done' is no state"):
        store.write(lambda c: routes.resolve_routes(c, project.person, {first.id: "done"}, "ada"))
    assert len(tour(store, project.person)) == 4


def test_clearing_keeps_what_people_answered(store: Store, project: Project) -> None:
    with store.read() as connection:
        first = routes.routes(connection, project.person)[0]
    store.write(lambda c: routes.resolve_routes(c, project.person, {first.id: "accepted"}, "ada"))
    assert store.write(lambda c: routes.clear_open(c, project.model, media=project.media)) == 3
    assert tour(store, project.person, None) == [(2, 3)]
