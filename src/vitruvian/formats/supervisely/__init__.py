"""Supervisely: project folders of images and videos, and the annotation of one. See docs/formats/supervisely.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.grouped import (
    Group,
    Picture,
    Record,
    Shelf,
    build,
    pictures,
    place,
    shapeless,
    text,
    written,
)
from vitruvian.formats.grouped.files import inner, json_files, limited_json, write_folder
from vitruvian.formats.grouped.ontology import declared, name_of, remember
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.supervisely.meta import category_of, meta_of, only_videos
from vitruvian.formats.supervisely.objects import OWN, Objects
from vitruvian.formats.supervisely.videos import read_video, video_document
from vitruvian.labels import Category, Dataset, MediaEntry

META = "meta.json"
HINT = "an annotation has size and objects; a project has meta.json and <dataset>/ann/<image>.json"


@register
class Supervisely(Codec):
    name = "supervisely"
    title = "Supervisely, projects of images and of videos"
    folder = True
    holds = frozenset(FEATURES)
    known = frozenset(
        {"at", "records", "category", "id", "file", "shell", "others", "order", "ontology", "single", "files", "meta",
         "nodes", "frames", "title", "shape", "color", "geometry_config"}
    )  # fmt: skip

    def sniff(self, peek: Peek) -> bool:
        if peek.is_folder:
            return META in peek.names and Peek(peek.path / META).has_keys("classes")
        return peek.has_keys("objects", "size")

    def read(self, path: Path) -> Dataset:
        return _read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        _write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *shapeless(dataset, bare=True)]


def _read(path: Path) -> Dataset:
    notes, shelf, groups = Remarks(str(path)), Shelf("supervisely"), list[Group]()
    single = not path.is_dir()
    files: Record = {}
    if single:
        found = {path.name: path}
        # The classes of a lone annotation stand beside it, or where they stand in its project.
        near = (path.parent / META, path.parent.parent.parent / META)
        meta = next((limited_json(file) for file in near if file.is_file() and file != path), None)
    else:
        found = {name: file for name, file in json_files(path) if PurePosixPath(name).parent.name == "ann"}
        files = {name: limited_json(file) for name, file in json_files(path) if name not in found}
        meta = files.get(META)
        if not isinstance(meta, dict) or not isinstance(meta.get("classes"), list):
            raise FormatError("There is no meta.json with a list of classes", where=f"{path}/{META}", hint=HINT)
    categories, nodes = _classes(meta, notes)
    objects = Objects(nodes)
    for name, file in found.items():
        _annotation(limited_json(file), name, str(file), objects, shelf, groups, notes)
    counts = Counter(group.id for group in groups)
    for group in groups:
        if counts[group.id] > 1:
            group.id = f"{shelf.media[group.media].name}:{group.id}"
    place(groups)
    own = meta.get(OWN) if isinstance(meta, dict) else None
    stated = own.get("ontology") if isinstance(own, dict) else None
    ontology, instances = build(
        groups, declared(stated, notes) or categories, name=name_of(stated, path.stem), format="supervisely"
    )
    source = {"single": single, "files": files, "nodes": nodes, "ontology": remember(ontology, stated)}
    return Dataset(ontology, shelf.media, instances, {"supervisely": source}, notes.warnings())


def _classes(meta: Any, notes: Remarks) -> tuple[list[Category], dict[str, dict[str, str]]]:
    categories: list[Category] = []
    nodes: dict[str, dict[str, str]] = {}
    listed = meta.get("classes") if isinstance(meta, dict) else None
    for at, record in enumerate(listed if isinstance(listed, list) else ()):
        category, ids = category_of(record) if isinstance(record, dict) else (None, {})
        if category is None:
            notes.add(f"class {at}", "title", "it is missing or no text; the class is kept, but not read")
        elif category.name in {known.name for known in categories}:
            notes.add(f"class {at}", "title", "another class has this title; the first counts")
        else:
            categories.append(category)
            if ids:
                nodes[category.name] = ids
    return categories, nodes


def _annotation(
    document: Any, name: str, file: str, objects: Objects, shelf: Shelf, groups: list[Group], notes: Remarks
) -> None:
    records = document.get("objects") if isinstance(document, dict) else None
    if isinstance(document, dict) and "frames" in document:
        read_video(document, name, file, objects.nodes, shelf.media, groups, notes)
        return
    if not isinstance(records, list):
        raise FormatError("This annotation has no list of objects", where=f"{file}: objects", hint=HINT)
    for at, record in enumerate(records):
        if not isinstance(record, dict):
            raise FormatError(f"Object {at} is not an object", where=f"{file}: objects: {at}", hint=HINT)
    size, own = document.get("size"), document.get(OWN)
    size, own = size if isinstance(size, dict) else {}, own if isinstance(own, dict) else {}
    image = PurePosixPath(name).name.removesuffix(".json")
    folder = PurePosixPath(name).parent.parent.as_posix()
    full = text(own.get("name")) or (image if folder == "." else f"{folder}/{image}")
    source: Record = {"file": name, "shell": {**document, "objects": None}, "others": []}
    media, frame, odd = shelf.add(full, size.get("width"), size.get("height"), own.get("video"), source)
    if odd:
        notes.add("", "size", "width and height are no whole numbers, or the frame is of no video", file=file)
    objects = Objects(objects.nodes, _size(shelf.media[media]))
    rows: dict[Any, list[int]] = {}
    for at, record in enumerate(records):
        rows.setdefault(text(record.get("instance")) or at, []).append(at)
    for members in rows.values():
        found = objects.understand([records[row] for row in members])
        for field, message in found.odd:
            notes.add(f"object {members[0]}", field, message, file=file)
        if any(found.roles):
            id = found.said.id or found.said.key or f"{name.removesuffix('.json')}#{members[0]}"
            groups.append(Group(media, frame, members, [records[row] for row in members], found.said, str(id)))
        else:
            source["others"] += [[row, records[row]] for row in members]


def _write(dataset: Dataset, path: Path) -> None:
    dataset.check()
    source = dataset.extras.get("supervisely", {})
    nodes = source.get("nodes", {})
    objects = Objects(nodes)
    # A video that came as one goes back as one; from elsewhere its frames are images, unless there are only videos.
    pure = only_videos(dataset)
    videos = {at for at, m in enumerate(dataset.media) if pure or (m.kind == "video" and "frames" in _source(m))}
    found = [picture for picture in pictures(dataset, "supervisely") if picture.media not in videos]
    clips: Record = {}
    for at in sorted(videos):
        name = _source(dataset.media[at]).get("file") or _place(dataset.media[at].name)
        if name in clips:
            hint = "give each video its own name"
            raise FormatError("Two videos have this name", where=dataset.media[at].name, hint=hint)
        clips[name] = video_document(dataset, at, nodes)
    if path.suffix.lower() == ".json":
        if len(found) + len(clips) != 1 or not source.get("single"):
            hint = "name a folder, not a file that ends in .json"
            raise FormatError("A project is a folder: its classes have a file of their own", where=str(path), hint=hint)
        only = [*clips.values(), *(_document(picture, dataset, objects) for picture in found)]
        write_atomically(path, encode_json(only[0]))
        return
    # Other files of the project go back as they were.
    documents: Record = dict(source.get("files", {}))
    documents[META] = meta_of(dataset, documents.get(META), source)
    for name, document in clips.items():
        shelved = source.get("single") and "/" not in name
        documents[inner(f"ds0/ann/{name}" if shelved else name, name)] = document
    taken = set(documents)
    for picture in found:
        name = _file(picture, source.get("single", False))
        if name in taken:
            raise FormatError("Two images have this name", where=picture.name, hint="give each image its own name")
        taken.add(name)
        documents[name] = _document(picture, dataset, objects)
    write_folder(path, {name: encode_json(document) for name, document in documents.items()})


def _source(entry: MediaEntry) -> Record:
    source = entry.extras.get("supervisely")
    return source if isinstance(source, dict) else {}


def _size(entry: MediaEntry) -> tuple[int, int]:
    return entry.height, entry.width


def _file(picture: Picture, single: bool) -> str:
    shelved = (picture.source or {}).get("file")
    if shelved and not single:
        return inner(shelved, picture.name)
    return _place(picture.name)


def _place(media: str) -> str:
    name = PurePosixPath(inner(media, media))
    dataset = "ds0" if name.parent.as_posix() == "." else name.parent.as_posix().replace("/", "_")
    return f"{dataset}/ann/{name.name}.json"


def _document(picture: Picture, dataset: Dataset, objects: Objects) -> Record:
    source = picture.source or {}
    others = [(at, record) for at, record in source.get("others", ())]
    records = written(Objects(objects.nodes, _size(picture.entry)), dataset.ontology, picture.instances, others)
    if "shell" in source:
        return {**source["shell"], "objects": records}
    size = {"height": picture.entry.height, "width": picture.entry.width}
    own: Record = {"name": picture.name}
    if picture.video:
        own["video"] = picture.video
    return {"description": "", "tags": [], "size": size, "objects": records, OWN: own}
