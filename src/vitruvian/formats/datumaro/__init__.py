"""Datumaro's JSON: a file for each subset. See docs/formats/datumaro.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.datumaro import elements
from vitruvian.formats.datumaro.annotations import OWN, Annotations, Key, group_of
from vitruvian.formats.datumaro.categories import categories_of, labels_of, with_categories
from vitruvian.formats.grouped import Group, Picture, Record, Shelf, build, pictures, shapeless, text, written
from vitruvian.formats.grouped.files import inner, json_files, limited_json, write_folder
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset

FOLDER, FIRST = "annotations", "annotations/default.json"
HINT = "a Datumaro file is an object with categories and items; a folder has them in annotations/<subset>.json"


@register
class Datumaro(Codec):
    name = "datumaro"
    title = "Datumaro JSON"
    folder = True
    holds = frozenset(FEATURES)
    known = frozenset(
        {"at", "records", "category", "id", "file", "shell", "others", "order", "ontology", "single", "files", "name"}
    )

    def sniff(self, peek: Peek) -> bool:
        if not peek.is_folder:
            return peek.has_keys("items", "categories")
        if FOLDER not in peek.names:
            return False
        try:
            # Links that lead out of the folder are not even looked at.
            first = next(iter(_subsets(peek.path).values()), None)
        except FormatError:
            return False
        return first is not None and Peek(first).has_keys("items", "categories")

    def read(self, path: Path) -> Dataset:
        return _read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        _write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *shapeless(dataset, bare=True)]


def _read(path: Path) -> Dataset:
    notes, shelf, groups = Remarks(str(path)), Shelf("datumaro"), list[Group]()
    single = not path.is_dir()
    found = {"": path} if single else _subsets(path)
    if not found:
        raise FormatError("There is no annotations/<subset>.json in this folder", where=str(path), hint=HINT)
    shells: Record = {}
    categories: list[Category] = []
    stated: Any = None
    for name, file in found.items():
        document = limited_json(file)
        if not isinstance(document, dict) or not isinstance(document.get("items"), list):
            raise FormatError("This is not a Datumaro file: it has no list of items", where=f"{file}: items", hint=HINT)
        shells[name] = {**document, "items": None}
        labels, names = labels_of(document, str(file), notes)
        categories += categories_of(document, labels, names)
        own = _infos(document).get(OWN)
        stated = own if stated is None else stated
        annotations = Annotations(labels, names)
        for at, item in enumerate(document["items"]):
            _item(item, f"{file}: items: {at}", name, annotations, shelf, groups, notes)
    counts = Counter(group.id for group in groups)
    for group in groups:
        if counts[group.id] > 1:
            group.id = f"{shelf.media[group.media].name}:{group.id}"
    ontology, instances = build(
        groups, declared(stated, notes) or categories, name=name_of(stated, path.stem), format="datumaro"
    )
    source = {"single": single, "files": shells, "ontology": remember(ontology, stated)}
    return Dataset(ontology, shelf.media, instances, {"datumaro": source}, notes.warnings())


def _subsets(folder: Path) -> dict[str, Path]:
    return {name: file for name, file in json_files(folder) if PurePosixPath(name).parent.as_posix() == FOLDER}


def _item(
    item: Any, where: str, file: str, annotations: Annotations, shelf: Shelf, groups: list[Group], notes: Remarks
) -> None:
    records = item.get("annotations", []) if isinstance(item, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise FormatError("It is not an object with a list of objects, annotations", where=where, hint=HINT)
    records = elements.told_apart(records, annotations.labels, annotations.names)
    id = str(item.get("id"))
    if text(item.get("id")) is None:
        notes.add(f"item {id}", "id", "it is missing or no text")
    attr, image, frame = (_object(item, field) for field in ("attr", "image", "video_frame"))
    size = image.get("size")
    height, width = size if isinstance(size, list) and len(size) == 2 else (attr.get("height"), attr.get("width"))
    shell = {**item, "annotations": None} if "annotations" in item else item
    source: Record = {"file": file, "shell": shell, "others": []}
    video = {"video": frame.get("video_path"), "frame": frame.get("frame_index"), "frames": attr.get("frames")}
    name = text(image.get("path")) or text(_object(item, "media").get("path")) or id
    media, at, odd = shelf.add(name, width, height, video if frame else None, source)
    if odd:
        notes.add(f"item {id}", "image.size", "it is no height and width, or the frame is of no video")
    rows: dict[tuple[bool, int], list[int]] = {}
    for row, record in enumerate(records):
        group = group_of(record)
        rows.setdefault((group is None, row if group is None else group), []).append(row)
    for members in rows.values():
        found = annotations.understand([records[row] for row in members])
        for field, message in found.odd:
            notes.add(f"item {id}, annotation {members[0]}", field, message)
        if not any(found.roles):
            source["others"] += [[row, records[row]] for row in members]
            continue
        number = records[members[0]].get("id")
        key = str(number) if type(number) is int and number else f"{id}#{members[0]}"
        groups.append(Group(media, at, members, [records[r] for r in members], found.said, found.said.id or key))


def _write(dataset: Dataset, path: Path) -> None:
    dataset.check()
    source = dataset.extras.get("datumaro", {})
    shells: Record = source.get("files") or {"": {}}
    first = next(iter(shells))
    found: dict[str, list[Picture]] = {name: [] for name in shells}
    for picture in pictures(dataset, "datumaro"):
        name = (picture.source or {}).get("file", first)
        found.setdefault(name, []).append(picture)
    ontology = kept(dataset.ontology, source.get("ontology"))
    documents = {}
    for name, members in found.items():
        shell = shells.get(name, {})
        documents[name] = _document(shell, members, dataset, ontology)
    if path.suffix.lower() == ".json":
        if len(documents) != 1:
            hint = "name a folder, not a file that ends in .json"
            raise FormatError("A file has one subset", where=str(path), hint=hint)
        write_atomically(path, encode_json(next(iter(documents.values()))))
        return
    write_folder(path, {inner(name or FIRST, FIRST): encode_json(content) for name, content in documents.items()})


def _document(shell: Record, members: list[Picture], dataset: Dataset, ontology: Any) -> Record:
    document, labels, names = with_categories(shell, dataset)
    annotations = Annotations(labels, names)
    items: list[Record] = []
    for picture in members:
        source = picture.source or {}
        others = [(at, record) for at, record in source.get("others", ())]
        taken = {Key(group_of(record) or 0) for _, record in others}
        records = elements.together(written(annotations, dataset.ontology, picture.instances, others, taken))
        if "shell" in source:
            # An item that had no annotations at all stays without.
            had = "annotations" in source["shell"]
            items.append({**source["shell"], "annotations": records} if had or records else source["shell"])
        else:
            items.append({**_fresh(picture), "annotations": records})
    if not shell and members:
        # Datumaro refuses a file that has another kind of media than it states: frames of videos, images, or both.
        kinds = {bool(picture.video) for picture in members}
        document["media_type"] = 1 if len(kinds) == 2 else 4 if kinds == {True} else 2
    document["items"] = items
    field = "infos" if "infos" in document or "info" not in document else "info"
    infos = document.get(field)
    if ontology is not None and _infos(document).get(OWN) != ontology:
        document[field] = {**(infos if isinstance(infos, dict) else {}), OWN: ontology}
    return document


def _fresh(picture: Picture) -> Record:
    entry = picture.entry
    item: Record = {"id": PurePosixPath(picture.name).with_suffix("").as_posix() or picture.name}
    if picture.video:
        item["attr"] = {"frame": picture.frame, "frames": entry.frames, "width": entry.width, "height": entry.height}
        item["video_frame"] = {"video_path": entry.name, "frame_index": picture.frame}
    else:
        item["image"] = {"path": entry.name}
        if entry.width and entry.height:
            item["image"]["size"] = [entry.height, entry.width]
    return item


def _infos(document: Record) -> Record:
    return _object(document, "infos") or _object(document, "info")


def _object(record: Record, name: str) -> Record:
    value = record.get(name)
    return value if isinstance(value, dict) else {}
