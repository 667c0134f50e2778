"""Files on disk: which of them are media, their sha256, and keeping them inside their root."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from vitruvian.errors import Forbidden, NotFound

IMAGES = frozenset([".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".ppm", ".pgm"])
VIDEOS = frozenset([".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".wmv"])


def sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()


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

    Raises
    ------
    NotFound
        One of the paths does not exist.
    """
    for path in paths:
        if path.is_dir():
            found = (p for p in path.rglob("*") if p.suffix.lower() in IMAGES | VIDEOS and p.is_file())
            yield from sorted(found, key=_natural)
        elif path.exists():
            yield path
        else:
            raise NotFound("There is no such file or folder", where=str(path), hint="check the path")


def _natural(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
