"""Open a project's database: SQLite in a file, or PostgreSQL by its address."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from vitruvian.errors import NotFound, StorageFull, Unavailable
from vitruvian.store.lock import FileLock
from vitruvian.store.migrate import migrate
from vitruvian.store.writer import GroupWriter

T = TypeVar("T")

#: Serialization failure, deadlock, and the race of two first writers of one row.
_RETRIED = {"40001", "40P01", "23505"}
_FULL = {"53100"}
_TRIES = 6


class Store:
    """A project's database. Repository functions of this package take the connections that it hands out.

    Parameters
    ----------
    engine : Engine
        For reading, and on PostgreSQL for writing.
    writer : GroupWriter or None
        The one writer of SQLite.
    lock : FileLock or None
    address : str
    """

    def __init__(
        self, engine: Engine, writer: GroupWriter | None, writing: Engine | None, lock: FileLock | None, address: str
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._writing = writing
        self._lock = lock
        self.address = address

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Hand out a connection that sees one consistent moment."""
        with self._engine.begin() as connection:
            yield connection

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
        if self.dialect == "sqlite":
            raise Unavailable("The project is open for reading only", where=self.address)
        for attempt in range(_TRIES):
            try:
                with self._engine.begin() as connection:
                    return fn(connection)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state in _FULL:
                    raise StorageFull("The database's disk is full; nothing was written", where=self.address) from error
                if state not in _RETRIED or attempt == _TRIES - 1:
                    raise
                time.sleep(0.005 * 2**attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Finish waiting writes and let go of the files."""
        if self._writer is not None:
            self._writer.close()
        for engine in (self._writing, self._engine):
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
    Unavailable
        PostgreSQL cannot be reached.
    """
    text = str(address)
    if text.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        return _open_postgresql(text, read_only=read_only)
    return _open_sqlite(Path(text), create=create, read_only=read_only)


def _open_postgresql(address: str, *, read_only: bool) -> Store:
    url = "postgresql+psycopg://" + address.split("://", 1)[1]
    engine = create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True)
    try:
        if not read_only:
            migrate(engine)
        else:
            engine.connect().close()
    except OperationalError as error:
        engine.dispose()
        raise Unavailable(
            f"PostgreSQL cannot be reached: {str(error.orig).strip()}",
            where=engine.url.render_as_string(hide_password=True),
            hint="check the address and that the server runs",
        ) from error
    return Store(engine, None, None, None, engine.url.render_as_string(hide_password=True))


def _open_sqlite(path: Path, *, create: bool, read_only: bool) -> Store:
    if not path.exists() and not create:
        raise NotFound(
            "There is no project here", where=str(path.parent), hint="make one with `vitruvian import PROJECT FILES`"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = None if read_only else FileLock(path.with_name(path.name + ".lock"))
    try:
        reading = _sqlite_engine(path, begin="BEGIN", size=8)
        if read_only:
            return Store(reading, None, None, None, str(path))
        writing = _sqlite_engine(path, begin="BEGIN IMMEDIATE", size=1)
        migrate(writing, path)
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    return Store(reading, GroupWriter(writing), writing, lock, str(path))


def _sqlite_engine(path: Path, *, begin: str, size: int) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0 if size == 1 else 24,
        connect_args={"timeout": 30, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        # The driver's own transactions break savepoints (it commits before some statements), so it is told to keep out.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
