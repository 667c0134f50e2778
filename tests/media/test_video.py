"""Every frame by its number, whatever the file does with time."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import av.codec
import numpy as np
import pytest

from tests.media.clips import HEIGHT, WIDTH, number_of, picture, probes, trim, turn, write_clip
from vitruvian.errors import MediaError
from vitruvian.media import VideoReader

CLOSED = {"x264-params": "bframes=3:keyint=20:b-adapt=0:scenecut=0"}
OPEN = {"x264-params": "bframes=3:keyint=12:open-gop=1:b-adapt=0:scenecut=0"}
HEVC = {"x265-params": "log-level=none:keyint=12:bframes=3:open-gop=1:b-adapt=0:scenecut=0"}
STEPS = np.random.default_rng(1).integers(5, 90, 59).tolist()

Maker = Callable[[Path], Path]
KINDS: dict[str, Maker] = {
    "B-frames": lambda d: write_clip(d / "c.mp4", options=CLOSED),
    "open GOP": lambda d: write_clip(d / "c.mp4", options=OPEN),
    "open GOP in Matroska": lambda d: write_clip(d / "c.mkv", options=OPEN),
    "variable rate": lambda d: write_clip(d / "c.mp4", options=CLOSED, steps=STEPS),
    "one key frame": lambda d: write_clip(d / "c.mp4", options={"x264-params": "bframes=3:keyint=500:scenecut=0"}),
    "key frames only": lambda d: write_clip(d / "c.mp4", options={"x264-params": "keyint=1"}),
    "key frame every second": lambda d: write_clip(d / "c.mp4", options={"x264-params": "keyint=2:bframes=1"}),
    "fragments": lambda d: write_clip(
        d / "c.mp4", options=CLOSED, format_options={"movflags": "frag_keyframe+empty_moov"}
    ),
    "transport stream": lambda d: write_clip(d / "c.ts", options=CLOSED),
    "HEVC": lambda d: write_clip(d / "c.mp4", codec="libx265", options=HEVC),
    "AVI without times": lambda d: write_clip(d / "c.avi", codec="mpeg4", options={"g": "12"}),
    "AVI with B-frames": lambda d: write_clip(d / "c.avi", codec="mpeg4", options={"g": "12", "bf": "2"}),
    "MPEG-2": lambda d: write_clip(d / "c.mpg", codec="mpeg2video", options={"g": "12", "bf": "2"}),
    "VP9 with hidden frames": lambda d: write_clip(
        d / "c.webm",
        codec="libvpx-vp9",
        options={"g": "20", "auto-alt-ref": "1", "lag-in-frames": "12", "deadline": "realtime", "cpu-used": "8"},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_frame_in_any_order(kind: str, tmp_path: Path) -> None:
    _need_encoder({"HEVC": "libx265", "VP9 with hidden frames": "libvpx-vp9"}.get(kind, "libx264"))
    clip = KINDS[kind](tmp_path)
    with VideoReader(clip) as video:
        assert len(video) == 60
        assert video.index.complete
        assert [number_of(video.frame(n)) for n in probes(60)] == probes(60)
        assert [number_of(frame) for frame in video.frames()] == list(range(60))
        assert [number_of(frame) for frame in video.frames(50, 20_000, 3)] == [50, 53, 56, 59]


@pytest.mark.parametrize("kind", ["open GOP", "HEVC", "MPEG-2"])
def test_pictures_kept_around_a_seek_are_whole(kind: str, tmp_path: Path) -> None:
    _need_encoder({"HEVC": "libx265"}.get(kind, "libx264"))
    clip = KINDS[kind](tmp_path)
    with VideoReader(clip) as video:
        whole = [frame.copy() for frame in video.frames()]
    for n in range(10, 28):
        with VideoReader(clip) as video:
            video.frame(n)
            assert all(np.array_equal(video.frame(m), whole[m]) for m in range(n - 4, n + 1))


def test_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    with VideoReader(KINDS["variable rate"](tmp_path)) as video:
        expected = np.concatenate(([0], np.cumsum(STEPS))) / 600
        assert video.index.times - video.index.times[0] == pytest.approx(expected, abs=1e-4)


def test_frames_that_an_edit_list_hides_are_not_counted(tmp_path: Path) -> None:
    clip = trim(write_clip(tmp_path / "c.mp4", options=CLOSED), tmp_path / "trimmed.mp4", 13)
    with VideoReader(clip) as video:
        assert video.index.complete
        assert [number_of(video.frame(n)) for n in probes(47)] == [n + 13 for n in probes(47)]


@pytest.mark.parametrize(("degrees", "back"), [(90, 1), (180, 2), (270, 3)])
def test_rotation_is_applied(degrees: int, back: int, tmp_path: Path) -> None:
    clip = turn(write_clip(tmp_path / "c.mp4", 8, options=CLOSED), tmp_path / "turned.mp4", degrees)
    with VideoReader(clip) as video:
        assert video.index.rotation == degrees
        shown = video.frame(5)
        assert shown.shape[:2] == (video.index.height, video.index.width)
        assert shown.shape[:2] == ((WIDTH, HEIGHT) if back % 2 else (HEIGHT, WIDTH))
        # Turning clockwise and back again counter-clockwise.
        assert number_of(np.rot90(shown, back)) == 5


def test_colours_survive(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "c.mp4", 4, options={**CLOSED, "crf": "4"})
    with VideoReader(clip) as video:
        assert np.abs(video.frame(2).astype(int) - picture(2)).mean() < 6


@pytest.mark.parametrize("n", [-1, 60, 1_000_000])
def test_a_frame_that_is_not_there(n: int, tmp_path: Path) -> None:
    with VideoReader(KINDS["B-frames"](tmp_path)) as video, pytest.raises(MediaError, match="frames 0 to 59"):
        video.frame(n)


@pytest.mark.parametrize("kind", ["half", "no table", "empty", "text", "noise", "sound", "folder", "missing"])
def test_a_file_that_is_no_video(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.mp4"
    whole = write_clip(tmp_path / "whole.mp4", options=CLOSED).read_bytes()
    if kind == "sound":
        with av.open(str(bad), "w") as out:
            stream = out.add_stream("aac", rate=16000)
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            silence.rate = 16000
            out.mux(stream.encode(silence))
            out.mux(stream.encode(None))
    elif kind == "folder":
        bad.mkdir()
    elif kind != "missing":
        content = {
            "half": whole[: len(whole) // 2],
            "no table": whole[: whole.rindex(b"moov") - 4],
            "empty": b"",
            "text": b"frame 1\n" * 400,
            "noise": random.Random(0).randbytes(50_000),
        }
        bad.write_bytes(content[kind])
    with pytest.raises(MediaError) as caught:
        VideoReader(bad)
    assert caught.value.where == str(bad)
    assert caught.value.hint
    assert "Errno" not in caught.value.message
    said = capfd.readouterr()
    assert not [line for line in said.err.splitlines() if "x264" not in line and line.strip()]


@pytest.mark.parametrize("share", [0.5, 0.83])
@pytest.mark.parametrize("kind", ["faststart", "fragments", "Matroska", "AVI"])
def test_half_a_video_gives_the_frames_that_it_has(kind: str, share: float, tmp_path: Path) -> None:
    clip = {
        "faststart": lambda: write_clip(tmp_path / "c.mp4", options=CLOSED, format_options={"movflags": "faststart"}),
        "fragments": lambda: write_clip(
            tmp_path / "c.mp4", 120, options=CLOSED, format_options={"movflags": "frag_keyframe+empty_moov"}
        ),
        "Matroska": lambda: write_clip(tmp_path / "c.mkv", options=CLOSED),
        "AVI": lambda: write_clip(tmp_path / "c.avi", codec="mpeg4", options={"g": "12"}),
    }[kind]()
    content = clip.read_bytes()
    clip.write_bytes(content[: int(len(content) * share)])
    with VideoReader(clip) as video:
        assert not video.index.complete
        count = len(video)
        assert 0 < count < 120
        assert [number_of(frame) for frame in video.frames()] == list(range(count))


def test_damage_within_never_shows_another_frame(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "c.mp4", 120, options=CLOSED)
    content = bytearray(clip.read_bytes())
    for at in range(3000, 3060):
        content[at] ^= 0xA5
    clip.write_bytes(content)
    shown = []
    with VideoReader(clip) as video:
        for n in range(len(video)):
            try:
                shown.append((n, number_of(video.frame(n))))
            except MediaError as error:
                assert error.where == str(clip)  # noqa: PT017 one of many frames
    # A frame may be blurred where the damage left no trace for the decoder (-1), but is never one of another moment.
    assert all(number in (n, -1) for n, number in shown)
    assert {n for n, _ in shown} >= set(range(20)) | set(range(100, 120))


def _shared_clips() -> list[Path]:
    beside = Path(__file__).resolve().parents[2] / "../shared"
    data = Path(os.environ.get("VITRUVIAN_SHARED", beside)) / "data"
    return sorted(p for p in data.rglob("*") if p.suffix.lower() in {".mp4", ".avi", ".mkv"})


@pytest.mark.parametrize("clip", _shared_clips(), ids=lambda p: p.name)
def test_random_access_equals_reading_through(clip: Path) -> None:
    with VideoReader(clip) as video:
        count = min(len(video), 150)
        hashes = [hash(frame.tobytes()) for frame in video.frames(0, count - 1)]
    order = random.Random(5).sample(range(count), min(count, 8))
    with VideoReader(clip) as video:
        for n in order:
            for m in (n, min(n + 1, count - 1), max(n - 1, 0)):
                assert hash(video.frame(m).tobytes()) == hashes[m], m


def _need_encoder(name: str) -> None:
    try:
        av.codec.Codec(name, "w")
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this PyAV has no {name}")
