"""Instances to rows and back. Points are little-endian bytes in skeleton order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from vitruvian.labels import Instance
from vitruvian.store.rows import dumps, loads, now

_F8, _F4, _U1 = np.dtype("<f8"), np.dtype("<f4"), np.dtype("u1")


#: The columns in the order in which :func:`pack` fills them.
COLUMNS = (
    "label_set_id", "id", "media_id", "frame", "track", "category", "xy", "visibility", "score", "keyed", "box",
    "mask", "confidence", "area", "crowd", "attributes", "extras", "revision", "deleted", "updated_at",
)  # fmt: skip

#: PostgreSQL's types of the columns, for its binary bulk protocol.
POSTGRESQL_TYPES = (
    "int8", "text", "int8", "int4", "text", "text", "bytea", "bytea", "bytea", "bytea", "bytea",
    "text", "float8", "float8", "int4", "text", "text", "int4", "int4", "text",
)  # fmt: skip


def pack(instances: Sequence[Instance], label_set: int) -> list[tuple[Any, ...]]:
    """Return the rows of instances, values in the order of :data:`COLUMNS`."""
    at = now()
    return [
        (
            label_set,
            i.id,
            int(i.media),
            int(i.frame),
            i.track,
            i.category,
            _bytes(i.xy, _F8),
            _bytes(i.visibility, _U1),
            _bytes(i.score, _F4),
            _bytes(i.keyed, _U1),
            _bytes(i.box, _F8),
            None if i.mask is None else dumps(i.mask),
            None if i.confidence is None else float(i.confidence),
            None if i.area is None else float(i.area),
            int(i.crowd),
            dumps(i.attributes) if i.attributes else "{}",
            dumps(i.extras) if i.extras else "{}",
            int(i.revision),
            int(i.deleted),
            at,
        )
        for i in instances
    ]


def unpack(row: Row[Any], label_set: int) -> Instance:
    """Return the instance of a row, as label set `label_set` shows it: inherited ones count as never saved."""
    return Instance(
        id=row.id,
        category=row.category,
        media=row.media_id,
        frame=row.frame,
        xy=np.frombuffer(row.xy, "<f8").reshape(-1, 2).copy(),
        visibility=np.frombuffer(row.visibility, "u1").copy(),
        score=None if row.score is None else np.frombuffer(row.score, "<f4").copy(),
        keyed=None if row.keyed is None else np.frombuffer(row.keyed, "?").copy(),
        box=None if row.box is None else np.frombuffer(row.box, "<f8").copy(),
        mask=None if row.mask is None else loads(row.mask),
        track=row.track,
        confidence=row.confidence,
        area=row.area,
        crowd=bool(row.crowd),
        attributes={} if row.attributes == "{}" else loads(row.attributes),
        extras={} if row.extras == "{}" else loads(row.extras),
        revision=row.revision if row.label_set_id == label_set else 0,
        deleted=bool(row.deleted),
    )


def _bytes(values: NDArray[Any] | None, dtype: np.dtype[Any]) -> bytes | None:
    return None if values is None else np.asarray(values, dtype).tobytes()
