"""Read COCO keypoints, results, WholeBody and PoseTrack files. Every record is kept verbatim in `extras`."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.coco import points as decode
from vitruvian.formats.coco.deviations import Deviations
from vitruvian.formats.json_file import read_json
from vitruvian.labels import (
    Category,
    Dataset,
    Instance,
    MediaEntry,
    Ontology,
    Skeleton,
    skeleton_from_names,
)
from vitruvian.labels.presets import preset_skeleton

Record = dict[str, Any]


def read(path: Path) -> Dataset:
    """Read a COCO file.

    What deviates from the format is kept as it is and reported in `Dataset.warnings`.

    Raises
    ------
    FormatError
        Not JSON, not COCO, or points that do not fit their category.
    """
    # Hundreds of thousands of records are made and none is thrown away: looking for garbage among them is wasted.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return dataset(read_json(path), str(path))
    finally:
        if collecting:
            gc.enable()


def dataset(document: Any, file: str) -> Dataset:
    """Return what a decoded COCO document says; `file` is named in errors and warnings."""
    found = Deviations(file)
    if isinstance(document, list):
        top: Record = {}
        annotations, images, categories = document, [], []
        shape = "results"
    elif isinstance(document, dict) and isinstance(document.get("annotations"), list):
        top = document
        annotations = document["annotations"]
        images = found.records(document, "images")
        categories = found.records(document, "categories")
        shape = "dataset"
    else:
        raise FormatError(
            "This is not a COCO file: it has no list of annotations",
            where=file,
            hint="a COCO file is an object with images, annotations and categories, or a list of results",
        )
    for at, record in enumerate(annotations):
        if not isinstance(record, dict):
            raise FormatError(f"Annotation {at} is not an object", where=f"{file}: annotation {at}")
    media, places = _media(images, annotations, found)
    groups = _by_category(annotations)
    ontology, names = _ontology(categories, groups, annotations, file, found)
    instances: list[Instance | None] = [None] * len(annotations)
    ids = _ids(annotations, found)
    for key, rows in groups.items():
        name = names[key]
        skeleton = ontology.skeleton(name) if ontology.category(name).skeleton else None
        records = [annotations[row] for row in rows]
        _instances(records, rows, name, skeleton, media, places, ids, instances, file, found)
    kept = {k: None if k in ("images", "annotations", "categories") else v for k, v in top.items()}
    return Dataset(
        ontology=ontology,
        media=media,
        instances=[i for i in instances if i is not None],
        extras={"coco": {"shape": shape, "top": kept}},
        warnings=found.warnings(),
    )


def _media(
    images: Sequence[Record], annotations: Sequence[Record], found: Deviations
) -> tuple[list[MediaEntry], dict[Any, tuple[int, int]]]:
    """Return the media, and where each image id lies: (media, frame)."""
    media: list[MediaEntry] = []
    videos: dict[str, int] = {}
    places: dict[Any, tuple[int, int]] = {}
    for image in images:
        id = image.get("id")
        width, height = _side(image, "width"), _side(image, "height")
        if isinstance(image.get("video"), str) and isinstance(image.get("frame_index"), int):
            at = videos.setdefault(image["video"], len(media))
            if at == len(media):
                media.append(MediaEntry(image["video"], width, height, 1, "video", {"coco_frames": []}))
            entry = media[at]
            entry.frames = max(entry.frames, image.get("video_frames", 0), image["frame_index"] + 1)
            entry.extras["coco_frames"].append(image)
            place = (at, image["frame_index"])
        else:
            place = (len(media), 0)
            media.append(MediaEntry(str(image.get("file_name", id)), width, height, extras={"coco": image}))
        if _key(id) in places:
            found.add("image", id, "id", "the same id stands at several images; annotations go to the first")
        places.setdefault(_key(id), place)
    for annotation in annotations:
        key = _key(annotation.get("image_id"))
        if key not in places:
            if images:
                found.add("annotation", annotation.get("id"), "image_id", "no image has this id")
            places[key] = (len(media), 0)
            media.append(MediaEntry(str(annotation.get("image_id")), extras={"coco_id": annotation.get("image_id")}))
    return media, places


def _by_category(annotations: Sequence[Record]) -> dict[Any, list[int]]:
    groups: dict[Any, list[int]] = defaultdict(list)
    for row, annotation in enumerate(annotations):
        groups[_key(annotation.get("category_id"))].append(row)
    return groups


def _ontology(
    categories: Sequence[Record],
    groups: dict[Any, list[int]],
    annotations: Sequence[Record],
    file: str,
    found: Deviations,
) -> tuple[Ontology, dict[Any, str]]:
    """Return the ontology and the category name of each category id."""
    names: dict[Any, str] = {}
    made: list[Category] = []
    for category in categories:
        key = _key(category.get("id"))
        name = str(category.get("name") or f"category {category.get('id')}")
        if any(name == other.name for other in made):
            found.add("category", category.get("id"), "name", f"another category is called {name!r} too")
            name = f"{name} ({category.get('id')})"
        rows = groups.get(key, [])
        made.append(Category(name, _skeleton(category, annotations, rows, found), extras={"coco": category}))
        names.setdefault(key, name)
    for key, rows in groups.items():
        if key in names:
            continue
        id = annotations[rows[0]].get("category_id")
        if categories:
            found.add("annotation", annotations[rows[0]].get("id"), "category_id", f"there is no category {id!r}")
        skeleton = _skeleton({}, annotations, rows, found, quiet=True)
        name = "person" if id == 1 and skeleton and len(skeleton) in (17, decode.WHOLE) else f"category {id}"
        names[key] = name
        made.append(Category(name, skeleton, extras={"coco_id": id}))
    return Ontology(Path(file).stem or "coco", tuple(made)), names


def _skeleton(
    category: Record, annotations: Sequence[Record], rows: Sequence[int], found: Deviations, *, quiet: bool = False
) -> Skeleton | None:
    labelled = next((annotations[row] for row in rows if decode.triplets(annotations[row])), None)
    flat = decode.triplets(labelled) if labelled else None
    stated = category.get("keypoints")
    names = [str(n) for n in stated] if isinstance(stated, list) else []
    if flat and len(flat) == 3 * decode.WHOLE and labelled and decode.is_whole_body(labelled):
        return preset_skeleton("coco_wholebody")
    if not names:
        if not flat:
            return None
        count = len(flat) // 3
        if not quiet:
            found.add(
                "category", category.get("id"), "keypoints", f"names are missing; annotations have {count} points"
            )
        return preset_skeleton("coco") if count == decode.BODY else skeleton_from_names(_numbered(count))
    if len(set(names)) < len(names):
        found.add("category", category.get("id"), "keypoints", "names repeat; they were numbered")
        names = [f"{name} {i}" if names.count(name) > 1 else name for i, name in enumerate(names)]
    edges = _edges(category, len(names), found)
    coco = preset_skeleton("coco")
    count = _agreed(annotations, rows) or len(names)
    if count != len(names) and (count == decode.WHOLE or (count == decode.BODY and names[:count] == list(coco.names))):
        found.add("category", category.get("id"), "keypoints", f"{len(names)} names; annotations have {count} points")
        return preset_skeleton("coco_wholebody" if count == decode.WHOLE else "coco")
    if tuple(names) == coco.names:
        return Skeleton(coco.keypoints, edges or coco.edges, coco.sigma_kind, coco.sigma_source)
    return skeleton_from_names(names, edges=edges)


def _agreed(annotations: Sequence[Record], rows: Sequence[int]) -> int | None:
    """Return the number of points on which all annotations agree, or None."""
    counts = {len(flat) // 3 for row in rows if (flat := decode.triplets(annotations[row]))}
    return counts.pop() if len(counts) == 1 else None


def _edges(category: Record, count: int, found: Deviations) -> tuple[tuple[int, int], ...]:
    pairs = [p for p in category.get("skeleton") or [] if isinstance(p, list) and len(p) == 2]
    numbers = [n for pair in pairs for n in pair]
    if not numbers or not all(isinstance(n, int) for n in numbers):
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
        if flat is not None and len(flat) % 3:
            found.add(
                "annotation", records[at].get("id"), "keypoints", "not x, y, visibility; kept, but not read as points"
            )
            flats[at] = None
    blank = [0] * (3 * count)
    for record, flat in zip(records, flats, strict=True):
        if flat is not None and len(flat) != 3 * count:
            raise FormatError(
                f"{len(flat)} keypoint numbers; category {name!r} has {count} keypoints, so {3 * count} are expected",
                where=f"{file}: annotation {record.get('id')}: keypoints",
                hint="x, y and visibility for every keypoint of the category, in its order",
            )
    try:
        table = decode.points([blank if flat is None else flat for flat in flats], count)
    except FormatError as error:
        raise FormatError(error.message, where=f"{file}: category {name}: keypoints") from error
    found.points(records, flats, table)
    boxes = decode.boxes(records)
    where = [places[_key(record.get("image_id"))] for record in records]
    sizes = np.array([(media[at].width, media[at].height) for at, _ in where], np.float64).reshape(-1, 2)
    found.places(records, table, sizes, boxes)
    for row, record, (at, frame), xy, visibility, score, odd, box in zip(
        rows,
        records,
        where,
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
            score=score if odd else None,
            box=box,
            mask=record.get("segmentation") or None,
            track=decode.track(record),
            extras={"coco": record},
        )


def _ids(annotations: Sequence[Record], found: Deviations) -> list[str]:
    seen: set[str] = set()
    ids: list[str] = []
    for row, annotation in enumerate(annotations):
        id = str(annotation["id"]) if annotation.get("id") is not None else f"#{row}"
        if id in seen:
            found.add("annotation", annotation.get("id"), "id", "the same id stands at several annotations")
            id = f"{id}#{row}"
        seen.add(id)
        ids.append(id)
    return ids


def _side(image: Record, name: str) -> int:
    value = image.get(name)
    return int(value) if isinstance(value, int | float) and np.isfinite(value) else 0


def _key(id: Any) -> Any:
    return id if isinstance(id, int | str) or id is None else repr(id)


def _numbered(count: int) -> list[str]:
    return [f"keypoint {i}" for i in range(count)]
