"""Read Label Studio tasks. Every task is kept verbatim in `extras` of its media."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.collecting import without_collecting
from vitruvian.formats.json_file import TOO_DEEP, read_json
from vitruvian.formats.labelstudio import tasks as task_facts
from vitruvian.formats.labelstudio.regions import Group, Record, Results, frame_index, said
from vitruvian.formats.relative import side
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, Skeleton, skeleton_from_names
from vitruvian.labels.ontology import ontology_from_document
from vitruvian.labels.presets import preset_skeleton

HINT = "Label Studio's JSON is a list of tasks, each with data and annotations"
#: What points without a rectangle belong to.
UNNAMED = "object"


@dataclass
class _Found:
    media: int
    frame: int
    results: Results
    group: Group
    source: tuple[str, int]
    where: str
    size: tuple[int, int]
    position: int
    category: str = ""


@without_collecting()
def read(path: Path) -> Dataset:
    """Read a Label Studio file.

    Raises
    ------
    FormatError
        Not JSON, or not tasks.
    """
    try:
        return dataset(read_json(path), str(path))
    except RecursionError as error:
        raise FormatError(TOO_DEEP, where=str(path), hint="check the file") from error


def dataset(document: Any, file: str) -> Dataset:
    """Return what a decoded document says; `file` is named in errors and warnings."""
    found = Remarks(file)
    every = document if isinstance(document, list) else [document]
    for at, task in enumerate(every):
        if not (isinstance(task, dict) and isinstance(task.get("data"), dict)):
            raise FormatError("It is not a task: it has no data", where=f"{file}: task {at}: data", hint=HINT)
    media = _media(every, found)
    objects = [one for at, entry in enumerate(media) for one in _objects(at, entry, found)]
    stated = _stated(every, found)
    ontology, names = _ontology(objects, stated, file)
    instances = _instances(objects, names, found)
    if objects and not instances:
        found.add("", "value", "not one label of the whole file could be read")
    # As it was read, to tell whether it was edited since.
    extras: Record = {
        "shape": "list" if isinstance(document, list) else "task", "ontology": ontology.document()
    }  # fmt: skip
    return Dataset(ontology, media, instances, {"labelstudio": extras}, found.warnings())


def _media(every: list[Record], found: Remarks) -> list[MediaEntry]:
    media: list[MediaEntry] = []
    videos: dict[str, MediaEntry] = {}
    names: set[str] = set()
    for at, task in enumerate(every):
        width, height = task_facts.size(task)
        place = task_facts.frame_of(task)
        if place is not None:
            video, frame, frames = place
            if video not in videos:
                videos[video] = MediaEntry(video, width, height, 1, "video", {"labelstudio": {"tasks": []}})
                media.append(videos[video])
                names.add(video)
            entry = videos[video]
            entry.frames = max(entry.frames, frames)
            entry.extras["labelstudio"]["tasks"].append([frame, at, task])
            continue
        key = task_facts.address_key(task)
        address = task["data"][key] if key else f"task {task.get('id', at)}"
        if key is None:
            found.add(f"task {task.get('id', at)}", "data", "it names no picture or video")
        name = task_facts.media_name(address)
        # Uploads of one name, and pictures of several buckets, are told apart by their whole address.
        name = address if name in names else name
        names.add(name)
        frames = _video_frames(task)
        kind = "video" if frames or key == "video" else "image"
        extras: Record = {"tasks": [[0, at, task]], "read_as": name}
        media.append(MediaEntry(name, width, height, max(frames, 1), kind, {"labelstudio": extras}))
    return media


def _video_frames(task: Record) -> int:
    """Return how many frames the video rectangles of a task speak of; 0 where there are none."""
    last = 0
    for _, _, entry in task_facts.sources(task):
        for result in entry["result"]:
            if isinstance(result, dict) and result.get("type") == "videorectangle":
                value = result.get("value")
                stated = value if isinstance(value, dict) else {}
                keys = stated.get("sequence")
                frames = [frame_index(k) for k in keys] if isinstance(keys, list) else []
                last = max(last, 1, side(stated.get("framesCount")), *(f + 1 for f in frames if f is not None), 0)
    return last


def _objects(at: int, entry: MediaEntry, found: Remarks) -> Iterable[_Found]:
    for frame, position, task in entry.extras["labelstudio"]["tasks"]:
        where = f"task {task.get('id', position)}"
        several = list(task_facts.sources(task))
        if len(several) > 1:
            found.add(
                where, several[0][0], "one task has several; the instances of all are read, so objects are doubled"
            )
        if several and several[0][0] != "predictions" and task.get("predictions"):
            found.add(where, "predictions", "beside annotations they are kept, but not read")
        for name, number, record in several:
            results = Results(record["result"])
            for group in results.groups(found, where):
                place: int | None = frame
                if group.key is not None and group.box is not None:
                    place = frame_index(results.all[group.box]["value"]["sequence"][group.key])
                if place is None:
                    found.add(where, "sequence", "a key frame states no frame; it is kept, but not read")
                    continue
                _odd(results, group, found, where)
                yield _Found(at, place, results, group, (name, number), where, (entry.width, entry.height), position)


def _odd(results: Results, group: Group, found: Remarks, where: str) -> None:
    if group.box is not None:
        value = results.all[group.box]["value"]
        if value.get("rotation"):
            found.add(where, "rotation", "a rectangle is turned; its box is read as if it were not")
        if results.all[group.box].get("image_rotation"):
            found.add(where, "image_rotation", "the picture is turned; its labels are read as if it were not")


def _stated(every: list[Record], found: Remarks) -> Ontology | None:
    """Return the ontology that Vitruvian put into a task's meta."""
    for task in every:
        document = task_facts.ours(task).get("ontology")
        if isinstance(document, dict):
            try:
                return ontology_from_document(document)
            except OntologyError as error:
                found.add(f"task {task.get('id', '')}", "meta", f"its ontology is none: {error.message}")
    return None


def _ontology(objects: list[_Found], stated: Ontology | None, file: str) -> tuple[Ontology, dict[str, list[str]]]:
    """Return the ontology and the keypoint names of each category, and give each object its category."""
    names: dict[str, list[str]] = {}
    for category in stated or ():
        names[category.name] = list(category.skeleton.names) if category.skeleton else []
    boxed = [o for o in objects if o.group.box is not None]
    for one in boxed:
        one.category = one.results.label(one.results.all[one.group.box or 0]) or UNNAMED
        _add(names.setdefault(one.category, []), one.group.points)
    for one in objects:
        if one.group.box is None:
            fitting = (name for name, known in names.items() if known and set(one.group.points) <= set(known))
            one.category = next(fitting, UNNAMED)
            _add(names.setdefault(one.category, []), one.group.points)
    known = {c.name: c for c in stated or ()}
    made: list[Category] = []
    for name, keypoints in names.items():
        before = known.get(name)
        if before is not None and (list(before.skeleton.names) if before.skeleton else []) == keypoints:
            made.append(before)
            continue
        coco = preset_skeleton("coco")
        if set(keypoints) == set(coco.names):
            keypoints[:] = coco.names
        made.append(Category(name, _skeleton(keypoints, before), before.color if before else None))
    title = stated.name if stated else Path(file).stem.strip() or "labelstudio"
    return Ontology(title, tuple(made), stated.version if stated else 1, stated.source if stated else ""), names


def _add(known: list[str], points: Iterable[str]) -> None:
    known += [name for name in points if name not in known]


def _skeleton(keypoints: list[str], before: Category | None) -> Skeleton | None:
    if not keypoints:
        return None
    if tuple(keypoints) == preset_skeleton("coco").names:
        return preset_skeleton("coco")
    if before is not None and before.skeleton is not None:
        more = skeleton_from_names(keypoints[len(before.skeleton) :])
        return Skeleton((*before.skeleton.keypoints, *more.keypoints), before.skeleton.edges)
    return skeleton_from_names(keypoints)


def _instances(objects: list[_Found], names: dict[str, list[str]], found: Remarks) -> list[Instance]:
    instances: list[Instance] = []
    ids: dict[str, int] = {}
    for one in objects:
        state = said(one.results, one.group, names[one.category], one.size)
        if state is None:
            why = "an object has no place that can be read" if one.size[0] else "the size of the picture is not known"
            found.add(one.where, "value", f"{why}; it is kept, but not read")
            continue
        if len(one.group.points) > (state.visibility > 0).sum():
            found.add(one.where, "value", "a point has no place that can be read; it is kept, but not read")
        id = _id(one, ids)
        extras: Record = {
            "task": one.position,
            "source": list(one.source),
            "box": one.group.box,
            "points": one.group.points,
        }
        if one.group.key is not None:
            extras["key"] = one.group.key
        instances.append(
            Instance(
                id=id,
                category=one.category,
                media=one.media,
                frame=one.frame,
                xy=state.xy,
                visibility=state.visibility,
                score=state.score,
                box=state.box,
                track=state.track,
                confidence=state.confidence,
                area=state.area,
                crowd=state.crowd,
                attributes=state.attributes,
                extras={"labelstudio": extras},
            )
        )
    return instances


def _id(one: _Found, ids: dict[str, int]) -> str:
    first = one.group.box if one.group.box is not None else min(one.group.points.values())
    stated = one.results.all[first].get("id")
    id = str(stated) if isinstance(stated, str | int) else f"{one.where}, {one.source[0]} {one.source[1]}, {first}"
    id = id if one.group.key is None else f"{id}:{one.frame + 1}"
    free = id
    while free in ids:
        # Counting goes on where the last of this name stopped: a file may have many.
        ids[id] += 1
        free = f"{id} ({ids[id]})"
    ids[free] = 1
    return free
