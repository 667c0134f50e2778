"""Write DeepLabCut's projects and single tables."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats import pose_rows
from vitruvian.formats.deeplabcut.config import SINGLE, Config, edges_of, new_config, parse_config
from vitruvian.formats.deeplabcut.hdf import to_hdf
from vitruvian.formats.deeplabcut.read import NAME
from vitruvian.formats.json_file import write_atomically
from vitruvian.formats.pose_media import kept_index, rows
from vitruvian.formats.pose_table import LEVELS, Table, to_csv
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, Instance, MediaEntry, Skeleton

Row = tuple[int, int]  # media, frame
SIMPLE = ("scorer", "bodyparts", "coords")


@dataclass(slots=True)
class Plan:
    """How a dataset's instances become individuals: names of body parts, and who is who."""

    scorer: str
    animal: list[str]
    single: list[str]
    individuals: list[str] | None
    skeletons: dict[str, Skeleton]
    members: dict[Row, list[tuple[str, Instance]]]
    project: bool = False

    def frames(self) -> dict[int, list[int]]:
        """Return the frames with instances of each media."""
        found: dict[int, list[int]] = defaultdict(list)
        for media, frame in sorted(self.members):
            found[media].append(frame)
        return found


def write_file(dataset: Dataset, path: Path) -> None:
    """Write one table, as csv or h5 by the ending of `path`; raises FormatError and LabelError."""
    plan = _plan(dataset)
    tables = _kept(dataset).get("tables")
    places = rows(dataset.media, plan.frames(), NAME, str(path))
    shape = tables[0] if isinstance(tables, list) and len(tables) == 1 else {}
    scores = any(i.score is not None and not np.isnan(i.score).all() for i in dataset.instances if not i.deleted)
    table = _table(plan, places, shape, likelihood=scores)
    if path.suffix.lower() in (".h5", ".hdf5"):
        content = to_hdf(table, str(path))
        if content is None:
            raise FormatError(
                "h5 files need pandas and PyTables", where=str(path), hint='pip install "vitruvian[deeplabcut]"'
            )
        write_atomically(path, content)
    else:
        write_atomically(path, to_csv(table))


def write_project(dataset: Dataset, path: Path) -> None:
    """Write a project's folder, which must be new or empty; raises FormatError and LabelError."""
    plan = _plan(dataset)
    plan.project = True
    kept = _kept(dataset)
    groups: dict[str, list[tuple[int, int, tuple[str, ...]]]] = defaultdict(list)
    used = plan.frames()
    for at in range(len(dataset.media)):
        for frame, index in _rows(dataset.media[at], used.get(at, [])):
            groups[PurePosixPath("/".join(index).replace("\\", "/")).parts[1]].append((at, frame, index))
    stated = kept.get("tables")
    shapes = {
        PurePosixPath(str(s.get("file"))).parts[1]: s
        for s in (stated if isinstance(stated, list) else ())
        if isinstance(s, dict) and len(PurePosixPath(str(s.get("file"))).parts) == 3
    }
    files: dict[str, bytes] = {}
    for video in [*shapes, *(name for name in groups if name not in shapes)]:
        if not groups[video]:
            continue
        table = _table(plan, groups[video], shapes.get(video, {}), likelihood=False)
        place = f"labeled-data/{video}/CollectedData_{plan.scorer}"
        files[f"{place}.csv"] = to_csv(table)
        content = to_hdf(table, f"{path}: {place}.h5")
        if content is not None:
            files[f"{place}.h5"] = content
    files["config.yaml"] = _config(plan, kept, list(groups)).encode()
    _write_folder(path, files)


def _write_folder(path: Path, files: dict[str, bytes]) -> None:
    scratch = None
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise FormatError("There is something already", where=str(path), hint="choose a new or an empty folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
        scratch.chmod(0o755)
        for name, content in files.items():
            write_atomically(scratch / name, content)
        scratch.replace(path)
    except OSError as error:
        raise FormatError(
            f"The folder cannot be written: {error.strerror or error}", where=str(path), hint="check the place and disk"
        ) from error
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _kept(dataset: Dataset) -> dict[str, Any]:
    kept = dataset.extras.get(NAME)
    return kept if isinstance(kept, dict) else {}


def _plan(dataset: Dataset) -> Plan:
    dataset.check()
    kept = _kept(dataset)
    skeletons = {c.name: c.skeleton for c in dataset.ontology if c.skeleton and len(c.skeleton)}
    animal = list(dict.fromkeys(n for c, s in skeletons.items() if c != SINGLE for n in s.names))
    single = list(skeletons[SINGLE].names) if SINGLE in skeletons else []
    found: dict[Row, list[Instance]] = defaultdict(list)
    for instance in dataset.instances:
        if not instance.deleted and instance.category in skeletons:
            found[instance.media, instance.frame].append(instance)
    config = _old_config(kept)
    stated = kept.get("tables") or []
    if not _sound(stated):
        raise FormatError("What was kept of the table is broken", where=f"extras: {NAME}", hint="read the file again")
    before = [t["columns"][0][t["levels"].index("scorer")] for t in stated if t["columns"]]
    scorer = config.scorer if config else before[0] if before else "vitruvian"
    several = bool(single) or any("individuals" in t["levels"] for t in stated)
    several |= any(len(group) > 1 or group[0].track is not None for group in found.values())
    if config is not None and config.individuals is not None:
        several = True
    if not several:
        return Plan(
            scorer, animal, [], None, skeletons, {row: [("", i) for i in group] for row, group in found.items()}
        )
    tracks = {i.track for group in found.values() for i in group if i.track is not None}
    members = {row: list(_named(group, tracks)) for row, group in found.items()}
    names = list(config.individuals or []) if config else []
    names += [name for group in members.values() for name, _ in group if name != SINGLE]
    return Plan(scorer, animal, single, list(dict.fromkeys(names)), skeletons, members)


def _named(instances: Sequence[Instance], tracks: set[str]) -> Iterator[tuple[str, Instance]]:
    """Give each instance of a frame the name of an individual: its track, or one that no track has."""
    number = 0
    for instance in instances:
        if instance.category == SINGLE:
            yield SINGLE, instance
        elif instance.track is not None:
            if instance.track == SINGLE or not instance.track.strip():
                raise FormatError(
                    f"A track cannot be called {instance.track!r}", where=f"instance {instance.id}", hint="rename it"
                )
            yield instance.track, instance
        else:
            number += 1
            while f"individual{number}" in tracks:
                number += 1
            yield f"individual{number}", instance


def _sound(stated: Any) -> bool:
    """Whether what `pose_table.layout` kept is still of its shape."""
    return isinstance(stated, list) and all(
        isinstance(t, dict)
        and isinstance(t.get("levels"), list)
        and set(t["levels"]) <= set(LEVELS)
        and {"scorer", "bodyparts", "coords"} <= set(t["levels"])
        and isinstance(t.get("columns"), list)
        and all(
            isinstance(c, list) and len(c) == len(t["levels"]) and all(isinstance(x, str) for x in c)
            for c in t["columns"]
        )
        for t in stated
    )


def _rows(entry: MediaEntry, used: list[int]) -> list[tuple[int, tuple[str, ...]]]:
    """Return (frame, index) of every row that a media has in a project."""
    if entry.kind == "video":
        folder, _ = _place(PurePosixPath(entry.name).stem + "/x", entry.name)
        digits = max(4, len(str(max(entry.frames - 1, used[-1] if used else 0))))
        return [(frame, ("labeled-data", folder, f"img{frame:0{digits}}.png")) for frame in used]
    index = kept_index(entry, NAME)
    parts = entry.name.split("/")
    if index and len(parts) == 3 and parts[0] == "labeled-data" and _safe(parts):
        return [(0, index)]
    return [(0, ("labeled-data", *_place(entry.name, entry.name)))]


def keeps_name(entry: MediaEntry) -> bool:
    """Whether a media is called the same in a project, where each picture is in a folder of labeled-data."""
    parts = entry.name.split("/")
    return entry.kind != "video" and len(parts) == 3 and parts[0] == "labeled-data" and _safe(parts)


def _safe(parts: Sequence[str]) -> bool:
    return all(part not in ("", ".", "..") and ":" not in part and "\0" not in part for part in parts)


def _place(name: str, media: str) -> tuple[str, str]:
    """Return the folder and file that a picture has in labeled-data."""
    parts = name.replace("\\", "/").split("/")
    if not _safe(parts):
        raise FormatError("This path leads out of the project", where=f"media {media}", hint="rename the picture")
    if parts[0] == "labeled-data" and len(parts) > 2:
        parts = parts[1:]
    return "_".join(parts[:-1]) or "pictures", parts[-1]


def _table(
    plan: Plan,
    places: Sequence[tuple[int, int, tuple[str, ...]]],
    shape: dict[str, Any],
    *,
    likelihood: bool,
) -> Table:
    levels = tuple(shape.get("levels") or (LEVELS if plan.individuals is not None else SIMPLE))
    columns: list[tuple[str, ...]] = [tuple(column) for column in shape.get("columns") or ()]
    if plan.individuals is not None and "individuals" not in levels:
        levels, columns = LEVELS, []
    # In a project config.yaml says the order, and each table may have its own.
    names = [*plan.animal, *(name for name in plan.single if name not in plan.animal)]
    order = list(dict.fromkeys(column[levels.index("bodyparts")] for column in columns))
    columns = pose_rows.fit(levels, columns, [n for n in order if n in names] if plan.project else names)
    members = [
        (row, name, instance)
        for row, (at, frame, _) in enumerate(places)
        for name, instance in plan.members.get((at, frame), ())
    ]
    newline = "\r\n" if shape.get("newline") == "\r\n" else "\n"
    kind = "table" if shape.get("kind") == "table" else "fixed"
    columns += _more_columns(plan, levels, columns, members, likelihood)
    table = Table(levels, columns, _index([index for _, _, index in places]), [], newline, kind)
    pose_rows.encode(members, plan.skeletons, NAME, table)
    return table


def _more_columns(
    plan: Plan,
    levels: tuple[str, ...],
    columns: Sequence[tuple[str, ...]],
    members: Sequence[tuple[int, str, Instance]],
    likelihood: bool,
) -> list[tuple[str, ...]]:
    """Return the columns that a table needs besides those it was read with: all where there were none."""
    coords = list(dict.fromkeys(column[levels.index("coords")] for column in columns)) or ["x", "y"]
    if likelihood and "likelihood" not in coords:
        coords.append("likelihood")
    scorer = columns[0][levels.index("scorer")] if columns else plan.scorer
    labelled: dict[str, set[str]] = defaultdict(set)
    for _, name, instance in members:
        names = plan.skeletons[instance.category].names
        labelled[name].update(names[at] for at in np.flatnonzero(instance.visibility).tolist())
    wanted: list[tuple[str, Sequence[str]]] = [(name, plan.animal) for name in plan.individuals or ()]
    if plan.individuals is None:
        wanted = [("", plan.animal)]
    elif plan.single:
        wanted.append((SINGLE, plan.single))
    words = [
        {"scorer": scorer, "individuals": name, "bodyparts": part, "coords": coord}
        for name, names in wanted
        for part in names
        if not columns or part in labelled[name]
        for coord in coords
    ]
    found = [tuple(word[level] for level in levels) for word in words]
    known = set(columns)
    return [column for column in found if column not in known]


def _index(index: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return rows whose paths have equally many parts: that of the first, or one."""
    if len({len(key) for key in index}) <= 1:
        return index
    wanted = len(index[0])
    split = [tuple("/".join(key).split("/")) if wanted > 1 else ("/".join(key),) for key in index]
    return split if len({len(key) for key in split}) == 1 else [("/".join(key),) for key in index]


def _old_config(kept: dict[str, Any]) -> Config | None:
    text = kept.get("config")
    return parse_config(text, "config.yaml", Remarks("")) if isinstance(text, str) else None


def _config(plan: Plan, kept: dict[str, Any], videos: list[str]) -> str:
    old = _old_config(kept)
    edges = edges_of(list(plan.skeletons.values()))
    if not _safe([plan.scorer]) or "/" in plan.scorer or "\\" in plan.scorer:
        raise FormatError(f"{plan.scorer!r} cannot be part of a file's name", where="scorer", hint="rename the scorer")
    wanted = Config("", plan.scorer, plan.animal, plan.single, plan.individuals, edges)
    if old is None:
        return new_config(wanted, videos, None)
    same = (
        wanted.single == old.single
        and wanted.individuals == old.individuals
        and set(wanted.animal) - set(old.animal) == set()
        and wanted.animal == old.animal
        and set(edges) == set(old.edges)
    )
    return old.text if same else new_config(wanted, videos, old.text)
