"""Vitruvian's own large-scale dataset: a folder of Parquet files that others read too. See docs/formats/parquet.md."""

from __future__ import annotations

from pathlib import Path

import msgspec

from vitruvian.formats.codec import Codec, register
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.parquet.layout import DESCRIPTION, FORMAT
from vitruvian.formats.parquet.read import read, read_columns
from vitruvian.formats.parquet.write import append, append_columns, create, write, write_columns
from vitruvian.formats.peek import Peek
from vitruvian.labels import Columns, Dataset

__all__ = ["append", "append_columns", "create", "read", "read_columns", "write", "write_columns"]

#: A description larger than this is none, or not one to look at before it is asked for.
_LARGE = 64 << 20


@register
class Parquet(Codec):
    name = "parquet"
    title = "Vitruvian's dataset in Parquet, for Polars, DuckDB and pandas"
    suffixes = (".parquet",)
    folder = True
    holds = frozenset(FEATURES)

    def sniff(self, peek: Peek) -> bool:
        if DESCRIPTION not in peek.names:
            return False
        file = peek.path / DESCRIPTION
        try:
            if file.stat().st_size > _LARGE:
                return False
            document = msgspec.json.decode(file.read_bytes())
        except (OSError, ValueError, RecursionError, msgspec.DecodeError):
            return False
        return isinstance(document, dict) and document.get("format") == FORMAT

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)

    def columns(self, path: Path) -> Columns:
        return read_columns(path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        """Return nothing: the fields of every other format are kept as well."""
        return []
