"""The one SQLite writer: a thread that commits many waiting writes in one transaction.

Each write runs in a savepoint of its own, so that one that fails takes nothing of the others with it, and each is
answered only after the commit. Many writes then share one fsync.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection, Engine

from vitruvian.errors import Unavailable
from vitruvian.store.failures import is_full, translated

Write = Callable[[Connection], Any]

#: More than this in one transaction makes the first of them wait without saving an fsync worth having.
BATCH = 64


class GroupWriter:
    """Runs writes on one thread.

    Parameters
    ----------
    engine : Engine
        Used by this thread alone.
    where : str
        The file, for messages.
    """

    def __init__(self, engine: Engine, where: str = "") -> None:
        self._engine = engine
        self._where = where
        # Nothing may be queued behind the end: nobody would ever answer it.
        self._closing = threading.Lock()
        self._queue: queue.SimpleQueue[tuple[Write, Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="vitruvian-writer", daemon=True)
        self._thread.start()

    def write(self, fn: Write) -> Any:
        """Run `fn` with the writing connection, wait for the commit, return what it returned.

        Raises
        ------
        StorageFull
            The disk is full; nothing of this write was kept.
        Unavailable
            The store is closed, or another program holds the file.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write must not start another write; pass the connection on")
        done: Future[Any] = Future()
        with self._closing:
            if self._closed:
                raise Unavailable("The project is closed", where=self._where, hint="open it again")
            self._queue.put((fn, done))
        return done.result()

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            last = False
            while len(batch) < BATCH and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    last = True
                    break
                batch.append(item)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[tuple[Write, Future[Any]]]) -> None:
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                # Straight to the driver: SQLAlchemy's own savepoint costs as much as three statements.
                driver: Any = connection.connection.driver_connection
                for fn, done in batch:
                    driver.execute("SAVEPOINT one_write")
                    try:
                        result = fn(connection)
                        driver.execute("RELEASE one_write")
                    except BaseException as error:  # the waiting thread gets it
                        if is_full(error):  # SQLite may have undone the whole transaction by itself
                            raise
                        driver.execute("ROLLBACK TO one_write")
                        driver.execute("RELEASE one_write")
                        answers.append((done, None, error))
                    else:
                        answers.append((done, result, None))
        except BaseException as error:  # nothing of the batch was committed: every waiting thread must know
            for _, done in batch:
                done.set_exception(translated(error, self._where))
            return
        for done, result, failure in answers:
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(translated(failure, self._where))
