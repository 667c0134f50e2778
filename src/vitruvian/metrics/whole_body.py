"""COCO-WholeBody's parts: which of the 133 keypoints are body, feet, face and hands."""

from __future__ import annotations

from typing import Final

#: In the order in which the benchmark reports them.
PARTS: Final = {
    "body": range(17),
    "foot": range(17, 23),
    "face": range(23, 91),
    "left hand": range(91, 112),
    "right hand": range(112, 133),
}
KEYPOINTS: Final = 133
