"""V7's Darwin JSON 2.0: a file for each image or video. See docs/formats/darwin.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.darwin.annotations import OWN
from vitruvian.formats.darwin.classes import categories_of
from vitruvian.formats.darwin.items import HINT, document_of, items_of, members_of, take_item
from vitruvian.formats.grouped import Group, Record, build, shapeless
from vitruvian.formats.grouped.files import inner, json_files, limited_json, write_folder
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, MediaEntry

#: Of a folder, where Vitruvian keeps the ontology.
OWN_FILE = "vitruvian.json"


@register
class Darwin(Codec):
    name = "darwin"
    title = "V7 Darwin JSON 2.0"
    folder = True
    holds = frozenset(FEATURES)
    known = frozenset(
        {"at", "records", "category", "id", "file", "shell", "shells", "others", "ontology", "single", "files", "slot",
         "places"}
    )  # fmt: skip

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
            take_item(document, name, str(file), media, groups, notes)
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


def _write(dataset: Dataset, path: Path) -> None:
    dataset.check()
    source = dataset.extras.get("darwin", {})
    ontology = kept(dataset.ontology, source.get("ontology"))
    items, members = items_of(dataset), members_of(dataset)
    if path.suffix.lower() == ".json":
        if len(items) != 1:
            hint = "name a folder, not a file that ends in .json"
            raise FormatError("Darwin has a file for each image and video", where=str(path), hint=hint)
        document = document_of(dataset, items[0], members)
        own = document.get(OWN)
        if ontology is not None and (not isinstance(own, dict) or own.get("ontology") != ontology):
            document[OWN] = {**(own if isinstance(own, dict) else {}), "ontology": ontology}
        write_atomically(path, encode_json(document))
        return
    documents: Record = dict(source.get("files", {}))
    for item in items:
        entry = dataset.media[item[0]]
        shelved = entry.extras.get("darwin", {}).get("file")
        name = inner(shelved or f"{inner(entry.name, entry.name)}.json", entry.name)
        if name in documents or name == OWN_FILE:
            raise FormatError("Two media have this name", where=entry.name, hint="give each its own name")
        documents[name] = document_of(dataset, item, members)
    if ontology is not None:
        documents[OWN_FILE] = {"ontology": ontology}
    write_folder(path, {name: encode_json(document) for name, document in documents.items()})
