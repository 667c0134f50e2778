"""Instances out of the rows of a pose table, and rows out of instances. See `pose_table`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.pose_table import Table, spell
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Instance, Skeleton

#: Columns of one individual: (body part, coordinate) to the column's position.
Block = dict[tuple[str, str], int]

KNOWN = ("x", "y", "likelihood", "visible")
#: A frame beyond this is a mistake in the file.
MAX_FRAMES = 2**31


def blocks(levels: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[str, Block]:
    """Return each individual's columns, in the file's order; one called "" where the table has no individuals."""
    found: dict[str, Block] = {}
    part, coord = levels.index("bodyparts"), levels.index("coords")
    for at, column in enumerate(columns):
        individual = column[levels.index("individuals")] if "individuals" in levels else ""
        found.setdefault(individual, {})[column[part], column[coord]] = at
    return found


def parts(block: Block) -> list[str]:
    """Return the body parts of a block, in the file's order."""
    return list(dict.fromkeys(part for part, _ in block))


def fit(levels: Sequence[str], columns: Sequence[tuple[str, ...]], names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the columns of a file without body parts that the ontology lost; in its order when that has changed."""
    part = levels.index("bodyparts")
    known = {name: at for at, name in enumerate(names)}
    found = [column for column in columns if column[part] in known]
    order = [known[name] for name in dict.fromkeys(column[part] for column in found)]
    if order == sorted(order):
        return found
    individual = levels.index("individuals") if "individuals" in levels else 0
    first = {name: at for at, name in enumerate(dict.fromkeys(column[individual] for column in found))}
    return sorted(found, key=lambda column: (first[column[individual]], known[column[part]]))


def _coords(block: Block) -> list[str]:
    return list(dict.fromkeys(["x", "y", *(coord for _, coord in block)]))


def _picks(block: Block, names: Sequence[str], coords: Sequence[str]) -> NDArray[np.intp]:
    return np.array([[block.get((name, coord), -1) for coord in coords] for name in names], np.intp).reshape(
        len(names), len(coords)
    )


def points(
    values: NDArray[np.float64], coords: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.uint8], NDArray[np.float32] | None]:
    """Return xy (N, K, 2), visibility (N, K) and score (N, K) of values (N, K, coordinates)."""
    xy = values[..., [coords.index("x"), coords.index("y")]]
    labelled = np.isfinite(xy).all(axis=-1)
    visibility = np.where(labelled, 2, 0).astype(np.uint8)
    if "visible" in coords:
        stated = values[..., coords.index("visible")]
        visibility = np.where(labelled & np.isin(stated, (0, 1)), stated, visibility).astype(np.uint8)
    score = None
    if "likelihood" in coords:
        with np.errstate(over="ignore"):
            score = values[..., coords.index("likelihood")].astype(np.float32)
    return np.where(visibility[..., None] > 0, xy, 0.0), visibility, score


def _texts(
    xy: NDArray[np.float64],
    visibility: NDArray[np.uint8],
    score: NDArray[np.float32] | None,
    coords: Sequence[str],
) -> NDArray[np.object_]:
    """Return the cells of points, shape (N, K, coordinates)."""
    out = np.full((*visibility.shape, len(coords)), "", object)
    shown = np.where(visibility[..., None] > 0, xy, np.nan)
    for at, coord in enumerate(coords):
        if coord in ("x", "y"):
            out[..., at] = np.array(spell(shown[..., int(coord == "y")]), object).reshape(visibility.shape)
        elif coord == "likelihood" and score is not None:
            out[..., at] = np.where(np.isnan(score), "", score.astype(str))
        elif coord == "visible":
            out[..., at] = visibility.astype(str)
    return out


def decode(
    table: Table,
    file: str,
    format: str,
    category: Callable[[str], str],
    skeletons: Mapping[str, Skeleton],
    places: Sequence[tuple[int, int]],
    found: Remarks,
) -> list[Instance]:
    """Return the instances of a table, frame by frame.

    Parameters
    ----------
    format : str
        Under this name `extras` keep the spelling of cells that is not the usual one.
    category : callable
        Gives the category of an individual.
    places : sequence of (media, frame)
        One for each row.
    """
    values = np.column_stack((table.values(file), np.full(len(table.cells), np.nan)))
    cells = np.full(values.shape, "", object)
    if table.cells and table.columns:
        cells[:, :-1] = np.array(table.cells, object).reshape(len(table.cells), len(table.columns))
    rows: dict[int, list[Instance]] = defaultdict(list)
    for individual, block in blocks(table.levels, table.columns).items():
        name = category(individual)
        names, coords = skeletons[name].names, _coords(block)
        picks = _picks(block, names, coords)
        for coord in coords:
            if coord not in KNOWN:
                found.add(
                    f"individual {individual}" if individual else "", coord, "this column is kept unread", file=file
                )
        here = values[:, picks]
        used = np.flatnonzero(~np.isnan(here).all(axis=(1, 2)))
        here, there = here[used], cells[used][:, picks]
        xy, visibility, score = points(here, coords)
        _report(here, coords, visibility, [table.index[row] for row in used], names, file, found)
        odd = (_texts(xy, visibility, score, coords) != there).any(axis=(1, 2))
        for at, row in enumerate(used.tolist()):
            media, frame = places[row]
            extras = {}
            if odd[at]:
                texts = there[at].tolist()
                kept = {name: dict(zip(coords, line, strict=True)) for name, line in zip(names, texts, strict=True)}
                extras = {format: {"cells": kept}}
            rows[row].append(
                Instance(
                    id="", category=name, media=media, frame=frame, xy=xy[at], visibility=visibility[at],
                    score=None if score is None else score[at], track=individual or None, extras=extras,
                )
            )  # fmt: skip
    return [instance for row in sorted(rows) for instance in rows[row]]


def _report(
    values: NDArray[np.float64],
    coords: Sequence[str],
    visibility: NDArray[np.uint8],
    index: Sequence[tuple[str, ...]],
    names: Sequence[str],
    file: str,
    found: Remarks,
) -> None:
    xy = values[..., [coords.index("x"), coords.index("y")]]
    finite = np.isfinite(xy)
    kinds = [
        (finite.any(axis=-1) & ~finite.all(axis=-1), "only one of x and y is there; it is not read as a point"),
        (np.isinf(xy).any(axis=-1), "a coordinate is infinite; it is not read as a point"),
    ]
    if "visible" in coords:
        stated = values[..., coords.index("visible")]
        kinds.append((finite.all(axis=-1) & ~np.isin(stated, (0, 1, 2)), "visible is not 0, 1 or 2; it is read as 2"))
        kinds.append((finite.all(axis=-1) & (visibility == 0), "a place where visible is 0; it is not read as a point"))
    for wrong, message in kinds:
        if wrong.any():
            row, keypoint = np.argwhere(wrong)[0]
            found.add(f"row {'/'.join(index[row])}", str(names[keypoint]), message, int(wrong.sum()), file=file)


def encode(
    members: Sequence[tuple[int, str, Instance]],
    skeletons: Mapping[str, Skeleton],
    format: str,
    table: Table,
) -> None:
    """Fill the cells of `table`, which has its columns and index, from instances.

    Parameters
    ----------
    members : sequence of (row, individual, instance)

    Raises
    ------
    FormatError
        Two instances claim the same cells.
    """
    out = np.full((len(table.index), len(table.columns) + 1), "", object)
    groups: dict[tuple[str, str], list[tuple[int, Instance]]] = defaultdict(list)
    taken: dict[tuple[int, str], str] = {}
    for row, individual, instance in members:
        other = taken.setdefault((row, individual), instance.id)
        if other != instance.id:
            raise FormatError(
                f"Instance {other} stands in the same frame{f' as {individual!r}' if individual else ''}",
                where=f"instance {instance.id}: frame {'/'.join(table.index[row])}",
                hint="give each a track of its own, or delete one",
            )
        groups[individual, instance.category].append((row, instance))
    columns = blocks(table.levels, table.columns)
    for (individual, category), group in groups.items():
        block, names = columns[individual], skeletons[category].names
        coords = _coords(block)
        instances = [instance for _, instance in group]
        text = _group(instances, names, coords, format)
        rows = np.array([row for row, _ in group], np.intp)
        out[rows[:, None, None], _picks(block, names, coords)[None]] = text
    table.cells = out[:, :-1].tolist()


def _group(
    instances: Sequence[Instance], names: Sequence[str], coords: Sequence[str], format: str
) -> NDArray[np.object_]:
    blank = np.full(len(names), np.nan, np.float32)
    xy = np.array([i.xy for i in instances], np.float64).reshape(len(instances), len(names), 2)
    visibility = np.array([i.visibility for i in instances], np.uint8).reshape(len(instances), len(names))
    score = np.array([blank if i.score is None else i.score for i in instances], np.float32).reshape(visibility.shape)
    text = _texts(xy, visibility, score, coords)
    kept = [(at, cells) for at, i in enumerate(instances) if (cells := _kept(i, format))]
    if not kept or not names:
        return text
    old = np.array([[[_cell(c, name, coord) for coord in coords] for name in names] for _, c in kept], object)
    at = np.array([at for at, _ in kept], np.intp)
    before = points(_numbers(old), coords)
    moved = (before[0] != xy[at]).any(axis=-1) | (before[1] != visibility[at])
    rescored = np.zeros_like(moved)
    if before[2] is not None:
        rescored = (before[2] != score[at]) & ~(np.isnan(before[2]) & np.isnan(score[at]))
    for coordinate, coord in enumerate(coords):
        changed = rescored if coord == "likelihood" else moved
        if coord not in KNOWN:
            changed = np.zeros_like(moved)
        text[at, :, coordinate] = np.where(changed, text[at, :, coordinate], old[..., coordinate])
    return text


def _kept(instance: Instance, format: str) -> dict[str, Any] | None:
    record = instance.extras.get(format)
    cells = record.get("cells") if isinstance(record, dict) else None
    return cells if isinstance(cells, dict) else None


def _cell(cells: Mapping[str, Any], name: str, coord: str) -> str:
    line = cells.get(name)
    cell = line.get(coord) if isinstance(line, dict) else None
    return cell if isinstance(cell, str) else ""


def _numbers(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    try:
        return np.array([float(text or "nan") for text in texts.ravel()], np.float64).reshape(texts.shape)
    except ValueError as error:
        raise FormatError("A kept cell is no number", hint="read the file again") from error


def frames(index: Sequence[tuple[str, ...]]) -> list[int] | None:
    """Return the frame numbers of a video's rows, or None where rows are pictures."""
    if not index or any(len(key) != 1 or not (key[0].isascii() and key[0].isdigit()) for key in index):
        return None
    return [int(key[0]) if len(key[0]) < 12 else MAX_FRAMES for key in index]
