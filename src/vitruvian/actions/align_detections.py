"""Give detections the media, categories and keypoints of the truth that they are held against."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import InvalidInput
from vitruvian.labels import Columns, Poses, Skeleton, empty_poses


def join_media(
    mine: tuple[Hashable, ...], theirs: tuple[Hashable, ...], files: tuple[str, ...]
) -> tuple[tuple[Hashable, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Return all media in order (numbers before texts), and the place in it of each of the two lists' media."""
    spoken: dict[Hashable, Hashable] = {}
    for key in mine:
        spoken.setdefault(str(key), key)
        spoken.setdefault(Path(str(key)).name, key)
        spoken.setdefault(Path(str(key)).stem, key)
    # What is named by an id is a file too, and other formats know only that.
    for key, file in zip(mine, files, strict=False):
        for name in (file, Path(file).name, Path(file).stem):
            spoken.setdefault(name, key)
    known = set(mine)

    def meant(key: Hashable) -> Hashable:
        if key in known:
            return key
        text = str(key)
        return next((spoken[t] for t in (text, Path(text).name, Path(text).stem) if t in spoken), key)

    matched = [meant(key) for key in theirs]
    every = sorted(
        known | set(matched), key=lambda key: (isinstance(key, str), key if isinstance(key, str) else 0, key)
    )
    place = {key: at for at, key in enumerate(every)}
    return tuple(every), _places(mine, place), _places(matched, place)


def _places(keys: Any, place: dict[Hashable, int]) -> NDArray[np.int64]:
    return np.array([place[key] for key in keys], np.int64)


def align_detections(mine: Columns, theirs: Columns, renames: dict[str, str], notes: list[str]) -> Poses:
    """Return the detections with the truth's categories and keypoints.

    Parameters
    ----------
    mine, theirs : Columns
        The truth and the detections.
    renames : dict
        Keypoint names of the detections to those of the truth.
    notes : list of str
        What a reader must know is added.

    Raises
    ------
    InvalidInput
        They have no category or keypoint in common.
    """
    numbers = _category_numbers(mine, theirs)
    keep = np.isin(theirs.poses.category, [at for at, number in numbers.items() if number is not None])
    if len(theirs.poses) and not keep.any():
        raise InvalidInput(
            "The detections have no category in common with the truth",
            where=", ".join(c.name for c in theirs.ontology),
            hint="the truth has " + ", ".join(c.name for c in mine.ontology),
        )
    if not keep.all():
        notes.append(f"{int((~keep).sum())} detections are of categories that the truth does not have")
    skeletons = [[category.skeleton for category in columns.ontology] for columns in (mine, theirs)]
    if not renames and skeletons[0] == skeletons[1] and all(number == at for at, number in numbers.items()):
        return theirs.poses
    poses = theirs.poses.take(keep)
    out = empty_poses(len(poses), mine.poses.keypoints)
    for name in ("score", "xy", "visibility"):
        getattr(out, name)[:] = np.nan if name == "score" else 0
    out = replace(poses, xy=out.xy, visibility=out.visibility, score=out.score, category=poses.category.copy())
    for at, number in numbers.items():
        if number is None:
            continue
        rows = np.flatnonzero(poses.category == at)
        own, other = mine.ontology.categories[number].skeleton, theirs.ontology.categories[at].skeleton
        out.category[rows] = number
        if own is None or other is None or not len(rows):
            continue
        # Results that name no keypoints cannot name other ones.
        said = [] if "coco_id" in theirs.ontology.categories[at].extras else notes
        to, source = _keypoints(own, other, renames, mine.ontology.categories[number].name, said)
        for name in ("xy", "visibility", "score"):
            chosen = getattr(poses, name)[rows][:, source]
            getattr(out, name)[rows[:, None], to] = chosen
    return out


def _category_numbers(mine: Columns, theirs: Columns) -> dict[int, int | None]:
    by_name = mine.ontology.index
    by_id = {c.extras.get("coco", {}).get("id"): at for at, c in enumerate(mine.ontology) if "coco" in c.extras}
    numbers: dict[int, int | None] = {}
    for at, category in enumerate(theirs.ontology):
        # A list of results names no categories, only their ids.
        id = category.extras.get("coco_id")
        numbers[at] = by_id[id] if id in by_id and "coco_id" in category.extras else by_name.get(category.name)
    return numbers


def _keypoints(
    own: Skeleton, other: Skeleton, renames: dict[str, str], category: str, notes: list[str]
) -> tuple[list[int], list[int]]:
    """Return which keypoints of `own` are which of `other`: by name, or one by one where no names are the same."""
    names = [renames.get(name, name) for name in other.names]
    pairs = [(own.index[name], at) for at, name in enumerate(names) if name in own.index]
    if len(pairs) < len(own) and len(own) == len(other) and not renames:
        if own.names != other.names and len(pairs) != len(own):
            notes.append(f"the keypoints of {category} have other names in the detections: they were taken in order")
        pairs = [(at, at) for at in range(len(own))]
    if not pairs:
        raise InvalidInput(
            f"The detections of {category!r} have no keypoint in common with the truth",
            where=", ".join(other.names[:8]),
            hint="give renames, theirs to yours: " + ", ".join(own.names[:8]),
        )
    if len(pairs) < len(own):
        missing = sorted(set(own.names) - {own.names[to] for to, _ in pairs})
        notes.append(f"{category}: the detections lack {', '.join(missing)}; these points count as (0, 0)")
    return [to for to, _ in pairs], [source for _, source in pairs]
