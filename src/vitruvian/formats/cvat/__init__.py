"""CVAT's XML 1.1 for images and for video. See docs/formats/cvat.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.cvat.files import NAME, head, looks_right
from vitruvian.formats.cvat.read import read
from vitruvian.formats.cvat.write import dumps, write
from vitruvian.formats.losses import FEATURES
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset


@register
class Cvat(Codec):
    name = "cvat"
    title = "CVAT XML 1.1 for images and for video"
    suffixes = (".xml",)
    holds = frozenset(FEATURES) - {"sigmas", "flips", "groups", "where"}
    known = frozenset({"shapes", "place", "between", "at", "image", "root", "holders"})

    def sniff(self, peek: Peek) -> bool:
        if peek.is_folder:
            return NAME in peek.names and looks_right(head(peek.path))
        return looks_right(peek.head) or (peek.head.startswith(b"PK\x03\x04") and looks_right(head(peek.path)))

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)

    def dumps(self, dataset: Dataset) -> bytes:
        return dumps(dataset)
