"""What lies where in a folder of Parquet files, of which type each column is, and how a file is opened safely."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.json_file import encode_json, read_json
from vitruvian.labels import FileWarning, Ontology, ontology_from_document

FORMAT = "vitruvian-parquet"
VERSION = 1

DESCRIPTION = "dataset.json"
ONTOLOGY = "ontology.json"
MEDIA = "media"
INSTANCES = "instances"
ENDING = ".parquet"
#: Parts of the first writing; their rows count through, whichever of them they lie in.
BASE = "base-"

#: More rows than this are a mistake in a file's footer.
MAX_ROWS = 1 << 32

HINT = "write the folder again, or take away the file that does not belong to it"

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_-])?")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@dataclass(slots=True)
class Folder:
    """A dataset's folder without its tables.

    Attributes
    ----------
    path : Path
    ontology : Ontology
    description : dict
        dataset.json as it stands.
    warnings : list of FileWarning
    """

    path: Path
    ontology: Ontology
    description: dict[str, Any]
    warnings: list[FileWarning]

    def warn(self, file: str, field: str, message: str) -> None:
        self.warnings.append(FileWarning(str(self.path / file), "", field, message))


def arrow() -> Any:
    """Return pyarrow with its Parquet part; raises FormatError where it is not installed."""
    try:
        import pyarrow  # noqa: PLC0415  (optional, and takes a third of a second)
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise FormatError("Parquet needs pyarrow", hint='pip install "vitruvian[formats]"') from error
    return pyarrow


def folders(ontology: Ontology) -> list[str]:
    """Return the name of each category's folder: its own name where that is a plain one, else `_` and its position."""
    found: list[str] = []
    seen: set[str] = set()
    for position, category in enumerate(ontology):
        name = category.name
        usable = _PLAIN.fullmatch(name) and not _DEVICES.fullmatch(name) and name.casefold() not in seen
        found.append(name if usable else f"_{position}")
        seen.add(found[-1].casefold())
    return found


def points(ontology: Ontology) -> list[int]:
    """Return K of each category; 0 for one without a skeleton."""
    return [len(category.skeleton) if category.skeleton else 0 for category in ontology]


def instance_schema(count: int) -> Any:
    """Return the columns of the instances of a category with `count` keypoints."""
    pa = arrow()

    def lists(type: Any) -> Any:
        return pa.list_(type, count)

    text = pa.string()
    columns = [
        pa.field("row", pa.int64(), nullable=False),
        ("id", text),
        pa.field("media", text, nullable=False),
        pa.field("media_row", pa.int64(), nullable=False),
        pa.field("frame", pa.int64(), nullable=False),
        pa.field("category", text, nullable=False),
        ("track", text),
    ]
    if count:
        columns += [
            pa.field("x", lists(pa.float64()), nullable=False),
            pa.field("y", lists(pa.float64()), nullable=False),
            pa.field("visibility", lists(pa.uint8()), nullable=False),
            ("score", lists(pa.float32())),
            ("keyed", lists(pa.bool_())),
        ]
    columns += [
        ("box", pa.list_(pa.float64(), 4)),
        ("confidence", pa.float64()),
        ("area", pa.float64()),
        pa.field("crowd", pa.bool_(), nullable=False),
        ("mask", text),
        ("attributes", text),
        ("extras", text),
    ]
    return pa.schema(columns)


def media_schema() -> Any:
    """Return the columns of media."""
    pa = arrow()
    whole = ("row", "width", "height", "frames")
    names = ("row", "name", "kind", "width", "height", "frames")
    fields = [pa.field(n, pa.int64() if n in whole else pa.string(), nullable=False) for n in names]
    return pa.schema([*fields, ("extras", pa.string())])


def open_folder(path: Path) -> Folder:
    """Read what describes the tables.

    Raises
    ------
    FormatError
        Another folder or a single file, a newer version, or an ontology that contradicts itself.
    """
    if path.is_file():
        raise FormatError(
            "This is a single file; a Vitruvian dataset is a folder with a dataset.json",
            where=str(path),
            hint="name the folder; tables of other programs are read with pandas, Polars or DuckDB",
        )
    description = read_json(path / DESCRIPTION)
    where = f"{path / DESCRIPTION}: "
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise FormatError(f"It does not say {FORMAT!r}", where=f"{where}format", hint="check the path")
    if type(description.get("version")) is not int or description["version"] < 1:
        raise FormatError("It is not a whole number of 1 or more", where=f"{where}version", hint=HINT)
    if description["version"] > VERSION:
        raise FormatError(
            f"Version {description['version']} is newer than this Vitruvian, which reads up to {VERSION}",
            where=f"{where}version",
            hint="upgrade Vitruvian",
        )
    if not isinstance(description.get("extras", {}), dict):
        raise FormatError("They are not an object", where=f"{where}extras", hint=HINT)
    document = read_json(path / ONTOLOGY)
    try:
        ontology = ontology_from_document(document)
    except OntologyError as error:
        raise FormatError(error.message, where=f"{path / ONTOLOGY}: {error.where}", hint=error.hint) from error
    return Folder(path, ontology, description, [])


def ontology_bytes(ontology: Ontology) -> bytes:
    return encode_json(ontology.document())


@contextlib.contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turn whatever a broken Parquet file leads to into one FormatError."""
    try:
        yield
    except FormatError:
        raise
    except (MemoryError, OverflowError) as error:
        raise FormatError("It speaks of more than fits into memory", where=str(file), hint=HINT) from error
    except (OSError, ValueError, TypeError, KeyError, IndexError, NotImplementedError, RuntimeError) as error:
        # pyarrow's errors are ValueError, TypeError, KeyError, NotImplementedError or RuntimeError. Their text may go
        # on for pages.
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise FormatError(f"This Parquet file cannot be read: {reason}", where=str(file), hint=HINT) from error


@contextlib.contextmanager
def writing(file: Path) -> Iterator[None]:
    """Turn what cannot be written into one FormatError."""
    try:
        yield
    except FormatError:
        raise
    except (OSError, ValueError, TypeError, OverflowError, NotImplementedError) as error:
        # pyarrow's errors derive from these; UnicodeEncodeError, a ValueError, is half a character in a name.
        reason = (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0][:200]
        raise FormatError(
            f"This cannot be written: {reason}", where=str(file), hint="check the folder, the disk, and names"
        ) from error


def json_text(value: Any, where: str) -> str:
    """Return JSON text; raises FormatError for what JSON has no word for."""
    try:
        return encode_json(value).decode()
    except FormatError as error:
        raise FormatError(error.message, where=where, hint=error.hint) from error


def from_json_text(text: str, file: Path, row: int, column: str) -> Any:
    """Return what a JSON text says; NaN is taken as Python writes it."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError):
        pass

    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"This is not JSON: {error}", where=f"{file}: row {row}: {column}", hint=HINT) from error
