"""Read and write annotation files of any registered format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from vitruvian.errors import FormatError
from vitruvian.formats import archive, locate
from vitruvian.formats.codec import Codec, codecs, every_format, unwritable
from vitruvian.formats.peek import Peek
from vitruvian.labels import Columns, Dataset


def read(path: str | Path, *, format: str | None = None) -> Dataset:
    """Read an annotation file, a folder, or a zip archive of either; nothing in it is lost.

    Parameters
    ----------
    path : str or Path
        An archive is unpacked into a temporary folder for as long as it is read.
    format : str, optional
        Name of the format; recognised from the content when left out.

    Returns
    -------
    Dataset
        ``warnings`` says what deviates from the format.

    Raises
    ------
    FormatError
        Unknown format, or a file that cannot be read as one; an archive that is unsafe, or holds several.
    """
    return read_known(path, format=format)[1]


def read_known(path: str | Path, *, format: str | None = None) -> tuple[Codec, Dataset]:
    """Return the format of annotations too; raises FormatError as `read` does."""
    with opened(path, format=format) as source:
        dataset = source.codec.read(source.path)
        if source.folder is not None:
            dataset.warnings[:] = archive.of_archive(dataset.warnings, source.folder, path)
        return source.codec, dataset


@contextmanager
def opened(path: str | Path, *, format: str | None = None) -> Iterator[locate.Source]:
    """Yield where annotations lie, and their format: `path` itself, or a temporary place if it is a zip archive.

    Raises
    ------
    FormatError
        As `recognise`; or an archive that cannot be unpacked, or does not hold one annotation file or folder.
    """
    if not archive.is_archive(path):
        yield locate.Source(Path(path), recognise(path, format=format))
        return
    with archive.unpacked(path) as folder:
        found = locate.find(folder, format=by_name(format, str(path)).name if format else None)
        source = locate.only(found, path, "unpack it and name the one that you mean")
        yield replace(source, folder=folder)


def read_columns(path: str | Path, *, format: str | None = None) -> Columns:
    """Read an annotation file for bulk work, without an object per instance; raises FormatError as `read` does."""
    with opened(path, format=format) as source:
        return source.codec.columns(source.path)


def write(dataset: Dataset, path: str | Path, *, format: str | None = None) -> None:
    """Write an annotation file, whole or not at all.

    The format follows from the ending of `path` when left out. What it cannot hold is left out; ask
    ``target(path).losses(dataset)`` before.

    Raises
    ------
    FormatError
        Unknown format, or the place cannot be written to.
    LabelError
        Instances that their ontology or the media do not fit.
    """
    target(path, format=format).write(dataset, Path(path))


def dumps(dataset: Dataset, *, format: str = "coco") -> bytes:
    """Return the content of an annotation file, a zip archive for a folder; raises FormatError and LabelError."""
    return by_name(format).dumps(dataset)


def by_name(format: str, where: str = "") -> Codec:
    """Return the format called `format`; raises FormatError when there is none."""
    found = next((codec for codec in codecs() if codec.name == format.lower()), None)
    if found is None:
        raise FormatError(f"Unknown format {format!r}", where=where, hint=f"formats: {_names()}")
    return found


def recognise(path: str | Path, *, format: str | None = None) -> Codec:
    """Return the format of a file or folder that exists, from its content.

    Raises
    ------
    FormatError
        There is nothing there, or it looks like no known format.
    """
    if format is not None:
        return by_name(format, str(path))
    peek = Peek(Path(path))
    found = next((codec for codec in codecs() if codec.sniff(peek)), None)
    if found is not None:
        return found
    by_ending = [codec for codec in codecs() if peek.suffix and peek.suffix in codec.suffixes]
    if by_ending:  # its own reader says best what is wrong with it
        return by_ending[0]
    if not peek.exists:
        raise FormatError("There is no such file or folder", where=str(path), hint="check the path")
    kind = "folder" if peek.is_folder else "file"
    raise FormatError(f"This {kind} looks like no known format", where=str(path), hint=f"name one of: {_names()}")


def target(path: str | Path, *, format: str | None = None) -> Codec:
    """Return the format that is meant by a place to write to, from its ending.

    Raises
    ------
    FormatError
        The ending belongs to no format, or the format named is read only.
    """
    if format is not None:
        named = by_name(format, str(path))
        if not named.writes:
            raise unwritable(named, str(path))
        return named
    ending = Path(path).suffix.lower()
    found = next((codec for codec in codecs() if codec.writes and ending in codec.suffixes), None)
    if found is None:
        raise FormatError(
            f"The ending {ending!r} belongs to no known format",
            where=str(path),
            hint=f"name one of: {', '.join(sorted(codec.name for codec in codecs() if codec.writes))}",
        )
    return found


def _names() -> str:
    return ", ".join(sorted(every_format()))
