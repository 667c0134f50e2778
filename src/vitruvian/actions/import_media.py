"""Import images and videos: they stay where they are, the project notes what they are.

A media is its bytes: imported again from another place they are the same media, whose file is looked for there from now
on if it is gone from where it was. Its name stays, since annotation files speak of it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vitruvian.errors import Forbidden, MediaError
from vitruvian.media import MediaInfo, find_media, probe, resolve_inside
from vitruvian.store import media
from vitruvian.store.engine import Store
from vitruvian.store.rows import MediaRow


@dataclass(slots=True)
class ImportReport:
    """What came of an import.

    Attributes
    ----------
    added : list of int
        Ids of new media.
    known : list of int
        Ids of media that were there already: the same bytes, at the same place or another.
    failed : list of MediaError or Forbidden
        One for each file that cannot be used; the others were imported.
    notes : list of str
        What a person should know about imported files.
    places : dict of str to int
        For the real path of each file that can be used, the media that it is.
    """

    added: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    failed: list[MediaError | Forbidden] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)


def import_media(
    store: Store,
    project: int,
    paths: Sequence[Path],
    *,
    names: Mapping[str, str] | None = None,
    root: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Add the files among `paths`, and the images and videos in the folders among them, to a project.

    Parameters
    ----------
    store : Store
    project : int
    paths : sequence of Path
    names : mapping of str to str, optional
        What files, given by their real paths, are called in the project: as annotation files speak of them. Others are
        called by their path in the folder that was named.
    root : Path, optional
        Files outside of it are refused.
    progress : callable, optional
        Called with (done, total).

    Raises
    ------
    NotFound
        One of `paths` does not exist. A file that cannot be read stops nothing; it is in `ImportReport.failed`.
    """
    report = ImportReport()
    files = list(find_media(paths))
    folders = [absolute(p) for p in paths if os.path.isdir(p)]
    with store.read() as connection:
        known = _Known(media.all_media(connection, project))
    for done, path in enumerate(files):
        try:
            _check_name(path)
            if root is not None:
                resolve_inside(root, path.absolute())
            info = probe(path)
        except (MediaError, Forbidden) as error:
            report.failed.append(error)
        else:
            row = _row(path, info, folders)
            row = replace(row, name=(names or {}).get(row.uri, row.name))
            report.places[row.uri] = _import(store, project, row, known, report)
            report.notes += _notes(path, info)
        if progress:
            progress(done + 1, len(files))
    added = set(report.added)
    report.known = [id for id in dict.fromkeys(report.known) if id not in added]
    return report


class _Known:
    """The project's media by their bytes and by their place."""

    def __init__(self, rows: Sequence[MediaRow]) -> None:
        self.by_bytes: dict[str, list[MediaRow]] = defaultdict(list)
        self.by_uri: dict[str, MediaRow] = {}
        for row in rows:
            self.add(row)

    def add(self, row: MediaRow) -> None:
        self.by_bytes[row.sha256].append(row)
        self.by_uri[row.uri] = row


def _import(store: Store, project: int, row: MediaRow, known: _Known, report: ImportReport) -> int:
    same = known.by_bytes[row.sha256]
    found = next((r for r in same if r.uri == row.uri), None)
    if found is None and same:
        # Of files that are gone the one of the same name is meant, if there is one.
        gone = sorted((r for r in same if not os.path.lexists(r.uri)), key=lambda r: r.name != row.name)
        if gone:
            found = _moved(store, gone[0], row.uri)
            same[same.index(gone[0])] = known.by_uri[row.uri] = found
            report.notes.append(f"{row.uri}: this is {found.name} of the project, which is no longer where it was")
        else:
            found = same[0]
            report.notes.append(f"{row.uri}: the same bytes as {found.uri}, which is in the project already")
    if found is not None:
        report.known.append(found.id)
        return found.id
    before = known.by_uri.get(row.uri)
    if before is not None:
        report.notes.append(f"{row.uri}: changed since it was imported; its earlier labels stay with media {before.id}")
    id = store.write(lambda connection: media.add_media(connection, project, row))
    known.add(replace(row, id=id))
    report.added.append(id)
    return id


def _moved(store: Store, row: MediaRow, uri: str) -> MediaRow:
    store.write(lambda connection: media.set_uri(connection, row.id, uri))
    return replace(row, uri=uri)


def _notes(path: Path, info: MediaInfo) -> list[str]:
    if not info.complete:
        return [f"{path}: the video is cut off; its {info.frames} readable frames were imported"]
    if info.pictures > 1:
        return [f"{path}: holds {info.pictures} pictures; the first was imported"]
    return []


def _check_name(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise MediaError(
            "The file's name is not in UTF-8, so no annotation file could speak of it",
            where=os.fsencode(path).decode(errors="backslashreplace"),
            hint="rename it",
        ) from error


def absolute(path: Path) -> Path:
    """Return the path from the root, with links in it as they are."""
    return Path(os.path.abspath(path))


def _row(path: Path, info: MediaInfo, folders: Sequence[Path]) -> MediaRow:
    full = absolute(path)
    inside = next((f for f in folders if full.is_relative_to(f)), full.parent)
    return MediaRow(
        id=0,
        kind=info.kind,
        uri=str(path.resolve()),
        name=full.relative_to(inside).as_posix(),
        sha256=info.sha256,
        width=info.width,
        height=info.height,
        frames=info.frames,
        fps=info.fps,
        times=info.times,
        rotation=info.rotation,
        extras={"codec": info.codec, "longest_gop": info.longest_gop} if info.kind == "video" else {},
    )
