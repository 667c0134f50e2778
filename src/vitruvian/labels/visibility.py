"""The three states of a point, in COCO's numbers."""

from __future__ import annotations

from enum import IntEnum


class Visibility(IntEnum):
    """Whether a point is labelled, and whether it can be seen."""

    NOT_LABELLED = 0
    HIDDEN = 1
    VISIBLE = 2
