"""The change history: appended to, never altered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from vitruvian.store import schema
from vitruvian.store.bulk import insert_rows
from vitruvian.store.rows import ChangeRow, dumps, loads

_table = schema.change

_COLUMNS = (
    "label_set_id", "instance_id", "media_id", "frame", "author", "at", "request_id", "revision", "before", "after",
)  # fmt: skip


def record(connection: Connection, label_set: int, changes: Sequence[ChangeRow]) -> None:
    """Append changes (their `id` is given by the database)."""
    rows = [
        (
            label_set,
            c.instance,
            c.media,
            c.frame,
            c.author,
            c.at,
            c.request,
            c.revision,
            dumps(c.before),
            dumps(c.after),
        )
        for c in changes
    ]
    insert_rows(connection, "change", _COLUMNS, rows)


def since(connection: Connection, label_set: int, instance: str, revision: int) -> list[dict[str, Any]]:
    """Return what later changes than `revision` wrote into the instance, oldest first."""
    rows = connection.execute(
        select(_table.c.after)
        .where(
            _table.c.label_set_id == label_set, _table.c.instance_id == instance, _table.c.revision > revision
        )
        .order_by(_table.c.revision)
    )  # fmt: skip
    return [loads(after) for (after,) in rows]


def history(
    connection: Connection,
    label_set: int,
    *,
    media: int | None = None,
    frame: int | None = None,
    instance: str | None = None,
    limit: int = 200,
) -> list[ChangeRow]:
    """Return the newest changes first."""
    query = select(_table).where(_table.c.label_set_id == label_set)
    wanted = {"media_id": media, "frame": frame, "instance_id": instance}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(_table.c[column] == value)
    rows = connection.execute(query.order_by(_table.c.id.desc()).limit(limit))
    return [
        ChangeRow(
            id=row.id,
            instance=row.instance_id,
            media=row.media_id,
            frame=row.frame,
            author=row.author,
            at=row.at,
            request=row.request_id,
            revision=row.revision,
            before=loads(row.before),
            after=loads(row.after),
        )
        for row in rows
    ]
