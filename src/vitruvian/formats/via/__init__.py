"""VGG Image Annotator: projects and annotation files of VIA 3, 2 and 1, as JSON and as csv. See docs/formats/via.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.grouped import shapeless
from vitruvian.formats.grouped.files import limited_json
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.via import project, table, third
from vitruvian.labels import Dataset


@register
class Via(Codec):
    name = "via"
    title = "VGG Image Annotator (VIA) 3, 2 and 1"
    suffixes = (".json",)
    holds = frozenset(FEATURES)
    known = frozenset(
        {
            "at",
            "records",
            "category",
            "id",
            "key",
            "shell",
            "others",
            "keys",
            "unlisted",
            "order",
            "ontology",
            "project",
            "version",
            "rest",
            "mids",
        }
    )

    def sniff(self, peek: Peek) -> bool:
        if peek.has_keys(project.IMAGES) or peek.has_keys(*third.PARTS):
            return True
        first = next(iter(peek.json.values()), None) if isinstance(peek.json, dict) else None
        return isinstance(first, dict) and {"filename", "regions", "file_attributes"} <= first.keys()

    def read(self, path: Path) -> Dataset:
        document = limited_json(path)
        if isinstance(document, dict) and document.keys() >= set(third.PARTS):
            return third.read(document, path)
        return project.read(document, path)

    def write(self, dataset: Dataset, path: Path) -> None:
        source = dataset.extras.get("via", {})
        document = third.document_of(dataset) if source.get("version") == 3 else project.document_of(dataset)
        write_atomically(path, encode_json(document))

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *shapeless(dataset, polygons=True), *third.losses(dataset)]


@register
class ViaCsv(Codec):
    name = "via_csv"
    title = "VGG Image Annotator (VIA) 2 and 1, csv"
    suffixes = (".via.csv",)
    holds = frozenset(FEATURES)
    known = frozenset(
        {"at", "records", "category", "id", "key", "shell", "others", "order", "ontology", "header", "newline"}
    )

    def sniff(self, peek: Peek) -> bool:
        return table.is_header(peek.head.splitlines()[0].decode(errors="replace") if peek.head else "")

    def read(self, path: Path) -> Dataset:
        return table.read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write_atomically(path, table.content(dataset))

    def losses(self, dataset: Dataset) -> list[Loss]:
        found = [*super().losses(dataset), *shapeless(dataset, polygons=True)]
        if not dataset.media and dataset.ontology.categories:
            # It stands beside the first image.
            found.append(Loss("names", "the ontology", 1, dataset.ontology.name))
        return found
