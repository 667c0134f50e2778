"""The change history: appended to, never altered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from vitruvian.store import schema
from vitruvian.store.bulk import insert_rows
from vitruvian.store.rows import ChangeRow, dumps, loads, now

_table = schema.change

#: Where no change of so many is old enough, the oldest of them is: nobody saves faster.
_NEWEST = 2_000

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


def after(connection: Connection, label_sets: Collection[int], id: int) -> list[tuple[int, str]]:
    """Return (change id, instance id) of the changes with greater ids than `id`, in their order."""
    rows = connection.execute(
        select(_table.c.id, _table.c.instance_id)
        .where(_table.c.id > id, _table.c.label_set_id.in_(label_sets))
        .order_by(_table.c.id)
    )
    return [(row.id, row.instance_id) for row in rows]


def settled(connection: Connection, seconds: float) -> int:
    """Return the id of a change so old that none with a smaller id is still to be committed; 0 without any.

    Parameters
    ----------
    connection : Connection
    seconds : float
        How long a save may take: changes get their ids before they are committed, and not in the order of that.
    """
    newest = connection.execute(select(_table.c.id, _table.c.at).order_by(_table.c.id.desc()).limit(_NEWEST)).all()
    old = next((row.id for row in newest if row.at < now(-seconds)), None)
    return old if old is not None else newest[-1].id - 1 if newest else 0


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
