"""Ontology versions; each is immutable."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from vitruvian.errors import NotFound
from vitruvian.labels import Ontology, ontology_from_document
from vitruvian.store import schema
from vitruvian.store.rows import dumps, loads, now

_table = schema.ontology

_DOCUMENT = select(_table.c.document).where(_table.c.id == bindparam("ontology"))


def add_ontology(
    connection: Connection,
    project: int,
    ontology: Ontology,
    *,
    parent: int | None = None,
    mapping: dict[str, Any] | None = None,
) -> int:
    """Store the next version of the ontology of this name; return its id."""
    newest = connection.execute(
        select(func.max(_table.c.version)).where(_table.c.project_id == project, _table.c.name == ontology.name)
    ).scalar()
    made = connection.execute(
        insert(_table).values(
            project_id=project,
            name=ontology.name,
            version=(newest or 0) + 1,
            document=dumps(ontology.document()),
            parent_id=parent,
            mapping=dumps(mapping) if mapping is not None else None,
            created_at=now(),
        )
    ).inserted_primary_key
    return int(made[0]) if made else 0


def ontology(connection: Connection, id: int) -> Ontology:
    """Return one version; raises NotFound."""
    document = connection.execute(_DOCUMENT, {"ontology": id}).scalar()
    if document is None:
        raise NotFound(f"There is no ontology {id}")
    return _read(document)


def ontologies(connection: Connection, project: int) -> list[tuple[int, Ontology]]:
    """Return (id, ontology) of every version in the project, oldest first."""
    rows = connection.execute(
        select(_table.c.id, _table.c.document).where(_table.c.project_id == project).order_by(_table.c.id)
    )
    return [(row.id, _read(row.document)) for row in rows]


@lru_cache(maxsize=64)
def _read(document: str) -> Ontology:
    # Every save asks for its ontology; a version never changes, and nobody changes the value.
    return ontology_from_document(loads(document))


def project_of(connection: Connection, id: int) -> int:
    """Return the project that an ontology belongs to; raises NotFound."""
    found = connection.execute(select(_table.c.project_id).where(_table.c.id == id)).scalar()
    if found is None:
        raise NotFound(f"There is no ontology {id}")
    return int(found)
