"""SLEAP: labels and predictions in .slp files. See docs/formats/sleap.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.peek import Peek
from vitruvian.formats.sleap.read import read
from vitruvian.formats.sleap.write import write
from vitruvian.labels import Dataset

_MAGIC = b"\x89HDF\r\n\x1a\n"


@register
class Sleap(Codec):
    name = "sleap"
    title = "SLEAP labels and predictions (.slp)"
    suffixes = (".slp",)
    holds = frozenset(
        {
            "hidden", "scores", "no_score", "confidence", "no_box", "tracks", "no_points", "videos", "media_names",
            "sizes", "unused_media", "names", "edges", "flips", "categories", "skeletons",
        }
    )  # fmt: skip
    known = frozenset({"predicted", "scores", "visible", "video", "backend", "name", "source", "tracks", "frames"})

    def sniff(self, peek: Peek) -> bool:
        return peek.head.startswith(_MAGIC) and (peek.suffix == ".slp" or b"pred_points" in peek.head)

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)
