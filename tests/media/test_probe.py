"""What a file is, without asking for its frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.media.clips import HEIGHT, WIDTH, number_of, write_clip
from vitruvian.errors import MediaError
from vitruvian.media import open_frames, probe, sha256


def test_a_video(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "c.mp4", options={"x264-params": "keyint=20:scenecut=0"})
    info = probe(clip)
    assert (info.kind, info.width, info.height, info.frames, info.fps) == ("video", WIDTH, HEIGHT, 60, (30, 1))
    assert (info.codec, info.longest_gop, info.complete, info.rotation) == ("h264", 20, True, 0)
    assert info.sha256 == sha256(clip)
    assert info.times is not None
    assert info.times == pytest.approx(np.arange(60) / 30)


def test_an_image_as_it_is_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "i.jpg", exif=exif)
    info = probe(tmp_path / "i.jpg")
    assert (info.kind, info.width, info.height, info.frames, info.times) == ("image", 20, 30, 1, None)


def test_image_and_video_are_read_alike(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20), (1, 2, 3)).save(tmp_path / "i.png")
    with open_frames(tmp_path / "i.png") as image:
        assert len(image) == 1
        assert image.frame(0)[0, 0].tolist() == [1, 2, 3]
        with pytest.raises(MediaError, match="frame 0 only"):
            image.frame(1)
    with open_frames(write_clip(tmp_path / "c.mp4", 9)) as video:
        assert len(video) == 9
        assert number_of(video.frame(8)) == 8


@pytest.mark.parametrize("name", ["nothing.mp4", "nothing.png"])
def test_no_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        probe(tmp_path / name)


def test_a_folder_is_no_media(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="folder"):
        probe(tmp_path)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG"])
def test_of_several_pictures_in_a_file_the_first_is_used(kind: str, tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (20, 10), (40 * n, 0, 0)) for n in range(5)]
    pictures[0].save(tmp_path / "several.png", kind, save_all=True, append_images=pictures[1:])
    info = probe(tmp_path / "several.png")
    assert (info.frames, info.pictures, info.width) == (1, 5, 20)
    with open_frames(tmp_path / "several.png") as image:
        assert image.frame(0).max() <= 2


@pytest.mark.parametrize(
    "text",
    ["hello\n" * 500, "ffconcat version 1.0\nfile real.mp4\n", "#EXTM3U\n#EXTINF:10,\nreal.mp4\n#EXT-X-ENDLIST\n"],
)
@pytest.mark.parametrize("name", ["notes.txt", "list.mp4", "list.m3u8"])
def test_text_and_playlists_are_no_videos(text: str, name: str, tmp_path: Path) -> None:
    write_clip(tmp_path / "real.mp4", 6)
    (tmp_path / name).write_text(text)
    with pytest.raises(MediaError, match="not a video"):
        probe(tmp_path / name)


def test_a_colon_in_a_name_names_no_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_clip(tmp_path / "http:clip 100%.mp4", 6)
    monkeypatch.chdir(tmp_path)
    assert probe(Path("http:clip 100%.mp4")).frames == 6
