"""Read COCO keypoints, results, WholeBody and PoseTrack files. Every record is kept verbatim in `extras`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.coco import points as decode
from vitruvian.formats.coco.categories import read_ontology
from vitruvian.formats.coco.deviations import Deviations
from vitruvian.formats.coco.frames import frame_count, frame_of, twice, video_name
from vitruvian.formats.collecting import without_collecting
from vitruvian.formats.json_file import TOO_DEEP, read_json
from vitruvian.labels import (
    Dataset,
    Instance,
    MediaEntry,
    Skeleton,
)

Record = dict[str, Any]

#: A picture wider or higher than this is a mistake in the file.
MAX_SIDE = 2**31

HINT = "a COCO file is an object with images, annotations and categories, or a list of results"
LISTS = ("images", "annotations", "categories")


@without_collecting()
def read(path: Path) -> Dataset:
    """Read a COCO file.

    What deviates from the format is kept as it is and reported in `Dataset.warnings`.

    Raises
    ------
    FormatError
        Not JSON, not COCO, or points that do not fit their category.
    """
    try:
        return dataset(read_json(path), str(path))
    except RecursionError as error:
        raise FormatError(TOO_DEEP, where=str(path), hint="check the file") from error


def dataset(document: Any, file: str) -> Dataset:
    """Return what a decoded COCO document says; `file` is named in errors and warnings."""
    found = Deviations(file)
    if isinstance(document, list):
        top: Record = {}
        annotations = found.records({"results": document}, "results")
        images: list[Record] = []
        categories: list[Record] = []
        if annotations and not any("image_id" in record for record in annotations):
            raise FormatError("None of these results names an image", where=f"{file}: image_id", hint=HINT)
    elif isinstance(document, dict) and isinstance(document.get("annotations"), list):
        top = document
        annotations = found.records(document, "annotations")
        images = found.records(document, "images")
        categories = found.records(document, "categories")
        found.required(annotations, "annotation", ("id", "image_id", "category_id", "bbox", "area", "iscrowd"))
        found.required(images, "image", ("id", "file_name", "width", "height"))
        found.required(categories, "category", ("id", "name"))
    else:
        raise FormatError("This is not a COCO file: it has no list of annotations", where=file, hint=HINT)
    for records, kind in ((annotations, "annotation"), (images, "image"), (categories, "category")):
        found.types(records, kind)
    media, places = _media(images, annotations, found)
    groups = _by_category(annotations)
    ontology, names = read_ontology(categories, groups, annotations, file, found)
    instances: list[Instance | None] = [None] * len(annotations)
    ids = _ids(annotations, found)
    for key, rows in groups.items():
        name = names[key]
        skeleton = ontology.skeleton(name) if ontology.category(name).skeleton else None
        records = [annotations[row] for row in rows]
        _instances(records, rows, name, skeleton, media, places, ids, instances, file, found)
    # Where there is no list under these names, what stands there is kept.
    lists = [name for name in LISTS if isinstance(top.get(name), list)]
    return Dataset(
        ontology=ontology,
        media=media,
        instances=[i for i in instances if i is not None],
        extras={
            "coco": {
                "shape": "results" if isinstance(document, list) else "dataset",
                "top": {name: None if name in lists else value for name, value in top.items()},
                "lists": lists,
            }
        },
        warnings=found.warnings(),
    )


def _media(
    images: Sequence[Record], annotations: Sequence[Record], found: Deviations
) -> tuple[list[MediaEntry], dict[Any, tuple[int, int]]]:
    """Return the media, and where each image id lies: (media, frame)."""
    media: list[MediaEntry] = []
    videos: dict[Any, int] = {}
    places: dict[Any, tuple[int, int]] = {}
    unclear = twice(images)
    if unclear:
        found.add(
            "file", None, "images", "a frame of a video stands there twice; its images are no video", len(unclear)
        )
    for position, image in enumerate(images):
        id = image.get("id")
        width, height = _side(image, "width"), _side(image, "height")
        frame = frame_of(image) if "vid_id" in image or "video" in image else None
        if frame is not None and frame[0] not in unclear:
            at = videos.setdefault(frame[0], len(media))
            if at == len(media):
                extras: Record = {"coco_frames": [], "coco_positions": []}
                media.append(MediaEntry(video_name(image), width, height, 1, "video", extras))
            entry = media[at]
            entry.frames = max(entry.frames, frame_count(image), frame[1] + 1)
            entry.extras["coco_frames"].append(image)
            entry.extras["coco_positions"].append(position)
            place = (at, frame[1])
        else:
            place = (len(media), 0)
            media.append(MediaEntry(str(image.get("file_name", id)), width, height, extras={"coco": image}))
        if decode.key(id) in places:
            found.add("image", id, "id", "the same id stands at several images; annotations go to the first")
        places.setdefault(decode.key(id), place)
    for row, annotation in enumerate(annotations):
        id = annotation.get("image_id")
        key = decode.key(id)
        if key not in places:
            if images:
                found.add("annotation", annotation.get("id", f"#{row}"), "image_id", "no image has this id")
            places[key] = (len(media), 0)
            media.append(MediaEntry(str(id), extras={"coco_id": id}))
    return media, places


def _by_category(annotations: Sequence[Record]) -> dict[Any, list[int]]:
    groups: dict[Any, list[int]] = defaultdict(list)
    for row, annotation in enumerate(annotations):
        groups[decode.key(annotation.get("category_id"))].append(row)
    return groups


def _instances(
    records: Sequence[Record],
    rows: Sequence[int],
    name: str,
    skeleton: Skeleton | None,
    media: Sequence[MediaEntry],
    places: dict[Any, tuple[int, int]],
    ids: Sequence[str],
    instances: list[Instance | None],
    file: str,
    found: Deviations,
) -> None:
    count = len(skeleton) if skeleton else 0
    flats = [decode.triplets(record) for record in records]
    for at, flat in enumerate(flats):
        if flat is not None and len(flat) != 3 * count:
            raise FormatError(
                f"{len(flat)} keypoint numbers; category {name!r} has {count} keypoints, so {3 * count} are expected",
                where=f"{file}: annotation {found.name(records[at])}: keypoints",
                hint="x, y and visibility for every keypoint of the category, in its order",
            )
    blank = [0] * (3 * count)
    try:
        table = decode.points([blank if flat is None else flat for flat in flats], count)
    except FormatError as error:
        where = f"{file}: annotation {_first_unreadable(records, flats, count, found)}: keypoints"
        raise FormatError(error.message, where=where, hint="keypoints are flat x, y, visibility numbers") from error
    found.points(records, flats, table)
    boxes = decode.boxes(records)
    spots = [places[decode.key(record.get("image_id"))] for record in records]
    sizes = np.array([(entry.width, entry.height) for entry in media], np.float64)
    found.places(records, table, sizes[[at for at, _ in spots]], boxes)
    for row, record, (at, frame), xy, visibility, score, odd, box in zip(
        rows,
        records,
        spots,
        table.xy,
        table.visibility,
        [None] * len(rows) if table.score is None else table.score,
        table.odd,
        boxes,
        strict=True,
    ):
        instances[row] = Instance(
            id=ids[row],
            category=name,
            media=at,
            frame=frame,
            xy=xy,
            visibility=visibility,
            score=score if odd else decode.scores(record, count) if "scores" in record else None,
            box=box,
            mask=decode.mask(record),
            track=decode.track(record) if "track_id" in record else None,
            confidence=decode.plain_number(decode.stated(record, "score")),
            area=decode.plain_number(decode.stated(record, "area")),
            crowd=record.get("iscrowd") in (1, True),
            attributes=decode.attributes(record) if "attributes" in record else {},
            extras={"coco": record},
        )


def _first_unreadable(
    records: Sequence[Record], flats: Sequence[list[Any] | None], count: int, found: Deviations
) -> Any:
    for record, flat in zip(records, flats, strict=True):
        try:
            decode.points([] if flat is None else [flat], count)
        except FormatError:
            return found.name(record)
    return ""


def _ids(annotations: Sequence[Record], found: Deviations) -> list[str]:
    seen: set[str] = set()
    ids: list[str] = []
    for row, annotation in enumerate(annotations):
        id = decode.instance_id(annotation) or f"#{row}"
        if id in seen:
            found.add("annotation", annotation.get("id"), "id", "the same id stands at several annotations")
            while id in seen:
                id = f"{id}#{row}"
        seen.add(id)
        ids.append(id)
    return ids


def _side(image: Record, name: str) -> int:
    value = image.get(name)
    return int(value) if isinstance(value, int | float) and 0 < value < MAX_SIDE else 0
