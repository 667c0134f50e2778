"""Write parts: a file of media and, for each category that occurs, one of instances, each whole or not at all."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.parquet.layout import (
    ENDING,
    INSTANCES,
    MEDIA,
    arrow,
    folders,
    instance_schema,
    json_text,
    media_schema,
    points,
    writing,
)
from vitruvian.labels import MediaEntry, Ontology, Poses

#: Points of a row group: 16 MB of coordinates. A reader of a few rows decodes little, one of all seldom waits.
_GROUP_POINTS = 1 << 20
_MIN_GROUP = 4096
_MAX_GROUP = 1 << 18

#: Rows from which the packing of numbers is chosen.
_SAMPLE = 4096

TEXTS = ("id", "media", "category", "track", "mask", "attributes", "extras")


@dataclass(slots=True)
class Labels:
    """What is written: arrays, and for each row what arrays cannot say.

    Attributes
    ----------
    ontology : Ontology
    names : list of str
        Of the media.
    media : sequence of MediaEntry or None
        None where no more is known of them.
    poses : Poses
    has_score, has_box : ndarray, shape (N,), bool
    more : dict
        Whole columns by name: id, track, mask, attributes, extras (texts or None), confidence and area (numbers or
        None), keyed (arrays or None), and further ones of other programs.
    """

    ontology: Ontology
    names: list[str]
    media: Sequence[MediaEntry] | None
    poses: Poses
    has_score: NDArray[np.bool_]
    has_box: NDArray[np.bool_]
    more: dict[str, Any] = field(default_factory=dict)


def write_parts(labels: Labels, folder: Path, names: Sequence[str]) -> None:
    """Write as many parts as there are names; an image or video lies in that of its name's hash.

    The file of media is last: without it, readers leave a part out as unfinished.
    """
    buckets = buckets_of(labels.names, len(names))
    for bucket, name in enumerate(names):
        chosen = np.flatnonzero(buckets == bucket)
        if not len(chosen) and bucket:
            continue
        rows = np.flatnonzero(buckets[labels.poses.media] == bucket) if len(names) > 1 else np.arange(len(labels.poses))
        place = np.full(len(labels.names), -1, np.int64)
        place[chosen] = np.arange(len(chosen))
        _instances(labels, folder, name, rows, place)
        _media(labels, folder, name, chosen)


def buckets_of(names: Sequence[str], count: int) -> NDArray[np.int64]:
    """Return which of `count` parts each media lies in: CRC-32 of its name in UTF-8, modulo `count`."""
    if count == 1:
        return np.zeros(len(names), np.int64)
    hashed = (zlib.crc32(name.encode("utf-8", "surrogatepass")) % count for name in names)
    return np.fromiter(hashed, np.int64, len(names))


def _instances(labels: Labels, folder: Path, name: str, rows: NDArray[np.int64], place: NDArray[np.int64]) -> None:
    pa = arrow()
    with writing(folder / MEDIA):
        names = pa.array(labels.names, pa.string())
    further = {key: column for key, column in labels.more.items() if key not in instance_schema(1).names}
    for position, (category, count, part) in enumerate(
        zip(labels.ontology, points(labels.ontology), folders(labels.ontology), strict=True)
    ):
        chosen = rows[labels.poses.category[rows] == position]
        if not len(chosen):
            continue
        file = folder / INSTANCES / part / f"{name}{ENDING}"
        schema = instance_schema(count)
        for key, column in further.items():
            schema = schema.append(pa.field(key, column.type))
        size = int(np.clip(_GROUP_POINTS // max(count, 1), _MIN_GROUP, _MAX_GROUP))
        groups = [chosen[begin : begin + size] for begin in range(0, len(chosen), size)]
        with _Writer(file, schema, _encodings(labels.poses, groups[0], count)) as writer:
            for group in groups:
                writer.write(_table(labels, _span(group), names, place, category.name, count, schema))


def _span(rows: NDArray[np.int64]) -> NDArray[np.int64] | slice:
    """Return rows that follow one another as a slice, which copies nothing."""
    whole = rows[-1] - rows[0] == len(rows) - 1
    return slice(int(rows[0]), int(rows[-1]) + 1) if whole else rows


def _encodings(poses: Poses, rows: NDArray[np.int64], count: int) -> dict[str, Any]:
    """Choose how each column of numbers is packed, from its first rows; it changes sizes, never values."""
    some = rows[:: max(1, len(rows) // _SAMPLE)]
    columns: dict[str, NDArray[Any]] = {
        "x": poses.xy[some, :count, 0],
        "y": poses.xy[some, :count, 1],
        "score": poses.score[some, :count],
        "box": poses.box[some],
        "area": poses.area[some],
        "confidence": poses.confidence[some],
    }
    words = list(TEXTS)
    split = []
    for name, values in columns.items():
        if not count and values.ndim > 1 and name != "box":
            continue
        path = name if values.ndim == 1 else f"{name}.list.element"
        with np.errstate(over="ignore"):
            narrow = values.astype(np.float32) == values
        if len(np.unique(values)) <= values.size // 2:  # whole pixels, or next to nothing
            words.append(path)
        elif narrow.all():  # a model's: the lower half of each number is empty
            split.append(path)
    if count:
        words.append("visibility.list.element")
    ascending = {"row": "DELTA_BINARY_PACKED", "media_row": "DELTA_BINARY_PACKED", "frame": "DELTA_BINARY_PACKED"}
    return {"use_dictionary": words, "use_byte_stream_split": split, "column_encoding": ascending}


def _table(
    labels: Labels,
    rows: NDArray[np.int64] | slice,
    names: Any,
    place: NDArray[np.int64],
    category: str,
    count: int,
    schema: Any,
) -> Any:
    pa = arrow()
    poses = labels.poses.take(rows)
    total = len(poses)

    def chosen(name: str) -> Any:
        column = labels.more.get(name)
        if column is None:
            return pa.nulls(total, schema.field(name).type)
        if isinstance(column, list):
            column = column[rows] if isinstance(rows, slice) else [column[row] for row in rows]
        elif not isinstance(column, np.ndarray):
            return column.take(pa.array(np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows))
        return pa.array(column, schema.field(name).type)

    def lists(name: str, values: NDArray[Any], known: NDArray[np.bool_] | None = None) -> Any:
        type = schema.field(name).type
        flat = pa.array(np.ascontiguousarray(values).reshape(-1), type.value_type)
        mask = None if known is None or known.all() else pa.array(~known)
        return pa.FixedSizeListArray.from_arrays(flat, type=type, mask=mask)

    columns = {
        "row": pa.array(np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows),
        "id": chosen("id"),
        "media": names.take(pa.array(poses.media)),
        "media_row": pa.array(place[poses.media]),
        "frame": pa.array(poses.frame),
        "category": pa.repeat(category, total),
        "track": chosen("track"),
        "box": lists("box", poses.box, labels.has_box[rows]),
        "confidence": chosen("confidence"),
        "area": chosen("area"),
        "crowd": pa.array(poses.crowd),
        "mask": chosen("mask"),
        "attributes": chosen("attributes"),
        "extras": chosen("extras"),
    }
    if count:
        columns["x"] = lists("x", poses.xy[:, :count, 0])
        columns["y"] = lists("y", poses.xy[:, :count, 1])
        columns["visibility"] = lists("visibility", poses.visibility[:, :count])
        columns["score"] = lists("score", poses.score[:, :count], labels.has_score[rows])
        columns["keyed"] = _keyed(labels.more.get("keyed"), rows, total, count, schema, lists)
    for name in schema.names[len(columns) :]:
        columns[name] = chosen(name)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _keyed(column: Any, rows: NDArray[np.int64] | slice, total: int, count: int, schema: Any, lists: Any) -> Any:
    if column is None:
        return arrow().nulls(total, schema.field("keyed").type)
    chosen = column[rows] if isinstance(rows, slice) else [column[row] for row in rows]
    known = np.array([one is not None for one in chosen], np.bool_)
    blank = np.zeros(count, np.bool_)
    return lists("keyed", np.array([blank if one is None else one for one in chosen], np.bool_), known)


def _media(labels: Labels, folder: Path, name: str, chosen: NDArray[np.int64]) -> None:
    pa = arrow()
    file = folder / MEDIA / f"{name}{ENDING}"
    unknown = MediaEntry("")
    entries = None if labels.media is None else [labels.media[at] for at in chosen]
    with writing(file):

        def column(field: str, type: Any) -> Any:
            if entries is None:
                return pa.repeat(pa.scalar(getattr(unknown, field), type), len(chosen))
            return pa.array([getattr(entry, field) for entry in entries], type)

        extras = [json_text(e.extras, f"media {e.name}: extras") if e.extras else None for e in entries or ()]
        columns = {
            "row": pa.array(chosen),
            "name": pa.array([labels.names[at] for at in chosen], pa.string()),
            "kind": column("kind", pa.string()),
            "extras": pa.nulls(len(chosen), pa.string()) if entries is None else pa.array(extras, pa.string()),
            **{field: column(field, pa.int64()) for field in ("width", "height", "frames")},
        }
        table = pa.table([columns[field] for field in media_schema().names], schema=media_schema())
    with _Writer(file, media_schema(), {}) as writer:
        writer.write(table)


class _Writer:
    """A Parquet file under another name until it is whole and on the disk."""

    def __init__(self, file: Path, schema: Any, options: dict[str, Any]) -> None:
        self._file = file
        self._partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
        with writing(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.exists():
                raise FormatError("There is a part of this name already", where=str(file), hint="choose another name")
            self._parquet = arrow().parquet.ParquetWriter(
                self._partial, schema, compression="zstd", write_page_index=True, **options
            )

    def write(self, table: Any) -> None:
        with writing(self._file):
            self._parquet.write_table(table, row_group_size=max(len(table), 1))

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            with writing(self._file):
                self._parquet.close()
                if kind is None:
                    with self._partial.open("rb+") as written:
                        os.fsync(written.fileno())
                    self._partial.replace(self._file)
        finally:
            self._partial.unlink(missing_ok=True)
