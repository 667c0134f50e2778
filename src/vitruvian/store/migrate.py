"""Bring a database's tables up to date with Alembic."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from vitruvian.errors import Unavailable

_SCRIPTS = Path(__file__).parent / "migrations"
#: Any number does, as long as every process takes the same: servers that start together upgrade one after the other.
_ADVISORY_LOCK = 7_481_516


def migrate(engine: Engine, path: Path | None = None) -> None:
    """Upgrade to the newest revision; a populated SQLite file is copied beside itself first.

    Raises
    ------
    Unavailable
        The database was made by a newer Vitruvian, or rows would refer to rows that do not exist.
    """
    config = alembic_config()
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return
    if current is not None and current not in {s.revision for s in scripts.walk_revisions()}:
        raise Unavailable(
            f"The project was made by a newer Vitruvian (its tables are at {current})",
            where=str(path or engine.url.render_as_string(hide_password=True)),
            hint="update Vitruvian: pip install --upgrade vitruvian",
        )
    if path is not None and current is not None:
        _back_up(path, current)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A batch rebuild drops its table and makes it anew; with foreign keys on, that deletes the rows below it.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if engine.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise Unavailable(
                        f"The upgrade would leave {len(broken)} rows without the rows they refer to; it was undone",
                        where=str(path),
                    )
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def alembic_config() -> Config:
    """Return Alembic's configuration for the scripts in this package."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _back_up(path: Path, revision: str) -> None:
    copy = path.with_name(f"{path.stem}-before-upgrade-from-{revision}{path.suffix}")
    if copy.exists():
        return
    partial = copy.with_suffix(".partial")
    with sqlite3.connect(path) as source, sqlite3.connect(partial) as target:
        source.backup(target)
    target.close()
    source.close()
    shutil.move(partial, copy)
