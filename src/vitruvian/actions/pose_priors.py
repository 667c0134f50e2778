"""How a label set's poses usually look, for the page's template start: a prior for each category with a skeleton."""

from __future__ import annotations

from threading import Lock
from typing import Final

import numpy as np

from vitruvian.assist.first_priors import first_prior
from vitruvian.assist.fit_prior import fit_prior
from vitruvian.assist.pose_prior import PosePrior
from vitruvian.labels import Poses, Skeleton
from vitruvian.store import Store, instances, label_sets, ontologies

#: A model's points count as labels from this confidence on; what a person set counts always.
SURE: Final = 0.5
#: A prior is fitted anew once there are so many times as many poses.
GROWN: Final = 1.1
#: As many instances are looked at: more would change nothing but the time.
MOST: Final = 12_000


class PosePriors:
    """The priors of one store's label sets, each kept until the label set has grown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[tuple[int, str], tuple[int, PosePrior]] = {}
        self._fitting = Lock()

    def of(self, label_set: int) -> dict[str, PosePrior]:
        """Return the prior of every category that has a skeleton, by name.

        Raises
        ------
        NotFound
            No such label set.
        """
        with self._store.read() as connection:
            row = label_sets.label_set(connection, label_set)
            ontology = ontologies.ontology(connection, row.ontology)
            poses = instances.some_poses(connection, label_set, ontology, MOST)
        with self._fitting:  # one at a time: whoever comes second finds it made
            return {
                category.name: self._prior(
                    (label_set, category.name), category.skeleton, poses.take((poses.category == n) & ~poses.crowd)
                )
                for n, category in enumerate(ontology.categories)
                if category.skeleton is not None
            }

    def _prior(self, key: tuple[int, str], skeleton: Skeleton, of_it: Poses) -> PosePrior:
        kept = self._kept.get(key)
        if kept and kept[0] <= len(of_it) < max(GROWN * kept[0], kept[0] + 1):
            return kept[1]
        count = len(skeleton)
        sure = np.isnan(of_it.score[:, :count]) | (of_it.score[:, :count] >= SURE)
        seen = np.where(sure, of_it.visibility[:, :count], 0).astype(np.uint8)
        prior = fit_prior(of_it.xy[:, :count], seen, of_it.box, skeleton.flip_indices, first_prior(skeleton))
        self._kept[key] = (len(of_it), prior)
        return prior
