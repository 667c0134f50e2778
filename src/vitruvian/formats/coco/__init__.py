"""COCO: keypoints, results, WholeBody, and PoseTrack's extras. See docs/formats/coco.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.coco.columns import read_columns
from vitruvian.formats.coco.read import read
from vitruvian.formats.coco.write import dumps, write
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.labels import Columns, Dataset


@register
class Coco(Codec):
    name = "coco"
    title = "COCO keypoints, results, WholeBody, PoseTrack"
    suffixes = (".json",)
    holds = frozenset(FEATURES) - {"keyed"}
    known = frozenset(
        {
            "id", "image_id", "category_id", "keypoints", "num_keypoints", "bbox", "area", "iscrowd", "segmentation",
            "score", "scores", "track_id", "attributes", "file_name", "width", "height", "video", "frame_index",
            "video_frames", "foot_kpts", "face_kpts", "lefthand_kpts", "righthand_kpts", "shape", "top", "lists",
            "instance_id", "computed",
        }
    )  # fmt: skip

    def sniff(self, peek: Peek) -> bool:
        if peek.has_keys("annotations", "images"):
            return True
        # AlphaPose names files where COCO has ids.
        of_results = peek.list_has_keys("image_id", "keypoints", "category_id")
        return of_results and not Path(str(peek.json[0]["image_id"])).suffix

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)

    def dumps(self, dataset: Dataset) -> bytes:
        return dumps(dataset)

    def columns(self, path: Path) -> Columns:
        return read_columns(path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        """Return what is lost: COCO lists pictures, so a video is there through its labelled frames only."""
        used = {i.media for i in dataset.instances if not i.deleted}
        gone = [
            entry.name
            for at, entry in enumerate(dataset.media)
            if entry.kind == "video" and at not in used and not any(name.startswith("coco") for name in entry.extras)
        ]
        found = super().losses(dataset)
        return [*found, Loss("unused_media", "videos without an instance", len(gone), gone[0])] if gone else found
