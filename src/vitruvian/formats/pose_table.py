"""Tables of DeepLabCut's layout: header rows scorer, individuals, bodyparts, coords; a row for each frame.

DeepLabCut and Lightning Pose share it. Cells are kept as text, so that a number comes back in the spelling it had.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError

LEVELS = ("scorer", "individuals", "bodyparts", "coords")
#: Larger tables are a mistake, or meant to fill the memory.
MAX_BYTES = 1 << 30
MAX_CELLS = 1 << 27
MAX_COLUMNS = 1 << 16
HINT = "the layout is header rows scorer, (individuals,) bodyparts, coords and then a row for each frame"


@dataclass(slots=True)
class Table:
    """One table.

    Attributes
    ----------
    levels : tuple of str
        Names of the header rows.
    columns : list of tuple of str
        For each column its cells in the header rows.
    index : list of tuple of str
        For each row its path, in one or several parts, or the number of its frame.
    cells : list of list of str
        As spelt; empty where nothing is labelled.
    newline : str
    kind : str
        How an HDF5 file stores it: "fixed" or "table".
    short : list of int
        Rows that lacked cells at their end; these are empty here.
    scorers_missing : bool
        The row of scorers lacked cells at its end; here its last one is repeated.
    """

    levels: tuple[str, ...]
    columns: list[tuple[str, ...]]
    index: list[tuple[str, ...]]
    cells: list[list[str]]
    newline: str = "\n"
    kind: str = "fixed"
    short: list[int] = field(default_factory=list)
    scorers_missing: bool = False
    _values: NDArray[np.float64] | None = field(default=None, repr=False)

    def values(self, file: str) -> NDArray[np.float64]:
        """Return the cells as numbers, shape (rows, columns); NaN where a cell is empty.

        Raises
        ------
        FormatError
            A cell is no number; names row and column.
        """
        if self._values is None:
            shape = (len(self.cells), len(self.columns))
            try:
                flat = [float(cell or "nan") for row in self.cells for cell in row]
            except ValueError:
                raise self._no_number(file) from None
            self._values = np.array(flat, np.float64).reshape(shape)
        return self._values

    def level(self, name: str) -> list[str] | None:
        """Return one header row, or None when there is none of this name."""
        return [column[self.levels.index(name)] for column in self.columns] if name in self.levels else None

    @property
    def scorer(self) -> str:
        return self.columns[0][self.levels.index("scorer")]

    def _no_number(self, file: str) -> FormatError:
        for index, row in zip(self.index, self.cells, strict=True):
            for column, cell in zip(self.columns, row, strict=True):
                try:
                    float(cell or "nan")
                except ValueError:
                    return FormatError(
                        f"{cell[:40]!r} is no number",
                        where=f"{file}: row {'/'.join(index)}: column {' '.join(column[1:])}",
                        hint="a cell is a number, or empty where nothing is labelled",
                    )
        return FormatError("A cell is no number", where=file, hint=HINT)


def spell(values: NDArray[np.float64]) -> list[list[str]]:
    """Return numbers as a csv file of pandas spells them: the shortest text that reads back equal, NaN as nothing."""
    return [["" if cell == "nan" else cell for cell in map(repr, row)] for row in values.tolist()]


def header(content: bytes) -> list[list[str]]:
    """Return the header rows at the beginning of a csv file; none when it has not this layout."""
    text = content.decode("utf-8-sig", "replace")
    if not text.startswith(("scorer,", '"scorer"')):
        return []
    try:
        rows = [row for row, _ in zip(csv.reader(io.StringIO(text, newline="")), range(5), strict=False)]
    except csv.Error:
        return []
    return rows if any(row and row[0] == "bodyparts" for row in rows) else []


def read_csv(path: Path) -> Table:
    """Read a table; raises FormatError naming the line where it has not this layout."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError("The file is larger than 1 GB", where=str(path), hint="split it")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("This is not text in UTF-8", where=str(path), hint="save it as UTF-8") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(f"The file cannot be read: {reason}", where=str(path), hint="check the path") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FormatError(f"This is not csv: {error}", where=f"{path}, line {reader.line_num}", hint=HINT) from error
    names: list[str] = []
    while len(names) < len(rows) and rows[len(names)] and rows[len(names)][0] in LEVELS:
        names.append(rows[len(names)][0])
    top, body = rows[: len(names)], rows[len(names) :]
    _check_levels(names, str(path))
    width = max(len(row) for row in top)
    scorers = top[names.index("scorer")]
    stated = len(scorers)
    scorers += scorers[-1:] * (width - stated)
    parts = next((at for at in range(1, width) if any(row[at] for row in top)), width)
    for line, row in enumerate(rows, 1):
        if len(row) != width and not (line > len(names) and parts <= len(row) < width):
            raise FormatError(f"{len(row)} cells where {width} are expected", where=f"{path}, row {line}", hint=HINT)
    table = Table(
        tuple(names),
        list(zip(*(row[parts:] for row in top), strict=True)),
        [tuple(row[:parts]) for row in body],
        [row[parts:] + [""] * (width - len(row)) for row in body],
        "\r\n" if text.partition("\n")[0].endswith("\r") else "\n",
        short=[at for at, row in enumerate(body) if len(row) < width],
        scorers_missing=stated < width,
    )
    check(table, str(path))
    return table


def _check_levels(names: Sequence[str], file: str) -> None:
    if list(names) not in (list(LEVELS), [LEVELS[0], *LEVELS[2:]]):
        raise FormatError(f"The header rows are {', '.join(names) or 'missing'}", where=file, hint=HINT)


def check(table: Table, file: str) -> None:
    """Refuse a table without columns, with too many, or with two for the same number."""
    _check_levels(table.levels, file)
    if not table.columns:
        raise FormatError("The table has no columns", where=file, hint=HINT)
    if len(table.columns) > MAX_COLUMNS or len(table.columns) * len(table.index) > MAX_CELLS:
        raise FormatError("The table is too large", where=file, hint="split it")
    seen: set[tuple[str, ...]] = set()
    for column in table.columns:
        key = column[1:] if table.levels[0] == "scorer" else column
        if key in seen:
            raise FormatError(f"Column {' '.join(key)} stands twice", where=file, hint="give each column its own name")
        seen.add(key)
        if not column[table.levels.index("bodyparts")].strip():
            raise FormatError("A column has no body part", where=file, hint=HINT)


def to_csv(table: Table) -> bytes:
    """Return the table as csv."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=table.newline)
    parts = len(table.index[0]) if table.index else 1
    for at, name in enumerate(table.levels):
        writer.writerow([name, *[""] * (parts - 1), *(column[at] for column in table.columns)])
    writer.writerows([*index, *row] for index, row in zip(table.index, table.cells, strict=True))
    try:
        return out.getvalue().encode()
    except UnicodeEncodeError as error:
        raise FormatError("A name holds half a character", hint="rename it") from error


def layout(table: Table) -> dict[str, Any]:
    """Return what of a table is kept besides its cells, the inverse of the arguments of `Table`."""
    return {
        "levels": list(table.levels),
        "columns": [list(column) for column in table.columns],
        "newline": table.newline,
        "kind": table.kind,
        "parts": len(table.index[0]) if table.index else 1,
    }


def is_lightning_pose(top: Sequence[Sequence[str]], stem: str) -> bool:
    """Say by its header rows and file name whether a table is Lightning Pose's rather than DeepLabCut's.

    It is where there is a column `visible`, where a tracker of Lightning Pose is the scorer, or where it is called
    CollectedData without the scorer's name that DeepLabCut adds. One with individuals never is.
    """
    rows = {row[0]: list(row[1:]) for row in top if row}
    if "individuals" in rows:
        return False
    scorer = next((cell for cell in rows.get("scorer", ()) if cell), "")
    return (
        "visible" in rows.get("coords", ())
        or scorer.endswith("_tracker")
        or (stem.startswith("CollectedData") and stem != f"CollectedData_{scorer}")
    )
