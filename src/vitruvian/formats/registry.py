"""The table of formats. A new format is one more line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vitruvian.errors import FormatError
from vitruvian.formats import coco
from vitruvian.labels import Dataset


@dataclass(frozen=True, slots=True)
class Codec:
    """How one format is read and written.

    Attributes
    ----------
    title : str
        For people.
    suffixes : tuple of str
        File endings that suggest this format.
    read : callable
        Path to Dataset.
    dumps : callable
        Dataset to the bytes of a file.
    write : callable
        Dataset and path.
    """

    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], Dataset]
    dumps: Callable[[Dataset], bytes]
    write: Callable[[Dataset, Path], None]


FORMATS = {
    "coco": Codec("COCO keypoints, results, WholeBody, PoseTrack", (".json",), coco.read, coco.dumps, coco.write),
}


def read(path: str | Path, *, format: str | None = None) -> Dataset:
    """Read an annotation file; nothing in it is lost.

    Parameters
    ----------
    path : str or Path
    format : str, optional
        Name of the format; found by the file's ending when left out.

    Returns
    -------
    Dataset
        ``warnings`` says what deviates from the format.

    Raises
    ------
    FormatError
        Unknown format, or a file that cannot be read as one.
    """
    return _codec(Path(path), format).read(Path(path))


def write(dataset: Dataset, path: str | Path, *, format: str | None = None) -> None:
    """Write an annotation file, whole or not at all; raises FormatError as `read` does."""
    _codec(Path(path), format).write(dataset, Path(path))


def dumps(dataset: Dataset, *, format: str = "coco") -> bytes:
    """Return the content of an annotation file; raises FormatError when the format is unknown."""
    return _codec(Path("labels"), format).dumps(dataset)


def _codec(path: Path, format: str | None) -> Codec:
    known = ", ".join(FORMATS)
    if format is not None:
        if format.lower() not in FORMATS:
            raise FormatError(f"Unknown format {format!r}", where=str(path), hint=f"formats: {known}")
        return FORMATS[format.lower()]
    for codec in FORMATS.values():
        if path.suffix.lower() in codec.suffixes:
            return codec
    raise FormatError(
        f"The ending {path.suffix!r} belongs to no known format", where=str(path), hint=f"name one of: {known}"
    )
