"""Zip archives of an export: unpacked into a temporary folder, which is gone afterwards, within limits.

An archive is a stranger's: its names may lead out of the folder, its links anywhere, and a few kilobytes of it may be
made to fill a disk. All of that is refused before the first byte is written, from what the archive states of its files;
a file that turns out larger than stated is cut off there by the reader, and its checksum tells.
"""

from __future__ import annotations

import lzma
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from vitruvian.errors import FormatError, VitruvianError
from vitruvian.labels import FileWarning

#: The limits: how many files, how many bytes in all, and how many times its own size a large archive may become.
MOST_FILES = 500_000
LARGEST = 64 << 30
RATIO = 200
#: Below this many bytes no ratio is too high: a short file of nothing but zeros is nobody's harm.
SMALL = 64 << 20

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
#: What systems put into archives beside the files that a person chose.
_CLUTTER = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
# zipfile's RuntimeError is a password, its NotImplementedError an unknown compression.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, NotImplementedError, EOFError, KeyError,
    ValueError, OverflowError, IndexError,
)  # fmt: skip


def is_archive(path: str | Path) -> bool:
    """Say whether a file begins as a zip archive does, whatever its name."""
    try:
        with Path(path).open("rb") as file:
            return file.read(4) in _MAGIC
    except (OSError, ValueError):
        return False


@contextmanager
def unpacked(path: str | Path) -> Iterator[Path]:
    """Yield a temporary folder with the files of a zip archive; it is removed when the block ends.

    An error that is raised in the block and speaks of the folder speaks of the archive when it leaves it.

    Raises
    ------
    FormatError
        It is damaged, wants a password, or has a name that leads out of the folder, a link, or more in it than the
        limits allow or than there is room for.
    """
    with tempfile.TemporaryDirectory(prefix="vitruvian-") as scratch:
        folder = Path(scratch).resolve()
        _unpack(Path(path), folder)
        try:
            yield folder
        except VitruvianError as error:
            error.where = named(error.where, folder, path)
            error.message = named(error.message, folder, path)
            raise


def named(text: str, folder: Path, path: str | Path) -> str:
    """Return `text` with the temporary folder called by the name of its archive."""
    return text.replace(str(folder), str(path))


def of_archive(warnings: list[FileWarning], folder: Path, path: str | Path) -> list[FileWarning]:
    """Return warnings that speak of the archive, not of the temporary folder."""
    return [replace(warning, file=named(warning.file, folder, path)) for warning in warnings]


def _unpack(path: Path, folder: Path) -> None:
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = list(_members(archive, where))
            _check_sizes([info for info, _ in members], path, folder)
            for info, parts in members:
                _write(archive, info, folder.joinpath(*parts), f"{where}/{'/'.join(parts)}")
    except _BROKEN as error:
        said = str(error) or type(error).__name__
        hint = "unpack it and name the folder" if "password" in said or "encrypted" in said else "copy it again"
        raise FormatError(f"The zip archive cannot be read: {said}", where=where, hint=hint) from error
    except OSError as error:
        raise FormatError(
            f"The zip archive cannot be unpacked: {error.strerror or error}",
            where=where,
            hint="unpack it yourself and name the folder",
        ) from error


def _members(archive: zipfile.ZipFile, where: str) -> Iterator[tuple[zipfile.ZipInfo, list[str]]]:
    every = archive.infolist()
    if len(every) > MOST_FILES:
        raise FormatError(
            f"The zip archive holds {len(every)} files; {MOST_FILES} are the most that is unpacked",
            where=where,
            hint="unpack it yourself and name the folder",
        )
    for info in every:
        # Some archives of Windows part folders by backslashes.
        name = info.filename.replace("\\", "/")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
            raise _refused(where, info, "leads out of the folder that the archive is unpacked into")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refused(where, info, "is a link or a device, not a file")
        if parts and not name.endswith("/") and kind != stat.S_IFDIR and not _CLUTTER.intersection(parts):
            yield info, parts


def _refused(where: str, info: zipfile.ZipInfo, what: str) -> FormatError:
    return FormatError(
        f"{info.filename!r} in the zip archive {what}; nothing was unpacked",
        where=where,
        hint="pack it anew, or unpack it yourself where that is safe, and name the folder",
    )


def _check_sizes(members: list[zipfile.ZipInfo], path: Path, folder: Path) -> None:
    total = sum(info.file_size for info in members)
    said = ""
    if total > LARGEST:
        said = f"{_size(LARGEST)} are the most that is unpacked"
    elif total > SMALL and total > RATIO * path.stat().st_size:
        said = f"more than {RATIO} times its own size, as archives that are made to do harm"
    elif total > (free := shutil.disk_usage(folder).free):
        said = f"there are {_size(free)} left for temporary files"
    if said:
        raise FormatError(
            f"The zip archive becomes {_size(total)} when unpacked: {said}; nothing was unpacked",
            where=str(path),
            hint="unpack it yourself if you trust it, and name the folder",
        )


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GB" if count >= 1 << 30 else f"{count / (1 << 20):.1f} MB"


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, where: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, target.open("xb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except FileExistsError as error:
        raise FormatError(
            "The zip archive holds two files of this name", where=where, hint="unpack it yourself and name the folder"
        ) from error
