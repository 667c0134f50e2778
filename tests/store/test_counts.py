"""The cheap ways of counting say what looking at everything says."""

import random

import pytest
from sqlalchemy import Connection

from tests.projects import make_project, predicted
from vitruvian.labels import Instance
from vitruvian.store import Store, instances, label_sets, media, routes
from vitruvian.store.rows import MediaRow, RouteRow

IMAGE = MediaRow(0, "image", "a.jpg", "a.jpg", "cd" * 32, 640, 480)


@pytest.mark.parametrize("seed", range(4))
def test_totals_of_layers_with_deletions(store: Store, seed: int) -> None:
    project, dice = make_project(store), random.Random(seed)

    def some(connection: Connection) -> int:
        other = media.add_media(connection, project.id, IMAGE)
        top = label_sets.create_label_set(
            connection, project.id, kind="person", name="Bo", author="bo", ontology=project.ontology,
            parent=project.person,
        )  # fmt: skip
        for label_set in (project.model, project.person, top):
            # Of the model's ten, of the layer below, and new ones, some in the second media and several in a frame.
            for n in dice.sample(range(30), 12):
                row = named(f"p{n}", project.media if n < 20 else other, n % 10 if n < 20 else 0)
                row.deleted = dice.random() < 0.4
                instances.put_instances(connection, label_set, [row])
        return top

    top = store.write(some)
    with store.read() as connection:
        known: dict[int, instances.Counts] = {}
        for label_set in (project.model, project.person, top):
            shown = instances.instances(connection, label_set)
            frames = {(i.media, i.frame) for i in shown}
            assert instances.totals(connection, label_set) == instances.Counts(len(frames), len(shown))
            assert instances.totals(connection, label_set, known=known) == known[label_set]
            assert known[label_set] == instances.Counts(len(frames), len(shown))
            every = instances.counts(connection, label_set)
            for id in (project.media, project.media + 1, 99):
                listed = instances.counts(connection, label_set, media=[id, 98])
                assert listed == ({id: every[id]} if id in every else {})


def test_media_are_counted_and_listed_without_their_times(store: Store) -> None:
    project = make_project(store)
    with store.read() as connection:
        assert media.count(connection, project.id) == 1
        assert media.count(connection, project.id + 1) == 0
        (listed,) = media.media_list(connection, project.id)
    assert listed.times is None
    assert (listed.frames, listed.name) == (10, "clip.mp4")


def test_open_routes_of_some_media(store: Store) -> None:
    project = make_project(store)
    rows = [RouteRow(0, set_, project.media, 1, "p1", 0, 1.0, []) for set_ in (project.model, project.person)]
    store.write(lambda c: routes.add_routes(c, rows))
    with store.read() as connection:
        assert routes.open_total(connection, project.person) == 2
        assert routes.open_total(connection, project.model) == 1
        assert routes.open_counts(connection, project.person, media=[project.media]) == {project.media: 2}
        assert routes.open_counts(connection, project.person, media=[99]) == {}


def named(id: str, media: int, frame: int) -> Instance:
    instance = predicted(media, frame)
    instance.id = id
    return instance
