"""One item of Darwin: its file is read into a media with instances, and written from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.darwin import masks
from vitruvian.formats.darwin.annotations import Annotations, Frames, Key, key_of
from vitruvian.formats.darwin.videos import assembled, split
from vitruvian.formats.grouped import Group, Record, text, written
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, Instance, MediaEntry

HINT = "a Darwin 2.0 file is an object with version, item and annotations"
LIMIT = 2**31


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
    slots = _slots(item)
    if len(slots) != 1:
        notes.add("", "slots", "an item has not one slot; its annotations are read as if it had", file=file)
    slot: Record = slots[0] if slots else {}
    title = text(item.get("name")) or Path(file).stem
    folder = (text(item.get("path")) or "").strip("/")
    video = slot.get("type") == "video" or any(isinstance(record.get("frames"), dict) for record in records)
    source: Record = {"file": name, "shell": {**document, "annotations": None}, "others": []}
    width, height = (side if type(side := slot.get(f)) is int and 0 < side < LIMIT else 0 for f in ("width", "height"))
    entry = MediaEntry(f"{folder}/{title}" if folder else title, width, height, extras={"darwin": source})
    media.append(entry)
    if video:
        frames = slot.get("frame_count")
        entry.kind, entry.frames = "video", frames if type(frames) is int and 0 < frames < LIMIT else 1
        source["shells"], parts = split(records)
    else:
        parts = [(0, at, record) for at, record in enumerate(records)]
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


def document_of(dataset: Dataset, media: int) -> Record:
    """Return the file of a media, with its edits where it came from one."""
    entry = dataset.media[media]
    source = entry.extras.get("darwin", {})
    frames: dict[int, list[Instance]] = {}
    for instance in dataset.instances:
        if instance.media == media and not instance.deleted:
            frames.setdefault(instance.frame if entry.kind == "video" else 0, []).append(instance)
    others = [(frame, at, record) for frame, at, record in source.get("others", ())]
    size = (entry.height, entry.width)
    stated = _slots(source["shell"]["item"]) if "shell" in source else [{"slot_name": "0"}]
    slot = (text(stated[0].get("slot_name")) if stated else None) or ""
    taken: set[Any] = {Key(key_of(record), slot) for _, _, record in others}
    taken |= {Key(key_of(shell), slot) for shell in source.get("shells", ())}
    encoder = (Frames if entry.kind == "video" else Annotations)(size, slot)
    fresh: Record = {"slot_names": [slot]} if slot else {}
    if entry.kind == "video":
        fresh["data"] = {"keyframe": True}
    parts: list[tuple[int, Record]] = []
    for frame in sorted({*frames, *(frame for frame, _, _ in others)}):
        rest = [(at, record) for where, at, record in others if where == frame]
        records = written(encoder, dataset.ontology, frames.get(frame, []), rest, taken)
        parts += [(frame, record) for record in masks.lower(records, size, entry.name, fresh)]
    annotations = (
        assembled(source.get("shells", []), parts) if entry.kind == "video" else [record for _, record in parts]
    )
    if "shell" in source:
        return {**source["shell"], "annotations": annotations}
    place = PurePosixPath(entry.name)
    made: Record = {"type": entry.kind, "slot_name": slot, "width": entry.width, "height": entry.height}
    if entry.kind == "video":
        made["frame_count"] = entry.frames
    folder = "" if place.parent.as_posix() == "." else place.parent.as_posix()
    made["source_files"] = [{"file_name": place.name}]
    item = {"name": place.name, "path": f"/{folder}", "slots": [made]}
    return {"version": "2.0", "item": item, "annotations": annotations}


def _slots(item: Record) -> list[Record]:
    slots = item.get("slots")
    return [slot for slot in slots if isinstance(slot, dict)] if isinstance(slots, list) else []
