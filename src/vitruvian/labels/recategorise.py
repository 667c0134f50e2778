"""An instance that becomes one of another category."""

from __future__ import annotations

import numpy as np

from vitruvian.labels.instance import Instance, empty_instance
from vitruvian.labels.ontology import Ontology


def recategorise(instance: Instance, category: str, ontology: Ontology) -> None:
    """Give an instance another category in place; points, scores and keys go over by keypoint name.

    What the other skeleton has no keypoint for is lost; its further keypoints are not labelled. Box, mask and
    attributes stay.

    Parameters
    ----------
    instance : Instance
        Of a category of `ontology`; xy (K, 2), visibility (K,), score and keyed (K,) where it has them.
    category : str
    ontology : Ontology

    Raises
    ------
    LabelError
        The ontology has no such category.
    """
    old, new = ontology.category(instance.category).skeleton, ontology.category(category).skeleton
    names = new.names if new else ()
    known = old.index if old else {}
    to = [k for k, name in enumerate(names) if name in known]
    of = [known[names[k]] for k in to]
    moved = empty_instance(instance.id, category, instance.media, instance.frame, len(names))
    moved.xy[to], moved.visibility[to] = instance.xy[of], instance.visibility[of]
    instance.category, instance.xy, instance.visibility = category, moved.xy, moved.visibility
    if instance.score is not None:
        score = np.full(len(names), np.nan, np.float32)
        score[to] = instance.score[of]
        instance.score = score if names else None
    if instance.keyed is not None:
        keyed = np.zeros(len(names), np.bool_)
        keyed[to] = instance.keyed[of]
        instance.keyed = keyed if names else None
