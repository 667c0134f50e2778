"""The categories and skeletons of a COCO file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vitruvian.errors import OntologyError
from vitruvian.formats.coco import points as decode
from vitruvian.formats.coco.deviations import Deviations
from vitruvian.labels import Category, Ontology, Skeleton, skeleton_from_document, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton

Record = dict[str, Any]

#: Field of a category for what COCO has no word for.
OWN = "vitruvian"

#: Presets of people whose number of points tells them, for categories without names.
_UNNAMED = {decode.BODY: "coco", 26: "halpe26", decode.WHOLE: "coco_wholebody", 136: "halpe"}


def read_ontology(
    categories: Sequence[Record],
    groups: dict[Any, list[int]],
    annotations: Sequence[Record],
    file: str,
    found: Deviations,
) -> tuple[Ontology, dict[Any, str]]:
    """Return the ontology and the category name of each category id.

    Parameters
    ----------
    categories : sequence of dict
        As the file lists them.
    groups : dict
        Category id to the rows of its annotations.
    annotations : sequence of dict
    file : str
        Its name becomes the ontology's.
    found : Deviations
    """
    names: dict[Any, str] = {}
    made: list[Category] = []
    taken: dict[str, int] = {}
    for category in categories:
        key = decode.key(category.get("id"))
        stated = str(category.get("name") or "").strip() and category.get("name")
        name = _free(str(stated or f"category {category.get('id')}"), taken)
        if stated and name != str(stated):
            found.add("category", category.get("id"), "name", f"another category is called {stated!r} too")
        skeleton = _skeleton(category, annotations, groups.get(key, []), found)
        made.append(Category(name, skeleton, extras=_extras(category, name, skeleton)))
        names.setdefault(key, name)
    for key, rows in groups.items():
        if key in names:
            continue
        first = annotations[rows[0]]
        id = first.get("category_id")
        if categories:
            found.add("annotation", first.get("id", f"#{rows[0]}"), "category_id", f"there is no category {id!r}")
        skeleton = _skeleton({}, annotations, rows, found, quiet=True)
        person = id == 1 and skeleton is not None and len(skeleton) in _UNNAMED
        names[key] = _free("person" if person else f"category {id}", taken)
        made.append(Category(names[key], skeleton, extras={"coco_id": id}))
    return Ontology(Path(file).stem.strip() or "coco", tuple(made)), names


def _extras(category: Record, name: str, skeleton: Skeleton | None) -> Record:
    """Return the record, and how it was read where that differs from what it states, to tell later edits apart."""
    read_as: Record = {}
    if name != category.get("name"):
        read_as["name"] = name
    if skeleton and list(skeleton.names) != category.get("keypoints"):
        read_as["keypoints"] = list(skeleton.names)
    return {"coco": category, "coco_read_as": read_as} if read_as else {"coco": category}


def _free(name: str, taken: dict[str, int]) -> str:
    """Return `name`, numbered where it is taken already; `taken` counts how often each was asked for."""
    candidate = name
    while candidate in taken:
        taken[name] += 1
        candidate = f"{name} ({taken[name]})"
    taken[candidate] = 1
    return candidate


def _skeleton(
    category: Record, annotations: Sequence[Record], rows: Sequence[int], found: Deviations, *, quiet: bool = False
) -> Skeleton | None:
    labelled, flat = _first_points(annotations, rows)
    stated = category.get("keypoints")
    names = _names(stated, category.get("id"), found) if isinstance(stated, list) else []
    own = _own(category, found)
    if own is not None and list(own.names) == names and len(flat) in (0, 3 * len(names)):
        return own
    if len(flat) == 3 * decode.WHOLE and decode.is_whole_body(labelled):
        return preset_skeleton("coco_wholebody")
    return _named(category, names, flat, annotations, rows, found) if names else _unnamed(category, flat, found, quiet)


def _unnamed(category: Record, flat: list[Any], found: Deviations, quiet: bool) -> Skeleton | None:
    count = len(flat) // 3
    if not count:
        return None
    if not quiet:
        found.add("category", category.get("id"), "keypoints", f"names are missing; annotations have {count} points")
    person = count == decode.BODY or category.get("name", "person") == "person"
    known = _UNNAMED.get(count) if person else None
    return preset_skeleton(known) if known else skeleton_from_names(_numbered(count))


def _named(
    category: Record,
    names: list[str],
    flat: list[Any],
    annotations: Sequence[Record],
    rows: Sequence[int],
    found: Deviations,
) -> Skeleton:
    edges = _edges(category, len(names), found)
    coco = preset_skeleton("coco")
    count = len(names)
    if flat and len(flat) != 3 * count:
        count = _agreed(annotations, rows) or count
    if count != len(names) and (count == decode.WHOLE or (count == decode.BODY and names[:count] == list(coco.names))):
        found.add("category", category.get("id"), "keypoints", f"{len(names)} names; annotations have {count} points")
        return preset_skeleton("coco_wholebody" if count == decode.WHOLE else "coco")
    if tuple(names) == coco.names:
        return Skeleton(coco.keypoints, edges or coco.edges, coco.sigma_kind, coco.sigma_source)
    return skeleton_from_names(names, edges=edges)


def stated_skeleton(category: Record) -> Skeleton | None:
    """Return the skeleton that a category's record alone tells of."""
    return _skeleton(category, [], [], Deviations(""), quiet=True)


def _own(category: Record, found: Deviations) -> Skeleton | None:
    """Return the skeleton as Vitruvian writes it beside COCO's own fields: with sigmas, flip partners and the rest."""
    stated = category.get(OWN)
    if stated is None:
        return None
    try:
        return skeleton_from_document(stated)
    except OntologyError as error:
        found.add("category", category.get("id"), OWN, f"it is not read: {error.message}")
        return None


def _first_points(annotations: Sequence[Record], rows: Sequence[int]) -> tuple[Record, list[Any]]:
    for row in rows:
        flat = decode.triplets(annotations[row])
        if flat:
            return annotations[row], flat
    return {}, []


def _names(stated: list[Any], id: Any, found: Deviations) -> list[str]:
    names = [str(name) if str(name).strip() else f"keypoint {at}" for at, name in enumerate(stated)]
    if names != stated:
        found.add("category", id, "keypoints", "a name is empty or not text")
    if len(set(names)) < len(names):
        found.add("category", id, "keypoints", "names repeat; they were numbered")
        while len(counts := Counter(names)) < len(names):
            names = [f"{name} {i}" if counts[name] > 1 else name for i, name in enumerate(names)]
    return names


def _agreed(annotations: Sequence[Record], rows: Sequence[int]) -> int | None:
    """Return the number of points on which all annotations agree, or None."""
    counts = {len(flat) // 3 for row in rows if (flat := decode.triplets(annotations[row]))}
    return counts.pop() if len(counts) == 1 else None


def _edges(category: Record, count: int, found: Deviations) -> tuple[tuple[int, int], ...]:
    stated = category.get("skeleton")
    pairs = [p for p in stated if isinstance(p, list) and len(p) == 2] if isinstance(stated, list) else []
    numbers = [n for pair in pairs for n in pair]
    if not numbers or not all(type(n) is int for n in numbers):
        if stated:
            found.add("category", category.get("id"), "skeleton", "it is not a list of pairs of keypoint numbers")
        return ()
    base = 1
    if min(numbers) == 0:
        base = 0
        found.add("category", category.get("id"), "skeleton", "edges count from 0; COCO counts from 1")
    edges = [(a - base, b - base) for a, b in pairs]
    valid = [(a, b) for a, b in edges if 0 <= a < count and 0 <= b < count and a != b]
    if len(valid) < len(edges):
        found.add("category", category.get("id"), "skeleton", "an edge names a keypoint that does not exist")
    return tuple(dict.fromkeys(valid))


def _numbered(count: int) -> list[str]:
    return [f"keypoint {i}" for i in range(count)]
