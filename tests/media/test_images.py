"""Images of every kind come out as 8-bit RGB; damaged ones as one clear error."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from vitruvian.errors import MediaError
from vitruvian.media import encode_jpeg, images, read_image, thumbnail


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "picture.png"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int, tmp_path: Path) -> None:
    stored = Image.new("RGB", (30, 20), "white")
    stored.paste((255, 0, 0), (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x112] = orientation
    stored.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    shown = read_image(tmp_path / "turned.jpg")
    assert shown.shape[:2] == ((20, 30) if orientation <= 4 else (30, 20))
    # Where the stored top-left corner is shown, by the standard's table: row, column.
    corner = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
    red = shown[corner[orientation]]
    assert red[0] > 200
    assert red[1] < 60


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_gray_is_scaled(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"deep.{suffix}"
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(path)
    assert read_image(path)[0].tolist() == [[0] * 3, [128] * 3, [255] * 3]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_colour_is_scaled(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"deep.{suffix}"
    blue_green_red = np.zeros((2, 2, 3), np.uint16)
    blue_green_red[..., 2], blue_green_red[..., 1] = 65535, 32768
    cv2.imwrite(str(path), blue_green_red)
    assert read_image(path)[0, 0].tolist() == [255, 128, 0]


def test_alpha_lies_over_white(file: Path) -> None:
    Image.new("RGBA", (2, 2), (255, 0, 0, 128)).save(file)
    assert read_image(file)[0, 0].tolist() == [255, 127, 127]


def test_gray_with_alpha(file: Path) -> None:
    Image.new("LA", (2, 2), (100, 255)).save(file)
    assert read_image(file)[0, 0].tolist() == [100, 100, 100]


def test_black_and_white(file: Path) -> None:
    Image.new("1", (2, 2), 1).save(file)
    assert read_image(file)[0, 0].tolist() == [255, 255, 255]


def test_palette(file: Path) -> None:
    picture = Image.new("P", (2, 2), 1)
    picture.putpalette([0, 0, 0, 10, 200, 30])
    picture.save(file)
    assert read_image(file)[0, 0].tolist() == [10, 200, 30]


def test_transparent_palette(tmp_path: Path) -> None:
    picture = Image.new("P", (2, 2), 1)
    picture.putpalette([0, 0, 0, 10, 200, 30])
    picture.save(tmp_path / "clear.gif", transparency=1)
    assert read_image(tmp_path / "clear.gif")[0, 0].tolist() == [255, 255, 255]


def test_cmyk(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "print.jpg", quality=95)
    assert np.abs(read_image(tmp_path / "print.jpg")[0, 0].astype(int) - (255, 0, 0)).max() < 4


@pytest.mark.parametrize("kind", ["empty", "text", "cut png", "cut jpeg", "folder", "missing"])
def test_a_file_that_is_no_image(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.png"
    noise = Image.effect_noise((300, 300), 50)
    whole = {name: io.BytesIO() for name in ("png", "jpeg")}
    for name, buffer in whole.items():
        noise.save(buffer, name)
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        cut = whole.get(kind.removeprefix("cut "), io.BytesIO()).getvalue()
        path.write_bytes({"empty": b"", "text": b"hello"}.get(kind, cut[: len(cut) // 2]))
    with pytest.raises(MediaError) as caught:
        read_image(path)
    assert caught.value.where == str(path)
    assert caught.value.hint
    assert "Errno" not in caught.value.message


def test_too_many_pixels_are_refused_before_decoding(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("1", (200, 200)).save(file)
    monkeypatch.setattr(images, "MAX_PIXELS", 39_999)
    with pytest.raises(MediaError, match="200 x 200"):
        read_image(file)


def test_a_bomb_is_refused(file: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(file)
    assert file.stat().st_size < 100_000
    with pytest.raises(MediaError, match="pixels"):
        read_image(file)


def test_thumbnail_keeps_the_shape() -> None:
    small = Image.open(io.BytesIO(thumbnail(np.zeros((100, 400, 3), np.uint8), 80)))
    assert small.size == (80, 20)


def test_jpeg_is_close_to_its_source() -> None:
    rows, columns = np.mgrid[:64, :64]
    source = np.stack([rows * 3, columns * 3, rows + columns], axis=-1).astype(np.uint8)
    decoded = np.asarray(Image.open(io.BytesIO(encode_jpeg(source, 92))))
    assert np.abs(decoded.astype(int) - source).mean() < 4
