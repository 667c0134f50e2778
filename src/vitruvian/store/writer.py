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
from sqlalchemy.exc import OperationalError

from vitruvian.errors import StorageFull, Unavailable

Write = Callable[[Connection], Any]

#: More than this in one transaction makes the first of them wait without saving an fsync worth having.
BATCH = 64


class GroupWriter:
    """Runs writes on one thread.

    Parameters
    ----------
    engine : Engine
        Used by this thread alone.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
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
            The store is closed.
        """
        if self._closed:
            raise Unavailable("The project is closed", hint="open it again")
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write must not start another write; pass the connection on")
        done: Future[Any] = Future()
        self._queue.put((fn, done))
        return done.result()

    def close(self) -> None:
        """Finish what waits, then stop."""
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
                for fn, done in batch:
                    savepoint = connection.begin_nested()
                    try:
                        answers.append((done, fn(connection), None))
                        savepoint.commit()
                    except BaseException as error:  # the waiting thread gets it
                        if _is_full(error):
                            raise
                        savepoint.rollback()
                        answers = [a for a in answers if a[0] is not done]
                        answers.append((done, None, error))
        except BaseException as error:  # nothing of the batch was committed: every waiting thread must know
            for _, done in batch:
                done.set_exception(_translated(error))
            return
        for done, result, failure in answers:
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(_translated(failure))


def _is_full(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, OperationalError) and ("disk is full" in text or "disk i/o error" in text)


def _translated(error: BaseException) -> BaseException:
    if not _is_full(error):
        return error
    full = StorageFull("The disk is full; this save was not written", hint="free some space, then save again")
    full.__cause__ = error
    return full
