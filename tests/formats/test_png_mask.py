import base64
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vitruvian.formats import png_mask
from vitruvian.geometry import rle

#: A mask of 4 x 3 pixels as Supervisely's own library writes it: palette, black transparent, deflated once more.
SUPERVISELY = np.array([[0, 1, 1, 0], [1, 1, 1, 1], [0, 0, 1, 0]], np.bool_)


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """Return a grey PNG whose head may lie about what is in it."""
    out = b"\x89PNG\r\n\x1a\n"
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


masks = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(lambda shape: arrays(np.bool_, shape))


@given(masks, st.booleans())
def test_what_is_encoded_is_decoded(pixels: np.ndarray, zipped: bool) -> None:
    assert np.array_equal(png_mask.decode(png_mask.encode(pixels, zipped=zipped), zipped=zipped), pixels)


@given(masks, st.integers(0, 5), st.integers(0, 5))
def test_a_mask_cut_out_and_placed_is_the_same(pixels: np.ndarray, left: int, top: int) -> None:
    whole = np.zeros((20, 21), np.bool_)
    whole[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    mask = rle.from_pixels(whole)
    found = png_mask.placed(*png_mask.cut_out(mask), (20, 21))
    assert np.array_equal(rle.to_pixels(found), whole)
    assert png_mask.agree(mask, found)


def test_bits_of_any_value_belong_to_the_mask() -> None:
    rows = b"\x00\x00\x01\x00\xff\x00"
    assert png_mask.decode(text(png(2, 2, rows)), zipped=False).tolist() == [[False, True], [True, False]]


def test_what_is_transparent_is_no_mask() -> None:
    packed = png_mask.encode(SUPERVISELY, zipped=True)
    assert zlib.decompress(base64.b64decode(packed))[:4] == b"\x89PNG"
    assert png_mask.decode(packed, zipped=True).tolist() == SUPERVISELY.tolist()


@pytest.mark.parametrize(("width", "height"), [(1 << 31, 1 << 31), (1 << 16, 1 << 16), (0, 5), (9000, 9000)])
@pytest.mark.parametrize("zipped", [False, True])
def test_a_picture_that_states_an_absurd_size_is_not_decoded(width: int, height: int, zipped: bool) -> None:
    data = png(width, height)
    with pytest.raises(ValueError, match="states"):
        png_mask.decode(text(zlib.compress(data) if zipped else data), zipped=zipped)


def test_a_picture_larger_than_the_one_it_is_of_is_not_decoded() -> None:
    with pytest.raises(ValueError, match="stick out"):
        png_mask.decode(text(png(30, 20)), (480, 20), zipped=False)


def test_what_swells_beyond_its_size_is_refused() -> None:
    swollen = png(2, 2, b"\x00" * 6) + bytes(50_000_000)
    with pytest.raises(ValueError, match="longer than a PNG"):
        png_mask.decode(text(zlib.compress(swollen, 9)), zipped=True)


@pytest.mark.parametrize("bad", [None, 7, "", "!", "aGVsbG8=", text(png(2, 2)[:40]), text(b"\x89PNG\r\n\x1a\n")])
@pytest.mark.parametrize("zipped", [False, True])
def test_what_is_no_picture_is_refused(bad: object, zipped: bool) -> None:
    with pytest.raises(ValueError, match=r"^it "):
        png_mask.decode(bad, zipped=zipped)


def test_a_mask_that_sticks_out_is_refused() -> None:
    with pytest.raises(ValueError, match="stick out"):
        png_mask.placed(SUPERVISELY, 8, 0, (10, 10))
    with pytest.raises(ValueError, match="left of"):
        png_mask.placed(SUPERVISELY, -1, 0, (10, 10))
    assert png_mask.placed(SUPERVISELY, 6, 7, (10, 10))["size"] == [10, 10]
