"""What one person saves is told to the others, whatever lies between: a lost connection, another process, the end."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.projects import Project, make_project
from tests.server_process import ServerProcess
from vitruvian.actions.save_changes import InstanceChange, SaveRequest, save_changes
from vitruvian.errors import InvalidInput, NotFound, Unavailable
from vitruvian.server.events import Events
from vitruvian.server.watch import look, mark_of, settled, watched
from vitruvian.store import Store, changes, routes
from vitruvian.store.rows import ChangeRow, RouteRow


class Listening:
    """The events of an open stream, as they come."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.last = ""

    def next(self) -> dict[str, Any]:
        for line in self._lines:
            if line.startswith("id: "):
                self.last = line.removeprefix("id: ")
            if line.startswith("data: "):
                told: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return told
        raise EOFError

    def instance(self, id: str, revision: int) -> dict[str, Any]:
        """Wait until it is told at this revision; others may be told before, and the same more than once."""
        while True:
            for one in self.next()["instances"]:
                if (one["id"], one["revision"]) == (id, revision):
                    return dict(one)

    def answer(self, id: int) -> str:
        while True:
            for one in self.next()["routes"]:
                if one["id"] == id:
                    return str(one["state"])


@contextmanager
def listening(server: ServerProcess, project: Project, **headers: str) -> Iterator[Listening]:
    after = server.client.get(f"/api/v1/label-sets/{project.person}").json()["mark"]
    address = f"/api/v1/label-sets/{project.person}/events"
    with server.client.stream("GET", address, params={"after": after}, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        yield Listening(stream.iter_lines())


def save(server: ServerProcess, project: Project, request: str, change: dict[str, Any], **more: Any) -> None:
    body = {"request": request, "changes": [change], **more}
    assert server.client.patch(f"/api/v1/label-sets/{project.person}/changes", json=body).status_code == 200


def test_a_save_is_told_and_what_was_missed_is_told_on_return(server: ServerProcess, project: Project) -> None:
    with listening(server, project) as heard:
        save(server, project, "a", {"instance": "p3", "base": 0, "points": {"1": [50.5, 60, 1]}})
        assert heard.instance("p3", 1)["points"][3:6] == [50.5, 60, 1]
        last = heard.last
    save(server, project, "b", {"instance": "p4", "base": 0, "deleted": True})
    with listening(server, project, **{"Last-Event-ID": last}) as heard:
        assert heard.instance("p4", 1)["deleted"] is True
        save(server, project, "c", {"instance": "p3", "base": 1, "points": {"2": [1, 2, 2]}})
        assert heard.instance("p3", 2)["points"][3:9] == [50.5, 60, 1, 1, 2, 2]


def test_a_stream_ends_with_the_server(server: ServerProcess, project: Project) -> None:
    with listening(server, project) as heard:
        heard.next()
        server.process.terminate()
        # Not an error of the transport: that is a stream that was cut off.
        with pytest.raises(EOFError):
            heard.instance("nobody", 1)


def test_another_process_on_the_same_database_tells_too(
    address: str, project_name: str, project: Project, server: ServerProcess
) -> None:
    if "://" not in address:
        pytest.skip("SQLite has one server process")
    other = ServerProcess(project_name)
    try:
        with listening(server, project) as heard:
            save(other, project, "a", {"instance": "p3", "base": 0, "points": {"1": [50.5, 60, 1]}})
            assert heard.instance("p3", 1)["points"][3:6] == [50.5, 60, 1]
    finally:
        other.stop()


@pytest.mark.parametrize("after", ["x", "1", "@", "1@\x01", "-1@2026", "9" * 30 + "@2026"])
def test_an_odd_mark_is_refused(server: ServerProcess, project: Project, after: str) -> None:
    answer = server.client.get(f"/api/v1/label-sets/{project.person}/events", params={"after": after})
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, "after")
    with pytest.raises(InvalidInput):
        mark_of(after)


def test_no_such_label_set(server: ServerProcess) -> None:
    assert server.client.get("/api/v1/label-sets/99/events").status_code == 404


def told(messages: list[bytes]) -> list[tuple[str, int]]:
    """Instances, or routes, and their revision or state."""
    found: list[tuple[str, int]] = []
    for message in messages:
        content = json.loads(message.split(b"data: ")[1])
        found += [(one["id"], one["revision"]) for one in content["instances"]]
        found += [(one["id"], one["state"]) for one in content["routes"]]
    return found


def test_each_look_tells_what_is_new_once(store: Store) -> None:
    project = make_project(store)
    route = RouteRow(0, project.model, project.media, 3, "p3", 1, 0.9, [])
    store.write(lambda c: routes.add_routes(c, [route]))
    with store.read() as connection:
        (queued,) = routes.routes(connection, project.person)
    of = watched(store, project.person)
    assert look(store, of) == []
    save_changes(store, project.person, "ada", SaveRequest("a", [InstanceChange("p3", 0, points={1: (1, 2, 2)})]))
    assert told(look(store, of)) == [("p3", 1)]
    assert look(store, of) == []
    for state in ("accepted", "open"):
        store.write(lambda c, state=state: routes.resolve_routes(c, project.person, {queued.id: state}, "ada"))
        assert told(look(store, of)) == [(queued.id, state)]
    assert look(store, of) == []
    with pytest.raises(NotFound):
        watched(store, 99)


def test_a_change_of_the_label_set_below_shows_through(store: Store) -> None:
    project = make_project(store)
    of = watched(store, project.person)
    save_changes(store, project.model, "bob", SaveRequest("a", [InstanceChange("p3", 0, points={1: (1, 2, 2)})]))
    assert told(look(store, of)) == [("p3", 0)]


def test_a_change_that_is_committed_after_a_later_one_is_told(store: Store, address: str) -> None:
    if "://" not in address:
        pytest.skip("SQLite commits in the order of the ids")
    project = make_project(store)
    of = watched(store, project.person)
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        row = ChangeRow(0, "p1", project.media, 1, "bob", "2026-01-01T00:00:00Z", "slow", 1, {}, {})
        changes.record(connection, project.person, [row])
        begun.set()
        assert go_on.wait(20)

    thread = threading.Thread(target=store.write, args=(slow,))
    thread.start()
    assert begun.wait(20)
    save_changes(store, project.person, "ada", SaveRequest("a", [InstanceChange("p3", 0, points={1: (1, 2, 2)})]))
    assert told(look(store, of)) == [("p3", 1)]
    before = of.mark
    go_on.set()
    thread.join()
    assert [id for id, _ in told(look(store, of))] == ["p1"]
    assert of.mark == before == settled(store) or of.mark.change == before.change


def test_listeners_are_bounded_and_end_when_closed(store: Store) -> None:
    project = make_project(store)

    async def listen() -> None:
        events = Events(store, listeners=1)
        of = await events.watched(project.person)
        first = events.stream(of, None)
        assert await anext(first) == b"retry: 1000\n\n"
        with pytest.raises(Unavailable):
            await events.watched(project.person)
        await anext(first)  # the mark
        events.close()
        assert [message async for message in first] == []
        with pytest.raises(Unavailable):
            await events.watched(project.person)

    asyncio.run(listen())


def test_a_listener_that_does_not_read_is_let_go_and_a_page_that_leaves_is_forgotten(store: Store) -> None:
    project = make_project(store)

    async def listen() -> None:
        events = Events(store, listeners=2)
        of = await events.watched(project.person)
        stream = events.stream(of, None)
        await anext(stream)
        await stream.aclose()
        assert events._of == {}
        lazy = events.stream(of, None)
        await anext(lazy)
        ((_, those),) = events._of.values()
        (listener,) = those
        while listener.tell(b"data: {}\n\n"):
            pass
        assert len([message async for message in lazy]) > 1
        events.close()

    asyncio.run(listen())
