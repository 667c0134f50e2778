import sqlite3
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from vitruvian.errors import Unavailable
from vitruvian.store import open_store, projects


def names(path: Path) -> list[str]:
    with open_store(path, read_only=True) as store, store.read() as connection:
        return [p.name for p in projects.projects(connection)]


def test_one_failure_in_a_batch_takes_nothing_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    hold, held = threading.Event(), threading.Event()
    answers: dict[int, int | str] = {}

    def slow(_: Connection) -> None:
        held.set()
        hold.wait(10)

    def one(number: int) -> None:
        def make(connection: Connection) -> int:
            made = projects.create_project(connection, f"n{number}")
            if number == 3:
                raise ValueError("no")
            return made

        try:
            answers[number] = store.write(make)
        except ValueError as error:
            answers[number] = str(error)

    with open_store(path, create=True) as store:
        threads = [threading.Thread(target=store.write, args=(slow,))]
        threads[0].start()
        held.wait(10)  # what comes now waits together and is committed together
        threads += [threading.Thread(target=one, args=(n,)) for n in range(6)]
        for thread in threads[1:]:
            thread.start()
        time.sleep(0.1)
        assert answers == {}
        assert names(path) == []
        hold.set()
        for thread in threads:
            thread.join()
        assert answers.pop(3) == "no"
        assert sorted(answers) == [0, 1, 2, 4, 5]
        assert sorted(names(path)) == ["n0", "n1", "n2", "n4", "n5"]


def test_closing_finishes_what_waits_and_refuses_what_comes_after(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    store = open_store(path, create=True)
    saved: list[str] = []
    refused: list[str] = []

    def client(number: int) -> None:
        for turn in range(200):
            name = f"{number}-{turn}"
            try:
                store.write(partial(projects.create_project, name=name))
            except Unavailable:
                refused.append(name)
                return
            saved.append(name)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while len(saved) < 20:
        time.sleep(0.001)
    store.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert len(refused) == 4
    assert sorted(names(path)) == sorted(saved)


def test_a_write_inside_a_write_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path / "v.db", create=True) as store, pytest.raises(RuntimeError, match="another write"):
        store.write(lambda _: store.write(lambda _: None))


def test_a_program_that_holds_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    with open_store(path, create=True) as store:
        store.write(lambda c: c.exec_driver_sql("PRAGMA busy_timeout=50"))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="Another program"):
            store.write(lambda c: projects.create_project(c, "waits"))
        other.execute("ROLLBACK")
        other.close()
        store.write(lambda c: projects.create_project(c, "after"))
    assert names(path) == ["after"]
