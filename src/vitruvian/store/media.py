"""Images and videos of a project."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, func, insert, null, select, update

from vitruvian.errors import NotFound
from vitruvian.store import schema
from vitruvian.store.rows import LARGEST_ID, MediaRow, dumps, loads, now

_table = schema.media
_LISTED = [null().label("times") if c.name == "times" else c for c in _table.c]


def add_media(connection: Connection, project: int, row: MediaRow) -> int:
    """Store a media and return its id; the same bytes under the same name are found again."""
    known = connection.execute(
        select(_table.c.id).where(
            _table.c.project_id == project, _table.c.sha256 == row.sha256, _table.c.name == row.name
        )
    ).scalar()
    if known is not None:
        return int(known)
    made = connection.execute(
        insert(_table).values(
            project_id=project,
            kind=row.kind,
            uri=row.uri,
            name=row.name,
            sha256=row.sha256,
            width=row.width,
            height=row.height,
            frames=row.frames,
            fps_num=row.fps[0],
            fps_den=row.fps[1],
            times=None if row.times is None else np.asarray(row.times, "<f8").tobytes(),
            rotation=row.rotation,
            extras=dumps(row.extras),
            created_at=now(),
        )
    ).inserted_primary_key
    return int(made[0]) if made else 0


def set_uri(connection: Connection, id: int, uri: str) -> None:
    """Note that a media's file lies elsewhere now."""
    connection.execute(update(_table).where(_table.c.id == id).values(uri=uri))


def media(connection: Connection, id: int) -> MediaRow:
    """Return one media with its presentation times; raises NotFound."""
    row = connection.execute(select(_table).where(_table.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no media {id}")
    return _row(row)


def media_list(
    connection: Connection,
    project: int,
    *,
    after: int = 0,
    offset: int = 0,
    limit: int = 200,
    name: str = "",
    state: ColumnElement[bool] | None = None,
) -> list[MediaRow]:
    """Return up to `limit` media with ids greater than `after`, in order of id, without their presentation times.

    The times of 200 long videos are hundreds of megabytes, and a list has no use for them.

    Parameters
    ----------
    connection : Connection
    project, after, limit : int
    offset : int
        So many of them are passed over, in the index alone: a list of a hundred thousand is scrolled by position.
    name : str
        Only those whose name has this in it, in any case.
    state : condition, optional
        Only those in it: see `media_states.in_state`.
    """
    c = _table.c
    ids = select(c.id).where(*_wanted(project, name, state), c.id > after).order_by(c.id).limit(limit).offset(offset)
    rows = connection.execute(select(*_LISTED).where(c.id.in_(ids.subquery().select())).order_by(c.id))
    return [_row(row) for row in rows]


def neighbours(connection: Connection, id: int) -> tuple[int | None, int | None]:
    """Return the media that stand before and after one in its project; None at the ends. Raises NotFound."""
    mine = _table.c.project_id == project_of(connection, id)
    before = select(func.max(_table.c.id)).where(mine, _table.c.id < id)
    after = select(func.min(_table.c.id)).where(mine, _table.c.id > id)
    return connection.execute(before).scalar(), connection.execute(after).scalar()


def count(connection: Connection, project: int, *, name: str = "", state: ColumnElement[bool] | None = None) -> int:
    """Return how many media the project has, of those with `name` in their names and in a state."""
    query = select(func.count()).select_from(_table).where(*_wanted(project, name, state))
    return int(connection.execute(query).scalar_one())


def frames(connection: Connection, project: int) -> int:
    """Return how many frames the project's media have together."""
    query = select(func.coalesce(func.sum(_table.c.frames), 0)).where(_table.c.project_id == project)
    return int(connection.execute(query).scalar_one())


def _wanted(project: int, name: str, state: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    wanted = [_table.c.project_id == project]
    if name:
        wanted.append(_table.c.name.icontains(name, autoescape=True))
    return wanted if state is None else [*wanted, state]


def all_media(connection: Connection, project: int) -> list[MediaRow]:
    """Return every media of the project, in order of id."""
    rows = connection.execute(select(_table).where(_table.c.project_id == project).order_by(_table.c.id))
    return [_row(row) for row in rows]


def project_of(connection: Connection, id: int) -> int:
    """Return the project that a media belongs to; raises NotFound."""
    found = connection.execute(select(_table.c.project_id).where(_table.c.id == id)).scalar()
    if found is None:
        raise NotFound(f"There is no media {id}")
    return int(found)


def sizes(connection: Connection, ids: set[int]) -> dict[int, tuple[int, int]]:
    """Return {media id: (project, frame count)} of those that exist."""
    rows = connection.execute(
        select(_table.c.id, _table.c.project_id, _table.c.frames).where(
            _table.c.id.in_([i for i in ids if 0 < i <= LARGEST_ID])
        )
    )
    return {row.id: (row.project_id, row.frames) for row in rows}


def picture_sizes(connection: Connection, ids: set[int]) -> dict[int, tuple[int, int]]:
    """Return {media id: (width, height)} of those that exist, pixels."""
    rows = connection.execute(select(_table.c.id, _table.c.width, _table.c.height).where(_table.c.id.in_(ids)))
    return {row.id: (row.width, row.height) for row in rows}


def _row(row: Row[Any]) -> MediaRow:
    return MediaRow(
        id=row.id,
        kind=row.kind,
        uri=row.uri,
        name=row.name,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        frames=row.frames,
        fps=(row.fps_num, row.fps_den),
        times=None if row.times is None else np.frombuffer(row.times, "<f8"),
        rotation=row.rotation,
        extras=loads(row.extras),
    )
