"""What a media file is: kind, size, frames, times, sha256."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import MediaError
from vitruvian.media.files import IMAGES, sha256, unreadable
from vitruvian.media.images import image_facts, read_image
from vitruvian.media.video import VideoReader


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Facts about one file.

    Attributes
    ----------
    kind : {"image", "video"}
    width, height : int
        Pixels as shown.
    frames : int
    fps : tuple of int
        Numerator and denominator of the average rate; (0, 1) for an image.
    times : ndarray, shape (frames,), float64, or None
        Presentation times in seconds.
    rotation : int
    sha256 : str
    codec : str
    longest_gop : int
        Frames between key frames at most; how far a seek must decode.
    complete : bool
        False when a video ends before its header says so; the frames that are there can be used.
    pictures : int
        How many an image file holds: more than 1 for an animation or a TIFF of several pages, of which the first is
        used.
    """

    kind: str
    width: int
    height: int
    frames: int
    fps: tuple[int, int]
    times: NDArray[np.float64] | None
    rotation: int
    sha256: str
    codec: str = ""
    longest_gop: int = 1
    complete: bool = True
    pictures: int = 1


def probe(path: Path) -> MediaInfo:
    """Look into an image or a video.

    Raises
    ------
    MediaError
        It cannot be read.
    """
    _check_file(path)
    if path.suffix.lower() in IMAGES:
        width, height, pictures = image_facts(path)
        return MediaInfo("image", width, height, 1, (0, 1), None, 0, sha256(path), pictures=pictures)
    with VideoReader(path) as video:
        index = video.index
        gaps = np.diff(np.append(index.keyframes, len(index.pts)))
        return MediaInfo(
            kind="video",
            width=index.width,
            height=index.height,
            frames=len(index.pts),
            fps=(index.fps.numerator, index.fps.denominator),
            times=index.times,
            rotation=index.rotation,
            sha256=sha256(path),
            codec=index.codec,
            longest_gop=int(gaps.max(initial=1)),
            complete=index.complete,
        )


def _check_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
    except FileNotFoundError as error:
        raise MediaError("There is no such file", where=str(path), hint="check the path") from error
    except OSError as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(mode):
        what = "This is a folder" if stat.S_ISDIR(mode) else "This is no ordinary file"
        raise MediaError(f"{what}, neither an image nor a video", where=str(path), hint="name the files themselves")


class ImageReader:
    """An image with the interface of a video of one frame."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __len__(self) -> int:
        return 1

    def __enter__(self) -> ImageReader:
        return self

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...

    def frame(self, n: int) -> NDArray[np.uint8]:
        """Return the picture, shape (H, W, 3), uint8, RGB; raises MediaError unless `n` is 0."""
        if n:
            raise MediaError(f"An image has frame 0 only, not {n}", where=str(self.path))
        return read_image(self.path)


def open_frames(path: Path) -> VideoReader | ImageReader:
    """Open an image or a video for reading frames by index; raises MediaError."""
    return ImageReader(path) if path.suffix.lower() in IMAGES else VideoReader(path)
