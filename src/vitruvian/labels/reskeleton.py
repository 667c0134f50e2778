"""Give labels another skeleton: points keep their places by keypoint name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError
from vitruvian.labels.dataset import Dataset
from vitruvian.labels.instance import Instance
from vitruvian.labels.skeleton import Skeleton, plain_name

#: Names that data sets use for the same landmark.
SAME = (
    ("head_top", "top_head", "top_of_head", "head"),
    ("neck", "upper_neck"),
    ("pelvis", "hip", "mid_hip", "root", "midhip"),
    ("left_big_toe", "left_bigtoe", "lbigtoe"),
    ("right_big_toe", "right_bigtoe", "rbigtoe"),
    ("left_small_toe", "left_smalltoe", "lsmalltoe"),
    ("right_small_toe", "right_smalltoe", "rsmalltoe"),
    ("left_heel", "lheel"),
    ("right_heel", "rheel"),
)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping between two skeletons.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Keypoint of the old skeleton, keypoint of the new one.
    dropped, empty : tuple of str
        Old keypoints without a place in the new skeleton, new ones without a source.
    """

    pairs: tuple[tuple[int, int], ...]
    dropped: tuple[str, ...]
    empty: tuple[str, ...]


def map_skeleton(old: Skeleton, new: Skeleton, renames: Mapping[str, str] | None = None) -> Mapped:
    """Find the keypoints of `old` in `new`: by the renames, then by name, then by a name for the same landmark.

    Raises
    ------
    LabelError
        A rename names a keypoint that there is not, two old keypoints would become one, or none is found.
    """
    renames = dict(renames or {})
    for source, to in renames.items():
        old.position(source)
        new.position(to)
    plain = {plain_name(name): at for at, name in enumerate(new.names)}
    synonyms = {word: group for group in SAME for word in group}
    places: dict[str, int] = {}
    taken: dict[int, str] = {}

    def by_rename(name: str) -> int | None:
        return new.index[renames[name]] if name in renames else None

    def by_name(name: str) -> int | None:
        return plain.get(plain_name(name))

    def by_synonym(name: str) -> int | None:
        found = (plain.get(word) for word in synonyms.get(plain_name(name), ()))
        return next((at for at in found if at is not None and at not in taken), None)

    # Sure matches first, so that a synonym never takes the place of a keypoint of that very name.
    for find in (by_rename, by_name, by_synonym):
        for name in old.names:
            at = find(name) if name not in places else None
            if at is None:
                continue
            if at in taken:
                raise LabelError(f"{name!r} and {taken[at]!r} would both become {new.names[at]!r}", hint="see renames")
            taken[at] = name
            places[name] = at
    if not places:
        raise LabelError(
            "The two skeletons have no keypoint in common",
            where=", ".join(old.names[:6]),
            hint="give renames to " + ", ".join(new.names[:6]),
        )
    return Mapped(
        tuple((old.index[name], at) for name, at in places.items()),
        tuple(name for name in old.names if name not in places),
        tuple(name for at, name in enumerate(new.names) if at not in taken),
    )


def reskeleton(
    dataset: Dataset, category: str, skeleton: Skeleton, renames: Mapping[str, str] | None = None
) -> Dataset:
    """Return the dataset with another skeleton for one category.

    Records of the file that it came from are given up for that category's instances: they speak of the old keypoints.

    Raises
    ------
    LabelError
        No such category, it has no skeleton, or the skeletons have nothing in common.
    """
    old = dataset.ontology.skeleton(category)
    mapped = map_skeleton(old, skeleton, renames)
    source, to = (np.array(side, np.intp) for side in zip(*mapped.pairs, strict=True))
    categories = tuple(
        replace(c, skeleton=skeleton, extras={}) if c.name == category else c for c in dataset.ontology.categories
    )
    instances = [_moved(i, len(skeleton), source, to) if i.category == category else i for i in dataset.instances]
    return replace(dataset, ontology=replace(dataset.ontology, categories=categories), instances=instances)


def _moved(instance: Instance, count: int, source: NDArray[np.intp], to: NDArray[np.intp]) -> Instance:
    xy, visibility = np.zeros((count, 2)), np.zeros(count, np.uint8)
    xy[to], visibility[to] = instance.xy[source], instance.visibility[source]
    score = keyed = None
    if instance.score is not None:
        score = np.full(count, np.nan, np.float32)
        score[to] = instance.score[source]
    if instance.keyed is not None:
        keyed = np.zeros(count, np.bool_)
        keyed[to] = instance.keyed[source]
    return replace(instance, xy=xy, visibility=visibility, score=score, keyed=keyed, extras={})
