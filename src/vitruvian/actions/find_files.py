"""Find the images and videos near an annotation file that it speaks of."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from vitruvian.actions.import_media import absolute
from vitruvian.labels import MediaEntry
from vitruvian.media import IMAGES, VIDEOS, find_media

#: Folders beside an annotation file, or beside the folder that it lies in, where formats keep media.
_FOLDERS = ("images", "data", "img", "imgs", "frames", "videos", "media", "photos", "pictures")
_LABEL_FOLDERS = frozenset({"annotations", "annotation", "labels", "ann", "json"})


def find_files(media: Iterable[MediaEntry], source: Path, tree: Path | None = None) -> dict[str, Path]:
    """Return the files near an annotation file that its media are, by their names in it.

    Parameters
    ----------
    media : iterable of MediaEntry
    source : Path
        The annotation file, or folder.
    tree : Path, optional
        A folder that is searched as a whole, for formats that are a folder.

    Notes
    -----
    A name in a file leads nowhere else: only what lies in the folders near is looked at. Of several files the one is
    taken that shares the most folders with the name; where that leaves several, none.
    """
    index = _Index(tree)
    bases = list(dict.fromkeys(_bases(source, tree)))
    found: dict[str, Path] = {}
    for entry in media:
        if entry.name in found:
            continue
        name = PurePosixPath(entry.name.replace("\\", "/"))
        fits = VIDEOS | {".gif", ".tif", ".tiff"} if entry.kind == "video" else IMAGES
        ways = [name] if not name.is_absolute() and ".." not in name.parts and ":" not in name.parts[:1] else []
        ways += [PurePosixPath(name.name)] if name.name not in ("", "..") and len(name.parts) > 1 and not tree else []
        direct = next((base / way for way in ways for base in bases if _is_media(base / way, fits)), None)
        file = direct or index.best(name, fits)
        if file is not None:
            found[entry.name] = file
    return found


def _is_media(path: Path, fits: frozenset[str]) -> bool:
    return path.suffix.lower() in fits and os.path.isfile(path)


def _bases(source: Path, tree: Path | None) -> Iterator[Path]:
    here = source if source.is_dir() else source.parent
    yield from (tree or here, here, *(here / name for name in _FOLDERS))
    if source.is_dir():
        return
    yield here / source.stem
    if absolute(here).name.lower() in _LABEL_FOLDERS:
        above = absolute(here).parent
        yield from (above, *(above / name for name in _FOLDERS))
        for folder in (above, above / "images"):
            if folder.is_dir():
                yield from sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


class _Index:
    """The media in a folder and below by their names."""

    def __init__(self, tree: Path | None) -> None:
        self.by_name: Mapping[str, list[tuple[str, ...]]] = defaultdict(list)
        self.by_stem: Mapping[str, list[tuple[str, ...]]] = defaultdict(list)
        self.tree = tree or Path()
        for file in find_media([tree]) if tree else ():
            parts = file.relative_to(self.tree).parts
            self.by_name[file.name].append(parts)
            self.by_stem[file.stem].append(parts)

    def best(self, name: PurePosixPath, fits: frozenset[str]) -> Path | None:
        alike = self.by_name.get(name.name)
        if alike is None and name.suffix.lower() not in IMAGES | VIDEOS:
            alike = self.by_stem.get(name.name)
        scored = sorted(
            ((_shared(name.parts[:-1], parts[:-1]), parts) for parts in alike or () if _suffix(parts) in fits),
            reverse=True,
        )
        if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0]):
            return None
        return self.tree.joinpath(*scored[0][1])


def _suffix(parts: tuple[str, ...]) -> str:
    return PurePosixPath(parts[-1]).suffix.lower()


def _shared(wanted: tuple[str, ...], there: tuple[str, ...]) -> int:
    """Return how many of the folders in a name stand in that order among those of a file, from the last."""
    count, at = 0, len(there)
    for folder in reversed(wanted):
        later = [k for k in range(at) if there[k] == folder]
        if later:
            count, at = count + 1, later[-1]
    return count
