import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection

from tests.projects import make_project
from vitruvian.errors import NotFound
from vitruvian.store import Store, media, projects
from vitruvian.store.rows import LARGEST_ID, MediaRow

IMAGE = MediaRow(0, "image", "a.jpg", "a.jpg", "cd" * 32, 640, 480, extras={"id": 7})


def test_a_media_comes_back_with_its_times(store: Store) -> None:
    project = make_project(store)
    with store.read() as connection:
        clip = media.media(connection, project.media)
        assert media.project_of(connection, project.media) == project.id
    assert (clip.kind, clip.frames, clip.fps) == ("video", 10, (30, 1))
    assert clip.times is not None
    assert clip.times.tobytes() == (np.arange(10) / 30).tobytes()


def test_the_same_bytes_under_the_same_name_are_found_again(store: Store) -> None:
    project = make_project(store)

    def add(row: MediaRow) -> int:
        return store.write(lambda c: media.add_media(c, project.id, row))

    first = add(IMAGE)
    assert add(IMAGE) == first
    assert add(replace(IMAGE, name="b.jpg")) != first
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(add(replace(IMAGE, name="c.jpg")))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_pages_of_media(store: Store) -> None:
    project = store.write(lambda c: projects.create_project(c, "many"))
    store.write(lambda c: [media.add_media(c, project, replace(IMAGE, name=f"{n}.jpg")) for n in range(25)])
    names: list[str] = []
    after = 0
    with store.read() as connection:
        while page := media.media_list(connection, project, after=after, limit=10):
            names += [row.name for row in page]
            after = page[-1].id
        assert [row.name for row in media.all_media(connection, project)] == names
    assert names == [f"{n}.jpg" for n in range(25)]


@pytest.mark.parametrize("id", [0, 99])
def test_no_such_media(store: Store, id: int) -> None:
    with store.read() as connection:
        for ask in (media.media, media.project_of):
            with pytest.raises(NotFound, match=f"no media {id}"):
                ask(connection, id)
        assert media.sizes(connection, {id, -1, LARGEST_ID + 1}) == {}


def test_neighbours_are_those_of_the_project(store: Store) -> None:
    project = make_project(store)

    def fill(connection: Connection) -> list[int]:
        other = projects.create_project(connection, "other")
        places = [project.id, other, project.id, other]
        rows = [replace(IMAGE, name=f"{n}.jpg") for n in range(4)]
        return [media.add_media(connection, place, row) for place, row in zip(places, rows, strict=True)]

    first, foreign, second, last = store.write(fill)
    with store.read() as connection:
        assert media.neighbours(connection, project.media) == (None, first)
        assert media.neighbours(connection, first) == (project.media, second)
        assert media.neighbours(connection, second) == (first, None)
        assert media.neighbours(connection, foreign) == (None, last)
        with pytest.raises(NotFound):
            media.neighbours(connection, 99)


def test_a_list_is_read_by_position_and_searched_by_name(store: Store) -> None:
    project = make_project(store)
    names = ["a_1.jpg", "B_1.jpg", "a%1.jpg", "c.jpg"]

    def fill(connection: Connection) -> list[int]:
        return [media.add_media(connection, project.id, replace(IMAGE, name=name)) for name in names]

    store.write(fill)
    with store.read() as connection:

        def listed(**wanted: Any) -> list[str]:
            return [row.name for row in media.media_list(connection, project.id, **wanted)]

        assert listed(offset=2, limit=2) == names[1:3]
        assert listed(offset=9) == []
        assert listed(name="_1") == names[:2]
        assert listed(name="A%") == names[2:3]
        assert media.count(connection, project.id, name="jpg") == 4
        assert media.frames(connection, project.id) == 14
