"""Bring a database's tables up to date with Alembic."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import chain, count
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

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
    current, head = _revisions(engine, path)
    if current == head:
        return
    if path is not None and current is not None:
        _back_up(path, current)
    if engine.dialect.name == "sqlite":
        _upgrade_sqlite(engine, path)
    else:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            _upgrade(connection)


def check_revision(engine: Engine, path: Path | None = None) -> None:
    """Refuse a database whose tables are not those of this version; for readers, who do not upgrade.

    Raises
    ------
    Unavailable
        The tables are older or newer.
    """
    current, head = _revisions(engine, path)
    if current != head:
        raise Unavailable(
            f"The project's tables are at {current or 'nothing'}, this Vitruvian's at {head}",
            where=_where(engine, path),
            hint="open it for writing once: that upgrades it",
        )


def _revisions(engine: Engine, path: Path | None) -> tuple[str | None, str | None]:
    scripts = ScriptDirectory.from_config(alembic_config())
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {s.revision for s in scripts.walk_revisions()}:
        raise Unavailable(
            f"The project was made by a newer Vitruvian (its tables are at {current})",
            where=_where(engine, path),
            hint="update Vitruvian: pip install --upgrade vitruvian",
        )
    return current, scripts.get_current_head()


def _upgrade_sqlite(engine: Engine, path: Path | None) -> None:
    with engine.connect() as connection:
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        # A batch rebuild drops its table and makes it anew; with foreign keys on, that deletes the rows below it.
        # The switch has no effect inside a transaction.
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                _upgrade(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise Unavailable(
                        f"The upgrade would leave {len(broken)} rows without the rows they refer to; it was undone",
                        where=str(path),
                    )
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _where(engine: Engine, path: Path | None) -> str:
    return str(path or engine.url.render_as_string(hide_password=True))


def alembic_config() -> Config:
    """Return Alembic's configuration for the scripts in this package."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _back_up(path: Path, revision: str) -> None:
    suffixes = chain([""], (f"-{n}" for n in count(2)))
    names = (f"{path.stem}-before-upgrade-from-{revision}{suffix}{path.suffix}" for suffix in suffixes)
    copy = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    partial = copy.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as target:
        source.backup(target)
    partial.replace(copy)
