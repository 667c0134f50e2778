"""Frames, thumbnails and files over HTTP: exact, cached by content, in ranges."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from vitruvian.errors import MediaError, NotFound
from vitruvian.media import ImageReader, VideoReader, encode_jpeg, open_frames, thumbnail
from vitruvian.store import Store, media
from vitruvian.store.rows import MediaRow

_BLOCK = 1 << 18
_FOREVER = "private, max-age=31536000, immutable"
_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
          ".mkv": "video/x-matroska", ".avi": "video/x-msvideo", ".png": "image/png", ".jpg": "image/jpeg",
          ".jpeg": "image/jpeg", ".webp": "image/webp"}  # fmt: skip


class Readers:
    """Open readers of the media looked at last; one frame at a time from each."""

    def __init__(self, size: int = 6) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._open: OrderedDict[int, tuple[Any, threading.Lock]] = OrderedDict()

    def jpeg(self, row: MediaRow, frame: int, quality: int) -> bytes:
        """Return frame `frame` as JPEG bytes; raises MediaError."""
        reader, lock = self._reader(row)
        with lock:
            picture = reader.frame(frame)
        return encode_jpeg(picture, quality)

    def _reader(self, row: MediaRow) -> tuple[VideoReader | ImageReader, threading.Lock]:
        with self._lock:
            if row.id not in self._open:
                self._open[row.id] = (open_frames(Path(row.uri)), threading.Lock())
            self._open.move_to_end(row.id)
            while len(self._open) > self._size:
                # Whoever still decodes from it keeps it alive; its file closes with the last of them.
                self._open.popitem(last=False)
            found: tuple[VideoReader | ImageReader, threading.Lock] = self._open[row.id]
            return found


def router(store: Store) -> APIRouter:  # noqa: C901 a list of addresses, each of a few lines
    """Return the routes that serve pixels."""
    routes = APIRouter(tags=["media"])
    readers = Readers()

    def row_of(id: int) -> MediaRow:
        with store.read() as connection:
            return media.media(connection, id)

    @routes.get("/media/{id}/frames/{frame}.jpg", operation_id="frame", response_class=Response)
    def frame_picture(request: Request, id: int, frame: int, quality: int = 90) -> Response:
        row = row_of(id)
        if not 0 <= frame < row.frames:
            raise NotFound(f"{row.name} has frames 0 to {row.frames - 1}, not {frame}", where=f"media {id}")
        quality = min(max(quality, 30), 98)
        tag = f'"{row.sha256[:24]}-{frame}-{quality}"'
        if _known(request, tag):
            return Response(status_code=304, headers={"ETag": tag, "Cache-Control": _FOREVER})
        content = readers.jpeg(row, frame, quality)
        return Response(content, media_type="image/jpeg", headers={"ETag": tag, "Cache-Control": _FOREVER})

    @routes.get("/media/{id}/thumbnail.jpg", operation_id="thumbnail", response_class=Response)
    def small_picture(request: Request, id: int, size: int = 320) -> Response:
        row = row_of(id)
        size = min(max(size, 64), 1024)
        tag = f'"{row.sha256[:24]}-t{size}"'
        if _known(request, tag):
            return Response(status_code=304, headers={"ETag": tag, "Cache-Control": _FOREVER})
        with open_frames(Path(row.uri)) as reader:
            content = thumbnail(reader.frame(row.frames // 3), size)
        return Response(content, media_type="image/jpeg", headers={"ETag": tag, "Cache-Control": _FOREVER})

    @routes.get("/media/{id}/file", operation_id="file", response_class=Response)
    def whole_file(request: Request, id: int) -> Response:
        row = row_of(id)
        path = Path(row.uri)
        if not path.is_file():
            raise MediaError("The file is no longer there", where=row.uri, hint="put it back or import it anew")
        size = path.stat().st_size
        tag = f'"{row.sha256[:24]}"'
        headers = {"ETag": tag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
        if _known(request, tag):
            return Response(status_code=304, headers=headers)
        first, last, status = 0, size - 1, 200
        asked = request.headers.get("range")
        if asked and request.headers.get("if-range", tag) == tag:
            span = _span(asked, size)
            if span is None:
                return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
            first, last, status = *span, 206
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        headers["Content-Length"] = str(last - first + 1)
        kind = _TYPES.get(path.suffix.lower(), "application/octet-stream")
        return StreamingResponse(_blocks(path, first, last), status, headers, media_type=kind)

    return routes


def _known(request: Request, tag: str) -> bool:
    return tag in {t.strip() for t in request.headers.get("if-none-match", "").split(",")}


def _span(asked: str, size: int) -> tuple[int, int] | None:
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:
        first, last = max(size - int(match[2]), 0), size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    return (first, last) if first <= last and first < size else None


def _blocks(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
