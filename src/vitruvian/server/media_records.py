"""What is known of media over HTTP; their pixels are in pictures.py."""

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from vitruvian.errors import InvalidInput
from vitruvian.server import wire
from vitruvian.server.answers import answer
from vitruvian.server.openapi import says
from vitruvian.server.parameters import After, Chosen, ChosenText, Id
from vitruvian.store import Store, instances, media, projects, routes
from vitruvian.store.media_states import MediaState, in_state
from vitruvian.store.rows import MediaRow


def router(store: Store) -> APIRouter:
    """Return the routes that list media."""
    api = APIRouter(tags=["records"])

    @api.get("/projects/{id}/media", operation_id="media_list", responses=says(wire.MediaListOut))
    def project_media(
        id: Id,
        after: After = 0,
        offset: After = 0,
        limit: int = 100,
        label_set: Chosen = None,
        name: ChosenText = None,
        state: MediaState | None = None,
    ) -> Response:
        limit = min(max(limit, 1), 500)
        if state and label_set is None:
            raise InvalidInput("A state is that of a label set", where="state", hint="give label_set too")
        with store.read() as connection:
            projects.project(connection, id)
            within = in_state(connection, label_set, state) if state and label_set is not None else None
            rows = media.media_list(
                connection, id, after=after, offset=offset, limit=limit, name=name or "", state=within
            )
            total = media.count(connection, id, name=name or "", state=within)
            counts, waiting = _counts(connection, label_set, [row.id for row in rows])
        out = [_media(row, counts.get(row.id), waiting.get(row.id, 0)) for row in rows]
        return answer(wire.MediaListOut(out, rows[-1].id if len(rows) == limit else None, total))

    @api.get("/media/{id}", operation_id="media", responses=says(wire.MediaOut))
    def one_media(id: Id, label_set: Chosen = None) -> Response:
        with store.read() as connection:
            row = media.media(connection, id)
            counts, waiting = _counts(connection, label_set, [id])
            labelled = None if label_set is None else instances.labelled_frames(connection, label_set, id)
            before, after = media.neighbours(connection, id)
        out = _media(row, counts.get(id), waiting.get(id, 0))
        out.times = None if row.times is None else row.times.tolist()
        out.labelled = labelled
        out.before, out.after = before, after
        return answer(out)

    return api


def _counts(
    connection: Connection, label_set: int | None, listed: list[int]
) -> tuple[dict[int, instances.Counts], dict[int, int]]:
    """Return what the listed media hold and how many of their routes are open, by media id."""
    if label_set is None:
        return {}, {}
    return (
        instances.counts(connection, label_set, media=listed),
        routes.open_counts(connection, label_set, media=listed),
    )


def _media(row: MediaRow, counts: instances.Counts | None, waiting: int) -> wire.MediaOut:
    return wire.MediaOut(
        id=row.id,
        kind="video" if row.kind == "video" else "image",
        name=row.name,
        width=row.width,
        height=row.height,
        frames=row.frames,
        fps=list(row.fps),
        duration=row.frames * row.fps[1] / row.fps[0] if row.fps[0] else 0.0,
        codec=str(row.extras.get("codec", "")),
        rotation=row.rotation,
        labelled_frames=counts.frames if counts else 0,
        instances=counts.instances if counts else 0,
        open_routes=waiting,
    )
