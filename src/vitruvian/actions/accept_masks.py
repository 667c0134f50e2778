"""Accept or refuse the masks that a save brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from vitruvian.errors import LabelError
from vitruvian.labels import check_mask
from vitruvian.store import changes as history
from vitruvian.store import media

#: So many changes are looked through for a mask that comes back.
_FAR_BACK = 10_000


class BroughtMask(NamedTuple):
    """A mask that is to replace another, or none."""

    instance: str
    media: int
    mask: dict[str, Any] | list[Any]


def accept_masks(connection: Connection, label_set: int, brought: Sequence[BroughtMask]) -> None:
    """Refuse masks that do not fit their picture.

    Raises
    ------
    LabelError
        As :func:`vitruvian.labels.check_mask`. One that the instance had before may come back whatever it is, since
        taking an edit back must never fail.
    """
    sizes = media.picture_sizes(connection, {one.media for one in brought}) if brought else {}
    for one in brought:
        try:
            check_mask(one.mask, *sizes[one.media], where=f"instance {one.instance}")
        except LabelError:
            if not _was_there(connection, label_set, one):
                raise


def _was_there(connection: Connection, label_set: int, one: BroughtMask) -> bool:
    earlier = history.history(connection, label_set, instance=one.instance, limit=_FAR_BACK)
    return any(change.before.get("mask") == one.mask for change in earlier)
