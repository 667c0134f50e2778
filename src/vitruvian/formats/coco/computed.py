"""Fields that COCO's tools want of every annotation, for instances that do not state them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.coco.masks import area
from vitruvian.formats.coco.points import COMPUTED
from vitruvian.labels import Instance

Record = dict[str, Any]


def computed(instance: Instance) -> Record:
    """Return `bbox`, `area` and `score` as far as the instance has none of its own, and which ones these are.

    The box encloses the labelled points, the area is the mask's or the box's, the score is the points' mean.
    """
    made: Record = {}
    box = instance.box if instance.box is not None else _extent(instance)
    if instance.box is None and box is not None:
        made["bbox"] = box.tolist()
    if instance.area is None and box is not None:
        covered = area(instance.mask)
        made["area"] = float(box[2] * box[3]) if covered is None else covered
    known = instance.score is not None and not np.isnan(instance.score).all()
    if instance.confidence is None and known and instance.score is not None:
        made["score"] = round(float(np.nanmean(instance.score)), 6)
    return {**made, COMPUTED: list(made)} if made else {}


def recomputed(instance: Instance, record: Record) -> Record:
    """Return what of a record's computed fields an edit has changed; {} for a record that states all itself."""
    before = record.get(COMPUTED)
    if not isinstance(before, list):
        return {}
    now = computed(instance)
    # What the file stated itself stays, though an edit has taken it away from the instance.
    fresh = {name: now[name] for name in before if name in now}
    left = {**fresh, COMPUTED: list(fresh)}
    return {name: value for name, value in left.items() if record.get(name) != value}


def _extent(instance: Instance) -> NDArray[np.float64] | None:
    xy = instance.xy[instance.visibility > 0]
    if not len(xy):
        return None
    low, high = xy.min(axis=0), xy.max(axis=0)
    return np.concatenate((low, high - low))
