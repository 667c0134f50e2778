"""Write COCO. A record that came from a COCO file goes back verbatim but for what was edited since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.formats.coco.categories import OWN, stated_skeleton
from vitruvian.formats.coco.computed import computed
from vitruvian.formats.coco.edits import all_points, score_list, track_id, with_edits
from vitruvian.formats.coco.images import Images
from vitruvian.formats.coco.points import COMPUTED, INSTANCE_ID, highest, key
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.labels import Category, Dataset, Instance

Record = dict[str, Any]


def write(dataset: Dataset, path: Path) -> None:
    """Write `dataset` to `path`, whole or not at all.

    Raises
    ------
    FormatError
        The place cannot be written to, or an attribute is nothing that JSON knows.
    LabelError
        Instances that their ontology or the media do not fit.
    """
    write_atomically(path, dumps(dataset))


def dumps(dataset: Dataset) -> bytes:
    """Return the file's content; raises as `write` does."""
    return encode_json(document(dataset))


def document(dataset: Dataset) -> Any:
    """Return what the file says, as JSON-able values.

    Raises
    ------
    LabelError
        Instances that their ontology or the media do not fit.
    """
    dataset.check()
    source = dataset.extras.get("coco", {})
    images = Images(dataset)
    # Labels that were read from a file without images or categories go back without them, unless something was added.
    implied = bool(source) and images.implied
    annotations = _annotations(dataset, images, implied=implied)
    if source.get("shape") == "results" and implied:
        return annotations
    lists = {
        "images": images.records(implied=implied),
        "annotations": annotations,
        "categories": _categories(dataset, implied=implied),
    }
    kept: Record = source.get("top", {})
    stated = source.get("lists", ())
    top = {
        name: (lists[name] or value) if name in lists and name not in stated else value for name, value in kept.items()
    }
    top |= {name: lists[name] for name in stated}
    for name, value in lists.items():
        if name not in top and (value or not source):
            top[name] = value
    return top


def _categories(dataset: Dataset, *, implied: bool) -> list[Record]:
    ids = category_ids(dataset)
    out: list[Record] = []
    for category in dataset.ontology:
        if "coco" in category.extras:
            out.append(_renewed(category))
        elif not (implied and "coco_id" in category.extras):
            out.append(_category(category, ids[category.name]))
    return out


def _renewed(category: Category) -> Record:
    """Return the record of a category, with a name and keypoints that changed since it was read."""
    record: Record = category.extras["coco"]
    read_as = category.extras.get("coco_read_as", {})
    changes: Record = {}
    if category.name != read_as.get("name", record.get("name")):
        changes["name"] = category.name
    stated = read_as.get("keypoints", record.get("keypoints"))
    names = list(category.skeleton.names) if category.skeleton else None
    if names and names != stated:
        fresh = _category(category, None)
        changes |= {name: fresh[name] for name in ("keypoints", "skeleton", OWN) if name in fresh}
    return {**record, **changes} if changes else record


def _category(category: Category, id: Any) -> Record:
    record: Record = {"id": id, "name": category.name, "supercategory": category.name}
    if category.skeleton:
        record["keypoints"] = list(category.skeleton.names)
        record["skeleton"] = [[a + 1, b + 1] for a, b in category.skeleton.edges]
        if stated_skeleton(record) != category.skeleton:
            record[OWN] = category.skeleton.document()
    return record


def category_ids(dataset: Dataset) -> dict[str, Any]:
    """Return the category id of every category name: the file's own, or the next free number."""
    ids: dict[str, Any] = {}
    for category in dataset.ontology:
        if "coco" in category.extras:
            ids[category.name] = category.extras["coco"].get("id")
        elif "coco_id" in category.extras:
            ids[category.name] = category.extras["coco_id"]
    free = highest(ids.values())
    for category in dataset.ontology:
        if category.name not in ids:
            free += 1
            ids[category.name] = free
    return ids


def _annotations(dataset: Dataset, images: Images, *, implied: bool) -> list[Record]:
    categories = category_ids(dataset)
    names: dict[Any, str] = {}
    for name, category_id in categories.items():
        names.setdefault(key(category_id), name)
    kept = [i for i in dataset.instances if not i.deleted]
    known = [i for i in kept if "coco" in i.extras]
    edited = iter(with_edits(known, [i.extras["coco"] for i in known]))
    # The id of a deleted instance is not given to another: results and histories may speak of it.
    taken = {key(i.extras["coco"].get("id")) for i in dataset.instances if "coco" in i.extras}
    fresh = {id: int(id) for id in (i.id for i in kept if "coco" not in i.extras) if _is_number(id)}
    fresh = {id: number for id, number in fresh.items() if number not in taken}
    free = highest([*taken, *fresh.values()])
    written: set[int] = set()
    several = "coco" not in dataset.extras
    ids: set[Any] = set()
    out: list[Record] = []
    for instance in kept:
        if "coco" not in instance.extras:
            image = images.id_of(instance.media, instance.frame)
            number = fresh.get(instance.id)
            if number is None:
                free += 1
            made = _new(instance, free if number is None else number, image, categories[instance.category])
            out.append({**made, INSTANCE_ID: instance.id} if number is None else made)
            continue
        record = next(edited)
        moved: Record = {}
        # A copy of an instance brings the record of the first along, and so its id.
        origin = id(instance.extras["coco"])
        if origin in written and "id" in record:
            free += 1
            moved["id"] = free
        elif several and key(record.get("id")) in ids:
            # Each of several files counts its annotations for itself.
            free += 1
            moved = {"id": free, INSTANCE_ID: instance.id}
        written.add(origin)
        ids.add(key(record.get("id")))
        if images.place_of(record.get("image_id")) != (instance.media, instance.frame):
            moved["image_id"] = images.id_of(instance.media, instance.frame)
        if names.get(key(record.get("category_id"))) != instance.category:
            moved["category_id"] = categories[instance.category]
        if not implied and "id" not in record:
            free += 1
            moved |= _required(instance, record, free)
        out.append({**record, **moved} if moved else record)
    return out


def _is_number(id: str) -> bool:
    """Say whether an id is a whole number as COCO has them, and as text would come back as it is."""
    return id.isascii() and id.isdigit() and len(id) < 16 and str(int(id)) == id


def _new(instance: Instance, id: int, image: Any, category: Any) -> Record:
    record: Record = {"id": id, "image_id": image, "category_id": category}
    if len(instance.visibility):
        record |= all_points(instance)
    if instance.score is not None and not np.isnan(instance.score).all():
        record["scores"] = score_list(instance)
    if instance.confidence is not None:
        record["score"] = instance.confidence
    if instance.box is not None:
        record["bbox"] = instance.box.tolist()
    if instance.area is not None:
        record["area"] = instance.area
    record["iscrowd"] = int(instance.crowd)
    record["segmentation"] = instance.mask if instance.mask is not None else []
    if instance.track is not None:
        record["track_id"] = track_id(instance.track)
    if instance.attributes:
        record["attributes"] = instance.attributes
    return record | computed(instance)


def _required(instance: Instance, record: Record, id: int) -> Record:
    """Return the fields that a detection lacks and an annotation needs."""
    fresh = _new(instance, id, None, None)
    return {
        name: fresh[name]
        for name in ("id", "bbox", "area", "iscrowd", COMPUTED)
        if name not in record and name in fresh
    }
