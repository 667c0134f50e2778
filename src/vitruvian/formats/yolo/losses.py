"""What YOLO holds only in part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vitruvian.formats.losses import Loss
from vitruvian.formats.yolo import description
from vitruvian.formats.yolo.lines import extent
from vitruvian.labels import Dataset, Instance


def own_losses(dataset: Dataset) -> list[Loss]:
    """Return what depends on the labels: see "What YOLO cannot say" in docs/formats/yolo.md."""
    kept = [i for i in dataset.instances if not i.deleted]
    found: list[Loss] = []
    sizes = [len(c.skeleton) if c.skeleton else 0 for c in dataset.ontology]
    padded = [c.name for c, size in zip(dataset.ontology, sizes, strict=True) if 0 < size < max(sizes)]
    if padded:
        what = f"the number of keypoints of categories: filled up to {max(sizes)} with points that are not labelled"
        found.append(Loss("skeletons", what, len(padded), padded[0]))
    flips = [c.name for c in dataset.ontology if c.skeleton and any(k.flip for k in c.skeleton.keypoints)]
    if flips and description.common_flips(dataset.ontology) is None:
        found.append(
            Loss("flips", "flip partners, of which there is one list for all categories", len(flips), flips[0])
        )
    found += _of("nothing", "instances with neither a box nor a labelled point", [i for i in kept if extent(i) is None])
    if dims(dataset) == 2:
        what = "points that are labelled but hidden: kpt_shape has two numbers a point"
        found += _of("hidden", what, [i for i in kept if (i.visibility == 1).any()])
    found += _of("outside", "places beyond the picture's edge, for which trainers skip the picture", _outside(dataset))
    return found


def dims(dataset: Dataset) -> int:
    """Return how many numbers a point has: 3, unless the labels come from a folder that says 2."""
    source = dataset.extras.get("yolo")
    if not source:
        return 3
    return description.shape(description.load(source["yaml"]["text"], source["yaml"]["name"]), "")[1]


def _outside(dataset: Dataset) -> list[Instance]:
    out = []
    for instance in dataset.instances:
        entry = dataset.media[instance.media] if 0 <= instance.media < len(dataset.media) else None
        if instance.deleted or entry is None or not entry.width:
            continue
        xy = instance.xy[instance.visibility > 0]
        box = extent(instance)
        if box is not None:
            xy = np.concatenate((xy, box[None, :2], box[None, :2] + box[None, 2:]))
        if (xy < 0).any() or (xy > (entry.width, entry.height)).any():
            out.append(instance)
    return out


def _of(feature: str, what: str, instances: Sequence[Instance]) -> list[Loss]:
    return [Loss(feature, what, len(instances), f"instance {instances[0].id}")] if instances else []
