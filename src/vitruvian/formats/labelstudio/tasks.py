"""Tasks: which media and frame each is, and which of its lists of labels is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from vitruvian.formats.labelstudio.regions import OURS, Record, size_of
from vitruvian.formats.relative import side

_PICTURE = re.compile(r"\.(avif|bmp|gif|jpe?g|png|tiff?|webp|mp4|mkv|mov|avi|webm)(\?|$)", re.IGNORECASE)
#: Label Studio puts this before the name of an uploaded file.
_UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")
_LOCAL = "/data/local-files/"
_UPLOADS = "/data/upload/"


def ours(task: Record) -> Record:
    """Return what Vitruvian wrote into a task's `meta`."""
    meta = task.get("meta")
    found = meta.get(OURS) if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}


def address_key(task: Record) -> str | None:
    """Return under which key of `data` the picture's or video's address stands."""
    data = task.get("data")
    if not isinstance(data, dict):
        return None
    texts = {key: value for key, value in data.items() if isinstance(value, str) and value.strip()}
    usual = next((key for key in ("image", "video", "img", "picture", "url") if key in texts), None)
    return usual or next((key for key, value in texts.items() if _PICTURE.search(value)), next(iter(texts), None))


def media_name(address: str) -> str:
    """Return the path that an address speaks of: without host, query, and what Label Studio puts before uploads."""
    try:
        parts = urlsplit(address)
        query = parse_qs(parts.query)
    except ValueError:
        return address
    if parts.path == _LOCAL and query.get("d"):
        return query["d"][0].strip("/") or address
    if not parts.scheme and not parts.path.startswith("/data/"):
        # A plain path: what looks like a query in it is part of the name.
        return address
    path = unquote(parts.path).strip("/")
    if parts.path.startswith(_UPLOADS):
        path = _UPLOADED.sub("", path.rpartition("/")[2])
    return path or address


def sources(task: Record) -> Iterator[tuple[str, int, Record]]:
    """Yield the annotations that are read, by list and position; predictions only where there is no annotation."""
    for name in ("annotations", "completions", "predictions"):
        entries = task.get(name)
        read = False
        for at, entry in enumerate(entries if isinstance(entries, list) else []):
            usable = isinstance(entry, dict) and isinstance(entry.get("result"), list)
            if usable and entry.get("was_cancelled") is not True:
                read = True
                yield name, at, entry
        if read:
            return


def size(task: Record) -> tuple[int, int]:
    """Return the width and height that a task states; 0, 0 when it states none."""
    data = task.get("data")
    for stated in (ours(task), data if isinstance(data, dict) else {}):
        width, height = side(stated.get("width")), side(stated.get("height"))
        if width and height:
            return width, height
    for _, _, entry in sources(task):
        for result in entry["result"]:
            stated_there = size_of(result)
            if stated_there[0]:
                return stated_there
    return 0, 0


def frame_of(task: Record) -> tuple[str, int, int] | None:
    """Return video, frame and number of frames of a task that is a frame of a video, as Vitruvian writes it."""
    stated = ours(task)
    video, frame, frames = stated.get("video"), stated.get("frame"), stated.get("frames")
    if not (isinstance(video, str) and video.strip() and type(frame) is int and 0 <= frame < 2**31):
        return None
    results = [r for _, _, entry in sources(task) for r in entry["result"] if isinstance(r, dict)]
    if any(result.get("type") == "videorectangle" for result in results):
        return None
    return video, frame, frames if type(frames) is int and frame < frames < 2**31 else frame + 1
