import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.projects import Project, make_project
from vitruvian.actions.save_changes import InstanceChange, RouteChange, SaveRequest, save_changes
from vitruvian.errors import Conflict, InvalidInput, LabelError, NotFound
from vitruvian.store import Store, changes, instances, routes
from vitruvian.store.rows import RouteRow


@pytest.fixture
def project(store: Store) -> Project:
    return make_project(store)


def save(store: Store, project: Project, request: str, *wanted: InstanceChange, **more: Any) -> list[dict[str, Any]]:
    return save_changes(store, project.person, "ada", SaveRequest(request, wanted, **more))


def shown(store: Store, project: Project, id: str) -> dict[str, Any]:
    with store.read() as connection:
        return instances.find(connection, project.person, [id])[id].document()


def test_first_change_of_an_inherited_instance_copies_it(store: Store, project: Project) -> None:
    (after,) = save(store, project, "r1", InstanceChange("p3", 0, points={1: (50.25, 60.5, 1)}))
    assert after["points"][3:6] == [50.25, 60.5, 1]
    assert after["points"][0:3] == [3, 4, 2]
    assert after["scores"] == [0.5, None, 0.5, 0.5, 0.5]
    assert after["revision"] == 1
    with store.read() as connection:
        (model,) = instances.find(connection, project.model, ["p3"]).values()
        assert model.xy[1].tolist() == [5, 6]
        (change,) = changes.history(connection, project.person)
    assert change.before == {"points": {"1": [5, 6, 2]}, "scores": {"1": 0.5}}
    assert change.after == {"points": {"1": [50.25, 60.5, 1]}, "scores": {"1": None}}
    assert (change.author, change.request, change.revision) == ("ada", "r1", 1)


def test_a_request_sent_again_changes_nothing_and_gets_the_same_answer(store: Store, project: Project) -> None:
    first = save(store, project, "r1", InstanceChange("p3", 0, points={1: (50, 60, 2)}))
    save(store, project, "r2", InstanceChange("p3", 1, points={1: (70, 80, 2)}))
    again = save(store, project, "r1", InstanceChange("p3", 0, points={1: (50, 60, 2)}))
    assert again == first
    assert shown(store, project, "p3")["points"][3:6] == [70, 80, 2]


def test_different_points_merge(store: Store, project: Project) -> None:
    save(store, project, "r1", InstanceChange("p3", 0, points={1: (50, 60, 2)}))
    (after,) = save(store, project, "r2", InstanceChange("p3", 0, points={2: (70, 80, 1)}, box=(1, 2, 3, 4)))
    assert after["points"][3:9] == [50, 60, 2, 70, 80, 1]
    assert after["box"] == [1, 2, 3, 4]
    assert after["revision"] == 2


def test_the_same_point_is_a_conflict_with_both_versions_and_saves_nothing(store: Store, project: Project) -> None:
    save(store, project, "r1", InstanceChange("p3", 0, points={1: (50, 60, 2)}))
    with pytest.raises(Conflict) as refused:
        save(
            store,
            project,
            "r2",
            InstanceChange("p4", 0, points={0: (1, 1, 2)}),
            InstanceChange("p3", 0, points={1: (70, 80, 2), 2: (1, 1, 1)}),
        )
    (conflict,) = refused.value.details["conflicts"]
    assert conflict["fields"] == ["points.1"]
    assert conflict["mine"]["points"] == {"1": [70, 80, 2], "2": [1, 1, 1]}
    assert conflict["theirs"]["points"][3:6] == [50, 60, 2]
    assert shown(store, project, "p4")["revision"] == 0


def test_a_deletion_conflicts_with_everything(store: Store, project: Project) -> None:
    save(store, project, "r1", InstanceChange("p3", 0, deleted=True))
    with store.read() as connection:
        assert "p3" not in {i.id for i in instances.instances(connection, project.person)}
        assert "p3" in {i.id for i in instances.instances(connection, project.model)}
    with pytest.raises(Conflict):
        save(store, project, "r2", InstanceChange("p3", 0, points={1: (70, 80, 2)}))
    (back,) = save(store, project, "r3", InstanceChange("p3", 1, deleted=False))
    assert back["points"][3:6] == [5, 6, 2]


def test_a_new_instance(store: Store, project: Project) -> None:
    new = InstanceChange("mine", 0, project.media, 7, "person", points={0: (1.5, 2.5, 2)}, track="7")
    (after,) = save(store, project, "r1", new)
    assert (after["media"], after["frame"], after["track"], after["revision"]) == (project.media, 7, "7", 1)
    assert after["points"] == [1.5, 2.5, 2] + [0, 0, 0] * 4


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (InstanceChange("p3", 0, points={9: (1, 2, 2)}), LabelError, "Keypoint 9 does not exist"),
        (InstanceChange("p3", 0, points={1: (float("nan"), 2, 2)}), LabelError, "not a position"),
        (InstanceChange("p3", 0, points={1: (1, 2, 3)}), LabelError, "Visibility 3"),
        (InstanceChange("p3", 0, points={1: (1, 2)}), LabelError, "not x, y, visibility"),
        (InstanceChange("p3", 0, box=(1, 2, -3, 4)), LabelError, "box"),
        (InstanceChange("p3", 0, category="cat"), LabelError, "Unknown category 'cat'"),
        (InstanceChange("gone", 3, points={1: (1, 2, 2)}), NotFound, "no instance 'gone'"),
        (InstanceChange("new", 0, 999, 0, "person"), NotFound, "no media 999"),
        (InstanceChange("new", 0, 1, 10, "person"), NotFound, "frames 0 to 9"),
    ],
)
def test_bad_changes_are_refused_and_nothing_of_the_request_is_saved(
    store: Store, project: Project, change: InstanceChange, error: type[Exception], says: str
) -> None:
    good = InstanceChange("p5", 0, points={0: (1, 1, 2)})
    with pytest.raises(error, match=says):
        save(store, project, "r1", good, change)
    assert shown(store, project, "p5")["revision"] == 0
    save(store, project, "r1", good)
    assert shown(store, project, "p5")["revision"] == 1


def test_an_instance_twice_in_a_request(store: Store, project: Project) -> None:
    twice = InstanceChange("p5", 0, points={0: (1, 1, 2)})
    with pytest.raises(InvalidInput, match="twice"):
        save(store, project, "r1", twice, twice)


def test_routes_are_answered_with_the_save(store: Store, project: Project) -> None:
    queued = RouteRow(0, project.model, project.media, 3, "p3", 1, 0.9, [{"kind": "score", "text": "", "value": 0.2}])
    store.write(lambda connection: routes.add_routes(connection, [queued]))
    with store.read() as connection:
        (route,) = routes.routes(connection, project.person)
    save(store, project, "r1", InstanceChange("p3", 0, points={1: (1, 1, 2)}), routes=[RouteChange(route.id, "fixed")])
    with store.read() as connection:
        assert routes.routes(connection, project.person) == []
        (after,) = routes.routes(connection, project.person, state=None)
    assert (after.state, after.resolved_by) == ("fixed", "ada")
    with pytest.raises(NotFound, match="no route 99"):
        save(store, project, "r2", routes=[RouteChange(99, "fixed")])


def test_many_clients_at_once_lose_nothing(store: Store, project: Project) -> None:
    def client(number: int) -> None:
        for turn in range(10):
            change = InstanceChange("p0", turn_base[number], points={number: (turn, number, 2)})
            (after,) = save(store, project, f"{number}-{turn}", change)
            turn_base[number] = after["revision"]

    turn_base = [0] * 5
    threads = [threading.Thread(target=client, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    final = shown(store, project, "p0")
    assert final["revision"] == 50
    assert final["points"] == [c for n in range(5) for c in (9, n, 2)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 500), st.integers(0, 2), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_the_history_replays_to_the_present(store: Store, moves: list[tuple[int, int, int, int, bool]]) -> None:
    with store.read() as connection:
        from vitruvian.store import projects

        existing = projects.projects(connection)
    project = SEEN.get(store.address) if existing else None
    if project is None:
        project = SEEN[store.address] = make_project(store)
    SEEN["count"] = SEEN.get("count", 0) + 1
    id = f"h{SEEN['count']}"
    save(store, project, f"{id}-new", InstanceChange(id, 0, project.media, 0, "person"))
    bases = [1, 1]
    expected = {k: [0, 0, 0] for k in range(5)}
    for step, (client, keypoint, x, v, fresh) in enumerate(moves):
        if fresh:
            bases[client] = shown(store, project, id)["revision"]
        try:
            change = InstanceChange(id, bases[client], points={keypoint: (x, step, v)})
            (after,) = save(store, project, f"{id}-{step}", change)
        except Conflict:
            continue
        bases[client] = after["revision"]
        expected[keypoint] = [x, step, v] if v else [0, 0, 0]
    now = shown(store, project, id)["points"]
    assert now == [c for k in range(5) for c in expected[k]]
    with store.read() as connection:
        replayed = {k: [0, 0, 0] for k in range(5)}
        for change_row in reversed(changes.history(connection, project.person, instance=id)):
            replayed.update({int(k): p for k, p in change_row.after.get("points", {}).items()})
    assert now == [c for k in range(5) for c in replayed[k]]


SEEN: dict[str, Any] = {}
