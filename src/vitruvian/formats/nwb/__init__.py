"""NWB: training labels and predictions of ndx-pose. See docs/formats/nwb.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.losses import FEATURES, Loss, losses
from vitruvian.formats.nwb.predictions import is_predicted
from vitruvian.formats.nwb.read import read
from vitruvian.formats.nwb.write import write
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset

ALL = frozenset(FEATURES)


@register
class Nwb(Codec):
    name = "nwb"
    title = "NWB training labels and predictions (ndx-pose)"
    suffixes = (".nwb",)
    holds = frozenset(
        {
            "hidden",
            "scores",
            "no_score",
            "tracks",
            "no_box",
            "no_points",
            "videos",
            "media_names",
            "sizes",
            "unused_media",
            "names",
            "edges",
            "categories",
            "skeletons",
        }
    )
    known = frozenset({"series", "file", "frame", "name", "session_description", "estimation", "estimations", "scores"})

    def sniff(self, peek: Peek) -> bool:
        return peek.suffix == ".nwb" and peek.head.startswith(b"\x89HDF\r\n\x1a\n")

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        """Return what is lost: predictions have no hidden points, labels of people no tracks."""
        predicted = [i for i in dataset.instances if is_predicted(i)]
        labelled = [i for i in dataset.instances if not is_predicted(i)]
        found = super().losses(dataset)
        for instances, features in ((predicted, {"hidden", "no_points"}), (labelled, {"tracks"})):
            part = replace(dataset, instances=instances)
            found += [each for each in losses(part, self.name, ALL - features, {}) if each.feature in features]
        return found
