"""Routes: points and instances that wait for a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vitruvian.errors import InvalidInput, NotFound
from vitruvian.store import schema
from vitruvian.store.label_sets import lineage
from vitruvian.store.rows import LARGEST_ID, ROUTE_STATES, RouteRow, dumps, loads, now

_table = schema.route
_ROWS = 1_000


def add_routes(connection: Connection, routes: Sequence[RouteRow]) -> None:
    """Queue routes (their `id` is given by the database)."""
    rows = [
        {
            "label_set_id": r.label_set,
            "media_id": r.media,
            "frame": r.frame,
            "instance_id": r.instance,
            "keypoint": r.keypoint,
            "priority": r.priority,
            "reasons": dumps(r.reasons),
            "state": r.state,
        }
        for r in routes
    ]
    for start in range(0, len(rows), _ROWS):
        connection.execute(insert(_table), rows[start : start + _ROWS])


def routes(
    connection: Connection, label_set: int, *, state: str | None = "open", media: int | None = None
) -> list[RouteRow]:
    """Return the routes of the label set and of those it lies over, in the order in which people see them.

    Frame after frame of each media, so that a tour does not jump about; the most doubtful point of an instance first.
    """
    query = select(_table).where(_table.c.label_set_id.in_(lineage(connection, label_set)))
    if state is not None:
        query = query.where(_table.c.state == state)
    if media is not None:
        query = query.where(_table.c.media_id == media)
    rows = connection.execute(
        query.order_by(_table.c.media_id, _table.c.frame, _table.c.instance_id, _table.c.priority.desc(), _table.c.id)
    )
    return [_row(row) for row in rows]


def resolve_routes(connection: Connection, label_set: int, states: Mapping[int, str], author: str) -> None:
    """Set the state of routes that the label set shows.

    Raises
    ------
    NotFound
        One of them does not exist or belongs elsewhere; none is changed.
    InvalidInput
        A state that there is not.
    """
    if not states:
        return
    unknown = next((state for state in states.values() if state not in ROUTE_STATES), None)
    if unknown is not None:
        raise InvalidInput(f"{unknown!r} is no state of a route", hint="one of " + ", ".join(ROUTE_STATES))
    chain = lineage(connection, label_set)
    known = set(
        connection.execute(
            select(_table.c.id).where(
                _table.c.id.in_([i for i in states if 0 < i <= LARGEST_ID]), _table.c.label_set_id.in_(chain)
            )
        ).scalars()
    )
    missing = sorted(set(states) - known)
    if missing:
        raise NotFound(f"There is no route {missing[0]} in label set {label_set}", hint="reload the page")
    for id, state in sorted(states.items()):  # one order for everybody, so that two never wait for each other
        settled = state != "open"
        connection.execute(
            update(_table)
            .where(_table.c.id == id)
            # The moment stays when it is opened again: others are told what changed since.
            .values(state=state, resolved_by=author if settled else None, resolved_at=now())
        )


def answered(connection: Connection, label_sets: Collection[int], since: str) -> list[tuple[str, int, str]]:
    """Return (moment, route id, state) of the routes whose state was set at or after a moment, oldest first."""
    c = _table.c
    query = select(c.resolved_at, c.id, c.state).where(c.label_set_id.in_(label_sets), c.resolved_at >= since)
    return [(row.resolved_at, row.id, row.state) for row in connection.execute(query.order_by(c.resolved_at, c.id))]


def clear_open(connection: Connection, label_set: int, *, media: int | None = None) -> int:
    """Take back the routes that nobody has answered yet; return how many."""
    query = delete(_table).where(_table.c.label_set_id == label_set, _table.c.state == "open")
    if media is not None:
        query = query.where(_table.c.media_id == media)
    return int(connection.execute(query).rowcount)


def open_counts(connection: Connection, label_set: int, *, media: Collection[int] | None = None) -> dict[int, int]:
    """Return, per media id (only of `media` when given), how many routes are open."""
    query = select(_table.c.media_id, func.count().label("total")).where(
        _table.c.label_set_id.in_(lineage(connection, label_set)), _table.c.state == "open"
    )
    if media is not None:
        query = query.where(_table.c.media_id.in_(media))
    rows = connection.execute(query.group_by(_table.c.media_id))
    return {row.media_id: row.total for row in rows}


def open_total(connection: Connection, label_set: int) -> int:
    """Return how many routes are open in the label set and those it lies over."""
    chain = lineage(connection, label_set)
    query = select(func.count()).where(_table.c.label_set_id.in_(chain), _table.c.state == "open")
    return int(connection.execute(query).scalar_one())


def first_open(connection: Connection, label_set: int) -> int | None:
    """Return the first media that has an open route."""
    chain = lineage(connection, label_set)
    query = select(func.min(_table.c.media_id)).where(_table.c.label_set_id.in_(chain), _table.c.state == "open")
    return connection.execute(query).scalar()


def _row(row: Row[Any]) -> RouteRow:
    return RouteRow(
        id=row.id,
        label_set=row.label_set_id,
        media=row.media_id,
        frame=row.frame,
        instance=row.instance_id,
        keypoint=row.keypoint,
        priority=row.priority,
        reasons=loads(row.reasons),
        state=row.state,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
    )
