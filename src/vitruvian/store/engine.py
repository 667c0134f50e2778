"""Open a project's database: SQLite in a file, or PostgreSQL by its address."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from vitruvian.errors import NotFound, Unavailable
from vitruvian.store.failures import is_retried, translated
from vitruvian.store.lock import FileLock
from vitruvian.store.migrate import check_revision, migrate
from vitruvian.store.writer import GroupWriter

T = TypeVar("T")

_TRIES = 6
#: All of them are kept once they are open: opening one takes longer than a save.
_CONNECTIONS = 32


class Store:
    """A project's database. Repository functions of this package take the connections that it hands out.

    Parameters
    ----------
    reading : Engine
        Its transactions cannot write.
    writing : Engine or None
        None when opened for reading only.
    writer : GroupWriter or None
        The one writer of SQLite.
    lock : FileLock or None
    address : str
    """

    def __init__(
        self, reading: Engine, writing: Engine | None, writer: GroupWriter | None, lock: FileLock | None, address: str
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._writer = writer
        self._lock = lock
        self.address = address

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._reading.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Hand out a connection that sees one consistent moment and cannot write.

        Raises
        ------
        Unavailable
            The database went away.
        """
        try:
            with self._reading.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise translated(error, self.address) from error

    def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in a transaction, return its result after the commit.

        `fn` may run more than once (on PostgreSQL, when another transaction was in the way), so it must do nothing
        but read and write through its connection.

        Raises
        ------
        StorageFull
            The disk is full; nothing was written.
        Unavailable
            The store was opened for reading only, or is closed.
        """
        if self._writer is not None:
            result: T = self._writer.write(fn)
            return result
        if self._writing is None:
            raise Unavailable("The project is open for reading only", where=self.address)
        for attempt in range(_TRIES):
            try:
                with self._writing.begin() as connection:
                    return fn(connection)
            except DBAPIError as error:
                if not is_retried(error) or attempt == _TRIES - 1:
                    raise translated(error, self.address) from error
                # Two that met once would meet again after equal waits.
                time.sleep(0.005 * 2**attempt * (0.5 + random.random()))  # noqa: S311 - spreads, hides nothing
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Finish waiting writes and let go of the files."""
        if self._writer is not None:
            self._writer.close()
        for engine in (self._writing, self._reading):
            if engine is not None:
                engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(address: str | Path, *, create: bool = False, read_only: bool = False) -> Store:
    """Open the database at `address`, bringing its tables up to date.

    Parameters
    ----------
    address : str or Path
        A SQLite file, or a ``postgresql://`` URL.
    create : bool
        Make a SQLite file that does not exist.
    read_only : bool
        Do not take the project's lock and do not migrate; writing raises.

    Raises
    ------
    NotFound
        No such file and `create` is not set.
    ProjectLocked
        Another process has this SQLite project open.
    InvalidInput
        The file is not a database.
    StorageFull
        No room for the tables or for the copy that is made before an upgrade.
    Unavailable
        PostgreSQL cannot be reached, the file may not be written, or a newer Vitruvian made the project.
    """
    text = str(address)
    if text.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        return _open_postgresql(text, read_only=read_only)
    return _open_sqlite(Path(text), create=create, read_only=read_only)


def _open_postgresql(address: str, *, read_only: bool) -> Store:
    url = "postgresql+psycopg://" + address.split("://", 1)[1]
    engine = create_engine(url, pool_size=_CONNECTIONS, max_overflow=0, pool_use_lifo=True, pool_pre_ping=True)
    where = engine.url.render_as_string(hide_password=True)
    try:
        if read_only:
            check_revision(engine)
        else:
            migrate(engine)
    except BaseException as error:
        engine.dispose()
        if not isinstance(error, OperationalError):
            raise
        raise Unavailable(
            f"PostgreSQL cannot be reached: {str(error.orig).strip()}",
            where=where,
            hint="check the address and that the server runs",
        ) from error
    # Every statement of a reader sees the same moment; the default level would let each see a later one.
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Store(reading, None if read_only else engine, None, None, where)


def _open_sqlite(path: Path, *, create: bool, read_only: bool) -> Store:
    if not path.exists() and (read_only or not create):
        raise NotFound(
            "There is no project here", where=str(path.parent), hint="make one with `vitruvian import PROJECT FILES`"
        )
    # A reader keeps files beside the database. Where it cannot make them and nobody else has, nobody is writing.
    alone = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
    reading = _sqlite_engine(path, writing=False, immutable=read_only and alone)
    if not read_only and path.exists() and not os.access(path, os.W_OK):
        raise Unavailable(
            "The project's file may not be written", where=str(path), hint="change its permissions, or copy the project"
        )
    if read_only:
        try:
            check_revision(reading, path)
        except BaseException as error:
            reading.dispose()
            raise translated(error, str(path)) from error
        return Store(reading, None, None, None, str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(path.name + ".lock"))
    except OSError as error:
        raise Unavailable(
            f"The project's folder may not be written: {error.strerror}",
            where=str(path.parent),
            hint="choose another folder, or change its permissions",
        ) from error
    writing = _sqlite_engine(path, writing=True)
    try:
        migrate(writing, path)
    except BaseException as error:
        writing.dispose()
        lock.release()
        raise translated(error, str(path)) from error
    return Store(reading, writing, GroupWriter(writing, str(path)), lock, str(path))


def _sqlite_engine(path: Path, *, writing: bool, immutable: bool = False) -> Engine:
    # As an address of SQLite's own: in SQLAlchemy's, a folder called "ready?" would end at the question mark.
    name = path.absolute().as_uri()
    if immutable:
        name += "?immutable=1"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(name, uri=True, timeout=30, check_same_thread=False),
        poolclass=QueuePool,
        pool_size=1 if writing else _CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        # The driver's own transactions break savepoints (it commits before some statements), so it is told to keep out.
        connection.isolation_level = None
        written = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")  # the file remembers the first
        for pragma in (*(written if writing else ("query_only=ON",)), "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
