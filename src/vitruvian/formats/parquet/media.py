"""Read the media of a folder: those of one writing in their order, those of several writings joined."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.parquet.layout import (
    BASE,
    ENDING,
    HINT,
    MEDIA,
    Folder,
    from_json_text,
    media_schema,
    reading,
)
from vitruvian.formats.parquet.tables import Group, Table
from vitruvian.labels import MediaEntry

_NAMES = ("name", "kind", "width", "height", "frames", "extras")


@dataclass(slots=True)
class Media:
    """The media of all parts as they stand in the files, and which of these rows are the dataset's media.

    Attributes
    ----------
    columns : dict of str to list
        Row after row of file after file.
    chosen : list of int
        Rows in the order of the dataset; of several that are one media, the first.
    starts : list of (int, Path)
        At which row each file begins.
    """

    columns: dict[str, list[Any]]
    chosen: list[int]
    starts: list[tuple[int, Path]]

    @property
    def names(self) -> list[str]:
        names = self.columns["name"]
        return [names[row] for row in self.chosen]

    @property
    def entries(self) -> list[MediaEntry]:
        """One object for each media; raises FormatError where `extras` are no JSON object."""
        further = {name: column for name, column in self.columns.items() if name not in _NAMES}
        names, kinds, widths, heights, frames, extras = (self.columns[name] for name in _NAMES)
        made = []
        for row in self.chosen:
            entry = MediaEntry(names[row], widths[row], heights[row], frames[row], kinds[row])
            if extras[row] is not None:
                entry.extras = self._extras(extras[row], row)
            more = {name: column[row] for name, column in further.items() if column[row] is not None}
            if more:
                entry.extras["parquet"] = more
            made.append(entry)
        return made

    def _extras(self, text: str, row: int) -> dict[str, Any]:
        begin, file = self.starts[bisect.bisect_right([start for start, _ in self.starts], row) - 1]
        return json_object(from_json_text(text, file, row - begin, "extras"), file, row - begin, "extras")


def read_media(folder: Folder) -> tuple[Media, dict[str, NDArray[np.int64]]]:
    """Return the media, and for each part which of them its rows are.

    The same video or image in parts that were written apart is one; media of one writing stay as many as they were.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _NAMES}
    media = Media(columns, [], [])
    parts: dict[str, slice] = {}
    stated: list[NDArray[np.int64]] = []
    begin = 0
    for part in parts_in(folder.path / MEDIA):
        table = Table(folder.path / MEDIA / f"{part}{ENDING}", media_schema())
        warn_of_lost(folder, table)
        for name in table.unknown:
            columns.setdefault(name, [None] * begin)
        for _, group in table.groups([*table.schema.names, *table.unknown]):
            _check(group)
            stated.append(group.numbers("row"))
            for name, column in columns.items():
                known = name in _NAMES or name in table.unknown
                column.extend(group.values(name) if known else [None] * len(group))
        table.close()
        parts[part] = slice(begin, begin + table.rows)
        media.starts.append((begin, table.file))
        begin += table.rows
    row = np.concatenate([*stated, np.zeros(0, np.int64)])
    batches: dict[str, int] = {}
    batch = np.zeros(begin, np.int64)
    for part, rows in parts.items():
        batch[rows] = batches.setdefault(batch_of(part), len(batches))
    order = np.lexsort((row, batch))
    places = np.empty(begin, np.int64)
    if len(batches) < 2:
        media.chosen = order.tolist()
        places[order] = np.arange(begin)
    else:
        _join(media, order, batch, places)
    return media, {part: places[rows] for part, rows in parts.items()}


def _join(media: Media, order: NDArray[np.int64], batch: NDArray[np.int64], places: NDArray[np.int64]) -> None:
    """Take each media once, unless it stands several times in one writing."""
    alike = list(zip(*media.columns.values(), strict=True))
    if len(media.columns) > len(_NAMES):
        # Lists of other programs have no hash.
        alike = [(*key[: len(_NAMES)], repr(key[len(_NAMES) :])) for key in alike]
    earlier: dict[Any, int] = {}
    found: dict[Any, int] = {}
    current = -1
    for row, of in zip(order.tolist(), batch[order].tolist(), strict=True):
        if of != current:
            earlier = {**found, **earlier}
            found, current = {}, of
        key = alike[row]
        at = earlier.get(key)
        if at is None:
            at = len(media.chosen)
            media.chosen.append(row)
            found.setdefault(key, at)
        places[row] = at


def _check(group: Group) -> None:
    for column in ("width", "height", "frames"):
        group.check(column, group.numbers(column) >= 0, "It is below 0")
    for column in ("name", "kind"):
        words, which = group.words(column)
        group.check(column, which >= 0, "A value is missing")
        if column == "kind":
            good = np.array([word in ("image", "video") for word in words], np.bool_)
            group.check(column, good[which], "It is neither image nor video")


def batch_of(part: str) -> str:
    """Return what was written at once with a part; rows count through all of it."""
    return BASE if part.startswith(BASE) else part


def parts_in(place: Path) -> list[str]:
    """Return the names of the parts that have a file in a folder, in order."""
    with reading(place):
        if not place.is_dir():
            return []
        found = (entry.name for entry in place.iterdir())
        return sorted(name[: -len(ENDING)] for name in found if name.endswith(ENDING) and not name.startswith("."))


def warn_of_lost(folder: Folder, table: Table) -> None:
    """Leave out further columns whose values JSON has no word for, and say so."""
    lost = [name for name in table.unknown if not table.is_json(name)]
    for name in lost:
        file = str(table.file.relative_to(folder.path))
        folder.warn(file, name, "a column of a type that JSON has no word for; it was left out")
    table.unknown = tuple(name for name in table.unknown if name not in lost)


def json_object(value: Any, file: Path, row: int, column: str) -> dict[str, Any]:
    """Return `value` if it is an object."""
    if not isinstance(value, dict):
        raise FormatError("It is not a JSON object", where=f"{file}: row {row}: {column}", hint=HINT)
    return value
