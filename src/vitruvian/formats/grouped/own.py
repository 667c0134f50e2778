"""Fields of Vitruvian's own, for what a format has no word for, in a place where its tools leave them alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitruvian.formats.grouped.said import Record, Said
from vitruvian.formats.grouped.values import finite, text
from vitruvian.labels import Instance, Skeleton

FIELDS = ("id", "category", "track", "confidence", "area", "crowd", "attributes", "scores", "keyed", "mask")


def own_fields(instance: Instance, skeleton: Skeleton | None, *fields: str) -> Record:
    """Return those of `fields` (of :data:`FIELDS`) that are not at their default."""
    names = skeleton.names if skeleton else ()
    out: Record = {}
    for field in fields:
        value: Any
        if field == "scores":
            known = [] if instance.score is None else zip(names, instance.score, strict=True)
            value = {name: float(str(score)) for name, score in known if not np.isnan(score)}
        elif field == "keyed":
            value = None if instance.keyed is None else [n for n, k in zip(names, instance.keyed, strict=True) if k]
        else:
            value = getattr(instance, field)
        if value is not None and value is not False and value != {}:
            out[field] = value
    return out


def take_own(said: Said, own: Any) -> list[str]:
    """Put own fields of a file into `said`; return the names of those that are of a wrong type and were not read."""
    if not isinstance(own, dict):
        return [] if own is None else ["vitruvian"]
    return [field for field in FIELDS if field in own and not _take(said, field, own[field])]


def _take(said: Said, field: str, value: Any) -> bool:
    read: Any
    if field in {"id", "category", "track"}:
        read = text(value)
    elif field in {"confidence", "area"}:
        read = finite(value)
    elif field == "crowd":
        read = value if isinstance(value, bool) else None
    elif field == "scores":
        read = {n: s for n, s in value.items() if finite(s) is not None} if isinstance(value, dict) else None
    elif field == "keyed":
        read = {n for n in value if isinstance(n, str)} if isinstance(value, list) else None
    elif field == "mask":
        read = value if isinstance(value, dict) and value else None
    else:
        read = value if isinstance(value, dict) else None
    if read is None:
        return False
    setattr(said, field, read)
    return True
