"""YOLO pose: a folder of text files with a YAML file, as Ultralytics trains on. See docs/formats/yolo.md."""

from __future__ import annotations

import re
from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.losses import Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.yolo.losses import own_losses
from vitruvian.formats.yolo.read import read
from vitruvian.formats.yolo.write import write
from vitruvian.labels import Dataset

_NAMES = re.compile(rb"^(names|kpt_shape)[ \t]*:", re.MULTILINE)
_SPLIT = re.compile(rb"^(train|val|test|kpt_shape)[ \t]*:", re.MULTILINE)


@register
class Yolo(Codec):
    name = "yolo"
    title = "YOLO pose (Ultralytics)"
    folder = True
    precision = 1e-09
    holds = frozenset(
        {
            "hidden", "no_score", "boxes", "no_points", "media_names", "sizes", "unused_media", "names",
            "flips", "categories", "skeletons", "no_skeleton",
        }
    )  # fmt: skip
    known = frozenset({"line", "row", "label", "image", "labelled"})

    def sniff(self, peek: Peek) -> bool:
        if peek.is_folder:
            inside = [peek.path / name for name in peek.names if name.lower().endswith((".yaml", ".yml"))]
            return any(_is_ours(Peek(path).head) for path in inside[:50])
        return peek.suffix in (".yaml", ".yml") and _is_ours(peek.head)

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *own_losses(dataset)]


def _is_ours(head: bytes) -> bool:
    return bool(_NAMES.search(head) and _SPLIT.search(head))
