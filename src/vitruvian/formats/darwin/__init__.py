"""V7's Darwin JSON 2.0: a file for each image or video. See docs/formats/darwin.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.darwin.annotations import OWN, Annotations, Frames, key_of
from vitruvian.formats.darwin.classes import categories_of
from vitruvian.formats.darwin.videos import assembled, split
from vitruvian.formats.grouped import Group, Record, build, shapeless, text, written
from vitruvian.formats.grouped.files import inner, json_files, limited_json, write_folder
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, Instance, MediaEntry

#: Of a folder, where Vitruvian keeps the ontology.
OWN_FILE = "vitruvian.json"
HINT = "a Darwin 2.0 file is an object with version, item and annotations"
LIMIT = 2**31
IMAGE = Annotations()


@register
class Darwin(Codec):
    name = "darwin"
    title = "V7 Darwin JSON 2.0"
    folder = True
    holds = frozenset(FEATURES)
    known = frozenset(
        {"at", "records", "category", "id", "file", "shell", "shells", "others", "order", "ontology", "single", "files"}
    )

    def sniff(self, peek: Peek) -> bool:
        if not peek.is_folder:
            return peek.has_keys("item", "annotations")
        try:
            # Links that lead out of the folder are not even looked at.
            files = [file for _, file in json_files(peek.path)]
        except FormatError:
            return False
        first = next((file for file in files if file.name != OWN_FILE and ".v7" not in file.parts), None)
        return first is not None and Peek(first).has_keys("item", "annotations")

    def read(self, path: Path) -> Dataset:
        return _read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        _write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *shapeless(dataset, bare=True)]


def _read(path: Path) -> Dataset:
    notes, groups, media = Remarks(str(path)), list[Group](), list[MediaEntry]()
    single = not path.is_dir()
    files: Record = {}
    stated: Any = None
    for name, file in [("", path)] if single else json_files(path):
        document = limited_json(file)
        if isinstance(document, dict) and isinstance(document.get("item"), dict) and "annotations" in document:
            own = document.get(OWN)
            stated = own.get("ontology") if isinstance(own, dict) and single else stated
            _item(document, name, str(file), media, groups, notes)
        elif single:
            hint = "export as Darwin 2.0" if isinstance(document, dict) and "image" in document else HINT
            raise FormatError("This is not a Darwin 2.0 file", where=str(path), hint=hint)
        else:
            # The classes in .v7/metadata.json, and whatever else is there.
            files[name] = document
    own = files.pop(OWN_FILE, None)
    stated = own.get("ontology") if isinstance(own, dict) else stated
    if not media:
        raise FormatError("There is no Darwin 2.0 file in this folder", where=str(path), hint=HINT)
    counts = Counter(group.id for group in groups)
    for group in groups:
        if counts[group.id] > 1:
            group.id = f"{media[group.media].name}:{group.id}"
    categories = declared(stated, notes) or tuple(categories_of(files, notes))
    ontology, instances = build(groups, categories, name=name_of(stated, path.stem), format="darwin")
    source = {"single": single, "files": files, "ontology": remember(ontology, stated)}
    return Dataset(ontology, media, instances, {"darwin": source}, notes.warnings())


def _item(document: Record, name: str, file: str, media: list[MediaEntry], groups: list[Group], notes: Remarks) -> None:
    records, item = document["annotations"], document["item"]
    if not isinstance(records, list):
        raise FormatError("The annotations are no list", where=f"{file}: annotations", hint=HINT)
    for at, record in enumerate(records):
        if not isinstance(record, dict):
            raise FormatError(f"Annotation {at} is not an object", where=f"{file}: annotations: {at}", hint=HINT)
    slots = item.get("slots")
    slots = [slot for slot in slots if isinstance(slot, dict)] if isinstance(slots, list) else []
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
    rows: dict[Any, list[tuple[int, int, Record]]] = {}
    for frame, at, record in parts:
        key = key_of(record)
        rows.setdefault((frame, str(record.get("name")), at if key is None else str(key), key is None), []).append(
            (frame, at, record)
        )
        entry.frames = max(entry.frames, frame + 1)
    for members in rows.values():
        frame, row, record = members[0]
        found = (Frames() if video else IMAGE).understand([record for _, _, record in members])
        for field, message in found.odd:
            notes.add(f"annotation {row}", field, message, file=file)
        if not any(found.roles):
            source["others"] += [[frame, at, record] for _, at, record in members]
            continue
        id = found.said.id or (f"{record.get('track')}:{frame}" if video else f"{name}#{row}")
        places = [at for _, at, _ in members]
        groups.append(Group(len(media) - 1, frame, places, [record for _, _, record in members], found.said, id))


def _write(dataset: Dataset, path: Path) -> None:
    dataset.check()
    source = dataset.extras.get("darwin", {})
    ontology = kept(dataset.ontology, source.get("ontology"))
    if path.suffix.lower() == ".json":
        if len(dataset.media) != 1:
            hint = "name a folder, not a file that ends in .json"
            raise FormatError("Darwin has a file for each image and video", where=str(path), hint=hint)
        document = _document(dataset, 0)
        own = document.get(OWN)
        if ontology is not None and (not isinstance(own, dict) or own.get("ontology") != ontology):
            document[OWN] = {**(own if isinstance(own, dict) else {}), "ontology": ontology}
        write_atomically(path, encode_json(document))
        return
    documents: Record = dict(source.get("files", {}))
    for at, entry in enumerate(dataset.media):
        shelved = entry.extras.get("darwin", {}).get("file")
        name = inner(shelved or f"{inner(entry.name, entry.name)}.json", entry.name)
        if name in documents or name == OWN_FILE:
            raise FormatError("Two media have this name", where=entry.name, hint="give each its own name")
        documents[name] = _document(dataset, at)
    if ontology is not None:
        documents[OWN_FILE] = {"ontology": ontology}
    write_folder(path, {name: encode_json(document) for name, document in documents.items()})


def _document(dataset: Dataset, media: int) -> Record:
    entry = dataset.media[media]
    source = entry.extras.get("darwin", {})
    frames: dict[int, list[Instance]] = {}
    for instance in dataset.instances:
        if instance.media == media and not instance.deleted:
            frames.setdefault(instance.frame if entry.kind == "video" else 0, []).append(instance)
    others = [(frame, at, record) for frame, at, record in source.get("others", ())]
    taken: set[Any] = {key_of(record) for _, _, record in others}
    taken |= {key_of(shell) for shell in source.get("shells", ())}
    if entry.kind == "video":
        encoder = Frames()
        parts = [
            (frame, record)
            for frame in sorted({*frames, *(frame for frame, _, _ in others)})
            for record in written(
                encoder,
                dataset.ontology,
                frames.get(frame, []),
                [(at, record) for where, at, record in others if where == frame],
                taken,
            )
        ]
        annotations = assembled(source.get("shells", []), parts)
    else:
        rest = [(at, record) for _, at, record in others]
        annotations = written(IMAGE, dataset.ontology, frames.get(0, []), rest, taken)
    if "shell" in source:
        return {**source["shell"], "annotations": annotations}
    place = PurePosixPath(entry.name)
    slot: Record = {"type": entry.kind, "slot_name": "0", "width": entry.width, "height": entry.height}
    if entry.kind == "video":
        slot["frame_count"] = entry.frames
    folder = "" if place.parent.as_posix() == "." else place.parent.as_posix()
    slot["source_files"] = [{"file_name": place.name}]
    item = {"name": place.name, "path": f"/{folder}", "slots": [slot]}
    for annotation in annotations:
        annotation["slot_names"] = ["0"]
    return {"version": "2.0", "item": item, "annotations": annotations}
