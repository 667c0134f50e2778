"""Import images and videos: they stay where they are, the project notes what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
        Ids of media that were there already (the same bytes under the same name).
    failed : list of MediaError or Forbidden
        One for each file that cannot be used; the others were imported.
    notes : list of str
        What a person should know about imported files.
    """

    added: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    failed: list[MediaError | Forbidden] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_media(
    store: Store,
    project: int,
    paths: Sequence[Path],
    *,
    root: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Add the files among `paths`, and the images and videos in the folders among them, to a project.

    Parameters
    ----------
    store : Store
    project : int
    paths : sequence of Path
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
    folders = [p.resolve() for p in paths if p.is_dir()]
    with store.read() as connection:
        newest = max((m.id for m in media.all_media(connection, project)), default=0)
    seen: set[int] = set()
    for done, path in enumerate(files):
        try:
            if root is not None:
                resolve_inside(root, path.resolve())
            info = probe(path)
        except (MediaError, Forbidden) as error:
            report.failed.append(error)
        else:
            row = _row(path, info, folders)
            id = store.write(lambda c, r=row: media.add_media(c, project, r))  # type: ignore[misc]
            if id not in seen:
                (report.added if id > newest else report.known).append(id)
            seen.add(id)
            if not info.complete:
                report.notes.append(f"{path}: the video is cut off; its {info.frames} readable frames were imported")
        if progress:
            progress(done + 1, len(files))
    return report


def _row(path: Path, info: MediaInfo, folders: Sequence[Path]) -> MediaRow:
    full = path.resolve()
    inside = next((f for f in folders if full.is_relative_to(f)), full.parent)
    return MediaRow(
        id=0,
        kind=info.kind,
        uri=str(full),
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
