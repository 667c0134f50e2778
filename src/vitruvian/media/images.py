"""Images of every usual kind as 8-bit RGB, turned as EXIF says."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from vitruvian.errors import MediaError
from vitruvian.media.files import unreadable

#: A picture of more pixels than this is refused: it may be small on disk and fill the memory.
#: Pillow itself refuses to open more than about this many.
MAX_PIXELS = 178_000_000

_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N", "I")


def read_image(path: Path) -> NDArray[np.uint8]:
    """Decode an image; of several in one file (an animation, the pages of a TIFF) the first.

    Alpha is laid over white; 16-bit is scaled to 8; CMYK, grayscale and palettes become RGB.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ndarray, shape (H, W, 3), uint8, RGB

    Raises
    ------
    MediaError
        Empty, truncated, not an image, or too large.
    """
    return _read(path)[0]


def image_facts(path: Path) -> tuple[int, int, int]:
    """Return width and height as shown, and how many pictures the file holds.

    Raises MediaError as `read_image` does, damaged pixels included.
    """
    picture, count = _read(path)
    return picture.shape[1], picture.shape[0], count


def _read(path: Path) -> tuple[NDArray[np.uint8], int]:
    try:
        with warnings.catch_warnings():
            # Pillow warns at a size of its own and about harmless metadata; MAX_PIXELS is our limit.
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                # The others in a JPEG (MPO) are previews and depth maps of the first.
                count = int(getattr(image, "n_frames", 1)) if image.format != "MPO" else 1
                return _rgb(image, path), count
    except FileNotFoundError as error:
        raise MediaError(
            "The image is no longer there", where=str(path), hint="put it back or import it anew"
        ) from error
    except UnidentifiedImageError as error:
        what = "The file is empty" if path.stat().st_size == 0 else "This is not an image that can be read"
        raise MediaError(what, where=str(path), hint="check where the file came from") from error
    except (IsADirectoryError, PermissionError) as error:
        raise unreadable(path, error) from error
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise MediaError(
            f"The image is damaged or cut off: {error}", where=str(path), hint="copy it again from its source"
        ) from error


def encode_jpeg(image: NDArray[np.uint8], quality: int = 90) -> bytes:
    """Return an RGB array (H, W, 3) uint8 as JPEG bytes."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def thumbnail(image: NDArray[np.uint8], size: int = 320) -> bytes:
    """Return JPEG bytes whose longer side is at most `size` pixels."""
    picture = Image.fromarray(image)
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    return encode_jpeg(np.asarray(picture), quality=82)


def _too_large(path: Path, size: str = "") -> MediaError:
    return MediaError(
        f"The image has more than {MAX_PIXELS // 1_000_000} million pixels{size}",
        where=str(path),
        hint="cut it into parts or make it smaller",
    )


def _rgb(image: Image.Image, path: Path) -> NDArray[np.uint8]:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(path, f" ({image.width} x {image.height})")
    turned = ImageOps.exif_transpose(image)
    if turned.mode in _SIXTEEN_BIT:
        deep = np.asarray(turned).astype(np.float64)
        # "I" also holds 8-bit and 32-bit pictures; what fits in 16 bits is read as 16-bit, as cameras write it.
        top = 65535.0 if deep.max(initial=0) > 255 else 255.0
        gray = np.clip(deep * (255.0 / max(top, deep.max(initial=0))), 0, 255).round().astype(np.uint8)
        return np.repeat(gray[..., None], 3, axis=2)
    if turned.mode == "F":
        deep = np.asarray(turned)
        gray = np.clip(deep * (255.0 if deep.max(initial=0) <= 1 else 1.0), 0, 255).round().astype(np.uint8)
        return np.repeat(gray[..., None], 3, axis=2)
    if "A" in turned.mode or "transparency" in turned.info:
        rgba = turned.convert("RGBA")
        flat = Image.new("RGB", rgba.size, "white")
        flat.paste(rgba, mask=rgba.getchannel("A"))
        return np.asarray(flat)
    return np.asarray(turned.convert("RGB"))
