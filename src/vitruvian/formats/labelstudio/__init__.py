"""Label Studio: JSON of tasks, and the labelling configuration for an ontology. See docs/formats/labelstudio.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.labelstudio.configuration import labelling_config
from vitruvian.formats.labelstudio.read import read
from vitruvian.formats.labelstudio.write import document, own_losses
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset

__all__ = ["LabelStudio", "labelling_config"]

_LISTS = ("annotations", "predictions", "completions")


@register
class LabelStudio(Codec):
    name = "labelstudio"
    title = "Label Studio JSON"
    suffixes = (".json",)
    precision = 1e-09
    holds = frozenset(FEATURES) - {"keyed", "no_box", "masks"}
    known = frozenset({"tasks", "read_as", "task", "source", "box", "points", "key", "shape", "ontology"})

    def sniff(self, peek: Peek) -> bool:
        first = peek.json[0] if isinstance(peek.json, list) and peek.json else peek.json
        if isinstance(first, dict):
            return isinstance(first.get("data"), dict) and any(name in first for name in _LISTS)
        return any(peek.list_has_keys("data", name) for name in _LISTS)

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write_atomically(path, encode_json(document(dataset)))

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *own_losses(dataset)]
