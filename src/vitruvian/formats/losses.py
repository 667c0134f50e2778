"""What a format cannot hold of a dataset: listed and counted before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from vitruvian.labels import Category, Dataset, Instance, Keypoint, MediaEntry, Skeleton


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that would not be there any more.

    Attributes
    ----------
    feature : str
        Key of :data:`FEATURES`, or "fields" for a field that only the source format knows.
    what : str
        In words.
    count : int
        How many instances, points, media or keypoints it concerns.
    example : str
        The first of them.
    """

    feature: str
    what: str
    count: int
    example: str

    def __str__(self) -> str:
        return f"{self.what}: {self.count} (first: {self.example})"


def _instances(test: Callable[[Instance], bool]) -> Callable[[Dataset], Iterator[str]]:
    return lambda dataset: (f"instance {i.id}" for i in dataset.instances if test(i))


def _keypoints(test: Callable[[Keypoint], bool]) -> Callable[[Dataset], Iterator[str]]:
    return lambda dataset: (
        f"{category.name}, {keypoint.name}"
        for category in dataset.ontology
        for keypoint in (category.skeleton.keypoints if category.skeleton else ())
        if test(keypoint)
    )


def _points(test: Callable[[Instance], Any]) -> Callable[[Dataset], Iterator[str]]:
    return lambda dataset: (
        f"instance {i.id}" for i in dataset.instances for _ in range(int(np.count_nonzero(test(i))))
    )


def _unscored(instance: Instance) -> Any:
    labelled = instance.visibility > 0
    return labelled if instance.score is None else labelled & np.isnan(instance.score)


def _unused_media(dataset: Dataset) -> Iterator[str]:
    used = {i.media for i in dataset.instances}
    return (entry.name for at, entry in enumerate(dataset.media) if at not in used)


def _edges(dataset: Dataset) -> Iterator[str]:
    return (f"{c.name}, edge {a}-{b}" for c in dataset.ontology for a, b in (c.skeleton.edges if c.skeleton else ()))


def _more_skeletons(dataset: Dataset) -> Iterator[str]:
    sizes = [(c.name, c.skeleton.names) for c in dataset.ontology if c.skeleton]
    return (name for name, names in sizes if names != sizes[0][1])


#: What a Dataset can say: the words for a person, and what bears it.
FEATURES: Final[dict[str, tuple[str, Callable[[Dataset], Iterator[str]]]]] = {
    "hidden": ("points that are labelled but hidden", _points(lambda i: i.visibility == 1)),
    "scores": ("scores of points", _points(lambda i: [] if i.score is None else ~np.isnan(i.score))),
    "no_score": ("labelled points without a score", _points(_unscored)),
    "keyed": (
        "which points of a track are computed from its keys (they stay, as if somebody had set them)",
        _points(lambda i: [] if i.keyed is None else ~i.keyed),
    ),
    "confidence": ("confidences of instances", _instances(lambda i: i.confidence is not None)),
    "boxes": ("boxes", _instances(lambda i: i.box is not None)),
    "no_box": ("instances without a box", _instances(lambda i: i.box is None)),
    "masks": ("masks", _instances(lambda i: i.mask is not None)),
    "tracks": ("tracks", _instances(lambda i: i.track is not None)),
    "areas": ("areas", _instances(lambda i: i.area is not None)),
    "crowds": ("crowds", _instances(lambda i: i.crowd)),
    "attributes": ("attributes of instances", _instances(lambda i: bool(i.attributes))),
    "no_points": ("instances without a labelled point", _instances(lambda i: not i.visibility.any())),
    "ids": ("ids of instances", _instances(lambda i: True)),
    "videos": ("frames of videos", lambda d: (m.name for m in d.media if m.kind == "video")),
    "media_names": ("names of media, folders and endings included", lambda d: (m.name for m in d.media)),
    "sizes": ("sizes of media", lambda d: (m.name for m in d.media if m.width and m.height)),
    "unused_media": ("media without instances", _unused_media),
    "names": ("names of keypoints", _keypoints(lambda k: True)),
    "edges": ("edges of skeletons", _edges),
    "flips": ("flip partners", _keypoints(lambda k: k.flip is not None)),
    "sigmas": ("sigmas", _keypoints(lambda k: k.sigma is not None)),
    "groups": ("groups of keypoints", _keypoints(lambda k: bool(k.group))),
    "colors": ("colours", _keypoints(lambda k: k.color is not None)),
    "where": ("words on where a keypoint lies", _keypoints(lambda k: bool(k.where))),
    "categories": ("more than one category", lambda d: (c.name for c in d.ontology.categories[1:])),
    "skeletons": ("more than one skeleton", _more_skeletons),
    "no_skeleton": ("categories without keypoints", lambda d: (c.name for c in d.ontology if c.skeleton is None)),
}


#: Features of keypoints, and the field that each is in.
KEYPOINTS: Final = {"flips": "flip", "sigmas": "sigma", "groups": "group", "colors": "color", "where": "where"}


def losses(dataset: Dataset, format: str, holds: frozenset[str], known: Mapping[str, frozenset[str]]) -> list[Loss]:
    """Return what a format would lose of `dataset`.

    Parameters
    ----------
    dataset : Dataset
    format : str
        Its own verbatim records are kept.
    holds : frozenset of str
        Keys of :data:`FEATURES` that it can express.
    known : mapping of str to frozenset of str
        For each format, the fields of its records that a Dataset says in its own words.
    """
    found = []
    for feature, (what, bearers) in FEATURES.items():
        if feature in holds:
            continue
        names = list(bearers(dataset))
        if names:
            found.append(Loss(feature, what, len(names), names[0]))
    return [*found, *_fields(dataset, format, known)]


def implied(found: list[Loss], dataset: Dataset, own: Callable[[Category], Skeleton | None]) -> list[Loss]:
    """Return losses without those that the skeleton makes good that a format's reader gives a category by itself."""
    pairs = [(c.skeleton, own(c)) for c in dataset.ontology if c.skeleton is not None]
    if any(theirs is None or theirs.names != ours.names for ours, theirs in pairs):
        return found
    back = {"names"}
    if all(theirs is not None and theirs.edges == ours.edges for ours, theirs in pairs):
        back.add("edges")
    for feature, field in KEYPOINTS.items():
        if all(
            getattr(a, field) == getattr(b, field)
            for ours, theirs in pairs
            for a, b in zip(ours.keypoints, theirs.keypoints if theirs else (), strict=True)
        ):
            back.add(feature)
    return [loss for loss in found if loss.feature not in back]


def renamed(found: list[Loss], dataset: Dataset, kept: Callable[[MediaEntry], bool]) -> list[Loss]:
    """Return losses with that of media's names cut down to the names that a format does not keep."""
    gone = [entry.name for entry in dataset.media if not kept(entry)]
    out = [loss for loss in found if loss.feature != "media_names"]
    what = FEATURES["media_names"][0]
    return [*out, Loss("media_names", what, len(gone), gone[0])] if gone else out


def _fields(dataset: Dataset, format: str, known: Mapping[str, frozenset[str]]) -> Iterator[Loss]:
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    bearers = [(f"instance {i.id}", i.extras) for i in dataset.instances]
    bearers += [(m.name, m.extras) for m in dataset.media] + [("the file", dataset.extras)]
    for bearer, extras in bearers:
        for source, record in extras.items():
            if source == format or not isinstance(record, dict):
                continue
            for field in record.keys() - known.get(source, frozenset()):
                counts[f"{source} {field}"] += 1
                first.setdefault(f"{source} {field}", bearer)
    for name, count in sorted(counts.items()):
        yield Loss("fields", f"the field {name}", count, first[name])
