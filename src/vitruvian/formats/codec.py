"""What a format is: how it is recognised, read and written, and what it can hold. Each format registers itself."""

from __future__ import annotations

import importlib
import io
import tempfile
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, TypeVar

from vitruvian.errors import FormatError
from vitruvian.formats.losses import Loss, losses
from vitruvian.formats.peek import Peek
from vitruvian.labels import Columns, Dataset

#: The formats whose modules have been imported, by name; :func:`every_format` has them all.
FORMATS: dict[str, Codec] = {}

#: Modules of this package with a format in them, COCO first: it is what ``.json`` means, and its large files are told
#: by their keys alone. The others are imported when they are asked for.
MODULES = (
    "coco",
    "alphapose",
    "alphatracker",
    "cvat",
    "darwin",
    "datumaro",
    "deeplabcut",
    "labelme",
    "labelstudio",
    "leap",
    "lightning_pose",
    "mpii",
    "nwb",
    "openpose",
    "parquet",
    "posetrack",
    "posetrack17",
    "sleap",
    "sleap_analysis",
    "sleap_json",
    "sleap_skeleton",
    "supervisely",
    "via",
    "yolo",
)


class Codec(ABC):
    """One format. A subclass with :func:`register` above it is all that a new format needs.

    Attributes
    ----------
    name : str
        By which people and `extras` call it.
    title : str
        For people.
    suffixes : tuple of str
        File endings, the usual one first; empty for a folder.
    folder : bool
        It is written as a folder of files rather than as one file.
    holds : frozenset of str
        Which of :data:`vitruvian.formats.losses.FEATURES` it can express.
    known : frozenset of str
        Fields of its verbatim records in `extras` that a Dataset says in its own words; the others are lost elsewhere.
    writes : bool
        It can be written too; a :class:`Reader` cannot.
    precision : float
        By how many pixels, at most, a position within 10,000 pixels of the origin differs once it is read again; 0
        where it is the same to the bit.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]] = ()
    folder: ClassVar[bool] = False
    holds: ClassVar[frozenset[str]] = frozenset()
    known: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[bool] = True
    precision: ClassVar[float] = 0.0

    @abstractmethod
    def sniff(self, peek: Peek) -> bool:
        """Say whether a file or folder looks like this format."""

    @abstractmethod
    def read(self, path: Path) -> Dataset:
        """Read it; what deviates is kept and reported in `Dataset.warnings`.

        Raises
        ------
        FormatError
            It cannot be read as this format; says which file, record and field.
        """

    @abstractmethod
    def write(self, dataset: Dataset, path: Path) -> None:
        """Write it, whole or not at all.

        Raises
        ------
        FormatError
            The place cannot be written to, or the labels contradict the format.
        """

    def columns(self, path: Path) -> Columns:
        """Read it for bulk work; a format with a quicker way than through objects has its own."""
        dataset = self.read(path)
        return Columns(dataset.ontology, tuple(entry.name for entry in dataset.media), dataset.poses)

    def losses(self, dataset: Dataset) -> list[Loss]:
        """Return what of `dataset` this format cannot hold."""
        return losses(dataset, self.name, self.holds, {codec.name: codec.known for codec in codecs()})

    @property
    def ending(self) -> str:
        """What the name of a file with the bytes of :meth:`dumps` ends in."""
        return ".zip" if self.folder else self.suffixes[0]

    def dumps(self, dataset: Dataset) -> bytes:
        """Return the bytes of the file, or of a zip archive of the folder."""
        with tempfile.TemporaryDirectory() as scratch:
            target = Path(scratch) / f"labels{'' if self.folder else self.suffixes[0]}"
            self.write(dataset, target)
            if target.is_file():
                return target.read_bytes()
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
                for file in sorted(target.rglob("*")):
                    if file.is_file():
                        zipped.write(file, file.relative_to(target).as_posix())
            return archive.getvalue()


class Reader(Codec):
    """A format that is read only: other software made its files, and none is glad of new ones."""

    writes = False

    def write(self, dataset: Dataset, path: Path) -> None:
        """Refuse, and say what to do."""
        raise unwritable(self, str(path))


def unwritable(codec: Codec, where: str) -> FormatError:
    """Return the error for a place that is to be written in a format that is read only."""
    return FormatError(
        f"{codec.title} can be read, not written", where=where, hint="write another format, such as coco or sleap"
    )


def codecs() -> Iterator[Codec]:
    """Yield every format, COCO first; the modules of the others are imported as they come up."""
    for module in MODULES:
        name = f"vitruvian.formats.{module}"
        importlib.import_module(name)
        # Not simply what is new: somebody may have imported other formats before.
        yield from [codec for codec in FORMATS.values() if f"{type(codec).__module__}.".startswith(f"{name}.")]


def every_format() -> dict[str, Codec]:
    """Return all formats by their names."""
    return {codec.name: codec for codec in codecs()}


C = TypeVar("C", bound=type[Codec])


def register(codec: C) -> C:
    """Add a format to :data:`FORMATS`."""
    FORMATS[codec.name] = codec()
    return codec
