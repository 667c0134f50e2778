"""PoseTrack 2017: Matlab's structures as JSON, each number in a list. See docs/formats/posetrack17.md."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.json_file import encode_json, read_json, write_atomically
from vitruvian.formats.losses import Loss, implied
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, Skeleton, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton

Record = dict[str, Any]

NAME = "posetrack17"
HINT = "PoseTrack 2017 has a list annolist of pictures, each with image, annorect and annopoints"
MAX_FRAMES = 2**31

#: Keypoints in the order of their ids.
NAMES = (
    "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "right_wrist", "right_elbow",
    "right_shoulder", "left_shoulder", "left_elbow", "left_wrist", "head_bottom", "nose", "head_top",
)  # fmt: skip
_NUMBERED = re.compile(r"(.*/)?[^/]*?([0-9]{1,10})\.[A-Za-z0-9]+")


@register
class PoseTrack17(Codec):
    name = NAME
    title = "PoseTrack 2017, JSON with annolist"
    # Not plainly .json: a file of that ending that looks like no format, or is to be written, is meant to be COCO's.
    suffixes = (".posetrack17.json",)
    holds = frozenset(
        {
            "hidden", "scores", "no_score", "confidence", "tracks", "no_box", "no_points", "videos", "media_names",
            "unused_media",
        }
    )  # fmt: skip
    known = frozenset({"track_id", "annopoints", "score", "image", "top", "frames"})

    def sniff(self, peek: Peek) -> bool:
        return peek.has_keys("annolist") and not peek.has_keys("annotations")

    def read(self, path: Path) -> Dataset:
        return _read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        dataset.check()
        write_atomically(path, encode_json(_document(dataset)))

    def losses(self, dataset: Dataset) -> list[Loss]:
        found = implied(super().losses(dataset), dataset, lambda _: _skeleton())
        gone = 0
        for category in dataset.ontology:
            names = category.skeleton.names if category.skeleton else ()
            foreign = np.array([name not in NAMES for name in names], bool)
            own = [i for i in dataset.instances if i.category == category.name]
            gone += sum(int(np.count_nonzero(i.visibility[foreign])) for i in own)
        if gone:
            found.append(Loss("names", "points that PoseTrack has no name for", gone, "the first category"))
        return found


@cache
def _skeleton() -> Skeleton:
    whole = preset_skeleton("posetrack18")
    place = {whole.position(name): at for at, name in enumerate(NAMES)}
    edges = [(place[a], place[b]) for a, b in whole.edges if a in place and b in place]
    return skeleton_from_names(NAMES, edges=edges)


def _read(path: Path) -> Dataset:
    document = read_json(path)
    if not isinstance(document, dict) or not isinstance(document.get("annolist"), list):
        raise FormatError("This is not PoseTrack 2017's: it has no annolist", where=str(path), hint=HINT)
    found = Remarks(str(path))
    entries = [_picture(entry, f"{path}: annolist {at}") for at, entry in enumerate(document["annolist"])]
    places = [_place(name) for name, _ in entries]
    numbered = [place for place in places if place is not None]
    clear = len(set(numbered)) == len(numbered)
    if not clear:
        found.add("", "image", "a frame of a video stands there twice; its pictures are no video")
    media: list[MediaEntry] = []
    videos: dict[str, int] = {}
    instances: list[Instance] = []
    for row, ((name, people), place) in enumerate(zip(entries, places, strict=True)):
        entry = document["annolist"][row]
        top = {k: [] if k == "annorect" and isinstance(v, list) else v for k, v in entry.items()}
        said = {"row": row, "top": top}
        if place is not None and clear:
            at, frame = videos.setdefault(place[0], len(media)), place[1]
            if at == len(media):
                media.append(MediaEntry(place[0], kind="video", extras={NAME: {"frames": []}}))
            media[at].frames = max(media[at].frames, frame + 1)
            media[at].extras[NAME]["frames"].append({"frame": frame, **said})
        else:
            at, frame = len(media), 0
            media.append(MediaEntry(name or "picture", extras={NAME: {"frames": [{"frame": 0, **said}]}}))
        for person, record in enumerate(people):
            where = f"{path}: annolist {row}: annorect {person}"
            instances.append(_instance(record, f"{row}#{person}", at, frame, where, found))
    top = {k: None if k == "annolist" else v for k, v in document.items()}
    ontology = Ontology(path.stem.strip() or NAME, (Category("person", _skeleton()),), source="PoseTrack 2017")
    return Dataset(ontology, media, instances, {NAME: {"top": top}}, found.warnings())


def _picture(entry: Any, where: str) -> tuple[str, list[Record]]:
    image = entry.get("image") if isinstance(entry, dict) else None
    first = image[0] if isinstance(image, list) and image else image
    name = first.get("name") if isinstance(first, dict) else None
    name = name[0] if isinstance(name, list) and name else name
    if not isinstance(name, str):
        raise FormatError("This entry names no picture", where=f"{where}: image", hint=HINT)
    people = entry.get("annorect", [])
    # Matlab writes a list of one as its only item.
    people = [people] if isinstance(people, dict) else [] if people is None else people
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise FormatError("The people are no list of objects", where=f"{where}: annorect", hint=HINT)
    return name, people


def _place(name: str) -> tuple[str, int] | None:
    found = _NUMBERED.fullmatch(name)
    if found is None or not found[1] or int(found[2]) >= MAX_FRAMES:
        return None
    return found[1].rstrip("/") or "/", int(found[2])


def _scalar(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _number(value: Any) -> float | None:
    value = _scalar(value)
    if type(value) not in (int, float) or not -1e300 < value < 1e300:
        return None
    return float(value)


def _points(record: Record, where: str) -> list[Record]:
    listed = _scalar(record.get("annopoints"))
    points = listed.get("point") if isinstance(listed, dict) else None
    if points is None and listed in (None, [], {}):
        return []
    points = [points] if isinstance(points, dict) else points
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise FormatError("There is no list of points", where=f"{where}: annopoints", hint=HINT)
    for at, point in enumerate(points):
        id = _number(point.get("id"))
        if id is None or id not in range(len(NAMES)):
            here = f"{where}: annopoints: point {at}: id"
            raise FormatError(f"The id is not a number from 0 to {len(NAMES) - 1}", where=here, hint=HINT)
        if _number(point.get("x")) is None or _number(point.get("y")) is None:
            here = f"{where}: annopoints: point {at}: x, y"
            raise FormatError("There are not two numbers", where=here, hint=HINT)
    return points


def _said(record: Record, where: str) -> tuple[Any, Any, Any, list[int]]:
    """Return what the points of a person say: xy, visibility, score, and the ids in the file's order."""
    xy, visibility = np.zeros((len(NAMES), 2)), np.zeros(len(NAMES), np.uint8)
    score = np.full(len(NAMES), np.nan, np.float32)
    ids: list[int] = []
    for point in _points(record, where):
        id = int(_number(point["id"]) or 0)
        ids.append(id)
        xy[id] = _number(point["x"]), _number(point["y"])
        visibility[id] = 1 if _number(point.get("is_visible")) == 0 else 2
        rated = _number(point.get("score"))
        with np.errstate(over="ignore"):
            score[id] = math.nan if rated is None else rated
    return xy, visibility, score, ids


def _instance(record: Record, id: str, media: int, frame: int, where: str, found: Remarks) -> Instance:
    xy, visibility, score, ids = _said(record, where)
    if len(set(ids)) < len(ids):
        found.add(where, "annopoints", "a point stands there twice; the last one counts")
    if "track_id" in record and _track(record) is None:
        found.add(where, "track_id", "it is not a whole number; it is kept, but not read as a track")
    return Instance(
        id=id, category="person", media=media, frame=frame, xy=xy, visibility=visibility,
        score=None if np.isnan(score).all() else score, track=_track(record), confidence=_number(record.get("score")),
        extras={NAME: record},
    )  # fmt: skip


def _track(record: Record) -> str | None:
    value = _scalar(record.get("track_id"))
    return str(value) if (type(value) is int and abs(value) < 2**63) or isinstance(value, str) else None


def _document(dataset: Dataset) -> Record:
    people: dict[tuple[int, int], list[Record]] = {}
    for instance in dataset.instances:
        if not instance.deleted:
            people.setdefault((instance.media, instance.frame), []).append(_person(instance, dataset))
    frames_of: dict[int, set[int]] = {}
    for at, frame in people:
        frames_of.setdefault(at, set()).add(frame)
    known: list[tuple[int, Record]] = []
    fresh: list[Record] = []
    for at, entry in enumerate(dataset.media):
        frames = {said["frame"]: said for said in entry.extras.get(NAME, {}).get("frames", ())}
        labelled = frames_of.get(at, set())
        wanted = {*frames, *labelled} if frames else {*labelled, *(range(entry.frames) if entry.frames < 10**6 else ())}
        for frame in sorted(wanted):
            listed = people.get((at, frame), [])
            if frame in frames:
                known.append((frames[frame]["row"], _renewed(frames[frame]["top"], listed)))
                continue
            name = f"{entry.name}/{frame:08d}.jpg" if entry.kind == "video" else entry.name
            fresh.append({"image": [{"name": name}], "annorect": listed, "imgnum": [frame + 1]})
    pictures = [record for _, record in sorted(known, key=lambda pair: pair[0])] + fresh
    top = dataset.extras.get(NAME, {}).get("top", {"annolist": None})
    return {**top, "annolist": pictures}


def _renewed(top: Record, people: list[Record]) -> Record:
    stated = top.get("annorect", [])
    if isinstance(stated, dict) and len(people) == 1:
        return {**top, "annorect": people[0]}
    return {**top, "annorect": people} if people or isinstance(stated, dict) else top


def _person(instance: Instance, dataset: Dataset) -> Record:
    record: Record | None = instance.extras.get(NAME)
    skeleton = dataset.ontology.category(instance.category).skeleton
    index = skeleton.index if skeleton is not None else {}
    own = {id: index[name] for id, name in enumerate(NAMES) if name in index}
    out: Record = {} if record is None else dict(record)
    xy, visibility, score, _ = _said(out, "")
    kept = {int(_number(p["id"]) or 0): p for p in _points(out, "")}
    points: list[Record] = []
    changed = False
    for id in [*kept, *(id for id in own if id not in kept)]:
        at = own.get(id)
        if at is None or not instance.visibility[at]:
            changed |= id in kept
            continue
        rated = math.nan if instance.score is None else float(instance.score[at])
        same = id in kept and (xy[id] == instance.xy[at]).all() and visibility[id] == instance.visibility[at]
        if same and (rated == score[id] or math.isnan(rated)):
            points.append(kept[id])
            continue
        changed = True
        points.append({**kept.get(id, {}), **_point(id, instance, at, rated)})
    if changed or (record is None and points):
        out["annopoints"] = [{"point": points}]
    if record is None:
        out.setdefault("annopoints", [])
    if _track(out) != instance.track:
        out["track_id"] = [] if instance.track is None else [_track_id(instance.track)]
    if _number(out.get("score")) != instance.confidence:
        out["score"] = [] if instance.confidence is None else [instance.confidence]
    return out


def _point(id: int, instance: Instance, at: int, rated: float) -> Record:
    x, y = instance.xy[at].tolist()
    point: Record = {"id": [id], "x": [x], "y": [y], "is_visible": [int(instance.visibility[at] == 2)]}
    if not math.isnan(rated) and instance.score is not None:
        point["score"] = [float(str(instance.score[at]))]
    return point


def _track_id(track: str) -> int | str:
    return int(track) if track.isdecimal() and str(int(track)) == track else track
