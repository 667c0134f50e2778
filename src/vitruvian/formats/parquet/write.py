"""Write a dataset or columns as a folder of Parquet files, or append to one."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.collecting import without_collecting
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.parquet.layout import (
    BASE,
    DESCRIPTION,
    ENDING,
    FORMAT,
    INSTANCES,
    MEDIA,
    ONTOLOGY,
    VERSION,
    arrow,
    folders,
    instance_schema,
    json_text,
    ontology_bytes,
    open_folder,
    points,
    writing,
)
from vitruvian.formats.parquet.parts import Labels, write_parts
from vitruvian.labels import Columns, Dataset, Instance, MediaEntry, Ontology, stack

#: Rows of a part, unless its maker says how many parts there shall be.
_PART_ROWS = 4_000_000
_MAX_PARTS = 10_000


@without_collecting()
def write(dataset: Dataset, path: Path, *, parts: int | None = None) -> None:
    """Write a dataset as a new folder.

    Parameters
    ----------
    dataset : Dataset
    path : Path
        Must not exist, or be an empty folder.
    parts : int, optional
        Into how many parts the media are distributed, by a hash of their names; one for every four million instances
        when left out.

    Raises
    ------
    FormatError
        The folder exists or cannot be written to.
    LabelError
        Instances that their ontology or the media do not fit.
    """
    _write(_labels(dataset), path, parts, dataset.extras)


@without_collecting()
def write_columns(
    columns: Columns,
    path: Path,
    *,
    media: Sequence[MediaEntry] | None = None,
    ids: Sequence[str] | None = None,
    parts: int | None = None,
) -> None:
    """Write columns as a new folder, without an object per instance.

    Parameters
    ----------
    columns : Columns
    path : Path
        Must not exist, or be an empty folder.
    media : sequence of MediaEntry, optional
        What is known of ``columns.media`` besides names.
    ids : sequence of str, optional
        One for each instance; readers make them up otherwise.
    parts : int, optional
        As in `write`.

    Raises
    ------
    FormatError
        The folder exists or cannot be written to, or the columns contradict their ontology or media.
    """
    _write(_column_labels(columns, path, media, ids), path, parts, {})


def append(dataset: Dataset, path: Path, *, name: str | None = None) -> str:
    """Add the media and instances of a dataset as a further part; see `append_columns`.

    Its `extras` are left out: they are the folder's as a whole.
    """
    return _append(_labels(dataset), path, name)


def append_columns(
    columns: Columns,
    path: Path,
    *,
    media: Sequence[MediaEntry] | None = None,
    ids: Sequence[str] | None = None,
    name: str | None = None,
) -> str:
    """Add columns as a further part; the folder is made when there is none. Any number of processes may do so at once.

    Parameters
    ----------
    columns, media, ids
        As in `write_columns`.
    path : Path
        A folder whose ontology is the same.
    name : str, optional
        Of the part. A worker that names it after its piece of the work, such as ``"shard-00017"``, and starts over
        writes no piece twice: a finished part is refused, an unfinished one replaced. No two workers may write the
        same at once. Otherwise unique and ordered by time.

    Returns
    -------
    str
        The part's name.

    Raises
    ------
    FormatError
        The ontology is another one, the part exists, or as `write_columns`.
    """
    return _append(_column_labels(columns, path, media, ids), path, name)


def create(ontology: Ontology, path: Path) -> None:
    """Make a folder without any part, for workers to append to; one that exists with the same ontology stays.

    Raises
    ------
    FormatError
        There is something else, or the ontology is another one.
    """
    if not (path / DESCRIPTION).exists():
        try:
            _new_folder(path, ontology, {}, lambda _: None)
        except FormatError:
            # Another worker may have been quicker.
            if not (path / DESCRIPTION).exists():
                raise
    if open_folder(path).ontology != ontology:
        raise FormatError(
            "The folder's ontology is another one", where=str(path / ONTOLOGY), hint="write to a folder of its own"
        )


def _append(labels: Labels, path: Path, name: str | None) -> str:
    chosen = f"part-{time.time_ns():020d}-{uuid.uuid4().hex[:12]}" if name is None else name
    usable = chosen.replace("-", "").replace("_", "").isalnum() and chosen.isascii() and len(chosen) <= 128
    if not usable or chosen.startswith(BASE):
        raise FormatError(
            f"{chosen!r} is no name for a part", where=str(path), hint=f"letters, digits, - and _; not {BASE}..."
        )
    create(labels.ontology, path)
    if (path / MEDIA / f"{chosen}{ENDING}").exists():
        raise FormatError("There is a part of this name already", where=f"{path}: {chosen}", hint="choose another name")
    for place in folders(labels.ontology):
        # Of a worker that died in the midst of it: none of them may become a piece of this part.
        left = path / INSTANCES / place / f"{chosen}{ENDING}"
        with writing(left):
            left.unlink(missing_ok=True)
    write_parts(labels, path, [chosen])
    return chosen


def _write(labels: Labels, path: Path, parts: int | None, extras: dict[str, Any]) -> None:
    count = max(1, -(-len(labels.poses) // _PART_ROWS)) if parts is None else parts
    if not 1 <= count <= _MAX_PARTS:
        raise FormatError(f"{count} parts are not possible", where=str(path), hint=f"choose 1 to {_MAX_PARTS}")
    names = [f"{BASE}{number:05d}" for number in range(count)]
    _new_folder(path, labels.ontology, extras, lambda folder: write_parts(labels, folder, names))


def _new_folder(path: Path, ontology: Ontology, extras: dict[str, Any], fill: Any) -> None:
    """Make the folder beside its place and move it there when it is whole."""
    arrow()
    kept = extras.get("parquet")
    description = {"format": FORMAT, "version": VERSION, "extras": {k: v for k, v in extras.items() if k != "parquet"}}
    if isinstance(kept, dict):
        description = {**kept, **description}
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.partial")
    with writing(path):
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise FormatError(
                "There is something already", where=str(path), hint="choose a new folder, or append to this one"
            )
        partial.mkdir(parents=True)
    try:
        for folder in (MEDIA, INSTANCES):
            (partial / folder).mkdir()
        write_atomically(partial / ONTOLOGY, ontology_bytes(ontology))
        write_atomically(partial / DESCRIPTION, encode_json(description))
        fill(partial)
        with writing(path):
            if os.name == "nt" and path.exists():
                path.rmdir()
            partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _labels(dataset: Dataset) -> Labels:
    dataset.check()
    kept = [instance for instance in dataset.instances if not instance.deleted]
    for instance in kept:
        if instance.keyed is not None and instance.keyed.shape != instance.visibility.shape:
            raise FormatError("There is not one `keyed` for each point", where=f"instance {instance.id}")
    poses = stack(kept, categories=dataset.ontology.index, keypoints=dataset.ontology.max_keypoints)
    further = _further(kept)
    more: dict[str, Any] = {
        "id": [i.id for i in kept],
        "track": [i.track for i in kept],
        "confidence": [i.confidence for i in kept],
        "area": [i.area for i in kept],
        "keyed": [i.keyed for i in kept] if any(i.keyed is not None for i in kept) else None,
        "mask": [None if i.mask is None else json_text(_text_mask(i.mask), f"instance {i.id}: mask") for i in kept],
        "attributes": [json_text(i.attributes, f"instance {i.id}: attributes") if i.attributes else None for i in kept],
        "extras": [_extras(i, further) for i in kept],
        **further,
    }
    return Labels(
        dataset.ontology,
        [entry.name for entry in dataset.media],
        dataset.media,
        poses,
        np.array([i.score is not None for i in kept], np.bool_),
        np.array([i.box is not None for i in kept], np.bool_),
        more,
    )


def _text_mask(mask: Any) -> Any:
    """Return a mask whose compressed counts, which pycocotools hands out as bytes, are text."""
    counts = mask.get("counts") if isinstance(mask, dict) else None
    return {**mask, "counts": counts.decode("ascii", "replace")} if isinstance(counts, bytes) else mask


def _further(instances: Sequence[Instance]) -> dict[str, Any]:
    """Return the columns of other programs that instances were read with, where one type fits all of a column."""
    pa = arrow()
    names = list(dict.fromkeys(key for i in instances if isinstance(i.extras.get("parquet"), dict)
                               for key in i.extras["parquet"]))  # fmt: skip
    found = {}
    for name in names:
        if name in instance_schema(1).names or not isinstance(name, str):
            continue
        values = [i.extras["parquet"].get(name) if isinstance(i.extras.get("parquet"), dict) else None
                  for i in instances]  # fmt: skip
        try:
            column = pa.array(values)
        except (pa.ArrowException, TypeError, OverflowError, UnicodeError):
            continue
        # Where numbers of two kinds stand in one column the array's values are not the given ones.
        if repr(column.to_pylist()) == repr(values) and not pa.types.is_null(column.type):
            found[name] = column
    return found


def _extras(instance: Instance, further: dict[str, Any]) -> str | None:
    extras = instance.extras
    if further and isinstance(extras.get("parquet"), dict):
        rest = {key: value for key, value in extras["parquet"].items() if key not in further}
        extras = {key: value for key, value in extras.items() if key != "parquet"}
        if rest:
            extras["parquet"] = rest
    return json_text(extras, f"instance {instance.id}: extras") if extras else None


def _column_labels(
    columns: Columns, path: Path, media: Sequence[MediaEntry] | None, ids: Sequence[str] | None
) -> Labels:
    poses = columns.poses
    _check(columns, path, media, ids)
    return Labels(
        columns.ontology,
        [str(name) for name in columns.media] if media is None else [entry.name for entry in media],
        media,
        poses,
        np.asarray(~np.isnan(poses.score).all(axis=1)),
        np.asarray(~np.isnan(poses.box).all(axis=1)),
        {
            "id": None if ids is None else list(ids),
            "track": [None if track < 0 else str(track) for track in poses.track.tolist()]
            if (poses.track >= 0).any()
            else None,
            "confidence": _or_none(poses.confidence),
            "area": _or_none(poses.area),
        },
    )


def _or_none(column: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    pa = arrow()
    return None if np.isnan(column).all() else pa.array(column, mask=np.isnan(column))


def _check(columns: Columns, path: Path, media: Sequence[MediaEntry] | None, ids: Sequence[str] | None) -> None:
    poses, total = columns.poses, len(columns.media)

    def refuse(bad: Any, column: str, message: str) -> None:
        if bad.any():
            row = int(np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1))[0])
            raise FormatError(message, where=f"{path}: row {row}: {column}", hint="check it")

    for what, given, count in (("media", media, total), ("ids", ids, len(poses))):
        if given is not None and len(given) != count:
            raise FormatError(f"{len(given)} {what} for {count}", where=str(path), hint="hand in one for each")
    if poses.keypoints < columns.ontology.max_keypoints:
        raise FormatError(
            f"The columns have {poses.keypoints} keypoints, the ontology {columns.ontology.max_keypoints}",
            where=str(path),
            hint="hand in the ontology that the poses were made with",
        )
    refuse((poses.media < 0) | (poses.media >= total), "media", f"There are {total} media")
    known = len(columns.ontology.categories)
    refuse((poses.category < 0) | (poses.category >= known), "category", f"There are {known} categories")
    refuse(poses.frame < 0, "frame", "It is below 0")
    refuse(poses.visibility > 2, "visibility", "A visibility is not 0, 1 or 2")
    refuse(~np.isfinite(poses.xy), "xy", "A coordinate is not a finite number")
    boxed = ~np.isnan(poses.box).all(axis=1)
    refuse(boxed & ~(np.isfinite(poses.box).all(axis=1) & (poses.box[:, 2:] >= 0).all(axis=1)), "box",
           "It is not x, y, width, height with finite numbers and sides of 0 or more")  # fmt: skip
    for category, count in enumerate(points(columns.ontology)):
        if count < poses.keypoints and len(poses):
            of = poses.category == category
            refuse((poses.visibility[:, count:] > 0) & of[:, None], "visibility", "A point beyond its keypoints")
