"""Masks kept as small PNG pictures of their own extent, as labelme and Supervisely do, and COCO's run lengths."""

from __future__ import annotations

import base64
import binascii
import io
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.geometry import rle

#: A PNG says its size in the first chunk, which has this head.
_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
#: A PNG of bits is hardly ever larger than its pixels; what names, times and colours take comes on top.
_SPARE = 1 << 16


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height that a PNG states, without decoding it.

    Raises
    ------
    ValueError
        It is no PNG, is empty, or states more pixels than are laid out.
    """
    if png[: len(_HEAD)] != _HEAD or len(png) < len(_HEAD) + 8:
        raise ValueError("it is no PNG")
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (len(_HEAD), len(_HEAD) + 4))
    if not width or not height or width * height > rle.MAX_PIXELS:
        raise ValueError(f"it states {width} x {height} pixels; up to {rle.MAX_PIXELS} are read")
    return width, height


def decode(text: Any, size: tuple[int, int] = (0, 0), *, zipped: bool) -> NDArray[np.bool_]:
    """Return the pixels of a mask, shape (height, width).

    Parameters
    ----------
    text : str
        PNG as base64.
    size : (int, int)
        Height and width of the picture it is of, which it must not exceed; 0 where they are not known.
    zipped : bool
        Supervisely's way: the PNG is deflated once more, and a picture with transparency is a mask where it is not
        transparent. Otherwise every pixel that is not 0 belongs to the mask.

    Raises
    ------
    ValueError
        It is no such text, or too large.
    FormatError
        Pillow is not installed.
    """
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as error:
        raise ValueError("it is no base64") from error
    if zipped:
        data = _inflated(data)
    width, height = size_of(data)
    if 0 < size[0] < height or 0 < size[1] < width:
        raise ValueError(f"it states {width} x {height} pixels, which stick out of the picture")
    image_of = _pillow()
    try:
        with image_of.open(io.BytesIO(data), formats=("PNG",)) as image:
            if zipped and ("transparency" in image.info or image.mode in {"LA", "RGBA", "PA"}):
                return np.array(np.asarray(image.convert("RGBA"))[:, :, 3], np.bool_)
            if zipped and image.mode == "P":
                return np.array(np.any(np.asarray(image.convert("RGB")), axis=2), np.bool_)
            pixels: NDArray[np.bool_] = np.asarray(image).astype(np.bool_)
    except (OSError, ValueError, SyntaxError, MemoryError, zlib.error, image_of.DecompressionBombError) as error:
        raise ValueError("it is no PNG that can be decoded") from error
    return pixels if pixels.ndim == 2 else np.any(pixels, axis=2)


def encode(pixels: NDArray[np.bool_], *, zipped: bool) -> str:
    """Return a mask of shape (height, width) as text, the inverse of :func:`decode`; raises FormatError as it does."""
    image = _pillow().fromarray(pixels.astype(np.uint8))
    out = io.BytesIO()
    if zipped:
        image.putpalette([0, 0, 0, 255, 255, 255])
        image.save(out, "PNG", transparency=0)
        return base64.b64encode(zlib.compress(out.getvalue())).decode()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def placed(pixels: NDArray[np.bool_], left: float, top: float, size: tuple[int, int]) -> dict[str, Any]:
    """Return COCO RLE of a mask that is known within a rectangle.

    Parameters
    ----------
    pixels : ndarray of bool, shape (H, W)
    left, top : float
        The rectangle's corner; a fraction is cut off, as both tools do.
    size : (int, int)
        Height and width of the picture; 0 where they are not known.

    Raises
    ------
    ValueError
        The rectangle sticks out of the picture.
    """
    height, width = pixels.shape
    if not (0 <= left < 1 << 31 and 0 <= top < 1 << 31):
        raise ValueError("it lies left of or above the picture, or far away")
    if (size[1] and int(left) + width > size[1]) or (size[0] and int(top) + height > size[0]):
        raise ValueError(f"its {width} x {height} pixels stick out of the picture")
    return rle.place(pixels, int(left), int(top), size)


def cut_out(mask: Mapping[str, Any]) -> tuple[NDArray[np.bool_], int, int]:
    """Return the pixels of what a COCO RLE covers, and the left and top of these; raises ValueError as `rle` does."""
    pixels = rle.to_pixels(mask)
    left, top, width, height = rle.extent(pixels)
    return pixels[top : top + height, left : left + width], left, top


def agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two RLE masks cover the same pixels, whatever pictures they are of."""
    try:
        (a, *at), (b, *there) = cut_out(one), cut_out(other)
    except ValueError:
        return False
    return (not a.any() and not b.any()) or (at == there and np.array_equal(a, b))


def _inflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        # Its first bytes say how large it may be: a small file can hold a gigabyte of zeros.
        head = unpacker.decompress(data, len(_HEAD) + 8)
        width, height = size_of(head)
        most = 2 * width * height + _SPARE
        data = head + unpacker.decompress(unpacker.unconsumed_tail, most)
    except zlib.error as error:
        raise ValueError("it is not deflated") from error
    if not unpacker.eof:
        raise ValueError("it is cut off, or longer than a PNG of its size")
    return data


def _pillow() -> Any:
    try:
        # Optional: most annotation files hold no pixel masks.
        from PIL import Image  # noqa: PLC0415
    except ImportError as error:
        raise FormatError(
            "Pixel masks are PNG pictures, which Pillow reads", hint="pip install 'vitruvian[media]'"
        ) from error
    return Image
