"""The tables, one schema for SQLite and PostgreSQL. JSON is text, points are packed bytes, times are UTC ISO 8601."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite numbers rows only in INTEGER columns; PostgreSQL's integers end at two billion changes.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _reference(table: str, *, nullable: bool = False) -> Column[int]:
    return Column(f"{table}_id", _Id, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=nullable)


project = Table(
    "project",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("settings", Text, nullable=False, server_default="{}"),
    Column("created_at", String, nullable=False),
)

ontology = Table(
    "ontology",
    metadata,
    Column("id", _Id, primary_key=True),
    _reference("project"),
    Column("name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("parent_id", _Id, ForeignKey("ontology.id")),
    Column("mapping", Text),
    Column("created_at", String, nullable=False),
    UniqueConstraint("project_id", "name", "version"),
)

media = Table(
    "media",
    metadata,
    Column("id", _Id, primary_key=True),
    _reference("project"),
    Column("kind", String, nullable=False),
    Column("uri", String, nullable=False),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("fps_num", Integer, nullable=False, server_default="0"),
    Column("fps_den", Integer, nullable=False, server_default="1"),
    Column("times", LargeBinary),
    Column("rotation", Integer, nullable=False, server_default="0"),
    Column("extras", Text, nullable=False, server_default="{}"),
    Column("created_at", String, nullable=False),
    CheckConstraint("kind IN ('image', 'video')", name="kind"),
    UniqueConstraint("project_id", "sha256", "name"),
    Index(None, "project_id", "id"),
)

label_set = Table(
    "label_set",
    metadata,
    Column("id", _Id, primary_key=True),
    _reference("project"),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("author", String, nullable=False),
    Column("parent_id", _Id, ForeignKey("label_set.id")),
    Column("ontology_id", _Id, ForeignKey("ontology.id"), nullable=False),
    Column("extras", Text, nullable=False, server_default="{}"),
    Column("created_at", String, nullable=False),
    CheckConstraint("kind IN ('person', 'model', 'gold', 'consensus', 'import')", name="kind"),
    Index(None, "project_id"),
)

instance = Table(
    "instance",
    metadata,
    Column("label_set_id", _Id, ForeignKey("label_set.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String, primary_key=True),
    _reference("media"),
    Column("frame", Integer, nullable=False),
    Column("track", String),
    Column("category", String, nullable=False),
    Column("xy", LargeBinary, nullable=False),
    Column("visibility", LargeBinary, nullable=False),
    Column("score", LargeBinary),
    Column("keyed", LargeBinary),
    Column("box", LargeBinary),
    Column("mask", Text),
    Column("confidence", Double),
    Column("area", Double),
    Column("crowd", Integer, nullable=False, server_default="0"),
    Column("attributes", Text, nullable=False, server_default="{}"),
    Column("extras", Text, nullable=False, server_default="{}"),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("deleted", Integer, nullable=False, server_default="0"),
    Column("updated_at", String, nullable=False),
    Index(None, "label_set_id", "media_id", "frame"),
)

change = Table(
    "change",
    metadata,
    Column("id", _Id, primary_key=True),
    _reference("label_set"),
    Column("instance_id", String, nullable=False),
    _reference("media"),
    Column("frame", Integer, nullable=False),
    Column("author", String, nullable=False),
    Column("at", String, nullable=False),
    Column("request_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    UniqueConstraint("label_set_id", "instance_id", "revision"),
    Index(None, "label_set_id", "media_id", "frame"),
)

request = Table(
    "request",
    metadata,
    Column("label_set_id", _Id, ForeignKey("label_set.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("response", Text, nullable=False),
    Column("at", String, nullable=False),
)

route = Table(
    "route",
    metadata,
    Column("id", _Id, primary_key=True),
    _reference("label_set"),
    _reference("media"),
    Column("frame", Integer, nullable=False),
    Column("instance_id", String, nullable=False),
    Column("keypoint", Integer),
    Column("priority", Double, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("state", String, nullable=False, server_default="open"),
    Column("resolved_by", String),
    Column("resolved_at", String),
    CheckConstraint("state IN ('open', 'accepted', 'fixed', 'dismissed')", name="state"),
    Index(None, "label_set_id", "state", "media_id"),
    Index(None, "label_set_id", "resolved_at"),
)
