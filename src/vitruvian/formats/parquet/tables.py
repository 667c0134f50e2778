"""Read Parquet tables as arrays, trusting none of their types, lengths or numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.parquet.layout import HINT, MAX_ROWS, arrow, reading


class Table:
    """One Parquet file, opened, with the columns that `schema` asks for.

    Attributes
    ----------
    file : Path
    rows : int
        As its footer says; `groups` refuses to give more or fewer.
    unknown : tuple of str
        Further columns.
    """

    def __init__(self, file: Path, schema: Any) -> None:
        pa = arrow()
        self.file = file
        self.schema = schema
        with reading(file):
            self._parquet = pa.parquet.ParquetFile(file)
            found = self._parquet.schema_arrow
            self.rows: int = self._parquet.metadata.num_rows
            for name in schema.names:
                at = found.get_all_field_indices(name)
                if len(at) != 1:
                    message = "There is no such column" if not at else "There are several columns of this name"
                    raise FormatError(message, where=f"{file}: {name}", hint=HINT)
                if not _alike(found.field(at[0]).type, schema.field(name).type):
                    raise FormatError(
                        f"The column is of type {found.field(at[0]).type}, expected {schema.field(name).type}"[:300],
                        where=f"{file}: {name}",
                        hint=HINT,
                    )
            self.unknown = tuple(name for name in found.names if name not in schema.names)
        # Names and ids are all different, so that a row takes some of the file however well it is packed.
        if not 0 <= self.rows <= min(MAX_ROWS, 1000 + 8 * file.stat().st_size):
            raise FormatError(f"{self.rows} rows are not possible", where=str(file), hint=HINT)

    def groups(self, names: Sequence[str]) -> Iterator[tuple[int, Group]]:
        """Yield the row groups with where each begins."""
        begin = 0
        for number in range(self._parquet.num_row_groups):
            with reading(self.file):
                table = self._parquet.read_row_group(number, columns=list(names))
            if begin + table.num_rows > self.rows:
                break
            yield begin, Group(self, table, begin)
            begin += table.num_rows
        else:
            if begin == self.rows:
                return
        raise FormatError(
            f"Its row groups hold other than the {self.rows} rows it states", where=str(self.file), hint=HINT
        )

    def is_json(self, name: str) -> bool:
        """Whether JSON has a word for what stands in a column."""
        return _is_json(self._parquet.schema_arrow.field(name).type)

    def close(self) -> None:
        self._parquet.close()


class Group:
    """Rows of a file that are decoded together."""

    def __init__(self, table: Table, data: Any, begin: int) -> None:
        self._table = table
        self._data = data
        self._begin = begin

    def __len__(self) -> int:
        return int(self._data.num_rows)

    def numbers(self, name: str, null: Any = None) -> NDArray[Any]:
        """Return a column of numbers; raises FormatError at a null unless it has a value."""
        with reading(self._table.file):
            column = self._column(name)
            if column.null_count:
                if null is None:
                    self._refuse(name, "A value is missing", column.is_null())
                column = column.fill_null(null)
            return np.asarray(column.to_numpy(zero_copy_only=False))

    def lists(self, name: str) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return a column of lists of equal length as an array (N, length), and which rows have one, (N,)."""
        with reading(self._table.file):
            column = self._column(name)
            width = column.type.list_size
            known = np.ones(len(column), np.bool_)
            values = column.values.slice(column.offset * width, len(column) * width)
            if column.null_count:
                if not self._table.schema.field(name).nullable:
                    self._refuse(name, "A value is missing", column.is_null())
                known = column.is_valid().to_numpy(zero_copy_only=False)
            if values.null_count:
                gaps = values.is_null().to_numpy(zero_copy_only=False).reshape(-1, width).any(axis=1) & known
                if gaps.any():
                    self._refuse(name, "A value within a list is missing", gaps)
                values = values.fill_null(values.type.to_pandas_dtype()(0))
            return values.to_numpy(zero_copy_only=False).reshape(-1, width), known

    def values(self, name: str) -> list[Any]:
        """Return a column as Python's own values."""
        with reading(self._table.file):
            return list(self._column(name).to_pylist())

    def words(self, name: str) -> tuple[list[str], NDArray[np.int64]]:
        """Return a column of texts as its different words and, for each row, which of them; -1 for none."""
        with reading(self._table.file):
            coded = self._column(name).dictionary_encode()
            return coded.dictionary.to_pylist(), coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)

    def check(self, name: str, good: Any, message: str) -> None:
        """Refuse the first row for which `good`, of shape (N,) or (N, length), does not hold."""
        if not good.all():
            self._refuse(name, message, ~good.reshape(len(good), -1).all(axis=1))

    def _column(self, name: str) -> Any:
        column = self._data.column(name).combine_chunks()
        if name not in self._table.schema.names:
            return column
        wanted = self._table.schema.field(name).type
        return column if column.type == wanted else column.cast(wanted)

    def _refuse(self, name: str, message: str, bad: Any) -> None:
        row = self._begin + int(np.flatnonzero(np.asarray(bad))[0])
        raise FormatError(message, where=f"{self._table.file}: row {row}: {name}", hint=HINT)


def _alike(found: Any, wanted: Any) -> bool:
    """Whether a type says the same as the wanted one: other programs write lists without length, or wider numbers."""
    types = arrow().types
    if types.is_dictionary(found):
        found = found.value_type
    if types.is_fixed_size_list(wanted):
        is_list = any(test(found) for test in (types.is_list, types.is_large_list, types.is_fixed_size_list))
        return is_list and _alike(found.value_type, wanted.value_type)
    if types.is_string(wanted):
        # A column without any value has no type in some programs.
        return any(test(found) for test in (types.is_string, types.is_large_string, types.is_null))
    if types.is_floating(wanted):
        return any(test(found) for test in (types.is_floating, types.is_integer, types.is_null))
    if types.is_integer(wanted):
        return bool(types.is_integer(found))
    return bool(found == wanted or types.is_null(found))


def _is_json(type: Any) -> bool:
    types = arrow().types
    if types.is_dictionary(type) or types.is_list(type) or types.is_large_list(type) or types.is_fixed_size_list(type):
        return _is_json(type.value_type)
    if types.is_struct(type):
        return all(_is_json(type.field(at).type) for at in range(type.num_fields))
    tests = (types.is_boolean, types.is_integer, types.is_floating, types.is_string, types.is_large_string)
    return any(test(type) for test in (*tests, types.is_null))
