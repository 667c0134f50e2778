"""Instances to rows and back. Points are little-endian bytes in skeleton order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from vitruvian.labels import Instance
from vitruvian.store.rows import dumps, loads, now


def pack(instance: Instance, label_set: int) -> dict[str, Any]:
    """Return the row of an instance."""
    return {
        "label_set_id": label_set,
        "id": instance.id,
        "media_id": instance.media,
        "frame": instance.frame,
        "track": instance.track,
        "category": instance.category,
        "xy": _bytes(instance.xy, "<f8"),
        "visibility": _bytes(instance.visibility, "u1"),
        "score": _bytes(instance.score, "<f4"),
        "keyed": _bytes(instance.keyed, "u1"),
        "box": _bytes(instance.box, "<f8"),
        "mask": None if instance.mask is None else dumps(instance.mask),
        "attributes": dumps(instance.attributes) if instance.attributes else "{}",
        "extras": dumps(instance.extras) if instance.extras else "{}",
        "revision": instance.revision,
        "deleted": int(instance.deleted),
        "updated_at": now(),
    }


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
        attributes={} if row.attributes == "{}" else loads(row.attributes),
        extras={} if row.extras == "{}" else loads(row.extras),
        revision=row.revision if row.label_set_id == label_set else 0,
        deleted=bool(row.deleted),
    )


def _bytes(values: NDArray[Any] | None, dtype: str) -> bytes | None:
    return None if values is None else np.ascontiguousarray(values, dtype).tobytes()
