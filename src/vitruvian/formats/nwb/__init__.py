"""NWB: training labels of ndx-pose. See docs/formats/nwb.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.nwb.read import read
from vitruvian.formats.nwb.write import write
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset


@register
class Nwb(Codec):
    name = "nwb"
    title = "NWB training labels (ndx-pose)"
    suffixes = (".nwb",)
    holds = frozenset(
        {
            "hidden",
            "no_box",
            "no_points",
            "videos",
            "sizes",
            "unused_media",
            "names",
            "edges",
            "categories",
            "skeletons",
        }
    )
    known = frozenset({"series", "file", "frame", "name", "session_description"})

    def sniff(self, peek: Peek) -> bool:
        return peek.suffix == ".nwb" and peek.head.startswith(b"\x89HDF\r\n\x1a\n")

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)
