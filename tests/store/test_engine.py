import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.projects import make_project, predicted
from vitruvian.errors import InvalidInput, NotFound, ProjectLocked, StorageFull, Unavailable
from vitruvian.store import Store, instances, open_store, projects

HOLDER = """
import sys, time
from vitruvian.store import open_store
store = open_store(sys.argv[1], create=True)
print("open", flush=True)
time.sleep(60)
"""

#: Saves until the file may not grow any more, then makes room and saves again.
FULL = """
import json, resource, sys
sys.path.insert(0, sys.argv[2])
import numpy as np
from tests.projects import make_project
from vitruvian.actions.save_changes import InstanceChange, SaveRequest, save_changes
from vitruvian.errors import StorageFull
from vitruvian.store import open_store

store = open_store(sys.argv[1], create=True)
project = make_project(store)
mode = sys.argv[3]
if mode == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, resource.RLIM_INFINITY))
saved, hint = [], ""
for n in range(3000):
    new = [
        InstanceChange(f"{n}-{k}", 0, project.media, k, "person", attributes={"text": "x" * 500}) for k in range(3)
    ]
    try:
        save_changes(store, project.person, "ada", SaveRequest(str(n), new))
    except StorageFull as full:
        hint = full.hint
        break
    saved.append(n)
if mode == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    save_changes(store, project.person, "ada", SaveRequest("after", [InstanceChange("p1", 0, box=(1, 2, 3, 4))]))
from vitruvian.store import instances
with store.read() as connection:
    ids = [i.id for i in instances.instances(connection, project.person) if "-" in i.id]
    whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
print(json.dumps({"saved": len(saved), "ids": len(ids), "hint": hint, "whole": whole}))
"""

#: Reads and tries to write as somebody who owns neither file nor folder.
STRANGER = """
import os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tests.projects import make_project
from vitruvian.errors import Unavailable
from vitruvian.store import open_store, projects

folder = Path(sys.argv[1])
with open_store(folder / "v.db", create=True) as store:
    make_project(store)
if sys.argv[3] == "folder":
    folder.chmod(0o555)
else:
    folder.chmod(0o777)
    (folder / "v.db.lock").chmod(0o666)
if os.geteuid() == 0:
    os.setuid(65534)
else:
    (folder / "v.db").chmod(0o444)
with open_store(folder / "v.db", read_only=True) as store, store.read() as connection:
    print(projects.projects(connection)[0].name)
try:
    open_store(folder / "v.db")
except Unavailable as refused:
    print(refused.message)
"""

ROOT = str(Path(__file__).parents[2])


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError), store.read() as connection:
        projects.create_project(connection, "no")


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as connection:
        assert projects.projects(connection) == []
        store.write(lambda c: projects.create_project(c, "meanwhile"))
        assert projects.projects(connection) == []
    with store.read() as connection:
        assert [p.name for p in projects.projects(connection)] == ["meanwhile"]


def test_a_failed_write_leaves_nothing_and_the_next_one_works(store: Store) -> None:
    def fails(connection: object) -> None:
        projects.create_project(connection, "half")  # type: ignore[arg-type]
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.write(fails)
    store.write(lambda c: projects.create_project(c, "whole"))
    with store.read() as connection:
        assert [p.name for p in projects.projects(connection)] == ["whole"]


def test_what_was_written_is_there_after_opening_again(address: str) -> None:
    with open_store(address, create=True) as store:
        make_project(store)
    with open_store(address) as store, store.read() as connection:
        assert [p.name for p in projects.projects(connection)] == ["test"]


def test_reading_only(address: str) -> None:
    with open_store(address, create=True) as store:
        make_project(store)
        with open_store(address, read_only=True) as reader:
            with reader.read() as connection:
                assert len(projects.projects(connection)) == 1
            with pytest.raises(Unavailable, match="reading only"):
                reader.write(lambda c: projects.create_project(c, "no"))


def test_reading_only_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_store(tmp_path / "none.db", create=True, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_project(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no project"):
        open_store(tmp_path / "none.db")


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are notes, not a database\n" * 100)
    with pytest.raises(InvalidInput, match="not a Vitruvian project"):
        open_store(path, read_only=read_only)
    assert path.read_text().startswith("these are notes")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="may not be written"):
        open_store(tmp_path / "file" / "project" / "v.db", create=True)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_may_only_be_read(what: str) -> None:
    with tempfile.TemporaryDirectory() as outside:  # pytest's own folder is closed to strangers
        Path(outside).chmod(0o755)
        folder = Path(outside) / "project"
        command = [sys.executable, "-c", STRANGER, str(folder), ROOT, what]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        folder.chmod(0o755)
    assert done.stdout.splitlines() == ["test", "The project's file may not be written"], done.stderr


@pytest.mark.parametrize("name", ["ready?", "100%20", "a#b", "ü b"])
def test_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    with open_store(tmp_path / name / "v.db", create=True) as store:
        make_project(store)
    assert (tmp_path / name / "v.db").exists()
    with open_store(tmp_path / name / "v.db", read_only=True) as store, store.read() as connection:
        assert len(projects.projects(connection)) == 1


def test_postgresql_that_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be reached") as refused:
        open_store(f"postgresql://ada:secret@/none?host={tmp_path}")
    assert "secret" not in str(refused.value)


def test_a_second_server_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:  # fmt: skip
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(ProjectLocked, match=f"process {holder.pid}"):
            open_store(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with open_store(path) as store:
        make_project(store)
    with open_store(path), pytest.raises(ProjectLocked):
        open_store(path)


def run_until_full(mode: str, folder: Path) -> dict[str, object]:
    command = [sys.executable, "-c", FULL, str(folder / "v.db"), ROOT, mode]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_a_full_disk_takes_whole_saves_or_nothing(tmp_path: Path) -> None:
    result = run_until_full("limit", tmp_path)
    assert 0 < int(str(result["saved"])) < 3000
    assert result["ids"] == 3 * int(str(result["saved"]))
    assert result["hint"] == "free some space, then save again"
    assert result["whole"] == "ok"


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_small_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip()}")
    try:
        result = run_until_full("disk", disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert 0 < int(str(result["saved"])) < 3000
    assert result["ids"] == 3 * int(str(result["saved"]))
    assert result["whole"] == "ok"


def test_a_full_postgresql_is_told_as_such(postgresql: str) -> None:
    with open_store(postgresql) as store:

        def full(connection: object) -> None:
            connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$"))  # type: ignore[attr-defined]

        with pytest.raises(StorageFull):
            store.write(full)
        store.write(lambda c: projects.create_project(c, "after"))


def test_a_connection_that_dies_says_so_and_the_next_write_works(postgresql: str) -> None:
    with open_store(postgresql) as store:

        def dies(connection: object) -> None:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))  # type: ignore[attr-defined]

        with pytest.raises(Unavailable, match="went away"):
            store.write(dies)
        store.write(lambda c: projects.create_project(c, "after"))


@pytest.mark.parametrize("way", ["put_instances", "insert_instances"])
def test_a_connection_that_dies_in_the_middle_keeps_nothing(postgresql: str, way: str) -> None:
    with open_store(postgresql) as store:
        project = make_project(store)
        new = [predicted(project.media, 0)]

        def dies(connection: Connection) -> None:
            projects.create_project(connection, "half")
            backend = connection.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(postgresql, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))
            getattr(instances, way)(connection, project.person, new)

        with pytest.raises(Unavailable, match="went away"):
            store.write(dies)
        store.write(lambda c: instances.insert_instances(c, project.person, new))
        with store.read() as connection:
            assert [p.name for p in projects.projects(connection)] == ["test"]


def test_two_first_writers_of_one_row(postgresql: str) -> None:
    meet = threading.Barrier(2)
    tries: list[int] = []

    def make(connection: object) -> list[str]:
        there = [p.name for p in projects.projects(connection)]  # type: ignore[arg-type]
        if len(tries) < 2:
            tries.append(1)
            meet.wait(10)
        if "one" not in there:
            projects.create_project(connection, "one")  # type: ignore[arg-type]
        return there

    with open_store(postgresql) as store:
        seen: list[list[str]] = []
        threads = [threading.Thread(target=lambda: seen.append(store.write(make))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == [[], ["one"]]
