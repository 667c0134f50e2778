"""Projects."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from vitruvian.errors import NotFound
from vitruvian.store import schema
from vitruvian.store.rows import ProjectRow, dumps, loads, now

_COLUMNS = (schema.project.c.id, schema.project.c.name, schema.project.c.settings)


def create_project(connection: Connection, name: str, settings: dict[str, Any] | None = None) -> int:
    """Make a project and return its id."""
    made = connection.execute(
        insert(schema.project).values(name=name, settings=dumps(settings or {}), created_at=now())
    ).inserted_primary_key
    return int(made[0]) if made else 0


def project(connection: Connection, id: int) -> ProjectRow:
    """Return one project; raises NotFound."""
    row = connection.execute(select(*_COLUMNS).where(schema.project.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no project {id}", hint="see the list of projects")
    return ProjectRow(row.id, row.name, loads(row.settings))


def projects(connection: Connection) -> list[ProjectRow]:
    """Return every project in the order of their making."""
    rows = connection.execute(select(*_COLUMNS).order_by(schema.project.c.id))
    return [ProjectRow(row.id, row.name, loads(row.settings)) for row in rows]
