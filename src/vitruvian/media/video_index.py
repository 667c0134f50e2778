"""The frame table of a video: which frames there are, when each is shown, where decoding can start."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vitruvian.errors import MediaError
from vitruvian.media.files import unreadable

#: Only files that hold video: FFmpeg would also make one of a text, or open what a playlist names, elsewhere.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,ogg,mxf",
}

#: Bytes of a packet of an MPEG transport stream: such a file has no header to say how long it should be.
_TRANSPORT_PACKET = 188


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
        False when the file ends before its header says so. Then the table ends with the last frame that decodes.
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


def open_video(path: Path) -> InputContainer:
    """Open a file that has video in it; raises MediaError."""
    try:
        # With the protocol named, a colon in the path means nothing.
        container = av.open(f"file:{path}", options=_OPTIONS, metadata_errors="ignore")
    except FileNotFoundError as error:
        raise MediaError(
            "The video is no longer there", where=str(path), hint="put it back or import it anew"
        ) from error
    except PermissionError as error:
        raise unreadable(path, error) from error
    except av.error.ArgumentError as error:
        raise MediaError(
            "This is not a video in any of the containers that can be read",
            where=str(path),
            hint="convert it to .mp4, .mkv or .webm",
        ) from error
    except (av.error.FFmpegError, ValueError) as error:
        if path.is_dir():
            what = "This is a folder, not a video"
        elif path.exists() and path.stat().st_size == 0:
            what = "The file is empty"
        else:
            what = f"This is not a video that can be read, or it is cut off ({getattr(error, 'strerror', error)})"
        raise MediaError(what, where=str(path), hint="copy it again from its source") from error
    if not container.streams.video:
        container.close()
        raise MediaError("The file has no video in it", where=str(path), hint="import the file that holds the picture")
    return container


def index_video(container: InputContainer, stream: VideoStream, path: Path) -> VideoIndex:
    """Read every packet's times, without decoding; raises MediaError when there is no frame.

    A frame is a packet that is not marked to be discarded (an edit list hides such). All streams are read, since a cut
    shows in whichever ends last.
    """
    pts: list[int] = []
    keys: list[int] = []
    packets = 0
    complete = True
    clock = 0
    end = 0.0
    try:
        for packet in container.demux():
            if packet.size == 0:
                continue
            at = packet.pts if packet.pts is not None else packet.dts
            if packet.stream.index != stream.index:
                end = max(end, ((at or 0) + (packet.duration or 0)) * float(packet.time_base or 0))
                continue
            if at is None:
                at = clock
            clock = at + (packet.duration or 1)
            end = max(end, clock * float(packet.time_base or 0))
            packets += 1
            complete = complete and not packet.is_corrupt
            if packet.is_discard:
                continue
            pts.append(at)
            if packet.is_keyframe:
                keys.append(at)
    except av.error.FFmpegError:
        complete = False
    if not pts:
        raise MediaError("The video holds no frame", where=str(path), hint="copy it again from its source")
    order = np.unique(np.array(pts, np.int64))
    fps = stream.average_rate or stream.guessed_rate or Fraction(0)
    (height, width), rotation = _first_frame(container, stream, path)
    return VideoIndex(
        pts=order,
        time_base=stream.time_base or Fraction(1, 1000),
        keyframes=np.searchsorted(order, np.unique(np.array(keys or [order[0]], np.int64))),
        fps=fps,
        width=height if rotation % 180 else width,
        height=width if rotation % 180 else height,
        rotation=rotation,
        codec=stream.codec_context.name,
        complete=complete and packets >= stream.frames * 0.99 and not _ends_early(container, end, fps, path),
    )


def _ends_early(container: InputContainer, end: float, fps: Fraction, path: Path) -> bool:
    if container.format.name == "mpegts":
        return path.stat().st_size % _TRANSPORT_PACKET != 0
    declared = ((container.start_time or 0) + (container.duration or 0)) / av.time_base
    # Headers round, and many leave out or count twice the last frame.
    return declared - end > max(0.25, 3 / float(fps or 30))


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
