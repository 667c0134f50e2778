"""Video, exact by frame index: the rank of a frame's presentation time among the packets that are not discarded."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import MediaError
from vitruvian.media.video_index import index_video, open_video

#: Decoded frames kept for stepping back; at 1080p about 6 MB each.
_KEPT = 12
#: Decoding on is cheaper than seeking when the wanted frame is at most this far ahead.
_AHEAD = 24


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
        self._container = open_video(path)
        try:
            self._stream = self._container.streams.video[0]
            self._stream.thread_type = "AUTO"
            self.index = index_video(self._container, self._stream, path)
        except BaseException:
            self._container.close()
            raise
        self._rank = {int(pts): n for n, pts in enumerate(self.index.pts)}
        self._frames: Iterator[av.VideoFrame] | None = None
        self._position = -1
        self._kept: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        if not self.index.complete:
            self._end_with_what_decodes()

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
        if self._frames is not None and self._position < n and self._is_near(n):
            found = self._decode_to(n)
            if found is not None:
                return found
        return self._seek(n)

    def frames(self, first: int = 0, last: int | None = None, step: int = 1) -> Iterator[NDArray[np.uint8]]:
        """Yield frames `first` to `last` inclusive, every `step`-th."""
        for n in range(first, len(self) if last is None else min(last + 1, len(self)), step):
            yield self.frame(n)

    def _is_near(self, n: int) -> bool:
        # Without a key frame in between, a seek would decode all this way too, and more.
        between = (self.index.keyframes > self._position) & (self.index.keyframes <= n)
        return n <= self._position + _AHEAD or not between.any()

    def _end_with_what_decodes(self) -> None:
        """Drop the frames at the end that are listed, but whose data (or that of a frame they need) is missing."""
        for key in self.index.keyframes[::-1]:
            self._restart(int(key))
            found = [self._rank[f.pts] for f in self._frames or () if f.pts in self._rank]
            if found:
                count = max(found) + 1
                self.index = replace(
                    self.index, pts=self.index.pts[:count], keyframes=self.index.keyframes[self.index.keyframes < count]
                )
                break
        self._frames = None

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
        except av.error.FFmpegError:
            self._container.close()
            self._container = open_video(self.path)
            self._stream = self._container.streams.video[0]
            self._stream.thread_type = "AUTO"
        self._frames = self._decode()
        self._position = -1

    def _decode(self) -> Iterator[av.VideoFrame]:
        with contextlib.suppress(av.error.FFmpegError):  # the file ends in the middle of a packet
            for packet in self._container.demux(self._stream):
                try:
                    yield from packet.decode()
                except av.error.FFmpegError:
                    # Decoders go on after damage, with pictures of other moments under these frames' times. What came
                    # in before the damage is still good; the next key frame is reached by seeking.
                    yield from (f for f in self._stream.codec_context.decode(None) if not f.is_corrupt)
                    return

    def _decode_to(self, n: int) -> NDArray[np.uint8] | None:
        while self._frames is not None:
            frame = next(self._frames, None)
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
