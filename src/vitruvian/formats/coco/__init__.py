"""COCO: keypoints, results, WholeBody, and PoseTrack's extras. See docs/formats/coco.md."""

from vitruvian.formats.coco.read import read
from vitruvian.formats.coco.write import dumps, write

__all__ = ["dumps", "read", "write"]
