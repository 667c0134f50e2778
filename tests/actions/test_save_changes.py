from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.projects import ONTOLOGY, Project, make_project, predicted
from vitruvian.actions.save_changes import InstanceChange, RouteChange, SaveRequest, save_changes
from vitruvian.errors import Conflict, InvalidInput, LabelError, NotFound
from vitruvian.labels import Category, Ontology, skeleton_from_names
from vitruvian.store import Store, changes, instances, label_sets, media, ontologies, open_store, projects, routes
from vitruvian.store.rows import MediaRow, RouteRow

ROOT = str(Path(__file__).parents[2])


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


POINT = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 2)).map(list)
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "points": st.dictionaries(st.integers(0, 4), POINT, min_size=1, max_size=2),
        "box": st.none() | st.tuples(*[st.integers(0, 9)] * 4).map(list),
        "track": st.sampled_from([None, "1", "2"]),
        "attributes": st.sampled_from([{}, {"team": "red"}]),
        "deleted": st.booleans(),
        "category": st.sampled_from(["person", "ball"]),
    },
)


@pytest.fixture
def shared(store: Store) -> Shared:
    return Shared(store, make_project(store))


class Shared:
    """One project for all examples; each example has an inherited instance and a new one of its own."""

    def __init__(self, store: Store, project: Project) -> None:
        self.store, self.project, self.examples = store, project, 0

    def example(self) -> tuple[str, str]:
        self.examples += 1
        inherited = predicted(self.project.media, 3)
        inherited.id, inherited.keyed = f"i{self.examples}", np.zeros(5, bool)
        self.store.write(lambda c: instances.insert_instances(c, self.project.model, [inherited]))
        new = f"n{self.examples}"
        save(self.store, self.project, new, InstanceChange(new, 0, self.project.media, 0, "person"))
        return inherited.id, new


def patched(state: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return `state` with the fields of one side of a change put in."""
    state = {**state}
    for name, value in part.items():
        if name in ("scores", "keyed") and isinstance(value, dict):
            state[name] = [value.get(str(k), one) for k, one in enumerate(state[name])]
        elif name == "points":
            flat = list(state["points"])
            if "category" in part:
                flat = [0] * (3 * len(value))
            for k, point in value.items():
                flat[3 * int(k) : 3 * int(k) + 3] = point
            state["points"] = flat
        else:
            state[name] = value
    return state


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, 1), st.booleans(), st.booleans(), EDITS), min_size=1, max_size=8))
def test_two_clients_in_any_order(shared: Shared, edits: list[tuple[int, bool, bool, dict[str, Any]]]) -> None:
    """Each field is as the last accepted save left it, and the history leads from the first state to the last and back.

    A client looks again only sometimes, so that many saves are made on old revisions.
    """
    store, project = shared.store, shared.project
    ids = shared.example()
    first = {id: shown(store, project, id) for id in ids}
    seen = [{id: first[id]["revision"] for id in ids} for _ in range(2)]
    for step, (client, which, looks, edit) in enumerate(edits):
        id = ids[which]
        before = shown(store, project, id)
        if looks:
            seen[client][id] = before["revision"]
        change = InstanceChange(id, seen[client][id], **edit)
        try:
            (after,) = save(store, project, f"{id}-{step}", change)
        except Conflict as refused:
            assert not looks
            theirs = refused.details["conflicts"][0]["theirs"]
            assert theirs == before
            assert shown(store, project, id) == before
            continue
        except LabelError:  # a point of a category without keypoints
            assert shown(store, project, id) == before
            continue
        assert after == shown(store, project, id)
        seen[client][id] = after["revision"]
        for k, (x, y, v) in edit.get("points", {}).items():
            assert after["points"][3 * k : 3 * k + 3] == ([x, y, v] if v else [0, 0, 0])
        for name in set(edit) - {"points"}:
            assert after[name] == edit[name]
        kept = {"box", "track", "attributes", "deleted", "category"} - set(edit)
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    for id in ids:
        last = shown(store, project, id)
        with store.read() as connection:
            newest_first = [c for c in changes.history(connection, project.person, instance=id) if c.before]
        forward, backward = first[id], last
        for change_row in reversed(newest_first):
            forward = patched(forward, change_row.after)
        for change_row in newest_first:
            backward = patched(backward, change_row.before)
        assert {**forward, "revision": 0} == {**last, "revision": 0}
        assert {**backward, "revision": 0} == {**first[id], "revision": 0}


def test_two_people_who_did_the_same_are_not_in_conflict(store: Store, project: Project) -> None:
    same = InstanceChange("p3", 0, points={1: (50, 60, 2)}, box=(1, 2, 3, 4))
    save(store, project, "r1", same)
    (after,) = save(store, project, "r2", same)
    assert after["revision"] == 1
    save(store, project, "r3", InstanceChange("p3", 1, deleted=True))
    (gone,) = save(store, project, "r4", InstanceChange("p3", 1, deleted=True))
    assert (gone["deleted"], gone["revision"]) == (True, 2)


def test_points_scores_and_keys_go_over_to_another_category_by_name(store: Store) -> None:
    bust = Category("bust", skeleton_from_names(("left_wrist", "chin", "nose")))

    def make(connection: Connection) -> int:
        project = projects.create_project(connection, "kinds")
        ontology = ontologies.add_ontology(connection, project, Ontology("both", (*ONTOLOGY.categories, bust)))
        clip = media.add_media(
            connection, project, MediaRow(0, "image", "a", "a", "ab" * 32, 640, 480, 1, (0, 1), None)
        )
        labels = label_sets.create_label_set(
            connection, project, kind="person", name="Ada", author="ada", ontology=ontology
        )
        person = predicted(clip, 0)
        person.score = np.array([0.5, 0.25, 0.75, 1, 1], np.float32)
        person.keyed = np.array([True, False, True, True, True])
        person.track = "t"
        instances.insert_instances(connection, labels, [person])
        return labels

    labels = store.write(make)
    save_changes(store, labels, "ada", SaveRequest("r1", [InstanceChange("p0", 0, category="bust")]))
    with store.read() as connection:
        (found,) = instances.instances(connection, labels)
    assert (found.category, found.visibility.tolist()) == ("bust", [2, 0, 2])
    assert (found.xy[0].tolist(), found.xy[2].tolist()) == ([2, 3], [0, 1])
    assert found.score is not None
    assert found.keyed is not None
    assert (found.score[[0, 2]].tolist(), found.keyed.tolist()) == ([0.25, 0.5], [False, False, True])


def test_another_category_is_in_the_way_of_points(store: Store, project: Project) -> None:
    save(store, project, "r1", InstanceChange("p3", 0, category="ball"))
    with pytest.raises(Conflict) as refused:
        save(store, project, "r2", InstanceChange("p3", 0, points={4: (1, 1, 2)}))
    assert refused.value.details["conflicts"][0]["fields"] == ["category", "points.4"]
    save(store, project, "r3", InstanceChange("p4", 0, points={4: (1, 1, 2)}))
    with pytest.raises(Conflict):
        save(store, project, "r4", InstanceChange("p4", 0, category="ball"))
    (boxed,) = save(store, project, "r5", InstanceChange("p3", 0, box=(1, 2, 3, 4)))
    assert (boxed["category"], boxed["box"], boxed["points"]) == ("ball", [1, 2, 3, 4], [])


def test_a_revision_that_this_database_never_had(store: Store, project: Project) -> None:
    with pytest.raises(Conflict) as refused:
        save(store, project, "r1", InstanceChange("p3", 7, points={4: (1, 1, 2)}))
    assert refused.value.details["conflicts"][0]["theirs"]["revision"] == 0
    with pytest.raises(InvalidInput, match="no revision -1"):
        save(store, project, "r2", InstanceChange("p3", -1, points={4: (1, 1, 2)}))


def test_the_same_id_for_two_objects(store: Store, project: Project) -> None:
    save(store, project, "r1", InstanceChange("mine", 0, project.media, 7, "person"))
    with pytest.raises(InvalidInput, match="lies in media"):
        save(store, project, "r2", InstanceChange("mine", 0, project.media, 8, "person", points={0: (1, 1, 2)}))
    with pytest.raises(Conflict):
        save(store, project, "r3", InstanceChange("mine", 0, project.media, 7, "ball"))


@pytest.mark.parametrize("id", ["", "x" * 201, "a\x00b", "a\nb"])
def test_ids_that_no_database_keeps(store: Store, project: Project, id: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be the instance id"):
        save(store, project, "r1", InstanceChange(id, 0, project.media, 7, "person"))
    with pytest.raises(InvalidInput, match="cannot be the request id"):
        save(store, project, id, InstanceChange("new", 0, project.media, 7, "person"))


@pytest.mark.parametrize("media", [0, -1, 2**63, 2**70])
def test_numbers_that_no_database_keeps(store: Store, project: Project, media: int) -> None:
    with pytest.raises(NotFound, match="no media"):
        save(store, project, "r1", InstanceChange("new", 0, media, 7, "person"))
    with pytest.raises(NotFound, match="no route"):
        save(store, project, "r2", routes=[RouteChange(media, "fixed")])


def test_a_point_confirmed_where_it_is_loses_its_score_for_good(store: Store, project: Project) -> None:
    (after,) = save(store, project, "r1", InstanceChange("p3", 0, points={1: (5, 6, 2)}))
    assert after["scores"] == [0.5, None, 0.5, 0.5, 0.5]
    assert shown(store, project, "p3") == after
    with store.read() as connection:
        (change,) = changes.history(connection, project.person)
    assert (change.before, change.after) == ({"scores": {"1": 0.5}}, {"scores": {"1": None}})


def test_one_request_sent_many_times_at_once_is_saved_once(store: Store, project: Project) -> None:
    answers: list[list[dict[str, Any]]] = []
    change = InstanceChange("p3", 0, points={1: (50, 60, 2)})
    threads = [
        threading.Thread(target=lambda: answers.append(save(store, project, "r1", change))) for _ in range(8)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [answers[0]] * 8
    with store.read() as connection:
        assert len(changes.history(connection, project.person)) == 1


SAVER = """
import sys, threading
sys.path.insert(0, sys.argv[3])
from vitruvian.actions.save_changes import InstanceChange, SaveRequest, save_changes
from vitruvian.store import open_store

store = open_store(sys.argv[1])
media, label_set = map(int, sys.argv[2].split(","))

def client(number):
    for turn in range(1000):
        request = f"{number}-{turn}"
        new = [InstanceChange(f"{request}-{k}", 0, media, k, "person", points={0: (turn, number, 2)}) for k in range(3)]
        try:
            save_changes(store, label_set, "ada", SaveRequest(request, new))
        except BaseException as error:
            print("failed", type(error).__name__, flush=True)
            raise
        sys.stdout.write(f"saved {request}\\n")
        sys.stdout.flush()

for number in range(200):
    threading.Thread(target=client, args=(number,)).start()
"""


def test_killed_in_the_middle_of_200_clients_saving(address: str) -> None:
    with open_store(address, create=True) as store:
        project = make_project(store)
    with subprocess.Popen(
        [sys.executable, "-c", SAVER, address, f"{project.media},{project.person}", ROOT],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(300)]
        process.kill()
        lines += process.stdout.readlines()
    acknowledged = {line.split()[1] for line in lines if line.startswith("saved") and line.endswith("\n")}
    assert len(acknowledged) >= 300
    assert not [line for line in lines if line.startswith("failed")]
    with open_store(address) as store, store.read() as connection:
        stored = {i.id for i in instances.instances(connection, project.person) if "-" in i.id}
        recorded = {c.instance for c in changes.history(connection, project.person, limit=100_000)}
    requests = {id.rpartition("-")[0] for id in stored}
    assert acknowledged <= requests
    assert stored == recorded == {f"{request}-{k}" for request in requests for k in range(3)}


MASK = [[0.0, 0.0, 4.0, 0.0, 4.0, 4.0]]


def measured(store: Store, project: Project, *, masked: bool, area: float) -> None:
    save(store, project, "made", InstanceChange("p3", 0, mask=MASK if masked else None, area=area, crowd=True))


@pytest.mark.parametrize(
    ("masked", "area", "edit", "left"),
    [
        (False, 60.0, {"box": (5, 5, 9.5, 9.25)}, 60.0),
        (False, 60.0, {"box": (0, 0, 9.5, 10)}, None),
        (False, 60.0, {"box": None}, None),
        (True, 8.0, {"box": (0, 0, 9.5, 10)}, 8.0),
        (True, 9.5 * 9.25, {"box": (0, 0, 9.5, 10)}, None),
        (True, 8.0, {"mask": None}, None),
        (True, 8.0, {"mask": [[0.0, 0.0, 5.0, 0.0, 5.0, 5.0]]}, None),
        (True, 8.0, {"mask": None, "area": 3.5}, 3.5),
        (False, 60.0, {"points": {1: (50, 60, 2)}}, 60.0),
    ],
)  # fmt: skip
def test_a_stated_area_goes_with_the_shape_that_it_is_of(
    store: Store, project: Project, masked: bool, area: float, edit: dict[str, Any], left: float | None
) -> None:
    measured(store, project, masked=masked, area=area)
    (after,) = save(store, project, "edited", InstanceChange("p3", 1, **edit))
    assert after["area"] == left
    assert after["crowd"] is True
    assert shown(store, project, "p3") == after


def test_undoing_brings_the_area_back(store: Store, project: Project) -> None:
    measured(store, project, masked=True, area=8.0)
    save(store, project, "do", InstanceChange("p3", 1, mask=None))
    with store.read() as connection:
        found = [c for c in changes.history(connection, project.person) if c.request == "do"]
    assert found[0].before == {"mask": MASK, "area": 8.0}
    assert found[0].after == {"mask": None, "area": None}
    (after,) = save(store, project, "undo", InstanceChange("p3", 2, **found[0].before))
    assert (after["mask"], after["area"]) == (MASK, 8.0)


def test_an_area_that_is_no_number(store: Store, project: Project) -> None:
    with pytest.raises(LabelError, match="nan is no area"):
        save(store, project, "r", InstanceChange("p3", 0, area=float("nan")))
