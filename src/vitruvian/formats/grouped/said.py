"""What the records of one instance say, before the skeleton of its category is known."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Category, Instance, Ontology, Skeleton, skeleton_from_names

Record = dict[str, Any]
Role = Hashable


@dataclass(slots=True)
class Said:
    """What records say of one instance.

    Attributes
    ----------
    key : int, str or None
        By which the file groups its records.
    points : dict
        Keypoint name to x, y and visibility.
    keyed : set of str or None
        Names of the points that are keyed.
    names : tuple of str
        Keypoints that are known of without a point, besides those in `points`.
    """

    key: Any = None
    id: str | None = None
    category: str | None = None
    points: dict[str, tuple[float, float, int]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    keyed: set[str] | None = None
    box: NDArray[np.float64] | None = None
    mask: dict[str, Any] | list[Any] | None = None
    track: str | None = None
    confidence: float | None = None
    area: float | None = None
    crowd: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class Understood:
    """What records say, which part of their instance each of them is (None: nothing was read), and what is odd.

    `odd` holds pairs of field and message.
    """

    said: Said
    roles: list[Role | None]
    odd: list[tuple[str, str]]


@dataclass(slots=True)
class Group:
    """The records of one instance, where they stand in their list, and what they say."""

    media: int
    frame: int
    at: list[int]
    records: list[Record]
    said: Said
    id: str


def gather(keys: Sequence[Any], labels: Sequence[str | None]) -> list[list[int]]:
    """Return the rows of each instance among the records of one picture.

    Records that share a key are one instance. Of the rest, the points are one instance, together with the only other
    record where there is just one; where a label stands twice among them, each record is an instance of its own.

    Parameters
    ----------
    keys : sequence
        By which the file groups its records; None for none.
    labels : sequence of str or None
        The keypoint of each record; None where it is no point.
    """
    rows: dict[Any, list[int]] = {}
    points: list[int] = []
    areas: list[int] = []
    for at, (key, label) in enumerate(zip(keys, labels, strict=True)):
        if key is not None:
            rows.setdefault(key, []).append(at)
        elif label is not None:
            points.append(at)
        else:
            areas.append(at)
    if len({labels[at] for at in points}) < len(points):
        left = [[at] for at in (*points, *areas)]
    elif len(areas) == 1 and points:
        left = [sorted([*points, *areas])]
    else:
        left = [points, *([at] for at in areas)]
    return sorted([*rows.values(), *filter(None, left)])


def place(groups: Sequence[Group]) -> None:
    """Give points without a category the one whose points they are, or "object"."""
    names: dict[str, set[str]] = {}
    for group in groups:
        if group.said.category:
            names.setdefault(group.said.category, set()).update(group.said.points)
    for group in groups:
        if not group.said.category:
            fitting = [category for category, known in names.items() if known >= group.said.points.keys()]
            group.said.category = fitting[0] if len(fitting) == 1 else "object"


def build(
    groups: Sequence[Group], declared: Iterable[Category], *, name: str, format: str
) -> tuple[Ontology, list[Instance]]:
    """Return the ontology and the instances of all groups.

    Keypoints that no category declares are added to it in order of appearance.

    Parameters
    ----------
    groups : sequence of Group
        Each with a category.
    declared : iterable of Category
        As the file declares them; the first of a name counts.
    name : str
        Of the ontology.
    format : str
        Under which name the records go into `extras`.
    """
    categories = {category.name: category for category in reversed(list(declared))}
    categories = dict(reversed(list(categories.items())))
    seen: dict[str, dict[str, None]] = {}
    for group in groups:
        names = seen.setdefault(str(group.said.category), {})
        names.update(dict.fromkeys((*group.said.names, *group.said.points)))
    for category, found in seen.items():
        known = categories.get(category) or Category(category)
        categories[category] = _grown(known, list(found))
    ontology = Ontology(name.strip() or format, tuple(categories.values()))
    used: dict[str, int] = {}
    instances = []
    for group in groups:
        category = str(group.said.category)
        id = group.id
        while id in used:
            used[group.id] += 1
            id = f"{group.id}#{used[group.id]}"
        used[id] = 1
        extras = {format: {"at": group.at, "records": group.records, "category": category, "id": id}}
        made = instance_of(group.said, id, ontology.category(category).skeleton, extras)
        made.media, made.frame = group.media, group.frame
        instances.append(made)
    return ontology, instances


def _grown(category: Category, names: list[str]) -> Category:
    known = category.skeleton.names if category.skeleton else ()
    more = [name for name in names if name not in set(known)]
    if not more:
        return category
    if category.skeleton is None:
        return Category(category.name, skeleton_from_names(more), category.color, category.extras)
    new = skeleton_from_names([*known, *more]).keypoints[len(known) :]
    alone = tuple(k if k.flip not in known else type(k)(k.name) for k in new)
    old = category.skeleton
    skeleton = Skeleton((*old.keypoints, *alone), old.edges, old.sigma_kind, old.sigma_source)
    return Category(category.name, skeleton, category.color, category.extras)


def instance_of(said: Said, id: str, skeleton: Skeleton | None, extras: dict[str, Any]) -> Instance:
    """Return the instance that records speak of; points that the skeleton does not know are left out."""
    count = len(skeleton) if skeleton else 0
    index = skeleton.index if skeleton else {}
    xy, visibility = np.zeros((count, 2)), np.zeros(count, np.uint8)
    names = [name for name in said.points if name in index]
    if names:
        rows = [index[name] for name in names]
        table = np.array([said.points[name] for name in names], np.float64)
        xy[rows], visibility[rows] = table[:, :2], table[:, 2]
        xy[visibility == 0] = 0
    scored = [name for name in said.scores if name in index]
    score = np.full(count, np.nan, np.float32) if scored else None
    if score is not None:
        with np.errstate(over="ignore"):
            score[[index[n] for n in scored]] = np.array([said.scores[n] for n in scored]).astype(np.float32)
    keyed = None if said.keyed is None else np.array([n in said.keyed for n in index], np.bool_)
    return Instance(
        id=id,
        category=str(said.category),
        media=0,
        frame=0,
        xy=xy,
        visibility=visibility,
        score=score,
        keyed=keyed,
        box=said.box,
        mask=said.mask,
        track=said.track,
        confidence=said.confidence,
        area=said.area,
        crowd=said.crowd,
        attributes=dict(said.attributes),
        extras=extras,
    )
