"""Many rows with the driver's own statement: SQLAlchemy's handling of each value takes longer than the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]], conflict: str = ""
) -> None:
    """Insert rows, their values in the order of `columns`; `conflict` is what follows the values in SQL."""
    if rows:
        marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(columns))
        names = ", ".join(f'"{c}"' for c in columns)
        connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks}) {conflict}', rows)  # noqa: S608
