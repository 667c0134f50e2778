"""Run lengths, with pycocotools as the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as oracle

from vitruvian.geometry import rle

pixels = arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(pixels)
def test_pixels_come_back(cells: np.ndarray) -> None:
    mask = rle.from_pixels(cells)
    np.testing.assert_array_equal(rle.to_pixels(mask), cells)
    packed = oracle.encode(np.asfortranarray(cells.astype(np.uint8)))
    assert rle.pack(np.array(mask["counts"])) == packed["counts"].decode()
    np.testing.assert_array_equal(rle.to_pixels(packed), cells)
    assert rle.area(mask) == rle.area(packed) == cells.sum()


@given(st.lists(st.integers(0, 2**40), max_size=12))
def test_lengths_of_any_size_are_packed_and_unpacked(runs: list[int]) -> None:
    assert rle.unpack(rle.pack(np.array(runs, np.int64))).tolist() == runs


@given(st.lists(st.integers(0, 2**24), min_size=1, max_size=12))
def test_packed_as_pycocotools_packs(runs: list[int]) -> None:
    mask = {"size": [sum(runs), 1], "counts": runs}
    assert rle.pack(np.array(runs)) == oracle.frPyObjects(mask, sum(runs), 1)["counts"].decode()


@pytest.mark.parametrize("text", ["a b", "~", "P", "o" * 20 + "0", b"\xff"])
def test_text_that_is_no_mask(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="no packed COCO RLE"):
        rle.unpack(text)


@pytest.mark.parametrize(
    ("mask", "what"),
    [
        ({"size": [2, 2], "counts": [1, 2]}, "do not add up"),
        ({"size": [2, 2], "counts": [5, -1]}, "do not add up"),
        ({"size": [-2, -2], "counts": [4]}, "negative"),
        ({"size": [2], "counts": [2]}, "not enough"),
        ({"counts": [2]}, "no COCO RLE"),
        ({"size": [2, 2], "counts": None}, "no COCO RLE"),
    ],
)
def test_masks_that_are_none(mask: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        rle.runs_of(mask)


def test_a_mask_that_is_too_large_is_measured_but_not_laid_out() -> None:
    mask = {"size": [10**9, 10**9], "counts": [10**18 - 5, 5]}
    assert rle.area(mask) == 5
    with pytest.raises(ValueError, match="more than"):
        rle.to_pixels(mask)


@given(pixels, st.integers(0, 3), st.integers(0, 3))
def test_a_part_of_a_picture(cells: np.ndarray, left: int, top: int) -> None:
    height, width = cells.shape
    whole = np.zeros((top + height + 2, left + width + 1), np.bool_)
    whole[top : top + height, left : left + width] = cells
    assert rle.place(cells, left, top, whole.shape) == rle.from_pixels(whole)
    x, y, wide, tall = rle.extent(whole)
    assert whole[y : y + tall, x : x + wide].sum() == whole.sum()
    if whole.any():
        edges = (whole[y], whole[y + tall - 1], whole[:, x], whole[:, x + wide - 1])
        assert all(edge.any() for edge in edges)
