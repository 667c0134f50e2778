"""DeepLabCut's tables in HDF5, as pandas stores them. Read without pandas, which unpickles whatever the file says."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.hdf5 import check_links, opened, plain_pickle
from vitruvian.formats.pose_table import MAX_CELLS, Table, check, spell

KEY = "df_with_missing"
HINT = "use the csv file, or save the table again with pandas"


def read_hdf(path: Path) -> Table:
    """Read a table that pandas stored, in its "fixed" or its "table" layout; raises FormatError."""
    with opened(path, "deeplabcut") as file:
        check_links(file, path)
        if KEY not in file and len(file) != 1:
            raise FormatError(f"There is no table {KEY!r}", where=str(path), hint="is this DeepLabCut's file?")
        group = file[KEY if KEY in file else next(iter(file))]
        where = f"{path}: {group.name}"
        kind = _text(group.attrs.get("pandas_type", b""))
        if kind == "frame":
            table = _fixed(group, where)
        elif kind == "frame_table" and _text(group.attrs.get("table_type", b"")) == "appendable_frame":
            table = _appendable(group, where)
        else:
            raise FormatError(f"The table is stored as {kind or 'something unknown'!r}", where=where, hint=HINT)
    check(table, str(path))
    return table


def to_hdf(table: Table, where: str) -> bytes | None:
    """Return the table as pandas stores it, or None where pandas or PyTables are missing."""
    try:
        import pandas as pd  # noqa: PLC0415  heavy, and in an optional extra
        import tables  # noqa: F401, PLC0415  pandas needs it
    except ImportError:
        return None
    columns = pd.MultiIndex.from_tuples(table.columns, names=table.levels)
    several = bool(table.index) and len(table.index[0]) > 1
    plain: Sequence[Any] = [key[0] for key in table.index]
    if plain and all(key.isdigit() for key in plain):
        plain = [int(key) for key in plain]
    index = pd.MultiIndex.from_tuples(table.index) if several else pd.Index(plain)
    frame = pd.DataFrame(table.values(where), columns=columns, index=index)
    kind = "fixed" if several or not table.index else table.kind
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        place = Path(scratch) / "table.h5"
        try:
            frame.to_hdf(place, key=KEY, mode="w", format=kind)
        except (ValueError, TypeError, NotImplementedError) as error:
            # What pandas raises for headers that its HDF5 tables cannot take, such as very long ones.
            raise FormatError(
                f"pandas cannot store this table: {error}", where=where, hint="write csv instead"
            ) from error
        return place.read_bytes()


def _fixed(group: Any, where: str) -> Table:
    levels, columns = _axis(group, "axis0", where)
    _, index = _axis(group, "axis1", where)
    positions = {column: at for at, column in enumerate(columns)}
    if len(columns) * len(index) > MAX_CELLS:
        raise FormatError("The table is too large", where=where, hint="check the file")
    values = np.full((len(index), len(columns)), np.nan)
    for block in range(min(_integer(group.attrs.get("nblocks", 1)), 64)):
        _, items = _axis(group, f"block{block}_items", where)
        data = np.asarray(group[f"block{block}_values"])
        if data.shape != (len(index), len(items)) or data.dtype.kind not in "fiu":
            raise FormatError("Values and names do not fit one another", where=where, hint=HINT)
        if not set(items) <= positions.keys():
            raise FormatError("Columns have values but no names", where=where, hint=HINT)
        values[:, [positions[item] for item in items]] = data
    return Table(levels, columns, index, spell(values))


def _axis(group: Any, name: str, where: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the names of an axis's levels and its labels."""
    if name in group:
        labels = _labels(group[name], f"{where}/{name}")
        return ("",), [(label,) for label in labels]
    count = _integer(group.attrs.get(f"{name}_nlevels", 0))
    if not 0 < count <= 8:
        raise FormatError(f"The axis {name} is missing", where=where, hint=HINT)
    names, parts = [], []
    for level in range(count):
        stored = group[f"{name}_level{level}"]
        names.append(_text(stored.attrs.get("name", b"")))
        labels = _labels(stored, f"{where}/{name}_level{level}")
        codes = np.asarray(group[f"{name}_label{level}"]).ravel()
        if codes.dtype.kind not in "iu" or (codes.size and not 0 <= codes.min() <= codes.max() < len(labels)):
            raise FormatError("Labels point at names that are not there", where=f"{where}/{name}", hint=HINT)
        parts.append([labels[code] for code in codes.tolist()])
    if len({len(part) for part in parts}) > 1:
        raise FormatError("Levels differ in length", where=f"{where}/{name}", hint=HINT)
    return tuple(names), list(zip(*parts, strict=True))


def _labels(stored: Any, where: str) -> list[str]:
    data = np.asarray(stored)
    if data.dtype.kind not in "Siu" or data.ndim != 1:
        # Anything else PyTables pickled.
        raise FormatError("Names are not stored as plain text", where=where, hint=HINT)
    return _strings(data)


def _strings(data: NDArray[Any]) -> list[str]:
    return [_text(value) for value in data.tolist()]


def _appendable(group: Any, where: str) -> Table:
    info = plain_pickle(_raw(group.attrs["info"]), f"{where}: info")
    axes = plain_pickle(_raw(group.attrs["non_index_axes"]), f"{where}: non_index_axes")
    columns = _tuples(axes[0][1], f"{where}: non_index_axes")
    levels = info[1]["names"] if 1 in info else info["1"]["names"]
    data = group["table"]
    rows = data["index"]
    if rows.dtype.kind not in "Siu" or rows.ndim != 1:
        raise FormatError("The index is neither text nor numbers", where=f"{where}/table", hint=HINT)
    index: list[tuple[str, ...]] = [(text,) for text in _strings(rows)]
    positions = {column: at for at, column in enumerate(columns)}
    if len(columns) * len(index) > MAX_CELLS:
        raise FormatError("The table is too large", where=where, hint="check the file")
    values = np.full((len(index), len(columns)), np.nan)
    for name in data.dtype.names:
        if name == "index":
            continue
        items = _tuples(plain_pickle(_raw(data.attrs[f"{name}_kind"]), f"{where}: {name}"), f"{where}: {name}")
        block = data[name].reshape(len(index), -1)
        if block.shape[1] != len(items) or block.dtype.kind not in "fiu" or not set(items) <= positions.keys():
            raise FormatError("Values and names do not fit one another", where=f"{where}/table", hint=HINT)
        values[:, [positions[item] for item in items]] = block
    if not isinstance(levels, list) or not all(isinstance(level, str) for level in levels):
        raise FormatError("The header rows have no names", where=where, hint=HINT)
    return Table(tuple(levels), columns, index, spell(values), kind="table")


def _tuples(value: Any, where: str) -> list[tuple[str, ...]]:
    if not isinstance(value, list) or not all(
        isinstance(item, tuple) and all(isinstance(part, str | int | float) for part in item) for item in value
    ):
        raise FormatError("The columns have no plain names", where=where, hint=HINT)
    found = [tuple(str(part) for part in item) for item in value]
    if len({len(item) for item in found}) > 1:
        raise FormatError("Column names differ in length", where=where, hint=HINT)
    return found


def _raw(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("names are not stored as text")
    return bytes(value)


def _text(value: Any) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, int | np.integer) else 0
