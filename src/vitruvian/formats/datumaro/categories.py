"""Datumaro's categories: labels, and the names and joints of their points."""

from __future__ import annotations

from typing import Any

from vitruvian.formats.datumaro.elements import named_by_labels
from vitruvian.formats.grouped import Record, text
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Skeleton, skeleton_from_names

Names = dict[int, list[str]]


def labels_of(document: Record, file: str, notes: Remarks) -> tuple[list[str], Names]:
    """Return the labels by their number, and the keypoint names of those that have points."""
    labels: list[str] = []
    for at, entry in enumerate(_entries(document, "label", "labels")):
        name = text(entry.get("name")) if isinstance(entry, dict) else None
        if name is None or name in labels:
            notes.add(f"label {at}", "categories.label", "it has no name, or that of another", file=file)
            name = f"label {at}" if name is None else f"{name} ({at})"
        labels.append(name)
    names: Names = {}
    for at, entry in enumerate(_entries(document, "points", "items")):
        number = entry.get("label_id") if isinstance(entry, dict) else None
        stated = entry.get("labels") if isinstance(entry, dict) else None
        plain = isinstance(stated, list) and all(text(name) is not None for name in stated)
        if type(number) is not int or not isinstance(stated, list) or not plain or len(set(stated)) < len(stated):
            notes.add(f"points {at}", "categories.points", "it has no label or no list of different names", file=file)
        elif number not in names and stated:
            names[number] = stated
    return labels, names


def categories_of(document: Record, labels: list[str], names: Names) -> list[Category]:
    """Return the categories; labels that are but the keypoints of another label are none."""
    joints: dict[int, Any] = {}
    for entry in _entries(document, "points", "items"):
        if isinstance(entry, dict) and type(entry.get("label_id")) is int:
            joints.setdefault(entry["label_id"], entry.get("joints"))
    parents = [
        entry.get("parent") if isinstance(entry, dict) else None for entry in _entries(document, "label", "labels")
    ]
    skeletons = {labels[number]: set(known) for number, known in names.items() if 0 <= number < len(labels)}
    made = []
    for number, label in enumerate(labels):
        parent = parents[number]
        if isinstance(parent, str) and label in skeletons.get(parent, ()):
            continue
        known = names.get(number)
        skeleton = skeleton_from_names(known, edges=_edges(joints.get(number), len(known))) if known else None
        made.append(Category(label, skeleton))
    return made


def with_categories(shell: Record, dataset: Dataset) -> tuple[Record, list[str], Names]:
    """Return a document with the labels of all categories of a dataset, those labels, and their keypoint names."""
    labels, names = labels_of(shell, "", Remarks(""))
    fresh = [category for category in dataset.ontology if category.name not in labels]
    grown = {
        category.name: category.skeleton
        for category in dataset.ontology
        if category.skeleton and list(category.skeleton.names) != _known(category.name, labels, names)
    }
    # Points without names in the file were numbered by the reader, or are called like labels; they need no others.
    grown = {
        label: skeleton
        for label, skeleton in grown.items()
        if not (label in labels and (_is_numbered(skeleton) or _only_labels(label, skeleton, labels, names)))
    }
    document = dict(shell) or {"dm_format_version": "1.0", "media_type": 2, "infos": {}, "categories": {}}
    if not fresh and not grown:
        return document, labels, names
    stated = document.get("categories")
    categories: Record = dict(stated) if isinstance(stated, dict) else {}
    more = [{"name": category.name, "parent": "", "attributes": []} for category in fresh]
    label = categories.get("label")
    listed = _entries(document, "label", "labels")
    categories["label"] = {**(label if isinstance(label, dict) else {"attributes": []}), "labels": [*listed, *more]}
    labels = [*labels, *(category.name for category in fresh)]
    items = [e for e in _entries(document, "points", "items") if not _is_of(e, grown, labels)]
    for name, skeleton in grown.items():
        joints = [[a + 1, b + 1] for a, b in skeleton.edges]
        items.append({"label_id": labels.index(name), "labels": list(skeleton.names), "joints": joints})
        names[labels.index(name)] = list(skeleton.names)
    points = categories.get("points")
    if items:
        categories["points"] = {**(points if isinstance(points, dict) else {}), "items": items}
    document["categories"] = categories
    return document, labels, names


def _known(name: str, labels: list[str], names: Names) -> list[str] | None:
    return names.get(labels.index(name)) if name in labels else None


def _is_numbered(skeleton: Skeleton) -> bool:
    return skeleton.names == tuple(f"keypoint {at}" for at in range(len(skeleton)))


def _only_labels(label: str, skeleton: Skeleton, labels: list[str], names: Names) -> bool:
    return labels.index(label) not in names and not skeleton.edges and named_by_labels(skeleton, labels)


def _is_of(entry: Any, grown: dict[str, Skeleton], labels: list[str]) -> bool:
    number = entry.get("label_id") if isinstance(entry, dict) else None
    return type(number) is int and 0 <= number < len(labels) and labels[number] in grown


def _edges(joints: Any, count: int) -> tuple[tuple[int, int], ...]:
    pairs = [pair for pair in joints if isinstance(pair, list) and len(pair) == 2] if isinstance(joints, list) else []
    known = [(a, b) for a, b in pairs if type(a) is int and type(b) is int and a != b]
    # Datumaro passes on what it reads: COCO counts from 1, others from 0.
    base = 0 if any(0 in pair for pair in known) else 1
    edges = [(a - base, b - base) for a, b in known]
    return tuple(dict.fromkeys((a, b) for a, b in edges if 0 <= a < count and 0 <= b < count))


def _entries(document: Record, part: str, field: str) -> list[Any]:
    categories = document.get("categories")
    found = categories.get(part) if isinstance(categories, dict) else None
    entries = found.get(field) if isinstance(found, dict) else None
    return entries if isinstance(entries, list) else []
