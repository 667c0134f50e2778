"""Instances, as a label set shows them: its own rows, and its parents' where it has none of the same id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, Select, Subquery, and_, bindparam, exists, func, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from vitruvian.errors import LabelError
from vitruvian.labels import Instance, Ontology, Poses, empty_poses
from vitruvian.store import schema
from vitruvian.store.bulk import insert_rows
from vitruvian.store.label_sets import lineage
from vitruvian.store.packing import COLUMNS, POSTGRESQL_TYPES, pack, unpack

_table = schema.instance
_nearer = _table.alias("nearer")
#: Values in one statement: PostgreSQL's parser and SQLite's limit of 32,766 both bear many more.
_VALUES = 1_000
_KEY = ("label_set_id", "id")

_FIND = select(_table).where(
    _table.c.label_set_id.in_(bindparam("label_sets", expanding=True)),
    _table.c.id.in_(bindparam("ids", expanding=True)),
)
_REPLACED = ", ".join(f'"{c}" = excluded."{c}"' for c in COLUMNS if c not in _KEY)
_OR_REPLACE = f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {_REPLACED}"


@dataclass(frozen=True, slots=True)
class Counts:
    """What one media holds in a label set."""

    frames: int
    instances: int


def instances(
    connection: Connection,
    label_set: int,
    *,
    media: int | None = None,
    first: int | None = None,
    last: int | None = None,
    include_deleted: bool = False,
) -> list[Instance]:
    """Return instances ordered by media, frame, id; frames `first` to `last` inclusive."""
    query = select(_table).where(shown(lineage(connection, label_set)))
    if media is not None:
        query = query.where(_table.c.media_id == media)
    if first is not None:
        query = query.where(_table.c.frame >= first)
    if last is not None:
        query = query.where(_table.c.frame <= last)
    if not include_deleted:
        query = query.where(_table.c.deleted == 0)
    rows = connection.execute(query.order_by(_table.c.media_id, _table.c.frame, _table.c.id))
    return [unpack(row, label_set) for row in rows]


def find(connection: Connection, label_set: int, ids: Sequence[str]) -> dict[str, Instance]:
    """Return the instances of these ids that the label set shows or has deleted."""
    chain = lineage(connection, label_set)
    nearest: dict[str, Row[Any]] = {}
    for start in range(0, len(ids), _VALUES):
        rows = connection.execute(_FIND, {"label_sets": chain, "ids": ids[start : start + _VALUES]})
        for row in rows:
            other = nearest.get(row.id)
            if other is None or chain.index(row.label_set_id) < chain.index(other.label_set_id):
                nearest[row.id] = row
    return {id: unpack(row, label_set) for id, row in nearest.items()}


def insert_instances(connection: Connection, label_set: int, new: Sequence[Instance]) -> None:
    """Store many new instances without history: for imports and model runs.

    Raises
    ------
    LabelError
        Two have the same id, or the label set has one of the ids already.
    """
    try:
        if connection.dialect.name == "postgresql":
            _copy(connection, pack(new, label_set))
        else:
            insert_rows(connection, "instance", COLUMNS, pack(new, label_set))
    except IntegrityError as error:
        times = Counter(instance.id for instance in new)
        twice = next((id for id, count in times.items() if count > 1), None)
        if twice is not None:
            raise LabelError("Two instances have the same id", where=f"instance {twice}") from error
        raise LabelError(
            "An instance cannot be stored: its id is taken, or its media or label set is gone",
            where=f"label set {label_set}",
            hint="import into a new label set",
        ) from error


def put_instances(connection: Connection, label_set: int, changed: Sequence[Instance]) -> None:
    """Store instances, replacing the label set's own rows of the same ids."""
    insert_rows(connection, "instance", COLUMNS, pack(changed, label_set), _OR_REPLACE)


def _copy(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{c}"' for c in COLUMNS)
    statement = f"COPY instance ({names}) FROM STDIN (FORMAT BINARY)"
    driver: Any = connection.dialect.dbapi
    cursor: Any = connection.connection.cursor()
    try:
        with cursor.copy(statement) as copy:
            copy.set_types(POSTGRESQL_TYPES)
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        in_use: Any = connection.connection.driver_connection
        gone = bool(in_use.closed)
        raise DBAPIError.instance(
            statement, None, error, driver.Error, connection_invalidated=gone, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


def poses(connection: Connection, label_set: int, ontology: Ontology, *, media: int | None = None) -> Poses:
    """Return the label set as columns, ordered by media, frame, id, without an object per instance."""
    table, _ = poses_with_ids(connection, label_set, ontology, media=media)
    return table


def poses_with_ids(
    connection: Connection, label_set: int, ontology: Ontology, *, media: int | None = None
) -> tuple[Poses, list[str]]:
    """Return the label set as columns, and the instances' ids in the same order."""
    c = _table.c
    query = _columns().where(shown(lineage(connection, label_set)), c.deleted == 0)
    if media is not None:
        query = query.where(c.media_id == media)
    return _as_poses(connection.execute(query.order_by(c.media_id, c.frame, c.id)).all(), ontology)


def some_poses(connection: Connection, label_set: int, ontology: Ontology, most: int) -> Poses:
    """Return at most `most` of the label set's instances as columns: the label set's own before those it lies over.

    They are those of the lowest ids, which are random for what the page and models make; the work does not grow with
    the label set.
    """
    c = _table.c
    chain = lineage(connection, label_set)
    rows: list[Row[Any]] = []
    for depth in range(len(chain)):
        query = _columns().where(_own(chain, depth), c.deleted == 0).order_by(c.id).limit(most - len(rows))
        rows.extend(connection.execute(query).all())
        if len(rows) >= most:
            break
    return _as_poses(rows, ontology)[0]


def _columns() -> Select[Any]:
    c = _table.c
    return select(
        c.id, c.media_id, c.frame, c.category, c.track, c.xy, c.visibility, c.score, c.box,
        c.confidence, c.area, c.crowd,
    )  # fmt: skip


def _as_poses(rows: Sequence[Row[Any]], ontology: Ontology) -> tuple[Poses, list[str]]:
    table = empty_poses(len(rows), ontology.max_keypoints)
    if not rows:
        return table, []
    ids, media_ids, frames, categories, tracks, xy, visibility, score, box, confidence, area, crowd = zip(
        *rows, strict=True
    )
    names, table.category[:] = _numbered(categories, ontology.index)
    table.media[:], table.frame[:] = media_ids, frames
    table.track[:] = _track_numbers(tracks)
    # None becomes NaN: nobody said.
    table.confidence[:], table.area[:] = np.array(confidence, np.float64), np.array(area, np.float64)
    table.crowd[:] = crowd
    lengths = np.fromiter(map(len, visibility), np.int64, len(rows))
    for name in names:
        rows_of = np.flatnonzero(table.category == ontology.index[name])
        count = int(lengths[rows_of[0]])
        at = np.ix_(rows_of, np.arange(count))
        table.xy[at] = np.frombuffer(b"".join(xy[r] for r in rows_of), "<f8").reshape(len(rows_of), count, 2)
        table.visibility[at] = np.frombuffer(b"".join(visibility[r] for r in rows_of), "u1").reshape(
            len(rows_of), count
        )
        scored = rows_of[[score[r] is not None for r in rows_of]]
        table.score[np.ix_(scored, np.arange(count))] = np.frombuffer(
            b"".join(score[r] for r in scored), "<f4"
        ).reshape(len(scored), count)
    boxed = np.flatnonzero([b is not None for b in box])
    table.box[boxed] = np.frombuffer(b"".join(box[r] for r in boxed), "<f8").reshape(-1, 4)
    return table, list(ids)


def counts(connection: Connection, label_set: int, *, media: Collection[int] | None = None) -> dict[int, Counts]:
    """Return, per media id, how many frames hold instances and how many instances there are.

    Parameters
    ----------
    connection : Connection
    label_set : int
    media : collection of int, optional
        Only of these; the work then grows with what they hold, not with the label set.
    """
    c = _table.c
    chain = lineage(connection, label_set)
    query = select(c.media_id, func.count(func.distinct(c.frame)), func.count()).where(shown(chain), c.deleted == 0)
    if media is not None:
        query = query.where(c.label_set_id.in_(chain), c.media_id.in_(media))
    rows = connection.execute(query.group_by(c.media_id))
    return {media: Counts(frames, total) for media, frames, total in rows}


def totals(connection: Connection, label_set: int, *, known: dict[int, Counts] | None = None) -> Counts:
    """Return how many frames of the label set hold instances, and how many instances it shows.

    Parameters
    ----------
    connection : Connection
    label_set : int
    known : dict, optional
        Totals by label set; what is found is added, so that those of several over the same model look at it once.
    """
    return _totals(connection, lineage(connection, label_set), {} if known is None else known)


def _totals(connection: Connection, chain: list[int], known: dict[int, Counts]) -> Counts:
    if chain[0] not in known:
        known[chain[0]] = _counted(connection, chain, known)
    return known[chain[0]]


def _counted(connection: Connection, chain: list[int], known: dict[int, Counts]) -> Counts:
    # Of a person's few rows over a model's million, only the frames that the person touched are looked at twice: an
    # instance stays in its frame, so elsewhere the label set shows what the one below it shows.
    if len(chain) == 1:
        return _total(connection, chain, None)
    own = _table.alias("own")
    touched = select(own.c.media_id, own.c.frame).where(own.c.label_set_id == chain[0]).distinct().subquery("touched")
    below = _totals(connection, chain[1:], known)
    before, after = _total(connection, chain[1:], touched), _total(connection, chain, touched)
    return Counts(below.frames - before.frames + after.frames, below.instances - before.instances + after.instances)


def _total(connection: Connection, chain: list[int], frames: Subquery | None) -> Counts:
    c = _table.c
    query = select(func.count().label("here"))
    if frames is not None:
        here = and_(c.media_id == frames.c.media_id, c.frame == frames.c.frame)
        query = query.select_from(frames.join(_table, here)).where(c.label_set_id.in_(chain))
    held = query.where(shown(chain), c.deleted == 0).group_by(c.media_id, c.frame).subquery("held")
    row = connection.execute(select(func.count(), func.coalesce(func.sum(held.c.here), 0)).select_from(held)).one()
    return Counts(int(row[0]), int(row[1]))


def labelled_frames(connection: Connection, label_set: int, media: int) -> list[int]:
    """Return the frames of `media` that hold instances, in order."""
    c = _table.c
    rows = connection.execute(
        select(c.frame)
        .where(shown(lineage(connection, label_set)), c.deleted == 0, c.media_id == media)
        .group_by(c.frame)
        .order_by(c.frame)
    )
    return [frame for (frame,) in rows]


def shown(chain: list[int]) -> ColumnElement[bool]:
    """Return the condition that a row shows in the first label set of the chain."""
    return or_(*(_own(chain, depth) for depth in range(len(chain))))


def _own(chain: list[int], depth: int) -> ColumnElement[bool]:
    """Return which rows the label set at `depth` shows through those over it."""
    c = _table.c
    own = c.label_set_id == chain[depth]
    if not depth:
        return own
    return and_(own, ~exists().where(_nearer.c.label_set_id.in_(chain[:depth]), _nearer.c.id == c.id))


def _track_numbers(tracks: Sequence[str | None]) -> NDArray[np.int64]:
    """Return the tracks as numbers: their own where all are numbers, else their rank; -1 where there is none."""
    named = [t for t in tracks if t is not None]
    if all(t.isdecimal() for t in named):
        return np.array([-1 if t is None else int(t) for t in tracks], np.int64)
    rank = {name: n for n, name in enumerate(sorted(set(named)))}
    return np.array([-1 if t is None else rank[t] for t in tracks], np.int64)


def _numbered(names: Sequence[str], index: dict[str, int]) -> tuple[list[str], NDArray[np.int32]]:
    present, inverse = np.unique(np.array(names), return_inverse=True)
    numbers = np.array([index[str(name)] for name in present], np.int32)
    return [str(name) for name in present], numbers[inverse]
