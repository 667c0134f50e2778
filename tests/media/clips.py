"""Clips whose every frame carries its own number as a bar code, so that a wrong frame is seen."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 10
CELL = 16
WIDTH, HEIGHT = BITS * CELL, 96


def picture(number: int) -> NDArray[np.uint8]:
    """Draw `number`: the upper third holds its bits, the middle third their inverse, the lower third moves."""
    bits = np.array([number >> b & 1 for b in range(BITS)], np.uint8)
    row = np.repeat(bits, CELL)
    third = HEIGHT // 3
    gray = np.zeros((HEIGHT, WIDTH), np.uint8)
    gray[:third] = row * 220 + 16
    gray[third : 2 * third] = (1 - row) * 220 + 16
    gray[2 * third :] = (np.arange(WIDTH) * 3 + number * 7) % 200
    return np.repeat(gray[..., None], 3, axis=2)


def number_of(image: NDArray[np.uint8]) -> int:
    """Read the number; -1 where the bits and their inverse disagree."""
    third = HEIGHT // 3
    cells = image[: 2 * third, :, 1].reshape(2, third, BITS, CELL)[:, 6:-6, :, 5:-5].mean(axis=(1, 3)) > 126
    if not (cells[0] != cells[1]).all():
        return -1
    return int((cells[0] << np.arange(BITS)).sum())


def write_clip(
    path: Path,
    frames: int = 60,
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    steps: Sequence[int] | None = None,
    format_options: dict[str, str] | None = None,
    fps: int = 30,
) -> Path:
    """Encode frames 0 to `frames` - 1; `steps` are the durations between them in 1/600 s where they vary."""
    with av.open(str(path), "w", options=format_options or {}) as out:
        stream = out.add_stream(codec, rate=fps, options=options or {})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        at = np.concatenate(([0], np.cumsum(steps))) if steps is not None else None
        if at is not None:
            stream.codec_context.time_base = Fraction(1, 600)
        for n in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(n), format="rgb24")
            if at is not None:
                frame.pts, frame.time_base = int(at[n]), Fraction(1, 600)
            else:
                frame.pts, frame.time_base = n, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def trim(source: Path, target: Path, first: int) -> Path:
    """Cut the beginning off by stream copy, as editors do: the packets stay, an edit list hides them."""
    with av.open(str(source)) as file, av.open(str(target), "w") as out:
        video = file.streams.video[0]
        copy = out.add_stream_from_template(video)
        assert video.average_rate
        assert video.time_base
        shift = round(first / video.average_rate / video.time_base)
        for packet in file.demux(video):
            if packet.pts is None or packet.dts is None:
                continue
            packet.pts -= shift
            packet.dts -= shift
            packet.stream = copy
            out.mux(packet)
    return target


def turn(source: Path, target: Path, degrees: int) -> Path:
    """Write the display matrix of an MP4 so that players turn it clockwise by `degrees`."""
    matrices = {
        90: (0, 1, -1, 0),
        180: (-1, 0, 0, -1),
        270: (0, -1, 1, 0),
    }
    a, b, c, d = (int(v) * 65536 for v in matrices[degrees])
    data = bytearray(source.read_bytes())
    at = data.index(b"tkhd")
    start = at + 4 + (40 if data[at + 4] == 0 else 52)
    words = io.BytesIO()
    for value in (a, b, 0, c, d, 0, 0, 0, 1 << 30):
        words.write(value.to_bytes(4, "big", signed=True))
    data[start : start + 36] = words.getvalue()
    target.write_bytes(bytes(data))
    return target


def probes(frames: int, seed: int = 7) -> list[int]:
    """Frame numbers in a shuffled order, each followed by its neighbours at times."""
    order = list(range(frames))
    random.Random(seed).shuffle(order)
    return [m for n in order for m in (n, n + 1, n - 1) if 0 <= m < frames]
