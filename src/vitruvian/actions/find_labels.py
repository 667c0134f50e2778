"""Find annotation files among what a person names, with the media near them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vitruvian.actions.find_files import find_files
from vitruvian.actions.import_media import absolute
from vitruvian.errors import FormatError
from vitruvian.formats import archive, locate
from vitruvian.formats import registry as formats
from vitruvian.formats.coco.frames import apart
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset
from vitruvian.media import IMAGES, VIDEOS, find_media, sha256

#: Endings of annotation files that are looked for beside a folder of pictures, and of how many at most.
_BESIDE = frozenset({".json", ".xml", ".csv"})
_MOST_BESIDE = 50


@dataclass(slots=True)
class FoundLabels:
    """An annotation file that was read, and the files of its media.

    Attributes
    ----------
    path : Path
    format : str
    dataset : Dataset
    files : dict of str to Path
        For names of media in the dataset, the file that was found near.
    """

    path: Path
    format: str
    dataset: Dataset
    files: dict[str, Path]


@dataclass(slots=True)
class Gathered:
    """What lies in the places that a person named.

    Attributes
    ----------
    labels : list of FoundLabels
    media : list of Path
        Images, videos, and folders of them.
    skipped : list of Path
        Files that have the ending of annotation files and are none.
    notes : list of str
    """

    labels: list[FoundLabels] = field(default_factory=list)
    media: list[Path] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_labels(paths: Sequence[Path], *, format: str | None = None, keep: Path | None = None) -> Gathered:
    """Read the annotation files among `paths` and in the folders and zip archives among them, found by their content.

    Parameters
    ----------
    paths : sequence of Path
        A folder is not searched for annotation files when one in it or below is named too.
    format : str, optional
        Of the annotation files; recognised when left out.
    keep : Path, optional
        Folder for the media of zip archives; left out, they are not imported, and a note says so.

    Raises
    ------
    FormatError
        A file cannot be read, or which of several is meant cannot be told.
    """
    if format is not None:
        format = formats.by_name(format).name
    gathered = Gathered()
    bare: list[Path] = []
    sources = list(_files([path for path in paths if not os.path.isdir(path)], format, keep, gathered))
    named = [absolute(source.path) for source in sources]
    for folder in (path for path in paths if os.path.isdir(path)):
        gathered.media.append(folder)
        if any(path.is_relative_to(absolute(folder)) for path in named):
            continue
        found = _folder(folder, format)
        sources += found.sources
        gathered.skipped += found.unknown
        if not found.sources and not named and format is None:
            bare.append(folder)
    gathered.labels += [_read(source) for source in sources]
    for folder in bare:
        _beside(folder, gathered)
    return gathered


def _files(paths: Sequence[Path], format: str | None, keep: Path | None, gathered: Gathered) -> Iterator[locate.Source]:
    for path in paths:
        if path.suffix.lower() in IMAGES | VIDEOS:
            gathered.media.append(path)
        elif archive.is_archive(path):
            _from_archive(path, format, keep, gathered)
        elif (source := _file(path, format)) is not None:
            yield source
        elif path.suffix.lower() in locate.endings():
            gathered.skipped.append(path)
        else:  # who opens it says what is wrong
            gathered.media.append(path)


def _file(path: Path, format: str | None) -> locate.Source | None:
    if format is not None:
        return locate.Source(path, formats.by_name(format))
    codec = locate.sniff(path)
    if codec is not None:
        return locate.Source(path, codec)
    if path.suffix.lower() == ".json":
        peek = Peek(path)
        if peek.keys or peek.json is not None or peek.head.strip() in (b"{}", b"[]"):
            return None  # whole, but no labels
    if path.suffix.lower() in locate.endings() - {".yaml", ".yml"}:
        return locate.Source(path, formats.recognise(path))  # damaged: its reader says best how
    return None


def _folder(folder: Path, format: str | None) -> locate.Found:
    found = locate.find(folder, format=format)
    if format is not None and not found.sources:
        codec = formats.by_name(format)
        if not codec.folder:
            locate.only(found, folder, "")
        found.sources.append(locate.Source(folder, codec))
    return found


def _read(source: locate.Source) -> FoundLabels:
    dataset = source.codec.read(source.path)
    tree = source.path if source.path.is_dir() else source.path.parent if source.codec.folder else None
    return _with_files(source, dataset, tree)


def _with_files(source: locate.Source, dataset: Dataset, tree: Path | None) -> FoundLabels:
    files = find_files(dataset.media, source.path, tree)
    # A video that lies there as the pictures that are its frames.
    videos = {at for at, m in enumerate(dataset.media) if m.name not in files and "coco_frames" in m.extras}
    if videos:
        pictures = apart(dataset, videos)
        more = find_files(pictures.media, source.path, tree)
        if len(more) > len(files):
            dataset, files = pictures, more
    return FoundLabels(source.path, source.codec.name, dataset, files)


def _beside(folder: Path, gathered: Gathered) -> None:
    """Take the one annotation file beside a folder of pictures, if it speaks of pictures in the folder."""
    parent = absolute(folder).parent
    try:
        inside = sorted(p for p in parent.iterdir() if p.suffix.lower() in _BESIDE and p.is_file())
    except OSError:
        return
    taken = {absolute(labels.path) for labels in gathered.labels}
    fitting = []
    for path in inside if len(inside) <= _MOST_BESIDE else []:
        codec = locate.sniff(path) if path not in taken and not path.name.startswith(".") else None
        if codec is None:
            continue
        try:
            labels = _with_files(locate.Source(path, codec), codec.read(path), folder)
        except FormatError:
            continue  # nobody named it
        if any(absolute(file).is_relative_to(absolute(folder)) for file in labels.files.values()):
            fitting.append(labels)
    if len(fitting) > 1:
        names = ", ".join(labels.path.name for labels in fitting)
        gathered.notes.append(f"{folder}: {names} beside it speak of its pictures; name the one that you mean")
    elif fitting:
        gathered.labels += fitting
        gathered.notes.append(f"{fitting[0].path}: lies beside {folder} and speaks of its pictures, so it is imported")


def _from_archive(path: Path, format: str | None, keep: Path | None, gathered: Gathered) -> None:
    with archive.unpacked(path) as folder:
        found = _folder(folder, format)
        if not found.sources and not any(find_media([folder])):
            locate.only(found, path, "")
        for source in found.sources:
            labels = _read(source)
            labels.path = Path(archive.named(str(labels.path), folder, path))
            labels.dataset.warnings[:] = archive.of_archive(labels.dataset.warnings, folder, path)
            gathered.labels.append(labels)
        gathered.skipped += [Path(archive.named(str(file), folder, path)) for file in found.unknown]
        _keep(path, folder, keep, gathered)


def _keep(path: Path, folder: Path, keep: Path | None, gathered: Gathered) -> None:
    """Move the media of an archive to where they stay; the same archive's to the same place."""
    media = list(find_media([folder]))
    if not media:
        return
    if keep is None:
        gathered.notes.append(
            f"{path}: its {len(media)} images and videos were left out, since a project in PostgreSQL has no folder "
            "for them; unpack it and import the folder"
        )
        for labels in gathered.labels:
            labels.files = {n: f for n, f in labels.files.items() if not f.is_relative_to(folder)}
        return
    home = keep / f"{path.stem}-{sha256(path)[:8]}"
    for file in media:
        place = home / file.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, place)
    for labels in gathered.labels:
        labels.files = {
            name: home / file.relative_to(folder) if file.is_relative_to(folder) else file
            for name, file in labels.files.items()
        }
    gathered.media.append(home)
    gathered.notes.append(f"{path}: its {len(media)} images and videos were unpacked into {home}")
