"""Which media a label set has got how far with."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import ColumnElement, Connection, exists

from vitruvian.store import schema
from vitruvian.store.instances import shown
from vitruvian.store.label_sets import lineage

#: `doubtful`: a route that is open leads to one of its frames.
MediaState = Literal["labelled", "unlabelled", "doubtful"]


def in_state(connection: Connection, label_set: int, state: MediaState) -> ColumnElement[bool]:
    """Return the condition for `media.media_list` that a media is in this state in the label set; raises NotFound."""
    chain = lineage(connection, label_set)
    if state == "doubtful":
        route = schema.route.c
        return exists().where(route.label_set_id.in_(chain), route.state == "open", route.media_id == schema.media.c.id)
    instance = schema.instance.c
    # The first condition follows from the last, and is what the index is found by.
    labelled = exists().where(
        instance.label_set_id.in_(chain), instance.media_id == schema.media.c.id, instance.deleted == 0, shown(chain)
    )
    return labelled if state == "labelled" else ~labelled
