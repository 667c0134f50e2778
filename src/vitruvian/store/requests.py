"""Answered requests: a request sent again gets the same answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from vitruvian.store import schema
from vitruvian.store.rows import dumps, loads, now

_table = schema.request

_ANSWER = select(_table.c.response).where(
    _table.c.label_set_id == bindparam("label_set"), _table.c.id == bindparam("request")
)
_REMEMBER = insert(_table)


def answer(connection: Connection, label_set: int, id: str) -> Any | None:
    """Return the stored answer, or None when this request is new."""
    text = connection.execute(_ANSWER, {"label_set": label_set, "request": id}).scalar()
    return None if text is None else loads(text)


def remember(connection: Connection, label_set: int, id: str, response: Any) -> None:
    """Store the answer to a request."""
    row = {"label_set_id": label_set, "id": id, "response": dumps(response), "at": now()}
    connection.execute(_REMEMBER, row)
