"""What a file or a model says of an instance as a whole: its confidence, area and crowd."""

import json
import math

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ROWS = 5_000

_instance = sa.table(
    "instance",
    sa.column("label_set_id", sa.BigInteger()),
    sa.column("id", sa.String()),
    sa.column("mask", sa.Text()),
    sa.column("extras", sa.Text()),
    sa.column("confidence", sa.Double()),
    sa.column("area", sa.Double()),
    sa.column("crowd", sa.Integer()),
)


def upgrade() -> None:
    # Added in place: a batch would rebuild the largest table of the project on SQLite.
    op.add_column("instance", sa.Column("confidence", sa.Double(), nullable=True))
    op.add_column("instance", sa.Column("area", sa.Double(), nullable=True))
    op.add_column("instance", sa.Column("crowd", sa.Integer(), server_default="0", nullable=False))
    _fill()


def _fill() -> None:
    """Take over what the records of imported COCO files say; until now it stood nowhere else."""
    c = _instance.c
    connection = op.get_bind()
    place = sa.tuple_(c.label_set_id, c.id)
    wanted = sa.select(c.label_set_id, c.id, c.mask, c.extras).where(c.extras != "{}").order_by(c.label_set_id, c.id)
    update = (
        _instance.update()
        .where(c.label_set_id == sa.bindparam("of"), c.id == sa.bindparam("named"))
        .values({name: sa.bindparam(f"new_{name}") for name in ("confidence", "area", "crowd")})
    )
    rows = connection.execute(wanted.limit(_ROWS)).all()
    while rows:
        said = [
            {"of": row.label_set_id, "named": row.id, **stated}
            for row in rows
            if (stated := _stated(row.mask, row.extras))
        ]
        if said:
            connection.execute(update, said)
        after = sa.tuple_(sa.literal(rows[-1].label_set_id), sa.literal(rows[-1].id))
        rows = connection.execute(wanted.where(place > after).limit(_ROWS)).all()


def _stated(mask: str | None, extras: str) -> dict[str, float | int | None]:
    record = json.loads(extras).get("coco")
    if not isinstance(record, dict):
        return {}
    # The area of a mask that a person has changed since is no longer the instance's.
    now = None if mask is None else json.loads(mask)
    area = _number(record.get("area")) if (record.get("segmentation") or None) == (now or None) else None
    confidence = _number(record.get("score"))
    crowd = record.get("iscrowd") in (1, True)
    if area is None and confidence is None and not crowd:
        return {}
    return {"new_confidence": confidence, "new_area": area, "new_crowd": int(crowd)}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
