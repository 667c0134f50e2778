"""Folders of files: read with limits, written whole or not at all, and never outside of themselves."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.json_file import read_json

#: One annotation file larger than this is a mistake, or meant to fill the memory.
MAX_BYTES = 1 << 30
MAX_FILES = 2_000_000


def limited_json(path: Path) -> Any:
    """Return the content of a JSON file of a sensible size; raises FormatError."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError):
        size = 0  # reading it says what is wrong
    if size > MAX_BYTES:
        raise FormatError(
            f"The file has {size} bytes; {MAX_BYTES} are allowed", where=str(path), hint="split it into several files"
        )
    return read_json(path)


def json_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the JSON files below a folder, sorted, with their relative names; links that lead out of it are passed.

    Raises
    ------
    FormatError
        The folder cannot be read, or holds too many files.
    """
    try:
        root = folder.resolve()
        found = sorted(path for path in folder.rglob("*.json") if path.is_file())
    except (OSError, ValueError, RuntimeError) as error:
        raise FormatError(f"The folder cannot be read: {error}", where=str(folder), hint="check the path") from error
    if len(found) > MAX_FILES:
        raise FormatError(f"{len(found)} files lie in it", where=str(folder), hint="read its folders one by one")
    for path in found:
        if path.resolve().is_relative_to(root):
            yield path.relative_to(folder).as_posix(), path


def inner(name: Any, where: str) -> str:
    """Return a relative path that stays below the folder it is used in.

    Raises
    ------
    FormatError
        It is absolute, leads upwards, or is no path at all.
    """
    path = PurePosixPath(name) if isinstance(name, str) else PurePosixPath()
    leads_out = not path.parts or path.is_absolute() or ".." in path.parts
    odd = leads_out or bool(set(str(name)) & set("\\\0")) or not _is_writable(path.as_posix())
    if odd or (len(path.parts[0]) > 1 and path.parts[0][1] == ":"):
        raise FormatError(
            f"{str(name)[:200]!r} is no path inside of a folder", where=where, hint="name media by relative paths"
        )
    return path.as_posix()


def _is_writable(name: str) -> bool:
    try:
        os.fsencode(name)
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder, whole or not at all.

    Raises
    ------
    FormatError
        It exists and is not empty, or the place cannot be written to.
    """
    scratch = None
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FormatError("There is something already", where=str(folder), hint="name a new or an empty folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
        umask = os.umask(0)
        os.umask(umask)
        scratch.chmod(0o777 & ~umask)
        for name, content in files.items():
            target = scratch / inner(name, str(folder))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if folder.exists():
            folder.rmdir()
        scratch.replace(folder)
    except OSError as error:
        raise FormatError(
            f"The folder cannot be written: {error.strerror or error}", where=str(folder), hint="check disk and rights"
        ) from error
    finally:
        if scratch is not None and scratch.exists():
            shutil.rmtree(scratch, ignore_errors=True)
