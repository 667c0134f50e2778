"""Write COCO. A record that came from a COCO file goes back verbatim but for what was edited since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.formats.coco import points as decode
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.labels import Category, Dataset, Instance, MediaEntry

Record = dict[str, Any]


def write(dataset: Dataset, path: Path) -> None:
    """Write `dataset` to `path`, whole or not at all; raises FormatError when the place cannot be written to."""
    write_atomically(path, dumps(dataset))


def dumps(dataset: Dataset) -> bytes:
    """Return the file's content."""
    return encode_json(document(dataset))


def document(dataset: Dataset) -> Any:
    """Return what the file says, as JSON-able values."""
    source = dataset.extras.get("coco", {})
    annotations = _annotations(dataset)
    if source.get("shape") == "results":
        return annotations
    lists = {
        "images": _images(dataset),
        "annotations": annotations,
        "categories": _categories(dataset, implied=bool(source)),
    }
    kept: Record = source.get("top", {})
    top = {key: lists.get(key, value) for key, value in kept.items()}
    for key, value in lists.items():
        if key not in top and (value or not source):
            top[key] = value
    return top


def _images(dataset: Dataset) -> list[Record]:
    ids = ImageIds(dataset)
    images: list[Record] = []
    for at, entry in enumerate(dataset.media):
        if "coco" in entry.extras:
            images.append(entry.extras["coco"])
        elif "coco_frames" in entry.extras:
            images.extend(entry.extras["coco_frames"])
            known = {r["frame_index"] for r in entry.extras["coco_frames"]}
            images.extend(_frame(entry, f, ids.of(at, f)) for f in ids.frames(at) if f not in known)
        elif "coco_id" in entry.extras:
            continue
        elif entry.kind == "video":
            images.extend(_frame(entry, frame, ids.of(at, frame)) for frame in ids.frames(at))
        else:
            size = {"width": entry.width, "height": entry.height}
            images.append({"id": ids.of(at, 0), "file_name": entry.name, **size})
    return images


def _frame(entry: MediaEntry, frame: int, id: Any) -> Record:
    return {
        "id": id,
        "file_name": f"{entry.name}/{frame:06d}.jpg",
        "width": entry.width,
        "height": entry.height,
        "video": entry.name,
        "video_frames": entry.frames,
        "frame_index": frame,
    }


class ImageIds:
    """The image id of every (media, frame): the file's own, or the next free number."""

    def __init__(self, dataset: Dataset) -> None:
        self._ids: dict[tuple[int, int], Any] = {}
        self._frames: dict[int, list[int]] = {}
        for at, entry in enumerate(dataset.media):
            if "coco" in entry.extras:
                self._ids[at, 0] = entry.extras["coco"].get("id")
            elif "coco_id" in entry.extras:
                self._ids[at, 0] = entry.extras["coco_id"]
            for record in entry.extras.get("coco_frames", ()):
                self._ids[at, record["frame_index"]] = record.get("id")
        wanted = {(i.media, i.frame) for i in dataset.instances}
        wanted |= {(at, 0) for at, entry in enumerate(dataset.media) if entry.kind == "image"}
        free = max((i for i in self._ids.values() if isinstance(i, int)), default=0)
        for key in sorted(wanted - self._ids.keys()):
            free += 1
            self._ids[key] = free
        for at, frame in sorted(wanted):
            self._frames.setdefault(at, []).append(frame)

    def of(self, media: int, frame: int) -> Any:
        return self._ids[media, frame]

    def frames(self, media: int) -> list[int]:
        """Return the frames of `media` that hold instances."""
        return self._frames.get(media, [])


def _categories(dataset: Dataset, *, implied: bool) -> list[Record]:
    ids = category_ids(dataset)
    out: list[Record] = []
    for category in dataset.ontology:
        if "coco" in category.extras:
            out.append(category.extras["coco"])
        elif not (implied and "coco_id" in category.extras):
            out.append(_category(category, ids[category.name]))
    return out


def _category(category: Category, id: Any) -> Record:
    record: Record = {"id": id, "name": category.name, "supercategory": category.name}
    if category.skeleton:
        record["keypoints"] = list(category.skeleton.names)
        record["skeleton"] = [[a + 1, b + 1] for a, b in category.skeleton.edges]
    return record


def category_ids(dataset: Dataset) -> dict[str, Any]:
    """Return the category id of every category name: the file's own, or the next free number."""
    ids: dict[str, Any] = {}
    for category in dataset.ontology:
        if "coco" in category.extras:
            ids[category.name] = category.extras["coco"].get("id")
        elif "coco_id" in category.extras:
            ids[category.name] = category.extras["coco_id"]
    free = max((i for i in ids.values() if isinstance(i, int)), default=0)
    for category in dataset.ontology:
        if category.name not in ids:
            free += 1
            ids[category.name] = free
    return ids


def _annotations(dataset: Dataset) -> list[Record]:
    images = ImageIds(dataset)
    categories = category_ids(dataset)
    taken = {r.get("id") for i in dataset.instances if (r := i.extras.get("coco"))}
    free = max((i for i in taken if isinstance(i, int)), default=0)
    out: list[Record] = []
    for instance in dataset.instances:
        record = instance.extras.get("coco")
        image, category = images.of(instance.media, instance.frame), categories[instance.category]
        if record is None:
            free += 1
            out.append(_new(instance, free, image, category))
        else:
            out.append(_edited(instance, record, image, category))
    return out


def _new(instance: Instance, id: int, image: Any, category: Any) -> Record:
    record: Record = {"id": id, "image_id": image, "category_id": category}
    if len(instance.visibility):
        record["keypoints"] = _flat(instance)
        record["num_keypoints"] = instance.labelled
        if instance.score is not None and not np.isnan(instance.score).all():
            record["scores"] = [None if np.isnan(s) else round(float(s), 4) for s in instance.score]
    box = instance.box if instance.box is not None else _extent(instance)
    if box is not None:
        record["bbox"] = box.tolist()
        record["area"] = float(box[2] * box[3])
    record["iscrowd"] = 0
    record["segmentation"] = instance.mask if instance.mask is not None else []
    if instance.track is not None:
        record["track_id"] = int(instance.track) if instance.track.isdecimal() else instance.track
    if instance.attributes:
        record["attributes"] = instance.attributes
    return record


def _edited(instance: Instance, record: Record, image: Any, category: Any) -> Record:
    """Return the record with what differs between it and the instance; the record itself when nothing does."""
    changes: Record = {}
    if record.get("image_id") != image:
        changes["image_id"] = image
    if record.get("category_id") != category:
        changes["category_id"] = category
    if not _same_points(instance, record):
        changes |= _points(instance, record)
    before = decode.box(record)
    if instance.box is None:
        if before is not None:
            changes["bbox"] = None
    elif before is None or not np.array_equal(before, instance.box):
        changes["bbox"] = instance.box.tolist()
        changes["area"] = float(instance.box[2] * instance.box[3])
    if (record.get("segmentation") or None) != instance.mask:
        changes["segmentation"] = instance.mask if instance.mask is not None else []
    if decode.track(record) != instance.track:
        changes["track_id"] = instance.track
    if instance.attributes and record.get("attributes") != instance.attributes:
        changes["attributes"] = instance.attributes
    return {**record, **changes} if changes else record


def _same_points(instance: Instance, record: Record) -> bool:
    flat = decode.triplets(record)
    count = len(instance.visibility)
    if flat is None or len(flat) != 3 * count:
        return not instance.visibility.any()
    stated = decode.points([flat], count)
    return bool(np.array_equal(stated.visibility[0], instance.visibility) and np.array_equal(stated.xy[0], instance.xy))


def _points(instance: Instance, record: Record) -> Record:
    flat = _flat(instance)
    if decode.is_whole_body(record) and len(instance.visibility) == decode.WHOLE:
        changes: Record = {"keypoints": flat[: 3 * decode.BODY]}
        start = 3 * decode.BODY
        for part, count in decode.PARTS:
            changes[part] = flat[start : start + 3 * count]
            start += 3 * count
        changes["num_keypoints"] = int(np.count_nonzero(instance.visibility[: decode.BODY]))
        return changes
    nested = isinstance((record.get("keypoints") or [0])[0], list)
    shaped = [flat[i : i + 3] for i in range(0, len(flat), 3)] if nested else flat
    return {"keypoints": shaped, "num_keypoints": instance.labelled}


def _flat(instance: Instance) -> list[float]:
    flat: list[float] = np.column_stack((instance.xy, instance.visibility)).reshape(-1).tolist()
    flat[2::3] = instance.visibility.tolist()
    return flat


def _extent(instance: Instance) -> Any:
    xy = instance.xy[instance.visibility > 0]
    if not len(xy):
        return None
    low, high = xy.min(axis=0), xy.max(axis=0)
    return np.concatenate((low, high - low))
