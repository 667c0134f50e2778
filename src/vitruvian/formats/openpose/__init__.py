"""OpenPose: a JSON file for each frame. See docs/formats/openpose.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.losses import Loss, implied, renamed
from vitruvian.formats.openpose.layout import ENDING, PARTS, layout_of, skeleton
from vitruvian.formats.openpose.read import read
from vitruvian.formats.openpose.write import keeps_name, write
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset

_LISTS = tuple(f"{part}_keypoints{ending}" for part in PARTS for ending in ("_2d", ""))


@register
class OpenPose(Codec):
    name = "openpose"
    title = "OpenPose, a JSON file for each frame"
    folder = True
    holds = frozenset({"scores", "no_box", "tracks", "no_points", "videos", "unused_media"})
    known = frozenset({"person_id", *_LISTS, "shape", "file", "top", "frames"})

    def sniff(self, peek: Peek) -> bool:
        if peek.is_folder:
            return any(name.endswith(ENDING) for name in peek.names)
        people = peek.json.get("people") if isinstance(peek.json, dict) else None
        if not isinstance(people, list) or "annotations" in peek.json:
            return False
        if not people:
            return "version" in peek.json
        return isinstance(people[0], dict) and any(field in people[0] for field in _LISTS)

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        found = renamed(super().losses(dataset), dataset, keeps_name)
        return implied(found, dataset, lambda category: skeleton(layout_of(category).counts))
