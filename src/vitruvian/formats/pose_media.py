"""Media out of the index of a pose table, and the index out of media. See `pose_table`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats import pose_rows
from vitruvian.formats.pose_table import Table
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import MediaEntry

_PREDICTED = re.compile(r"^(.+?)(?:DLC_|DeepCut_).*$", re.DOTALL)


def read_media(
    table: Table, format: str, at: int, file: str, media: list[MediaEntry], found: Remarks
) -> list[tuple[int, int]]:
    """Add the pictures or the video of the table numbered `at` to `media`; return for each row (media, frame)."""
    numbers = pose_rows.frames(table.index)
    if numbers is not None:
        if max(numbers) >= pose_rows.MAX_FRAMES or len(set(numbers)) < len(numbers):
            raise FormatError("A frame stands twice or is beyond any video", where=f"{file}: index", hint="check it")
        stem = Path(file).stem
        match = _PREDICTED.match(stem)
        extras: dict[str, Any] = {"table": at}
        if [key[0] for key in table.index] != [str(number) for number in range(len(numbers))]:
            extras["rows"] = [key[0] for key in table.index]
        media.append(MediaEntry(match[1] if match else stem, 0, 0, max(numbers) + 1, "video", {format: extras}))
        return [(len(media) - 1, number) for number in numbers]
    seen: set[str] = set()
    places = []
    for index in table.index:
        name = "/".join(index).replace("\\", "/")
        if name in seen:
            found.add(f"row {name}", "index", "the same picture stands in several rows", file=file)
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            found.add(f"row {name}", "index", "this path leads out of the folder; it is kept as a name", file=file)
        seen.add(name)
        places.append((len(media), 0))
        media.append(MediaEntry(name, extras={format: {"table": at, "index": list(index)}}))
    return places


def report(table: Table, file: str, found: Remarks) -> None:
    """Say which cells a file lacked."""
    for row in table.short:
        record = f"row {'/'.join(table.index[row])}"
        found.add(record, "cells", "cells are missing at its end; they are read as empty", file=file)
    if table.scorers_missing:
        found.add("", "scorer", "the row of scorers is shorter than the others; its last one is repeated", file=file)


def kept_index(entry: MediaEntry, format: str) -> tuple[str, ...] | None:
    """Return the index that a picture had in its table, unless it was renamed."""
    kept = entry.extras.get(format)
    index = kept.get("index") if isinstance(kept, dict) else None
    if not isinstance(index, list) or not index or not all(isinstance(part, str) for part in index):
        return None
    return tuple(index) if "/".join(index).replace("\\", "/") == entry.name else None


def rows(
    media: Sequence[MediaEntry], used: dict[int, list[int]], format: str, where: str
) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return media, frame and index of every row of one table that holds all media.

    Raises
    ------
    FormatError
        Several videos, or a video and pictures: their rows could not be told apart.
    """
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for at, entry in enumerate(media):
        if entry.kind != "video":
            index = kept_index(entry, format) or (entry.name,)
            found.append((at, 0, index))
            continue
        if len(media) > 1:
            raise FormatError(
                "One table holds pictures, or one video",
                where=f"{where}: media {entry.name}",
                hint="write each video to a file of its own",
            )
        kept = entry.extras.get(format)
        stated = kept.get("rows") if isinstance(kept, dict) else None
        texts = stated if isinstance(stated, list) and all(isinstance(n, str) and n.isdigit() for n in stated) else None
        if texts is None:
            texts = [str(frame) for frame in range(entry.frames)]
        known = {int(text) for text in texts}
        texts = texts + [str(frame) for frame in used.get(at, []) if frame not in known]
        found += [(at, int(text), (text,)) for text in texts]
    return found
