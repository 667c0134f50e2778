"""Read DeepLabCut's projects, single tables of labels, and predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats import pose_rows
from vitruvian.formats.deeplabcut.config import ANIMAL, SINGLE, Config, read_config
from vitruvian.formats.deeplabcut.hdf import KEY, read_hdf
from vitruvian.formats.peek import Peek
from vitruvian.formats.pose_media import read_media, report
from vitruvian.formats.pose_table import Table, header, is_lightning_pose, layout, read_csv
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, skeleton_from_names

NAME = "deeplabcut"
CONFIGS = (".yaml", ".yml")
#: In a folder with more files than these no tables are looked for.
_MAX_FILES = 10_000


def read(path: Path) -> Dataset:
    """Read a project's folder, its config.yaml, a folder of tables, or one table (csv or h5); raises FormatError."""
    found = Remarks("")
    stated = path / "config.yaml" if path.is_dir() else path
    config: Config | None
    tables: list[tuple[str, str, Table]]
    if stated.suffix in CONFIGS and (stated.exists() or not path.is_dir()):
        config = read_config(stated, found)
        tables = _project(stated.parent, config, found)
    elif path.is_dir():
        config, tables = None, _folder(path, found)
    else:
        config = None
        tables = [("", str(path), read_hdf(path) if is_hdf(path) else read_csv(path))]
    return _dataset(path, config, tables, found)


def is_hdf(path: Path) -> bool:
    """Whether a file begins as HDF5 does."""
    try:
        with path.open("rb") as file:
            return file.read(8) == b"\x89HDF\r\n\x1a\n"
    except (OSError, ValueError):
        return False


def tables_in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder without a config.yaml that hold tables: in it, its folders, or its labeled-data.

    Where files are called CollectedData, only these hold labels; an h5 file stands for the csv file beside it.
    """
    looked = 0
    for place in [folder, *sorted(p for p in folder.glob("*") if p.is_dir()), *sorted(folder.glob("labeled-data/*"))]:
        files = [file for file in sorted(place.glob("*")) if file.suffix in (".csv", ".h5") and file.is_file()]
        looked += len(files)
        if looked > _MAX_FILES:
            return
        labels = [file for file in files if file.stem.startswith("CollectedData_")] or files
        for file in labels:
            if file.suffix == ".csv" and file.with_suffix(".h5") in labels:
                continue
            if _is_table(file):
                yield file


def _is_table(file: Path) -> bool:
    if is_hdf(file):
        return KEY.encode() in Peek(file).head
    top = header(Peek(file).head)
    return bool(top) and not is_lightning_pose(top, file.stem)


def _folder(folder: Path, found: Remarks) -> list[tuple[str, str, Table]]:
    """Return the tables of a folder without a config.yaml."""
    root = folder.resolve()
    tables = []
    for file in tables_in(folder):
        if not file.resolve().is_relative_to(root):
            raise FormatError("This leads out of the folder", where=str(file), hint="copy it into it")
        table = read_hdf(file) if is_hdf(file) else read_csv(file)
        if file.suffix == ".h5" and file.with_suffix(".csv").is_file():
            _compare(file.with_suffix(".csv"), table, found)
        for other in sorted(file.parent.glob("*.csv")):
            if other.stem != file.stem and file.stem.startswith("CollectedData_") and _is_table(other):
                found.add("", "file", "labels are read from CollectedData alone; this is not read", file=str(other))
        tables.append((file.relative_to(folder).as_posix(), str(file), table))
    if not tables:
        raise FormatError("There is no table of DeepLabCut's in this folder", where=str(folder), hint="name a file")
    return tables


def _project(folder: Path, config: Config, found: Remarks) -> list[tuple[str, str, Table]]:
    """Return for each table its place in the folder, its path and itself; the h5 file is the authoritative one."""
    labels = folder / "labeled-data"
    tables = []
    name = f"CollectedData_{config.scorer}"
    root = folder.resolve()
    for place in sorted(labels.iterdir()) if labels.is_dir() else ():
        if not place.is_dir():
            continue
        csv, hdf = place / f"{name}.csv", place / f"{name}.h5"
        for other in sorted(place.glob("CollectedData_*")):
            if other.stem != name and other.suffix in (".csv", ".h5"):
                found.add(
                    "", "scorer", f"these are not the labels of {config.scorer!r}; they are not read", file=str(other)
                )
        for file in (csv, hdf):
            if file.exists() and not file.resolve().is_relative_to(root):
                raise FormatError("This leads out of the project's folder", where=str(file), hint="copy it into it")
        if hdf.is_file():
            table = read_hdf(hdf)
            if csv.is_file():
                _compare(csv, table, found)
            tables.append((f"labeled-data/{place.name}/{hdf.name}", str(hdf), table))
        elif csv.is_file():
            tables.append((f"labeled-data/{place.name}/{csv.name}", str(csv), read_csv(csv)))
    return tables


def _compare(path: Path, table: Table, found: Remarks) -> None:
    """Say where the csv beside an h5 file differs, and take its spelling where it does not."""
    try:
        other = read_csv(path)
        same = other.columns == table.columns and other.levels == table.levels
        old, new = table.values(str(path)), other.values(str(path))
    except FormatError as error:
        found.add("", "file", f"it cannot be read; the h5 file is ({error.message})", file=str(path))
        return
    paths = [["/".join(key) for key in each.index] for each in (table, other)]
    if not same or paths[0] != paths[1] or not np.array_equal(old, new, equal_nan=True):
        found.add("", "file", "it differs from the h5 file, which is the one that is read", file=str(path))
        return
    table.cells, table.newline, table.short = other.cells, other.newline, other.short


def _dataset(path: Path, config: Config | None, tables: Sequence[tuple[str, str, Table]], found: Remarks) -> Dataset:
    animal = list(config.animal) if config else []
    single = list(config.single) if config else []
    for _, file, table in tables:
        _report(table, file, config, found)
        for individual, block in pose_rows.blocks(table.levels, table.columns).items():
            here = single if individual == SINGLE else animal
            more = [part for part in pose_rows.parts(block) if part not in here]
            if config and more:
                found.add("", "bodyparts", f"config.yaml has no {more[0]!r}; it is read all the same", file=file)
            here.extend(more)
    stated = config.edges if config else []
    try:
        categories = [
            Category(
                name,
                skeleton_from_names(
                    names, edges=[(names.index(a), names.index(b)) for a, b in stated if {a, b} <= set(names)]
                ),
            )
            for name, names in ((ANIMAL, animal), (SINGLE, single))
            if names or (name == ANIMAL and not single)
        ]
    except OntologyError as error:
        raise FormatError(error.message, where=f"{path}: bodyparts", hint=error.hint) from error
    ontology = Ontology(path.stem or NAME, tuple(categories), source=NAME)
    skeletons = {category.name: category.skeleton for category in categories if category.skeleton}
    media: list[MediaEntry] = []
    instances: list[Instance] = []
    for at, (_, file, table) in enumerate(tables):
        places = read_media(table, NAME, at, file, media, found)
        instances += pose_rows.decode(
            table, file, NAME, lambda name: SINGLE if name == SINGLE else ANIMAL, skeletons, places, found
        )
    for number, instance in enumerate(instances, 1):
        instance.id = str(number)
    kept: dict[str, Any] = {"tables": [{"file": place, **layout(table)} for place, _, table in tables]}
    if config:
        kept["config"] = config.text
    return Dataset(ontology, media, instances, {NAME: kept}, found.warnings())


def _report(table: Table, file: str, config: Config | None, found: Remarks) -> None:
    report(table, file, found)
    scorers = sorted({column[table.levels.index("scorer")] for column in table.columns})
    if config and scorers != [config.scorer]:
        found.add("", "scorer", f"it says {', '.join(scorers)[:80]}; config.yaml says {config.scorer}", file=file)
