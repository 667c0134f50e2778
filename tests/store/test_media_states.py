from dataclasses import replace

import pytest
from sqlalchemy import Connection

from tests.projects import make_project, predicted
from vitruvian.errors import NotFound
from vitruvian.store import Store, instances, media, routes
from vitruvian.store.media_states import MediaState, in_state
from vitruvian.store.rows import MediaRow, RouteRow

IMAGE = MediaRow(0, "image", "a.jpg", "a.jpg", "cd" * 32, 640, 480)


def test_media_are_listed_by_what_shows_in_the_label_set(store: Store) -> None:
    project = make_project(store, frames=1)

    def fill(connection: Connection) -> list[int]:
        ids = [media.add_media(connection, project.id, replace(IMAGE, name=f"{n}.jpg")) for n in range(4)]
        by_model, taken_away, by_me, _ = ids
        instances.insert_instances(connection, project.model, [replace(predicted(by_model, 0), id="a")])
        instances.insert_instances(connection, project.model, [replace(predicted(taken_away, 0), id="b")])
        gone = replace(predicted(taken_away, 0), id="b", deleted=True)
        instances.insert_instances(connection, project.person, [gone, replace(predicted(by_me, 0), id="c")])
        doubts = [(by_model, "a"), (taken_away, "b")]
        routes.add_routes(connection, [RouteRow(0, project.model, at, 0, id, 1, 0.5, []) for at, id in doubts])
        answered = next(row.id for row in routes.routes(connection, project.model) if row.media == taken_away)
        routes.resolve_routes(connection, project.model, {answered: "accepted"}, "ada")
        return ids

    clip = project.media
    by_model, taken_away, by_me, nothing = store.write(fill)
    with store.read() as connection:

        def listed(state: MediaState, label_set: int) -> list[int]:
            within = in_state(connection, label_set, state)
            found = [row.id for row in media.media_list(connection, project.id, state=within)]
            assert media.count(connection, project.id, state=within) == len(found)
            return found

        assert listed("labelled", project.person) == [clip, by_model, by_me]
        assert listed("unlabelled", project.person) == [taken_away, nothing]
        assert listed("doubtful", project.person) == [by_model]
        assert listed("labelled", project.model) == [clip, by_model, taken_away]
        assert listed("unlabelled", project.model) == [by_me, nothing]
        with pytest.raises(NotFound):
            in_state(connection, 99, "labelled")
