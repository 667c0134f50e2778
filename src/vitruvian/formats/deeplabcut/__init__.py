"""DeepLabCut: projects, tables of labels, predictions. See docs/formats/deeplabcut.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.deeplabcut.hdf import KEY
from vitruvian.formats.deeplabcut.read import CONFIGS, is_hdf, read, tables_in
from vitruvian.formats.deeplabcut.write import keeps_name, write_file, write_project
from vitruvian.formats.losses import Loss, renamed
from vitruvian.formats.peek import Peek
from vitruvian.formats.pose_table import header, is_lightning_pose
from vitruvian.labels import Dataset


@register
class DeepLabCut(Codec):
    name = "deeplabcut"
    title = "DeepLabCut project, labels (csv, h5), predictions"
    suffixes = (".csv", ".h5")
    folder = True
    holds = frozenset({"no_score", "no_box", "tracks", "unused_media", "names", "edges"})
    known = frozenset({"cells", "table", "index", "rows", "tables"})

    def sniff(self, peek: Peek) -> bool:
        if peek.is_folder and "config.yaml" not in peek.names:
            return any(True for _ in tables_in(peek.path))
        if peek.is_folder or peek.suffix in CONFIGS:
            text = peek.head if not peek.is_folder else Peek(peek.path / "config.yaml").head
            lines = {line.partition(b":")[0].strip() for line in text.splitlines()}
            return {b"scorer", b"bodyparts"} <= lines
        if is_hdf(peek.path):
            return KEY.encode() in peek.head
        top = header(peek.head)
        return bool(top) and not is_lightning_pose(top, peek.path.stem)

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        """Write a table where `path` ends as one, else a project's folder."""
        if path.suffix.lower() in (*self.suffixes, ".hdf5"):
            write_file(dataset, path)
        else:
            write_project(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        told = renamed(super().losses(dataset), dataset, keeps_name)
        live = [i for i in dataset.instances if not i.deleted and self.name not in i.extras]
        nameless = [i for i in live if i.track is None]
        if nameless and len(nameless) < len(live):
            what = "instances without a track, which get the name of an individual beside those with one"
            told.append(Loss("tracks", what, len(nameless), f"instance {nameless[0].id}"))
        return told
