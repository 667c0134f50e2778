"""Find annotation files by what is in them: in a folder, among pictures and other files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Codec, codecs
from vitruvian.formats.peek import Peek

#: Holds keypoints, but no labels: it is no rival of the labels beside it.
_SKELETON = "sleap_skeleton"


@dataclass(frozen=True, slots=True)
class Source:
    """An annotation file, or a folder that is one, its format, and the temporary folder if it lies in an archive."""

    path: Path
    codec: Codec
    folder: Path | None = None


@dataclass(slots=True)
class Found:
    """What a folder holds.

    Attributes
    ----------
    sources : list of Source
        At most one in each folder.
    unknown : list of Path
        Files that have the ending of annotation files and are none, as far as any format can tell.
    """

    sources: list[Source] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)


def sniff(path: Path, format: str | None = None) -> Codec | None:
    """Return the format that `path` has by its content, or None; only the one called `format` when that is given."""
    peek = Peek(path)
    return next((codec for codec in codecs() if format in (None, codec.name) and codec.sniff(peek)), None)


def endings() -> frozenset[str]:
    """Return the last parts of the endings of annotation files, of the files in folders that are one too."""
    return frozenset({Path(f"x{e}").suffix for c in codecs() for e in c.suffixes} | {".json", ".csv", ".yaml", ".yml"})


def find(folder: Path, *, format: str | None = None) -> Found:
    """Find the annotation files in a folder and the folders in it; hidden ones and links to folders are passed over.

    A folder that is annotations as a whole (YOLO's, labelme's ...) is one source, and is not looked into any further.

    Parameters
    ----------
    folder : Path
    format : str, optional
        Only files of this format are looked for.

    Raises
    ------
    FormatError
        A folder looks like several formats, or holds several annotation files: which is meant cannot be told.
    """
    found = Found()
    fitting = endings()
    for here, folders, files in os.walk(folder):
        place = Path(here)
        whole = _whole(place, format)
        if whole is not None:
            found.sources.append(whole)
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = []
        for name in sorted(files):
            path = place / name
            if name.startswith(".") or path.suffix.lower() not in fitting or not path.is_file():
                continue
            codec = sniff(path, format)
            if codec is not None:
                inside.append(Source(path, codec))
            elif format is None and path.suffix.lower() not in (".yaml", ".yml"):
                found.unknown.append(path)
        found.sources += _one(place, inside)
    return found


def only(found: Found, where: str | Path, hint: str) -> Source:
    """Return the one source that was found.

    Raises
    ------
    FormatError
        There is none, or there are several.
    """
    if not found.sources:
        looked = f"; {found.unknown[0].name} in it is none" if found.unknown else ""
        raise FormatError(
            f"It holds no annotation file of a known format{looked}",
            where=str(where),
            hint="name its format (import has --format, convert --from); docs/formats/README.md lists what can be read",
        )
    if len(found.sources) > 1:
        raise _several("It holds several annotation files", found.sources, str(where), hint)
    return found.sources[0]


def _whole(folder: Path, format: str | None) -> Source | None:
    peek = Peek(folder)
    fitting = [codec for codec in codecs() if format in (None, codec.name) and codec.sniff(peek)]
    if len(fitting) > 1:
        raise FormatError(
            f"This folder looks like {' and like '.join(codec.title for codec in fitting)}",
            where=str(folder),
            hint=f"say which with --format {' or --format '.join(codec.name for codec in fitting)}",
        )
    return Source(folder, fitting[0]) if fitting else None


def _one(folder: Path, inside: list[Source]) -> list[Source]:
    labels = [source for source in inside if source.codec.name != _SKELETON] or inside
    if len(labels) > 1:
        raise _several(
            "This folder holds several annotation files, and which is meant cannot be told",
            labels,
            str(folder),
            "name the file that you mean instead of the folder, or beside it",
        )
    return labels


def _several(message: str, sources: Sequence[Source], where: str, hint: str) -> FormatError:
    shown = [f"{source.path} ({source.codec.name})" for source in sources[:5]]
    more = f" and {len(sources) - 5} more" if len(sources) > 5 else ""
    return FormatError(f"{message}: {', '.join(shown)}{more}", where=where, hint=hint)
