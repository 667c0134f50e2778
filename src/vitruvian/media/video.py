"""Video, exact by frame index: the rank of a frame's presentation time among the packets that are not discarded."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vitruvian.errors import MediaError

#: Decoded frames kept for stepping back; at 1080p about 6 MB each.
_KEPT = 12
#: Decoding on is cheaper than seeking when the wanted frame is at most this far ahead.
_AHEAD = 24


@dataclass(frozen=True, slots=True)
class VideoIndex:
    """The frame table of a video.

    Attributes
    ----------
    pts : ndarray, shape (F,), int64
        Presentation times in units of `time_base`, ascending.
    time_base : Fraction
        Seconds.
    keyframes : ndarray, shape (K,), int64
        Frame indices at which decoding can start.
    fps : Fraction
        Average rate.
    width, height : int
        Pixels as shown.
    rotation : int
        Degrees clockwise by which decoded frames are turned to be shown.
    codec : str
    complete : bool
        False when the file ends before its header says so.
    """

    pts: NDArray[np.int64]
    time_base: Fraction
    keyframes: NDArray[np.int64]
    fps: Fraction
    width: int
    height: int
    rotation: int
    codec: str
    complete: bool

    @property
    def times(self) -> NDArray[np.float64]:
        """Presentation times in seconds, shape (F,)."""
        return np.asarray(self.pts * float(self.time_base), np.float64)


class VideoReader:
    """Decodes frames of one file by index.

    Parameters
    ----------
    path : Path

    Raises
    ------
    MediaError
        Not a video, empty, or cut off in a way that leaves no frame.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._container = _open(path)
        try:
            self._stream = self._container.streams.video[0]
            self._stream.thread_type = "AUTO"
            self.index = _index(self._container, self._stream, path)
        except BaseException:
            self._container.close()
            raise
        self._rank = {int(pts): n for n, pts in enumerate(self.index.pts)}
        self._frames: Iterator[av.VideoFrame] | None = None
        self._position = -1
        self._kept: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.index.pts)

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._container.close()

    def frame(self, n: int) -> NDArray[np.uint8]:
        """Return frame `n`, shape (H, W, 3), uint8, RGB.

        Raises
        ------
        MediaError
            No such frame, or its data is damaged.
        """
        if not 0 <= n < len(self):
            raise MediaError(f"The video has frames 0 to {len(self) - 1}, not {n}", where=str(self.path))
        if n in self._kept:
            self._kept.move_to_end(n)
            return self._kept[n]
        if self._frames is not None and self._position < n <= self._position + _AHEAD:
            found = self._decode_to(n)
            if found is not None:
                return found
        return self._seek(n)

    def frames(self, first: int = 0, last: int | None = None, step: int = 1) -> Iterator[NDArray[np.uint8]]:
        """Yield frames `first` to `last` inclusive, every `step`-th."""
        for n in range(first, len(self) if last is None else min(last + 1, len(self)), step):
            yield self.frame(n)

    def _seek(self, n: int) -> NDArray[np.uint8]:
        # The container's idea of a key frame may be wrong (open GOP, HEVC), so when decoding from it passes the wanted
        # frame by, the next earlier key frame is tried, and at last the beginning.
        earlier = self.index.keyframes[self.index.keyframes <= n][::-1]
        for key in [*earlier[:3].tolist(), 0]:
            self._restart(int(key))
            found = self._decode_to(n)
            if found is not None:
                return found
        raise MediaError(
            f"Frame {n} cannot be decoded", where=str(self.path), hint="the file may be damaged there; try another copy"
        )

    def _restart(self, key: int) -> None:
        try:
            offset = int(self.index.pts[key]) if key else min(0, int(self.index.pts[0]))
            self._container.seek(offset, stream=self._stream, backward=True)
            self._frames = self._container.decode(self._stream)
            self._position = -1
        except av.error.FFmpegError:
            self._container.close()
            self._container = _open(self.path)
            self._stream = self._container.streams.video[0]
            self._stream.thread_type = "AUTO"
            self._frames = self._container.decode(self._stream)
            self._position = -1

    def _decode_to(self, n: int) -> NDArray[np.uint8] | None:
        while self._frames is not None:
            try:
                frame = next(self._frames, None)
            except av.error.InvalidDataError:
                continue
            except av.error.FFmpegError:
                frame = None
            if frame is None:
                self._frames = None
                return None
            rank = self._rank.get(frame.pts if frame.pts is not None else -1)
            if rank is None or rank < n - 3:
                self._position = max(self._position, rank if rank is not None else -1)
                continue
            if rank > n:
                self._frames = None
                return None
            self._position = rank
            picture = self._keep(rank, frame)
            if rank == n:
                return picture
        return None

    def _keep(self, n: int, frame: av.VideoFrame) -> NDArray[np.uint8]:
        picture: NDArray[np.uint8] = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        if self.index.rotation:
            picture = np.ascontiguousarray(np.rot90(picture, -(self.index.rotation // 90)))
        self._kept[n] = picture
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return picture


def _open(path: Path) -> InputContainer:
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except FileNotFoundError as error:
        raise MediaError(
            "The video is no longer there", where=str(path), hint="put it back or import it anew"
        ) from error
    except (av.error.FFmpegError, ValueError) as error:
        empty = path.exists() and path.stat().st_size == 0
        what = "The file is empty" if empty else f"This is not a video that can be read, or it is cut off ({error})"
        raise MediaError(what, where=str(path), hint="copy it again from its source") from error
    if not container.streams.video:
        container.close()
        raise MediaError("The file has no video in it", where=str(path), hint="import the file that holds the picture")
    return container


def _index(container: InputContainer, stream: VideoStream, path: Path) -> VideoIndex:
    pts: list[int] = []
    keys: list[int] = []
    complete = True
    clock = 0
    try:
        for packet in container.demux(stream):
            if packet.size == 0:
                continue
            at = packet.pts if packet.pts is not None else packet.dts
            if at is None:
                at = clock
            clock = at + (packet.duration or 1)
            if packet.is_discard:
                continue
            pts.append(at)
            if packet.is_keyframe:
                keys.append(at)
            complete = complete and not packet.is_corrupt
    except av.error.FFmpegError:
        complete = False
    if not pts:
        raise MediaError("The video holds no frame", where=str(path), hint="copy it again from its source")
    order = np.unique(np.array(pts, np.int64))
    first, rotation = _first_frame(container, stream, path)
    height, width = first
    declared = stream.frames
    return VideoIndex(
        pts=order,
        time_base=stream.time_base or Fraction(1, 1000),
        keyframes=np.searchsorted(order, np.unique(np.array(keys or [order[0]], np.int64))),
        fps=stream.average_rate or stream.guessed_rate or Fraction(0),
        width=height if rotation % 180 else width,
        height=width if rotation % 180 else height,
        rotation=rotation,
        codec=stream.codec_context.name,
        complete=complete and not 0 < len(pts) < declared * 0.9,
    )


def _first_frame(container: InputContainer, stream: VideoStream, path: Path) -> tuple[tuple[int, int], int]:
    with contextlib.suppress(av.error.FFmpegError):
        container.seek(0, stream=stream, backward=True)
    try:
        for frame in container.decode(stream):
            # The matrix turns counter-clockwise; np.rot90 by negative quarters turns clockwise.
            return (frame.height, frame.width), round(-frame.rotation / 90) * 90 % 360
    except av.error.FFmpegError as error:
        raise MediaError(
            f"No frame of the video can be decoded ({error})", where=str(path), hint="copy it again from its source"
        ) from error
    raise MediaError("No frame of the video can be decoded", where=str(path), hint="copy it again from its source")
