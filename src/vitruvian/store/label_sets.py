"""Label sets, and the overlay: a label set shows its parent's instances until it has rows of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, literal, select, update

from vitruvian.errors import InvalidInput, NotFound
from vitruvian.store import schema
from vitruvian.store.rows import LabelSetRow, dumps, loads, now

_table = schema.label_set

_BY_ID = select(_table).where(_table.c.id == bindparam("label_set"))
_own = select(_table.c.id, _table.c.parent_id, literal(0).label("depth")).where(_table.c.id == bindparam("label_set"))
_chain = _own.cte("chain", recursive=True)
_chain = _chain.union_all(
    select(_table.c.id, _table.c.parent_id, _chain.c.depth + 1).where(_table.c.id == _chain.c.parent_id)
)
_LINEAGE = select(_chain.c.id).order_by(_chain.c.depth)


def create_label_set(
    connection: Connection,
    project: int,
    *,
    kind: str,
    name: str,
    author: str,
    ontology: int,
    parent: int | None = None,
    extras: dict[str, Any] | None = None,
) -> int:
    """Make a label set and return its id.

    Raises
    ------
    NotFound
        No such parent.
    InvalidInput
        The parent is of another project or speaks of other keypoints: its points could not be shown through.
    """
    if parent is not None:
        below = label_set(connection, parent)
        if (below.project, below.ontology) != (project, ontology):
            raise InvalidInput(
                f"Label set {parent} has another project or ontology, so nothing can lie over it",
                where=name,
                hint="choose the parent's ontology, or import its labels into a label set of their own",
            )
    made = connection.execute(
        insert(_table).values(
            project_id=project,
            kind=kind,
            name=name,
            author=author,
            ontology_id=ontology,
            parent_id=parent,
            extras=dumps(extras or {}),
            created_at=now(),
        )
    ).inserted_primary_key
    return int(made[0]) if made else 0


def label_set(connection: Connection, id: int) -> LabelSetRow:
    """Return one label set; raises NotFound."""
    row = connection.execute(_BY_ID, {"label_set": id}).one_or_none()
    if row is None:
        raise _missing(id)
    return _row(row)


def locked(connection: Connection, id: int) -> LabelSetRow:
    """Return one label set that no other transaction changes before this one ends; raises NotFound."""
    # SQLite has one writer anyway, and leaves the words out.
    row = connection.execute(_BY_ID.with_for_update(), {"label_set": id}).one_or_none()
    if row is None:
        raise _missing(id)
    return _row(row)


def label_sets(connection: Connection, project: int) -> list[LabelSetRow]:
    """Return the project's label sets in the order of their making."""
    rows = connection.execute(select(_table).where(_table.c.project_id == project).order_by(_table.c.id))
    return [_row(row) for row in rows]


def set_extras(connection: Connection, id: int, extras: dict[str, Any]) -> None:
    """Replace what is noted about a label set, such as how far a model run has come."""
    connection.execute(update(_table).where(_table.c.id == id).values(extras=dumps(extras)))


def lineage(connection: Connection, id: int) -> list[int]:
    """Return the label set, its parent, its parent's parent and so on; raises NotFound."""
    chain = list(connection.execute(_LINEAGE, {"label_set": id}).scalars())
    if not chain:
        raise _missing(id)
    return chain


def _missing(id: int) -> NotFound:
    return NotFound(f"There is no label set {id}", hint="see the project's label sets")


def _row(row: Row[Any]) -> LabelSetRow:
    return LabelSetRow(
        id=row.id,
        project=row.project_id,
        kind=row.kind,
        name=row.name,
        author=row.author,
        ontology=row.ontology_id,
        parent=row.parent_id,
        extras=loads(row.extras),
        created_at=row.created_at,
    )
