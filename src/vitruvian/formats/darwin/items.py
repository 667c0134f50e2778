"""One item of Darwin: its file is read into a media with instances, and written from them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.darwin import masks
from vitruvian.formats.darwin.annotations import Annotations, Frames, Key, key_of
from vitruvian.formats.darwin.slots import names_in, shared_out, slots_of, title_of
from vitruvian.formats.darwin.videos import assembled, split
from vitruvian.formats.grouped import Group, Record, placed, text
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, Instance, MediaEntry

HINT = "a Darwin 2.0 file is an object with version, item and annotations"
LIMIT = 2**31
#: The slot of an item that never was Darwin's.
FIRST = "0"

Members = dict[int, list[Instance]]


def take_item(
    document: Record, name: str, file: str, media: list[MediaEntry], groups: list[Group], notes: Remarks
) -> None:
    """Put an item's media into `media` and its instances into `groups`.

    Raises
    ------
    FormatError
        The annotations are no list of objects.
    """
    records, item = document["annotations"], document["item"]
    if not isinstance(records, list):
        raise FormatError("The annotations are no list", where=f"{file}: annotations", hint=HINT)
    for at, record in enumerate(records):
        if not isinstance(record, dict):
            raise FormatError(f"Annotation {at} is not an object", where=f"{file}: annotations: {at}", hint=HINT)
    slots = shared_out(item, records, notes, file)
    title = text(item.get("name")) or Path(file).stem
    folder = (text(item.get("path")) or "").strip("/")
    taken: set[str] = set()
    for slot in slots:
        called = title_of(slot, title, taken) if len(slots) > 1 else title
        taken.add(called)
        source: Record = {"file": name, "shell": {**document, "annotations": None}, "others": []}
        if len(slots) > 1:
            source["slot"] = slot.name
        sides = (slot.stated.get("width"), slot.stated.get("height"))
        width, height = (side if type(side) is int and 0 < side < LIMIT else 0 for side in sides)
        entry = MediaEntry(f"{folder}/{called}" if folder else called, width, height, extras={"darwin": source})
        media.append(entry)
        if slot.stated.get("type") == "video" or any(isinstance(record.get("frames"), dict) for record in slot.records):
            frames = slot.stated.get("frame_count")
            entry.kind, entry.frames = "video", frames if type(frames) is int and 0 < frames < LIMIT else 1
            source["shells"], parts = split(slot.records)
            source["places"] = slot.at
        else:
            parts = [(0, at, record) for at, record in zip(slot.at, slot.records, strict=True)]
        groups += _groups(parts, entry, len(media) - 1, name, notes, file)


def _groups(
    parts: list[tuple[int, int, Record]], entry: MediaEntry, media: int, name: str, notes: Remarks, file: str
) -> Iterator[Group]:
    video, size, source = entry.kind == "video", (entry.height, entry.width), entry.extras["darwin"]
    encoder = (Frames if video else Annotations)(size)
    rows: dict[Any, list[tuple[int, int, Record]]] = {}
    for frame, at, record in _lifted(parts, size, notes, file):
        entry.frames = max(entry.frames, frame + 1)
        if masks.LAYER in masks.body_of(record):
            # Of the masks, whose records it is read with.
            source["others"].append([frame, at, record])
            continue
        key = key_of(record)
        rows.setdefault((frame, str(record.get("name")), at if key is None else str(key), key is None), []).append(
            (frame, at, record)
        )
    for members in rows.values():
        frame, row, record = members[0]
        found = encoder.understand([record for _, _, record in members])
        for field, message in found.odd:
            notes.add(f"annotation {row}", field, message, file=file)
        if not any(found.roles):
            source["others"] += [[frame, at, record] for _, at, record in members]
            continue
        id = found.said.id or (f"{record.get('track')}:{frame}" if video else f"{name}#{row}")
        places = [at for _, at, _ in members]
        yield Group(media, frame, places, [record for _, _, record in members], found.said, id)


def _lifted(
    parts: list[tuple[int, int, Record]], size: masks.Size, notes: Remarks, file: str
) -> list[tuple[int, int, Record]]:
    frames: dict[int, list[int]] = {}
    for place, (frame, _, _) in enumerate(parts):
        frames.setdefault(frame, []).append(place)
    out = list(parts)
    for frame, members in frames.items():
        records, odd = masks.lift([parts[place][2] for place in members], size)
        if odd:
            notes.add(f"frame {frame}", masks.LAYER, f"it is kept, but not read: {odd}", file=file)
        for place, record in zip(members, records, strict=True):
            out[place] = (frame, parts[place][1], record)
    return out


def items_of(dataset: Dataset) -> list[list[int]]:
    """Return the media of each file, in order: one, or those of the slots of one item."""
    found: dict[Any, list[int]] = {}
    for at, entry in enumerate(dataset.media):
        source = entry.extras.get("darwin", {})
        item = source["shell"]["item"] if "slot" in source else {}
        key = (source["file"], str(item.get("path")), str(item.get("name"))) if "slot" in source else at
        found.setdefault(key, []).append(at)
    return list(found.values())


def members_of(dataset: Dataset) -> Members:
    """Return the instances of each media that are not deleted."""
    found: Members = {}
    for instance in dataset.instances:
        if not instance.deleted:
            found.setdefault(instance.media, []).append(instance)
    return found


def document_of(dataset: Dataset, media: Sequence[int], members: Members) -> Record:
    """Return the file of an item, whose slots these media are, with its edits where it came from one."""
    first = dataset.media[media[0]]
    taken: set[Any] = set()
    for at in media:
        source = dataset.media[at].extras.get("darwin", {})
        taken |= {Key(key_of(record)) for _, _, record in source.get("others", ())}
        taken |= {Key(key_of(shell)) for shell in source.get("shells", ())}
    parts = sorted(
        (part for at in media for part in _annotations(dataset, at, members.get(at, []), taken)),
        key=lambda part: part[0],
    )
    annotations = [record for _, record in parts]
    if "darwin" in first.extras:
        return {**first.extras["darwin"]["shell"], "annotations": annotations}
    place = PurePosixPath(first.name)
    slot: Record = {"type": first.kind, "slot_name": FIRST, "width": first.width, "height": first.height}
    if first.kind == "video":
        slot["frame_count"] = first.frames
    folder = "" if place.parent.as_posix() == "." else place.parent.as_posix()
    slot["source_files"] = [{"file_name": place.name}]
    item = {"name": place.name, "path": f"/{folder}", "slots": [slot]}
    return {"version": "2.0", "item": item, "annotations": annotations}


def _annotations(
    dataset: Dataset, media: int, members: Sequence[Instance], taken: set[Any]
) -> list[tuple[float, Record]]:
    """Return the annotations of a media with their places in the file's list; infinity for new ones."""
    entry = dataset.media[media]
    source = entry.extras.get("darwin", {})
    names = [slot.name for slot in slots_of(source["shell"]["item"])] if source else [FIRST]
    slot = source.get("slot", names[0])
    video, size = entry.kind == "video", (entry.height, entry.width)
    frames: dict[int, list[Instance]] = {}
    for instance in members:
        frames.setdefault(instance.frame if video else 0, []).append(_at_home(instance, slot, names))
    others: dict[int, list[tuple[int, Record]]] = {}
    for frame, at, record in source.get("others", ()):
        others.setdefault(frame, []).append((at, record))
    encoder = (Frames if video else Annotations)(size, slot)
    fresh: Record = ({"slot_names": [slot]} if slot else {}) | ({"data": {"keyframe": True}} if video else {})
    parts: list[tuple[int, Record]] = []
    places: list[float] = []
    for frame in sorted({*frames, *others}):
        found = placed(encoder, dataset.ontology, frames.get(frame, []), others.get(frame, ()), taken)
        lowered = masks.lower([record for _, record in found], size, f"{entry.name}/{slot}", fresh)
        parts += [(frame, record) for _, record in lowered]
        places += [found[at][0] if at < len(found) else math.inf for at, _ in lowered]
    if not video:
        return [(place, record) for place, (_, record) in zip(places, parts, strict=True)]
    shells = source.get("shells", [])
    where = source.get("places", range(len(shells)))
    return [(where[at] if at < len(shells) else math.inf, record) for at, record in assembled(shells, parts)]


def _at_home(instance: Instance, slot: str, names: Sequence[str]) -> Instance:
    """Return an instance without the records of another slot, of which it is a copy."""
    records = instance.extras.get("darwin", {}).get("records", ())
    named = {name for record in records for name in names_in(record)} & set(names)
    if not named or slot in named:
        return instance
    return replace(instance, extras={name: kept for name, kept in instance.extras.items() if name != "darwin"})
