"""Read a folder of Parquet files: straight into columns, or as a dataset with all texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.collecting import without_collecting
from vitruvian.formats.parquet.layout import (
    BASE,
    ENDING,
    HINT,
    INSTANCES,
    MAX_ROWS,
    MEDIA,
    Folder,
    folders,
    from_json_text,
    instance_schema,
    open_folder,
    points,
    reading,
)
from vitruvian.formats.parquet.media import batch_of, json_object, parts_in, read_media, warn_of_lost
from vitruvian.formats.parquet.tables import Group, Table
from vitruvian.labels import Columns, Dataset, Instance, Poses, empty_poses

_TEXTS = ("id", "mask", "attributes", "extras", "confidence", "area", "keyed", "track")


@dataclass(slots=True)
class _Piece:
    """The instances of one category in one part, and where each row belongs in the whole."""

    table: Table
    part: str
    category: int
    keypoints: int
    target: NDArray[np.int64]


@without_collecting()
def read(path: Path) -> Dataset:
    """Read a folder as a dataset.

    Raises
    ------
    FormatError
        It is none, or a file in it is broken or foreign; says which file, row and column.
    """
    folder = open_folder(path)
    media, positions = read_media(folder)
    pieces = _pieces(folder, positions)
    # The pieces together fill every place: their targets are the rows 0 to N - 1, each once.
    instances: list[Instance] = [None] * sum(piece.table.rows for piece in pieces)  # type: ignore[list-item]

    def build(piece: _Piece, group: Group, begin: int, poses: Poses, has: dict[str, NDArray[np.bool_]]) -> None:
        name = folder.ontology.categories[piece.category].name
        columns = {name: group.values(name) for name in _TEXTS if name != "keyed"}
        keyed, has_keyed = group.lists("keyed") if piece.keypoints else (np.zeros((len(group), 0), np.bool_), None)
        further = {name: group.values(name) for name in piece.table.unknown}
        before, stated = "" if piece.part.startswith(BASE) else f"{piece.part}-", group.numbers("row").tolist()
        file, target = piece.table.file, piece.target[begin : begin + len(group)].tolist()
        for row in range(len(group)):
            attributes, extras = (
                {}
                if text is None
                else json_object(from_json_text(text, file, begin + row, column), file, begin + row, column)
                for column, text in (("attributes", columns["attributes"][row]), ("extras", columns["extras"][row]))
            )
            unknown = {name: column[row] for name, column in further.items() if column[row] is not None}
            if unknown:
                # What does not fit a column of one type was written with the other extras.
                rest = extras.get("parquet")
                extras["parquet"] = {**rest, **unknown} if isinstance(rest, dict) else unknown
            mask, id = columns["mask"][row], columns["id"][row]
            instances[target[row]] = Instance(
                id=f"{before}{stated[row]}" if id is None else id,
                category=name,
                media=int(poses.media[row]),
                frame=int(poses.frame[row]),
                xy=poses.xy[row],
                visibility=poses.visibility[row],
                score=poses.score[row] if has["score"][row] else None,
                keyed=keyed[row] if has_keyed is not None and has_keyed[row] else None,
                box=poses.box[row] if has["box"][row] else None,
                mask=None
                if mask is None
                else _mask(from_json_text(mask, file, begin + row, "mask"), file, begin + row),
                track=columns["track"][row],
                confidence=columns["confidence"][row],
                area=columns["area"][row],
                crowd=bool(poses.crowd[row]),
                attributes=attributes,
                extras=extras,
            )

    for piece in pieces:
        names = [name for name in piece.table.schema.names if name not in ("media", "category")]
        warn_of_lost(folder, piece.table)
        for begin, group in piece.table.groups([*names, *piece.table.unknown]):
            poses = empty_poses(len(group), piece.keypoints)
            has = _fill(poses, slice(0, len(group)), piece, group, positions[piece.part])
            build(piece, group, begin, poses, has)
        piece.table.close()
    extras = dict(folder.description.get("extras", {}))
    further = {k: v for k, v in folder.description.items() if k not in ("format", "version", "extras")}
    if further:
        extras["parquet"] = further
    return Dataset(folder.ontology, media.entries, instances, extras, folder.warnings)


@without_collecting()
def read_columns(path: Path) -> Columns:
    """Read a folder as columns; texts are not even decoded.

    Tracks whose names are numbers all through keep these, others are counted in order of appearance.

    Raises
    ------
    FormatError
        As `read` does.
    """
    folder = open_folder(path)
    media, positions = read_media(folder)
    pieces = _pieces(folder, positions)
    with reading(path):
        poses = empty_poses(sum(piece.table.rows for piece in pieces), folder.ontology.max_keypoints)
        tracks = np.full(len(poses), -1, np.int64)
    numbers: dict[str, int] = {}
    wanted = ["media_row", "frame", "track", "box", "confidence", "area", "crowd"]
    for piece in pieces:
        names = [*wanted, *(("x", "y", "visibility", "score") if piece.keypoints else ())]
        for begin, group in piece.table.groups(names):
            target = _span(piece.target[begin : begin + len(group)])
            _fill(poses, target, piece, group, positions[piece.part])
            words, which = group.words("track")
            known = np.array([numbers.setdefault(word, len(numbers)) for word in words] + [-1], np.int64)
            tracks[target] = known[which]
        piece.table.close()
    poses.track[:] = _tracks(tracks, numbers)
    return Columns(folder.ontology, tuple(media.names), poses)


def _tracks(tracks: NDArray[np.int64], numbers: dict[str, int]) -> NDArray[np.int64]:
    if not numbers:
        return tracks
    if all(
        name.isascii() and name.isdigit() and str(int(name[:20])) == name and int(name) < 1 << 63 for name in numbers
    ):
        return np.array([*map(int, numbers), -1], np.int64)[tracks]
    # They were counted in order of files, not of rows.
    _, first = np.unique(tracks[tracks >= 0], return_index=True)
    order = np.full(len(numbers) + 1, -1, np.int64)
    order[np.argsort(first, kind="stable")] = np.arange(len(first))
    return order[tracks]


def _pieces(folder: Folder, positions: dict[str, NDArray[np.int64]]) -> list[_Piece]:
    """Open every file of instances and tell the order of all rows."""
    places = folders(folder.ontology)
    base = folder.path / INSTANCES
    with reading(base):
        strangers = sorted(entry.name for entry in base.iterdir() if entry.name not in places) if base.is_dir() else []
    for name in strangers:
        folder.warn(f"{INSTANCES}/{name}", "", "no category of the ontology has this folder; it was left out")
    pieces: list[_Piece] = []
    keys: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    batches: dict[str, int] = {}
    for part in positions:
        batches.setdefault(batch_of(part), len(batches))
    for category, (place, count) in enumerate(zip(places, points(folder.ontology), strict=True)):
        for part in parts_in(base / place):
            file = base / place / f"{part}{ENDING}"
            if part not in positions:
                folder.warn(
                    f"{INSTANCES}/{place}/{part}{ENDING}", "", f"unfinished: it has no {MEDIA}; it was left out"
                )
                continue
            table = Table(file, instance_schema(count))
            pieces.append(_Piece(table, part, category, count, np.zeros(0, np.int64)))
            rows = [group.numbers("row") for _, group in table.groups(["row"])]
            row = np.concatenate(rows) if rows else np.zeros(0, np.int64)
            batch = batches[batch_of(part)]
            keys.append((np.full(len(row), batch, np.int64), row))
    if sum(piece.table.rows for piece in pieces) > MAX_ROWS:
        raise FormatError("There are more rows than possible", where=str(base), hint=HINT)
    if not keys:
        return pieces
    batch_of_all, row_of_all = (np.concatenate([key[which] for key in keys]) for which in (0, 1))
    order = np.lexsort((row_of_all, batch_of_all))
    target = np.empty(len(order), np.int64)
    target[order] = np.arange(len(order))
    begin = 0
    for piece in pieces:
        piece.target = target[begin : begin + piece.table.rows]
        begin += piece.table.rows
    return pieces


def _span(target: NDArray[np.int64]) -> NDArray[np.int64] | slice:
    """Return places that follow one another as a slice, which is quicker."""
    if len(target) and target[-1] - target[0] == len(target) - 1 and (np.diff(target) == 1).all():
        return slice(int(target[0]), int(target[-1]) + 1)
    return target


def _fill(
    poses: Poses, target: Any, piece: _Piece, group: Group, positions: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """Put the rows of a group into `poses`; return which have scores and boxes."""
    has_score = np.zeros(len(group), np.bool_)
    if piece.keypoints:
        for axis, name in enumerate(("x", "y")):
            values, _ = group.lists(name)
            group.check(name, np.isfinite(values), "A coordinate is not a finite number")
            poses.xy[target, : piece.keypoints, axis] = values
        values, _ = group.lists("visibility")
        group.check("visibility", values <= 2, "A visibility is not 0, 1 or 2")
        poses.visibility[target, : piece.keypoints] = values
        values, has_score = group.lists("score")
        if has_score.any():
            poses.score[target, : piece.keypoints] = np.where(has_score[:, None], values, np.nan)
    values, has_box = group.lists("box")
    sound = np.isfinite(values).all(axis=1) & (values[:, 2:] >= 0).all(axis=1) | ~has_box
    group.check("box", np.asarray(sound), "It is not x, y, width, height with finite numbers and sides of 0 or more")
    poses.box[target] = np.where(has_box[:, None], values, np.nan)
    rows = group.numbers("media_row")
    group.check("media_row", (rows >= 0) & (rows < len(positions)), f"The part has {len(positions)} media")
    poses.media[target] = positions[rows]
    frame = group.numbers("frame")
    group.check("frame", frame >= 0, "It is below 0")
    poses.frame[target] = frame
    poses.category[target] = piece.category
    poses.confidence[target] = group.numbers("confidence", null=math.nan)
    poses.area[target] = group.numbers("area", null=math.nan)
    poses.crowd[target] = group.numbers("crowd")
    return {"score": has_score, "box": has_box}


def _mask(value: Any, file: Path, row: int) -> dict[str, Any] | list[Any]:
    if not isinstance(value, (dict, list)):
        raise FormatError("It is neither polygons nor an RLE object", where=f"{file}: row {row}: mask", hint=HINT)
    return value
