"""Answered requests: a request sent again gets the same answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from vitruvian.store import schema
from vitruvian.store.rows import dumps, loads, now

_table = schema.request


def answer(connection: Connection, label_set: int, id: str) -> Any | None:
    """Return the stored answer, or None when this request is new."""
    text = connection.execute(
        select(_table.c.response).where(_table.c.label_set_id == label_set, _table.c.id == id)
    ).scalar()
    return None if text is None else loads(text)


def remember(connection: Connection, label_set: int, id: str, response: Any) -> None:
    """Store the answer to a request."""
    connection.execute(insert(_table).values(label_set_id=label_set, id=id, response=dumps(response), at=now()))
