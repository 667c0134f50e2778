"""Formats, label sets as annotation files, and what such a file would not hold, over HTTP."""

import mimetypes

from fastapi import APIRouter
from starlette.responses import Response

from vitruvian.actions.export import export, losses
from vitruvian.formats import every_format
from vitruvian.server import wire
from vitruvian.server.answers import answer
from vitruvian.server.openapi import says
from vitruvian.server.parameters import Id
from vitruvian.store import Store


def router(store: Store) -> APIRouter:
    """Return the routes of exports. None is a coroutine, so that a large label set leaves the server to others."""
    api = APIRouter(tags=["exports"])

    @api.get("/formats", operation_id="formats", responses=says(wire.FormatsOut, errors=()))
    def formats() -> Response:
        every = every_format().values()
        return answer(wire.FormatsOut([wire.FormatOut(c.name, c.title, c.ending, c.folder, c.writes) for c in every]))

    @api.get("/label-sets/{id}/export", operation_id="export", response_class=Response)
    def exported(id: Id, format: str = "coco", keys_only: bool = False) -> Response:
        content, name = export(store, id, format=format, keys_only=keys_only)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(content, media_type=kind, headers=headers)

    @api.get("/label-sets/{id}/export/losses", operation_id="export_losses",
             responses=says(wire.LossesOut, errors=(404, 422)))  # fmt: skip
    def lost(id: Id, format: str = "coco", keys_only: bool = False) -> Response:
        found = losses(store, id, format=format, keys_only=keys_only)
        return answer(wire.LossesOut([wire.LossOut(x.feature, x.what, x.count, x.example) for x in found]))

    return api
