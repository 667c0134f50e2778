"""Frames, thumbnails and files over HTTP: exact, cached by content, in ranges."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from starlette.responses import Response, StreamingResponse

from vitruvian.errors import MediaError, NotFound
from vitruvian.media import ImageReader, VideoReader, encode_jpeg, open_frames, thumbnail
from vitruvian.server.answers import refuse
from vitruvian.server.conditional import asked_span, http_date, is_known
from vitruvian.server.kept import Kept
from vitruvian.server.parameters import Frame, Id
from vitruvian.store import Store, media
from vitruvian.store.rows import MediaRow

_BLOCK = 1 << 18
_OPEN = 6
#: Frames kept as they are for a model: a person draws several boxes on one. Bytes.
_FRAMES = 64 * 1024 * 1024
#: Thumbnails are kept in memory, about 2,000 of them: browsers keep them too, so only a project's first look at each
#: page of its media needs them, and a folder of files would have to be tidied, which a PostgreSQL project has not got.
_THUMBNAILS = 32 * 1024 * 1024
_FOREVER = "private, max-age=31536000, immutable"
_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
          ".mkv": "video/x-matroska", ".avi": "video/x-msvideo", ".png": "image/png", ".jpg": "image/jpeg",
          ".jpeg": "image/jpeg", ".webp": "image/webp"}  # fmt: skip

Opened = tuple[VideoReader | ImageReader, threading.Lock]


class Readers:
    """Open readers of the media looked at last, one frame at a time from each, and the frames that were needed last."""

    def __init__(self, size: int = _OPEN, room: int = _FRAMES) -> None:
        self._open: Kept[int, Opened] = Kept(size)
        self._frames: Kept[tuple[int, int], NDArray[np.uint8]] = Kept(room, lambda picture: picture.nbytes)

    def frame(self, row: MediaRow, frame: int) -> NDArray[np.uint8]:
        """Return frame `frame` as RGB, shape (H, W, 3); not to be written into. Raises MediaError."""
        return self._frames.get((row.id, frame), lambda: self._read(row, frame))

    def _read(self, row: MediaRow, frame: int) -> NDArray[np.uint8]:
        reader, lock = self._open.get(row.id, lambda: (open_frames(Path(row.uri)), threading.Lock()))
        with lock:
            return reader.frame(frame)

    def jpeg(self, row: MediaRow, frame: int, quality: int) -> bytes:
        """Return frame `frame` as JPEG bytes; raises MediaError."""
        return encode_jpeg(self._read(row, frame), quality)


def router(store: Store, readers: Readers) -> APIRouter:
    """Return the routes that serve pixels."""
    routes = APIRouter(tags=["media"])
    thumbnails: Kept[tuple[int, int], bytes] = Kept(_THUMBNAILS, len)

    def row_of(id: int) -> MediaRow:
        with store.read() as connection:
            return media.media(connection, id)

    @_get(routes, "/media/{id}/frames/{frame}.jpg", "frame")
    def frame_picture(request: Request, id: Id, frame: Frame, quality: int = 90) -> Response:
        row = row_of(id)
        if frame >= row.frames:
            raise NotFound(f"{row.name} has frames 0 to {row.frames - 1}, not {frame}", where=f"media {id}")
        quality = min(max(quality, 30), 98)
        tag = f'"{row.sha256[:24]}-{frame}-{quality}"'
        return _picture(request, tag, lambda: readers.jpeg(row, frame, quality))

    @_get(routes, "/media/{id}/thumbnail.jpg", "thumbnail")
    def small_picture(request: Request, id: Id, size: int = 320) -> Response:
        row = row_of(id)
        size = min(max(size, 64), 1024)
        tag = f'"{row.sha256[:24]}-t{size}"'
        return _picture(request, tag, lambda: thumbnails.get((id, size), lambda: _thumbnail(row, size)))

    @_get(routes, "/media/{id}/file", "file")
    def whole_file(request: Request, id: Id) -> Response:
        row = row_of(id)
        return _file(request, row)

    return routes


def _get(routes: APIRouter, path: str, operation: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Register a handler for GET, and for HEAD, which players send first to learn a file's size."""

    def registered(handler: Callable[..., Response]) -> Callable[..., Response]:
        options: dict[str, Any] = {"response_class": Response}
        routes.head(path, operation_id=f"{operation}_head", include_in_schema=False, **options)(handler)
        routes.get(path, operation_id=operation, **options)(handler)
        return handler

    return registered


def _picture(request: Request, tag: str, content: Callable[[], bytes]) -> Response:
    headers = {"ETag": tag, "Cache-Control": _FOREVER}
    if is_known(request.headers, tag):
        return Response(status_code=304, headers=headers)
    return Response(content(), media_type="image/jpeg", headers=headers)


def _thumbnail(row: MediaRow, size: int) -> bytes:
    # With a reader of its own: a list of media would close the one that somebody is working with.
    with open_frames(Path(row.uri)) as reader:
        return thumbnail(reader.frame(row.frames // 3), size)


def _file(request: Request, row: MediaRow) -> Response:
    path = Path(row.uri)
    if not path.is_file():
        raise MediaError("The file is no longer there", where=row.uri, hint="put it back or import it anew")
    found = path.stat()
    size, modified = found.st_size, http_date(found.st_mtime)
    # Size and time too: parts of two files must not be put together when somebody replaced it after the import.
    tag = f'"{row.sha256[:24]}-{size:x}-{found.st_mtime_ns:x}"'
    headers = {
        "ETag": tag, "Last-Modified": modified, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache",
    }  # fmt: skip
    if is_known(request.headers, tag):
        return Response(status_code=304, headers=headers)
    kind = _TYPES.get(path.suffix.lower(), "application/octet-stream")
    if request.method == "HEAD":
        return Response(media_type=kind, headers={**headers, "Content-Length": str(size)})
    try:
        span = asked_span(request.headers, size, tag=tag, modified=modified)
    except ValueError:
        refusal = refuse(416, "range_not_satisfiable", f"The file has {size} bytes", where=request.url.path)
        refusal.headers.update({**headers, "Content-Range": f"bytes */{size}"})
        return refusal
    first, last = span or (0, size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if span:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingResponse(_blocks(path, first, last), 206 if span else 200, headers, media_type=kind)


def _blocks(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
