"""What the database drivers raise, in the words of :mod:`vitruvian.errors`."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from vitruvian.errors import InvalidInput, StorageFull, Unavailable

#: Serialization failure, deadlock, and the race of two first writers of one row.
_RETRIED = {"40001", "40P01", "23505"}
_FULL_STATE = "53100"
_FULL_TEXTS = ("disk is full", "disk i/o error", "no space left")
_BUSY_TEXTS = ("database is locked", "database table is locked")


def is_full(error: BaseException) -> bool:
    """Say whether the disk could not take the write."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    if getattr(driver, "sqlstate", None) == _FULL_STATE:
        return True
    # A limit on the file's size or a quota reaches SQLite as an I/O error, not as "full".
    return isinstance(driver, sqlite3.Error) and any(text in str(driver).lower() for text in _FULL_TEXTS)


def is_retried(error: DBAPIError) -> bool:
    """Say whether the same transaction may succeed when it is run again."""
    return getattr(error.orig, "sqlstate", None) in _RETRIED


def translated(error: BaseException, where: str) -> BaseException:
    """Return `error` as one of Vitruvian's when a person can do something about it, else `error` itself."""
    ours: BaseException
    if is_full(error):
        ours = StorageFull("The disk is full; this was not saved", where=where, hint="free some space, then save again")
    elif not isinstance(error, DBAPIError | sqlite3.Error):
        return error
    elif any(text in str(error).lower() for text in _BUSY_TEXTS):
        ours = Unavailable(
            "Another program holds the project's database; this was not saved",
            where=where,
            hint="close programs that have the database open, then save again",
        )
    elif "not a database" in str(error) or "malformed" in str(error):
        ours = InvalidInput(
            "The file is damaged or is not a Vitruvian project",
            where=where,
            hint="restore it from a backup; Vitruvian left it as it was",
        )
    elif isinstance(error, DBAPIError) and error.connection_invalidated:
        # Whether the commit arrived is unknown: a save sent again under its request id is written once at most.
        ours = Unavailable("The database went away", where=where, hint="save again when it runs")
    else:
        return error
    ours.__cause__ = error
    return ours
