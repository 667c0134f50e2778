"""Files on disk: which of them are media, their sha256, and keeping them inside their root."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from vitruvian.errors import Forbidden, MediaError, NotFound

IMAGES = frozenset([".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".ppm", ".pgm"])
VIDEOS = frozenset([".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".wmv"])


def sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex; raises MediaError when they cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> MediaError:
    """Return the error for a file that the operating system does not hand out."""
    return MediaError(
        f"The file cannot be opened: {error.strerror or error}",
        where=str(path),
        hint="check what it is and who may read it",
    )


def resolve_inside(root: Path, path: Path | str) -> Path:
    """Return the absolute path of `path` under `root`, links followed.

    Raises
    ------
    Forbidden
        It lies outside `root`.
    """
    inside = (root / path).resolve()
    if not inside.is_relative_to(root.resolve()):
        raise Forbidden(
            "The path lies outside the folder that media may come from",
            where=str(path),
            hint=f"move the file under {root}, or choose another root",
        )
    return inside


def find_media(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files among `paths`, and the images and videos in the folders among them, in natural order.

    Links to folders are followed, each folder once; hidden files and folders (``.name``) are passed over. A folder that
    may not be read is yielded itself, and so is a link to nothing: who opens them gets to know.

    Raises
    ------
    NotFound
        One of the paths does not exist.
    """
    for path in paths:
        if os.path.isdir(path):  # the path's own method raises where a folder on the way is closed
            yield from sorted(_inside(path), key=_natural)
        else:
            try:
                path.lstat()
            except (FileNotFoundError, NotADirectoryError) as error:
                raise NotFound("There is no such file or folder", where=str(path), hint="check the path") from error
            except OSError:  # who opens it gets to know
                pass
            yield path


def _inside(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()
    closed: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=closed.append, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(here, name)
            if not name.startswith(".") and path.suffix.lower() in IMAGES | VIDEOS and not _is_special(path):
                yield path
    yield from (Path(error.filename) for error in closed)


def _is_special(path: Path) -> bool:
    """Say whether it is there, but no file: a pipe, a socket, a device."""
    return os.path.exists(path) and not os.path.isfile(path)


def _natural(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
