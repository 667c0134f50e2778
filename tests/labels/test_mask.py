from __future__ import annotations

from typing import Any

import pytest

from vitruvian.errors import LabelError
from vitruvian.geometry import rle
from vitruvian.labels import check_mask

FULL = {"size": [4, 5], "counts": [0, 20]}


@pytest.mark.parametrize(
    "mask",
    [
        FULL,
        {"size": [4, 5], "counts": rle.pack([3, 5, 2, 10])},
        {"size": [4, 5], "counts": [20]},
        [[0, 0, 4.5, 0, 4.5, 3]],
        [[-2, -2, 9, 0, 9, 9], [0, 0, 1, 0, 1, 1, 0, 1]],
    ],
)
def test_masks_that_fit(mask: Any) -> None:
    check_mask(mask, 5, 4)


@pytest.mark.parametrize(
    ("mask", "what"),
    [
        ({"size": [5, 4], "counts": [0, 20]}, r"height and width \[5, 4\], this one has \[4, 5\]"),
        ({"counts": [0, 20]}, "height and width None"),
        ({"size": [4, 5], "counts": [0, 19]}, "do not add up"),
        ({"size": [4, 5], "counts": [25, -5]}, "do not add up"),
        ({"size": [4, 5], "counts": [0.5, 19.5]}, "no whole number"),
        ({"size": [4, 5], "counts": [True, 19]}, "no whole number"),
        ({"size": [4, 5], "counts": "~"}, "no packed COCO RLE"),
        ({"size": [4, 5]}, "cannot be read"),
        ({"size": [4, 5], "counts": [[[0]], 20]}, "no whole number"),
        ([], "no polygon"),
        ([[0, 0, 1, 1]], "three corners"),
        ([[0, 0, 1, 1, 2, 2, 3]], "three corners"),
        ([0, 0, 1, 1, 2, 2], "three corners"),
        ([[0, 0, 1, 1, 2, "2"]], "no place of the picture"),
        ([[0, 0, 1, 1, 2, 1e300]], "no place of the picture"),
        ([[0, 0, 1, 1, 2, float("nan")]], "no place of the picture"),
        ([[0.0, 0.0, 1.0, 1.0] * 40_000] * 2, "160000 corners"),
    ],
)
def test_masks_that_do_not(mask: Any, what: str) -> None:
    with pytest.raises(LabelError, match=what) as refused:
        check_mask(mask, 5, 4, where="instance a")
    assert "instance a" in refused.value.where
