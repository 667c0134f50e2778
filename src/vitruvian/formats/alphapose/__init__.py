"""AlphaPose: one JSON list of people, and its `cmu` and `open` variants. See docs/formats/alphapose.md."""

from __future__ import annotations

import re
from pathlib import Path

from vitruvian.formats.alphapose.read import read
from vitruvian.formats.alphapose.records import FILE, NAME, skeleton, variant
from vitruvian.formats.alphapose.write import document
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import Loss, implied
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset

_HEAD = re.compile(rb'\s*\[\s*\{[^{}]*"image_id"\s*:\s*"[^"]*\.[A-Za-z0-9]{1,5}"')


@register
class AlphaPose(Codec):
    name = NAME
    title = "AlphaPose results, also its cmu and open variants"
    # Not plainly .json: a file of that ending that looks like no format, or is to be written, is meant to be COCO's.
    suffixes = (".alphapose.json",)
    holds = frozenset({"scores", "confidence", "boxes", "no_box", "tracks", "no_points", "media_names"})
    known = frozenset(
        {"image_id", "category_id", "keypoints", "score", "box", "idx", "joints", "pose_keypoints_2d", "shape", "top",
         "id", "variant", "computed"}
    )  # fmt: skip

    def sniff(self, peek: Peek) -> bool:
        if isinstance(peek.json, dict):
            return variant(peek.json) is not None and "annotations" not in peek.json
        if not peek.list_has_keys("image_id", "keypoints"):
            return False
        if peek.json is None:
            return _HEAD.match(peek.head) is not None
        id = peek.json[0]["image_id"]
        return isinstance(id, str) and FILE.fullmatch(id) is not None

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        dataset.check()
        write_atomically(path, encode_json(document(dataset)))

    def losses(self, dataset: Dataset) -> list[Loss]:
        one_video = [m.kind for m in dataset.media] == ["video"] and any(i.track is not None for i in dataset.instances)
        found = [loss for loss in super().losses(dataset) if not (one_video and loss.feature == "videos")]
        return implied(found, dataset, lambda category: skeleton(len(category.skeleton or ())))
