"""Frames of media, decoded ahead by one thread and predicted by several: what pre-labelling goes through."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.predictor import Predictor
from vitruvian.assist.session import one_thread_each
from vitruvian.errors import MediaError
from vitruvian.labels import Poses
from vitruvian.media import ImageReader, VideoReader, open_frames
from vitruvian.store.rows import MediaRow

#: Frames of a video that are predicted together.
CHUNK = 8

Picture = NDArray[np.uint8]


@dataclass(slots=True)
class Chunk:
    """Frames `first` to `stop` - 1 of a media, as far as they could be read, and what was found in them."""

    row: MediaRow
    first: int
    stop: int
    frames: list[int] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    unread: list[MediaError] = field(default_factory=list)
    found: list[Poses] = field(default_factory=list)


def predicted(
    rows: Sequence[MediaRow], done: Mapping[int, int], predictor: Predictor, workers: int
) -> Generator[Chunk]:
    """Yield every frame of `rows` in order, with what was found in it; threads are busy with those to come.

    Parameters
    ----------
    rows : sequence of MediaRow
    done : mapping of int to int
        How many first frames of a media (by id) to leave out.
    predictor : Predictor
    workers : int
        Threads that predict.

    Raises
    ------
    ModelError
        As the predictor.
    """

    def predict(chunk: Chunk) -> Chunk:
        chunk.found = predictor.predict(chunk.pictures) if chunk.pictures else []
        return chunk

    pool = ThreadPoolExecutor(workers, "vitruvian-predictor")
    ahead: deque[Future[Chunk]] = deque()
    try:
        with one_thread_each(), closing(_decoded(rows, done)) as chunks:
            for chunk in chunks:
                ahead.append(pool.submit(predict, chunk))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _decoded(rows: Sequence[MediaRow], done: Mapping[int, int]) -> Generator[Chunk]:
    """Yield the frames that are not done yet; a thread decodes ahead while the model works."""
    ahead: queue.Queue[Chunk | BaseException | None] = queue.Queue(maxsize=1)
    stop = threading.Event()

    def put(item: Chunk | BaseException | None) -> None:
        while not stop.is_set():
            with suppress(queue.Full):
                ahead.put(item, timeout=0.2)
                return

    def decode() -> None:
        try:
            for row in rows:
                for chunk in _read_media(row, done.get(row.id, 0)):
                    put(chunk)
                    if stop.is_set():
                        return
            put(None)
        except BaseException as error:  # the waiting thread gets it
            put(error)

    thread = threading.Thread(target=decode, name="vitruvian-decoder", daemon=True)
    thread.start()
    try:
        while (item := ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _read_media(row: MediaRow, first: int) -> Generator[Chunk]:
    try:
        with open_frames(Path(row.uri)) as reader:
            for at in range(first, row.frames, CHUNK):
                yield _read(reader, row, at, min(at + CHUNK, row.frames))
    except MediaError as error:  # the file as a whole cannot be opened; it may be back for a later run
        yield Chunk(row, first, first, unread=[error])


def _read(reader: VideoReader | ImageReader, row: MediaRow, first: int, stop: int) -> Chunk:
    chunk = Chunk(row, first, stop)
    for frame in range(first, stop):
        try:
            picture = reader.frame(frame)
        except MediaError as error:
            chunk.unread.append(error)
        else:
            chunk.frames.append(frame)
            chunk.pictures.append(picture)
    if row.kind == "image" and chunk.unread:
        chunk.stop = first  # as a video that cannot be opened: it is tried again
    return chunk
