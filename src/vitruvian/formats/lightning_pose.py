"""Lightning Pose: csv of labels or predictions. See docs/formats/lightning_pose.md."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats import pose_media, pose_rows
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.json_file import write_atomically
from vitruvian.formats.peek import Peek
from vitruvian.formats.pose_table import Table, header, is_lightning_pose, layout, read_csv, to_csv
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, Skeleton, skeleton_from_names

NAME = "lightning_pose"
CATEGORY = "animal"
LEVELS = ("scorer", "bodyparts", "coords")


@register
class LightningPose(Codec):
    name = NAME
    title = "Lightning Pose csv"
    suffixes = (".csv",)
    holds = frozenset({"hidden", "no_score", "no_box", "no_points", "media_names", "unused_media", "names"})
    known = frozenset({"cells", "table", "index", "rows", "tables"})

    def sniff(self, peek: Peek) -> bool:
        top = header(peek.head)
        return bool(top) and is_lightning_pose(top, peek.path.stem)

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write_atomically(path, to_csv(_table(dataset, path)))


def read(path: Path) -> Dataset:
    """Read a csv file; raises FormatError naming row and column."""
    found, file = Remarks(str(path)), str(path)
    table = read_csv(path)
    if "individuals" in table.levels:
        raise FormatError("Lightning Pose knows one animal only", where=file, hint="read it as deeplabcut")
    (block,) = pose_rows.blocks(table.levels, table.columns).values()
    try:
        category = Category(CATEGORY, skeleton_from_names(pose_rows.parts(block)))
    except OntologyError as error:
        raise FormatError(error.message, where=f"{file}: bodyparts", hint=error.hint) from error
    pose_media.report(table, file, found)
    media: list[MediaEntry] = []
    places = pose_media.read_media(table, NAME, 0, file, media, found)
    skeletons = {CATEGORY: category.skeleton} if category.skeleton else {}
    instances = pose_rows.decode(table, file, NAME, lambda _: CATEGORY, skeletons, places, found)
    for number, instance in enumerate(instances, 1):
        instance.id = str(number)
    extras: dict[str, Any] = {NAME: {"tables": [layout(table)]}}
    return Dataset(Ontology(path.stem, (category,), source=NAME), media, instances, extras, found.warnings())


def _table(dataset: Dataset, path: Path) -> Table:
    dataset.check()
    skeletons = {c.name: c.skeleton for c in dataset.ontology if c.skeleton and len(c.skeleton)}
    live = [i for i in dataset.instances if not i.deleted and i.category in skeletons]
    used: dict[int, list[int]] = defaultdict(list)
    for media, frame in sorted({(i.media, i.frame) for i in live}):
        used[media].append(frame)
    places = pose_media.rows(dataset.media, used, NAME, str(path))
    columns = _columns(dataset, skeletons, live)
    kept = _kept(dataset)
    newline = "\r\n" if kept.get("newline") == "\r\n" else "\n"
    table = Table(LEVELS, columns, _one_part([index for _, _, index in places]), [], newline)
    rows = {(at, frame): row for row, (at, frame, _) in enumerate(places)}
    pose_rows.encode([(rows[i.media, i.frame], "", i) for i in live], skeletons, NAME, table)
    return table


def _columns(dataset: Dataset, skeletons: dict[str, Skeleton], live: list[Instance]) -> list[tuple[str, ...]]:
    """Return the columns of the file that was read, and those that edits or another format's labels need besides."""
    names = dict.fromkeys(name for skeleton in skeletons.values() for name in skeleton.names)
    stated = _kept(dataset).get("columns")
    if not isinstance(stated, list) or not all(
        isinstance(c, list) and len(c) == len(LEVELS) and all(isinstance(part, str) for part in c) for c in stated
    ):
        stated = []
    columns = pose_rows.fit(LEVELS, [tuple(column) for column in stated], list(names))
    scorer = columns[0][0] if columns else "vitruvian"
    coords = list(dict.fromkeys(coord for _, _, coord in columns)) or ["x", "y"]
    # Only this column tells an instance without points from a frame without an instance, and hidden points from others.
    if any((i.visibility == 1).any() or not i.visibility.any() for i in live) and "visible" not in coords:
        coords.append("visible")
    # Lightning Pose expects one third column at most.
    if len(coords) == 2 and any(i.score is not None and not np.isnan(i.score).all() for i in live):
        coords.append("likelihood")
    if coords != list(dict.fromkeys(coord for _, _, coord in columns)):
        spots = {(name, coord) for _, name, coord in columns}
        order = list(dict.fromkeys([*(name for _, name, _ in columns), *names]))
        return [
            (scorer, name, coord)
            for name in order
            for coord in coords
            if not columns or coord not in ("x", "y") or (name, coord) in spots
        ]
    known = set(columns)
    return columns + [c for name in names for coord in coords if (c := (scorer, name, coord)) not in known]


def _kept(dataset: Dataset) -> dict[str, Any]:
    kept = dataset.extras.get(NAME)
    tables = kept.get("tables") if isinstance(kept, dict) else None
    return tables[0] if isinstance(tables, list) and tables and isinstance(tables[0], dict) else {}


def _one_part(index: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return paths as they are where all have equally many parts, else in one."""
    return index if len({len(key) for key in index}) <= 1 else [("/".join(key),) for key in index]
