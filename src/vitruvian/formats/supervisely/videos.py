"""Supervisely's annotation of a video: figures in frames, each of an object of the video, which is a track."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.grouped import Group, Record, Role, Understood, text, written
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.supervisely.objects import OWN, Nodes, Objects
from vitruvian.labels import Dataset, Instance, MediaEntry, Skeleton

LIMIT = 2**31
#: What of a figure's geometry an image's object has at its top.
LIFTED = ("points", "nodes", "bitmap")
HINT = "the annotation of a video has objects with keys, and frames with an index and figures"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "vitruvian")


class Figures(Objects):
    """How Supervisely says an instance in a frame of a video; a record is a figure in the form of an image's object.

    Parameters
    ----------
    nodes, size :
        As of :class:`Objects`.
    keys : dict
        The keys of objects by the track that they are; those given to new tracks are added.
    """

    def __init__(self, nodes: Nodes, size: tuple[int, int], keys: dict[str, str]) -> None:
        super().__init__(nodes, size)
        self.keys = keys

    def understand(self, records: Sequence[Record]) -> Understood:
        found = super().understand(records)
        untracked = any(isinstance(r.get(OWN), dict) and r[OWN].get("untracked") is True for r in records)
        if found.said.track is None and not untracked:
            found.said.track = found.said.key
        return found

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        out = super().encode(instance, skeleton, key)
        for at, record in enumerate(out.values()):
            # A figure has no tags: those of its object are of the whole track.
            record.pop("tags", None)
            if at == 0:
                own = {**record.get(OWN, {}), "id": instance.id}
                if instance.track == key:
                    own.pop("track", None)
                if instance.track is None:
                    own["untracked"] = True
                if instance.attributes:
                    own["attributes"] = instance.attributes
                record[OWN] = own
        return out

    def fresh_key(self, instance: Instance, taken: set[Any]) -> str:
        if instance.track is not None:
            key = self.keys.setdefault(instance.track, _key(instance.track))
            if key not in taken:
                return key
        return _key("instance", instance.id, str(instance.frame))


def read_video(
    document: Record, name: str, file: str, nodes: Nodes, media: list[MediaEntry], groups: list[Group], notes: Remarks
) -> None:
    """Put the video into `media` and its instances into `groups`.

    Raises
    ------
    FormatError
        Objects, frames or figures are no lists of objects, or a frame has no index of its own.
    """
    things = _objects(document.get("objects"), f"{file}: objects")
    owners = {key: thing for thing in things if (key := text(thing.get("key"))) is not None}
    frames = _objects(document.get("frames"), f"{file}: frames")
    size = document.get("size")
    sides = [size.get(side) if isinstance(size, dict) else None for side in ("height", "width")]
    tall, wide = (side if type(side) is int and 0 < side < LIMIT else 0 for side in sides)
    source: Record = {"file": name, "shell": {**document, "frames": None}, "frames": [], "others": []}
    path = PurePosixPath(name)
    title, folder = path.name.removesuffix(".json"), path.parent.parent.as_posix()
    count = document.get("framesCount")
    own = document.get(OWN)
    stated = text(own.get("name")) if isinstance(own, dict) else None
    entry = MediaEntry(stated or (title if folder == "." else f"{folder}/{title}"), wide, tall, 1, "video")
    entry.frames = count if type(count) is int and 0 < count < LIMIT else 1
    entry.extras["supervisely"] = source
    media.append(entry)
    encoder = Figures(nodes, (tall, wide), {})
    seen: set[int] = set()
    for at, frame in enumerate(frames):
        index = frame.get("index")
        if type(index) is not int or not 0 <= index < LIMIT or index in seen:
            raise FormatError("A frame has no index of its own", where=f"{file}: frames: {at}: index", hint=HINT)
        seen.add(index)
        entry.frames = max(entry.frames, index + 1)
        source["frames"].append({**frame, "figures": None})
        figures = _objects(frame.get("figures"), f"{file}: frames: {at}: figures")
        records = [_lifted(figure, owners) for figure in figures]
        rows: dict[Any, list[int]] = {}
        for row, record in enumerate(records):
            rows.setdefault(text(record.get("instance")) or row, []).append(row)
        for members in rows.values():
            found = encoder.understand([records[row] for row in members])
            for field, message in found.odd:
                notes.add(f"frame {index}, figure {members[0]}", field, message, file=file)
            if any(found.roles):
                id = found.said.id or f"{found.said.key}:{index}"
                members_of = [records[row] for row in members]
                groups.append(Group(len(media) - 1, index, members, members_of, found.said, str(id)))
            else:
                source["others"] += [[index, row, records[row]] for row in members]


def video_document(dataset: Dataset, media: int, nodes: Nodes) -> Record:
    """Return the annotation of a video, with its edits where it was read from one."""
    entry = dataset.media[media]
    source = entry.extras.get("supervisely") or {"shell": _shell(entry), "frames": [], "others": []}
    members: dict[int, list[Instance]] = {}
    for instance in dataset.instances:
        if instance.media == media and not instance.deleted:
            members.setdefault(instance.frame, []).append(instance)
    things = list(source["shell"].get("objects", ()))
    cast = _Cast(things)
    encoder = Figures(nodes, (entry.height, entry.width), {key: key for key in cast.owners})
    shells = {shell["index"]: shell for shell in source["frames"]}
    frames = []
    for index in [*shells, *sorted(members.keys() - shells.keys())]:
        others = [(at, record) for frame, at, record in source["others"] if frame == index]
        records = written(encoder, dataset.ontology, members.get(index, []), others)
        figures = [cast.figure(record, index) for record in records]
        frames.append({**shells.get(index, {"index": index}), "figures": figures})
    return {**source["shell"], "objects": things + cast.fresh, "frames": frames}


def _shell(entry: MediaEntry) -> Record:
    return {
        "size": {"height": entry.height, "width": entry.width},
        "description": "",
        "key": _key("video", entry.name),
        "tags": [],
        "objects": [],
        "frames": None,
        "framesCount": entry.frames,
        OWN: {"name": entry.name},
    }


class _Cast:
    """The objects of a video, to which new ones are added as figures ask for them."""

    def __init__(self, things: Sequence[Record]) -> None:
        self.owners = {key: thing for thing in things if (key := text(thing.get("key"))) is not None}
        self.roles = {(_instance(key, o), str(o.get("classTitle"))): key for key, o in reversed(self.owners.items())}
        self.fresh: list[Record] = []
        self.used: set[str] = set()

    def figure(self, record: Record, frame: int) -> Record:
        """Return a record in the form of a figure."""
        old = record.get("figure")
        figure: Record = dict(old) if isinstance(old, dict) else {"key": ""}
        key, title = text(record.get("instance")), text(record.get("classTitle"))
        if key is not None and title is not None:
            figure["objectKey"] = self._owner(key, title, figure.get("objectKey"))
        stated = figure.get("geometry", {})
        if isinstance(stated, dict):
            geometry = {name: value for name, value in stated.items() if name not in LIFTED or name in record}
            geometry |= {name: record[name] for name in LIFTED if name in record}
            if "geometryType" in record:
                figure["geometryType"] = record["geometryType"]
            if geometry or "geometry" in figure:
                figure["geometry"] = geometry
        if OWN in record:
            figure[OWN] = record[OWN]
        else:
            figure.pop(OWN, None)
        name = figure.get("key")
        if isinstance(name, str):
            # A copy of an instance brings the key of the first along.
            if not name or name in self.used:
                figure["key"] = _key("figure", str(key), str(title), str(frame), str(len(self.used)))
            self.used.add(figure["key"])
        return figure

    def _owner(self, key: str, title: str, stated: Any) -> str:
        owner = self.owners.get(stated) if isinstance(stated, str) else None
        if owner is not None and (_instance(stated, owner), text(owner.get("classTitle"))) == (key, title):
            return str(stated)
        if (key, title) not in self.roles:
            name = key if key not in self.owners else _key(key, title)
            thing: Record = {"key": name, "classTitle": title, "tags": []}
            if name != key:
                thing[OWN] = {"part_of": key}
            self.roles[key, title], self.owners[name] = name, thing
            self.fresh.append(thing)
        return self.roles[key, title]


def _lifted(figure: Record, owners: dict[str, Record]) -> Record:
    record: Record = {"figure": figure}
    key = text(figure.get("objectKey"))
    owner = owners.get(key) if key is not None else None
    if key is not None and owner is not None:
        record |= {"instance": _instance(key, owner), "classTitle": owner.get("classTitle")}
    if "geometryType" in figure:
        record["geometryType"] = figure["geometryType"]
    geometry = figure.get("geometry")
    if isinstance(geometry, dict):
        record |= {name: geometry[name] for name in LIFTED if name in geometry}
    if OWN in figure:
        record[OWN] = figure[OWN]
    return record


def _instance(key: str, owner: Record) -> str:
    own = owner.get(OWN)
    return (text(own.get("part_of")) if isinstance(own, dict) else None) or key


def _key(*words: str) -> str:
    # Supervisely wants keys of 32 digits; made of words, the same labels give the same file.
    return uuid.uuid5(_SPACE, "/".join(words)).hex


def _objects(value: Any, where: str) -> list[Record]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise FormatError("It is no list of objects", where=where, hint=HINT)
    return value
