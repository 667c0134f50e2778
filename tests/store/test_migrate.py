import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, func, select, update

from tests.projects import make_project
from vitruvian.errors import Unavailable
from vitruvian.store import Store, instances, migrate, open_store, schema
from vitruvian.store.migrate import alembic_config

#: A later version that rebuilds a table which many rows refer to: the change that once took the rows below with it.
REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("media", recreate="auto") as batch:
        batch.alter_column("name", new_column_name="title", existing_type=sa.String(), existing_nullable=False)
        batch.add_column(sa.Column("colour", sa.String()))
    {more}
"""


HEAD = max(path.name[1:5] for path in (migrate._SCRIPTS / "versions").glob("v*.py"))


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of later migrations, which :func:`upgrade_to` fills."""
    folder = tmp_path / "later"
    folder.mkdir()

    def config() -> Config:
        made = alembic_config()
        made.set_main_option("version_locations", f"{migrate._SCRIPTS / 'versions'}\n{folder}")
        made.set_main_option("path_separator", "newline")
        return made

    monkeypatch.setattr(migrate, "alembic_config", config)
    return folder


def upgrade_to(folder: Path, more: str = "") -> None:
    (folder / "v9999_rebuild.py").write_text(REBUILD.format(head=HEAD, more=more))


def counted(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {
            name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in schema.metadata.tables.items()
        }


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, schema.metadata) == []


def test_the_checks_of_the_schema_are_in_the_database(store: Store) -> None:
    """The comparison above looks at no CHECK constraint."""
    wanted = {
        str(c.name) for table in schema.metadata.tables.values() for c in table.constraints
        if isinstance(c, CheckConstraint)
    }  # fmt: skip
    query = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT conname FROM pg_constraint WHERE contype = 'c'",
    }
    with store.read() as connection:
        found = " ".join(connection.exec_driver_sql(query[store.dialect]).scalars())
    assert set(re.findall(r"\bck_\w+", found)) == wanted


def test_opening_again_changes_nothing(address: str) -> None:
    for _ in range(2):
        open_store(address, create=True).close()
    if address.endswith(".db"):
        assert sorted(p.name for p in Path(address).parent.glob("*.db")) == ["vitruvian.db"]


def test_an_upgrade_keeps_every_row(address: str, later: Path) -> None:
    with open_store(address, create=True) as store:
        make_project(store)
        before = counted(store)
    assert before["instance"] == 10
    upgrade_to(later)
    with open_store(address) as store:
        assert counted(store) == before
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT title, colour FROM media").all() == [("clip.mp4", None)]
        if store.dialect == "sqlite":  # the switch is on again for whoever writes
            enforced = store.write(lambda c: c.exec_driver_sql("PRAGMA foreign_keys").scalar())
            assert enforced == 1


def test_a_sqlite_file_is_copied_before_an_upgrade(tmp_path: Path, later: Path) -> None:
    path = tmp_path / "v.db"
    with open_store(path, create=True) as store:
        make_project(store)
    (tmp_path / f"v-before-upgrade-from-{HEAD}.db").write_text("a copy from an earlier time")
    upgrade_to(later)
    open_store(path).close()
    copy = tmp_path / f"v-before-upgrade-from-{HEAD}-2.db"
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT name FROM media").fetchall() == [("clip.mp4",)]
        assert old.execute("SELECT count(*) FROM instance").fetchone() == (10,)
    assert (tmp_path / f"v-before-upgrade-from-{HEAD}.db").read_text() == "a copy from an earlier time"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ("op.execute('DELETE FROM media')", Unavailable),
        ("raise RuntimeError('a mistake')", RuntimeError),
    ],
)
def test_an_upgrade_that_would_break_rows_is_undone(
    tmp_path: Path, later: Path, more: str, error: type[Exception]
) -> None:
    path = tmp_path / "v.db"
    with open_store(path, create=True) as store:
        make_project(store)
        before = counted(store)
    upgrade_to(later, more)
    with pytest.raises(error):
        open_store(path)
    (later / "v9999_rebuild.py").unlink()
    with open_store(path) as store:
        assert counted(store) == before
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT name FROM media").all() == [("clip.mp4",)]


def test_a_project_of_a_newer_version_is_left_alone(address: str) -> None:
    with open_store(address, create=True) as store:
        store.write(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '8888'"))
    for read_only in (False, True):
        with pytest.raises(Unavailable, match="newer Vitruvian"):
            open_store(address, read_only=read_only)


def test_reading_only_does_not_upgrade(address: str, later: Path) -> None:
    open_store(address, create=True).close()
    upgrade_to(later)
    with pytest.raises(Unavailable, match=f"are at {HEAD}, this Vitruvian's at 9999"):
        open_store(address, read_only=True)


def test_a_project_of_the_first_version_takes_over_what_its_coco_records_say(address: str) -> None:
    with open_store(address, create=True) as store:
        project = make_project(store)
        records: dict[str, dict[str, object]] = {
            "p1": {"area": 700, "iscrowd": 1},
            "p2": {"score": 0.25, "area": "large", "iscrowd": 0},
            "p3": {"area": 16.5, "segmentation": [[0, 0, 4, 0, 4, 4]]},
        }

        def first_version(connection: Connection) -> None:
            for id, record in records.items():
                connection.execute(
                    update(schema.instance)
                    .where(schema.instance.c.id == id)
                    .values(extras=json.dumps({"coco": record}))
                )
            for name in ("confidence", "area", "crowd"):
                connection.exec_driver_sql(f"ALTER TABLE instance DROP COLUMN {name}")
            for index in ("ix_media_project_id_id", "ix_route_label_set_id_resolved_at"):
                connection.exec_driver_sql(f"DROP INDEX {index}")
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

        store.write(first_version)
    with open_store(address) as store, store.read() as connection:
        found = instances.find(connection, project.model, [f"p{n}" for n in range(10)])
    said = {id: (i.confidence, i.area, i.crowd) for id, i in found.items()}
    nothing = (None, None, False)
    assert said.pop("p1") == (None, 700.0, True)
    assert said.pop("p2") == (0.25, None, False)
    # Its mask was taken away since: the area is no longer the instance's.
    assert said.pop("p3") == nothing
    assert len(said) == 7
    assert set(said.values()) == {nothing}
