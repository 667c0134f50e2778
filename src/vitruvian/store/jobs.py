"""Rows of background jobs."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from vitruvian.errors import NotFound
from vitruvian.store import schema
from vitruvian.store.rows import JobRow, dumps, loads, now

_table = schema.job


def create_job(connection: Connection, project: int, kind: str, params: dict[str, Any]) -> int:
    """Queue a job and return its id."""
    at = now()
    made = connection.execute(
        insert(_table).values(
            project_id=project, kind=kind, state="queued", params=dumps(params), created_at=at, updated_at=at
        )
    ).inserted_primary_key
    return int(made[0]) if made else 0


def job(connection: Connection, id: int) -> JobRow:
    """Return one job; raises NotFound."""
    row = connection.execute(select(_table).where(_table.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no job {id}")
    return _row(row)


def jobs(connection: Connection, project: int, *, limit: int = 50) -> list[JobRow]:
    """Return the project's jobs, newest first."""
    rows = connection.execute(
        select(_table).where(_table.c.project_id == project).order_by(_table.c.id.desc()).limit(limit)
    )
    return [_row(row) for row in rows]


def claim(connection: Connection, owner: str, *, dead_after: float) -> JobRow | None:
    """Take the oldest job that waits, or that runs under an owner silent for `dead_after` seconds; None when none."""
    moment = time.time()
    waiting = or_(
        _table.c.state == "queued",
        and_(_table.c.state == "running", _table.c.heartbeat < moment - dead_after),
    )
    query = select(_table.c.id).where(waiting).order_by(_table.c.id).limit(1).with_for_update(skip_locked=True)
    id = connection.execute(query).scalar()
    if id is None:
        return None
    connection.execute(
        update(_table)
        .where(_table.c.id == id)
        .values(state="running", owner=owner, heartbeat=moment, updated_at=now())
    )  # fmt: skip
    return job(connection, int(id))


def heartbeat(connection: Connection, id: int, owner: str) -> bool:
    """Say that `owner` is alive; returns False when the job is no longer theirs or was cancelled."""
    done = connection.execute(
        update(_table)
        .where(_table.c.id == id, _table.c.owner == owner, _table.c.state == "running")
        .values(heartbeat=time.time())
    )
    return done.rowcount == 1


def progress(connection: Connection, id: int, *, done: int, total: int) -> None:
    """Note how far a job has come."""
    connection.execute(
        update(_table)
        .where(_table.c.id == id)
        .values(done=done, total=total, heartbeat=time.time(), updated_at=now())
    )  # fmt: skip


def finish(
    connection: Connection, id: int, state: str, *, errors: list[dict[str, Any]], result: dict[str, Any] | None = None
) -> None:
    """End a running job as done, failed or cancelled; a job that was cancelled meanwhile stays so."""
    connection.execute(
        update(_table)
        .where(_table.c.id == id, _table.c.state == "running")
        .values(state=state, errors=dumps(errors), result=dumps(result or {}), updated_at=now())
    )


def cancel(connection: Connection, id: int) -> JobRow:
    """Cancel a job that waits or runs; returns it as it is now. Raises NotFound."""
    connection.execute(
        update(_table)
        .where(_table.c.id == id, _table.c.state.in_(("queued", "running")))
        .values(state="cancelled", updated_at=now())
    )
    return job(connection, id)


def _row(row: Row[Any]) -> JobRow:
    return JobRow(
        id=row.id,
        project=row.project_id,
        kind=row.kind,
        state=row.state,
        params=loads(row.params),
        done=row.done,
        total=row.total,
        errors=loads(row.errors),
        result=loads(row.result),
        owner=row.owner,
        heartbeat=row.heartbeat,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
