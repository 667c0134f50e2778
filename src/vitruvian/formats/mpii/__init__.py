"""MPII Human Pose: the Matlab file, and the JSON form that mmpose trains with. See docs/formats/mpii.md."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.losses import Loss
from vitruvian.formats.matlab import first_name
from vitruvian.formats.mpii import as_json, release
from vitruvian.formats.mpii.people import losses
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset


@register
class Mpii(Codec):
    name = release.NAME
    title = "MPII Human Pose, the Matlab file"
    suffixes = (".mat",)
    precision = 1e-11
    holds = frozenset({"hidden", "no_score", "no_box", "no_points", "media_names", "unused_media"})
    known = frozenset({"image", "annorect", "annopoints", "top", "others"})

    def sniff(self, peek: Peek) -> bool:
        return peek.head.startswith(b"MATLAB 5.0") and first_name(peek.head) == "RELEASE"

    def read(self, path: Path) -> Dataset:
        return release.read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        release.write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        return losses(dataset, super().losses(dataset))


@register
class MpiiJson(Codec):
    name = as_json.NAME
    title = "MPII as a JSON list, as mmpose trains with"
    # Not plainly .json: a file of that ending that looks like no format, or is to be written, is meant to be COCO's.
    suffixes = (".mpii.json",)
    holds = frozenset({"no_score", "no_box", "no_points", "media_names"})
    known = frozenset({"image", "joints", "joints_vis", "shape"})

    def sniff(self, peek: Peek) -> bool:
        return peek.list_has_keys("image", "center", "scale") and not peek.list_has_keys("image_id")

    def read(self, path: Path) -> Dataset:
        return as_json.read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        as_json.write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        return losses(dataset, super().losses(dataset))
