"""Read a COCO file straight into columns: for evaluation and other bulk work that changes nothing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.coco import points as decode
from vitruvian.formats.coco.categories import read_ontology
from vitruvian.formats.coco.deviations import Deviations
from vitruvian.formats.coco.frames import frame_of, is_posetrack
from vitruvian.formats.coco.read import read
from vitruvian.formats.collecting import without_collecting
from vitruvian.labels import Columns, Ontology, Poses, Skeleton, empty_poses

Id = int | str

#: Rows whose numbers are decoded at once: Python's floats take five times the room of an array's, and should not leave
#: the processor's cache until they are in one (10,000 rows take a third longer).
_BATCH = 1000
_numbers = msgspec.json.Decoder(list[list[float]])


class _Annotation(msgspec.Struct):
    """What an evaluation needs of an annotation or a result; any other shape goes the long way."""

    image_id: Id
    category_id: Id
    keypoints: msgspec.Raw
    id: Id | None = None
    bbox: list[float] | None = None
    area: float | None = None
    iscrowd: int | None = None
    score: float | None = None
    track_id: int | None = None
    foot_kpts: msgspec.Raw | None = None
    computed: list[str] = []


class _Image(msgspec.Struct):
    id: Id
    video: msgspec.Raw | None = None
    file_name: str | None = None
    crowdIndex: float | None = None  # noqa: N815 the file's own name


class _File(msgspec.Struct):
    annotations: list[_Annotation]
    images: list[_Image]
    categories: list[dict[str, Any]]


@without_collecting()
def read_columns(path: Path) -> Columns:
    """Read the poses of a COCO file, with confidences, areas and crowds.

    Plain files take about a third of the time that :func:`vitruvian.formats.coco.read.read` needs, since no record is
    kept; others are read by it. Media are named by their image ids, PoseTrack's frames too, since results name no more.

    Raises
    ------
    FormatError
        As `read` does.
    """
    return _plain(path) or _any(path)


def _plain(path: Path) -> Columns | None:
    try:
        content = path.read_bytes()
        if content.lstrip()[:1] == b"[":
            annotations, images, categories = msgspec.json.decode(content, type=list[_Annotation]), [], []
        else:
            file = msgspec.json.decode(content, type=_File)
            annotations, images, categories = file.annotations, file.images, file.categories
    except (OSError, ValueError, MemoryError, RecursionError, msgspec.DecodeError):
        return None
    if any(a.foot_kpts is not None for a in annotations) or any(i.video is not None for i in images):
        return None
    groups: dict[Any, list[int]] = {}
    for row, annotation in enumerate(annotations):
        groups.setdefault(annotation.category_id, []).append(row)
    ontology, names = _ontology(path, categories, groups, annotations)
    poses = empty_poses(len(annotations), ontology.max_keypoints)
    for id, rows in groups.items():
        skeleton = ontology.category(names[id]).skeleton
        if not _fill(poses, np.array(rows), [annotations[row].keypoints for row in rows], skeleton):
            return None
        poses.category[rows] = ontology.index[names[id]]
    _forget_computed(annotations)
    boxes = [a.bbox for a in annotations]
    boxed = [row for row, box in enumerate(boxes) if box]
    if any(len(boxes[row] or ()) != 4 for row in boxed):
        return None
    poses.box[boxed] = np.array([boxes[row] for row in boxed], np.float64).reshape(-1, 4)
    number = {
        id: at for at, id in enumerate(dict.fromkeys([*(i.id for i in images), *(a.image_id for a in annotations)]))
    }
    poses.media[:] = np.fromiter((number[a.image_id] for a in annotations), np.int64, len(annotations))
    poses.area[:] = _known([a.area for a in annotations])
    poses.confidence[:] = _known([a.score for a in annotations])
    poses.crowd[:] = [bool(a.iscrowd) for a in annotations]
    poses.track[:] = [-1 if a.track_id is None else a.track_id for a in annotations]
    named = {i.id: i.file_name for i in images}
    files = tuple(named.get(id) or str(id) for id in number)
    return Columns(ontology, tuple(number), poses, files, _facts([(i.id, i.crowdIndex) for i in images], number))


def _forget_computed(annotations: Sequence[_Annotation]) -> None:
    """Take away what was only computed from other fields."""
    for annotation in annotations:
        for name in annotation.computed:
            if name in ("bbox", "area", "score"):
                setattr(annotation, name, None)


def _facts(stated: Sequence[tuple[Hashable, Any]], number: Mapping[Any, int]) -> dict[str, NDArray[np.float64]]:
    """Return CrowdPose's measure of how crowded each image is, where any image has one."""
    known = [(number[id], index) for id, index in stated if isinstance(index, int | float)]
    if not known:
        return {}
    values = np.full(len(number), np.nan)
    values[[at for at, _ in known]] = [index for _, index in known]
    return {"crowdIndex": values}


def _fill(poses: Poses, rows: NDArray[np.int64], stated: Sequence[msgspec.Raw], skeleton: Skeleton | None) -> bool:
    """Put the points of one category into `rows`; say whether they are as many as the skeleton's everywhere."""
    count = len(skeleton) if skeleton else 0
    blank = [0.0] * (3 * count)
    for start in range(0, len(rows), _BATCH):
        at = rows[start : start + _BATCH]
        try:
            flats = _numbers.decode(b"[" + b",".join(stated[start : start + _BATCH]) + b"]")
            if set(map(len, flats)) - {3 * count, 0}:
                return False
            table = decode.points([flat or blank for flat in flats], count)
        except (msgspec.DecodeError, FormatError):
            return False
        poses.xy[at, :count], poses.visibility[at, :count] = table.xy, table.visibility
        if table.score is not None:
            poses.score[at, :count] = table.score
    return True


def _ontology(
    path: Path, categories: Sequence[dict[str, Any]], groups: dict[Any, list[int]], annotations: Sequence[_Annotation]
) -> tuple[Ontology, dict[Any, str]]:
    """Return the ontology, for which the first annotation with points of each category tells enough."""
    shown: list[dict[str, Any]] = []
    chosen: dict[Any, list[int]] = {}
    for id, rows in groups.items():
        row = next((row for row in rows if len(bytes(annotations[row].keypoints)) > len("[]")), rows[0])
        chosen[id] = [len(shown)]
        flat = msgspec.json.decode(annotations[row].keypoints)
        shown.append({"id": annotations[row].id, "category_id": id, "keypoints": flat})
    return read_ontology(categories, chosen, shown, str(path), Deviations(str(path)))


def _known(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _any(path: Path) -> Columns:
    dataset = read(path)
    names: list[Hashable] = []
    files: list[str] = []
    stated: list[tuple[Hashable, Any]] = []
    whole: dict[int, int] = {}
    pictures: dict[tuple[int, int], int] = {}
    for at, entry in enumerate(dataset.media):
        places = [(frame_of(record), record) for record in entry.extras.get("coco_frames", ())]
        if places and is_posetrack(places[0][1]):
            for place, record in places:
                pictures[at, place[1] if place else 0] = len(names)
                names.append(decode.key(record.get("id")))
                files.append(str(record.get("file_name", names[-1])))
            continue
        record = entry.extras.get("coco")
        whole[at] = len(names)
        names.append(decode.key(record.get("id")) if record else entry.extras.get("coco_id", entry.name))
        files.append(entry.name)
        stated.append((names[-1], (record or {}).get("crowdIndex")))
    poses = dataset.poses
    for row, instance in enumerate(dataset.instances):
        picture = pictures.get((instance.media, instance.frame))
        poses.media[row] = whole[instance.media] if picture is None else picture
        if picture is not None:
            poses.frame[row] = 0
    facts = _facts(stated, {key: at for at, key in enumerate(names)})
    return Columns(dataset.ontology, tuple(names), poses, tuple(files), facts)
