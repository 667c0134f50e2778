"""Help with labelling over HTTP: points carried by optical flow."""

import msgspec
import numpy as np
from fastapi import APIRouter
from starlette.responses import Response

from vitruvian.actions.propagate import propagate
from vitruvian.server import wire
from vitruvian.server.answers import answer
from vitruvian.server.openapi import RawBody, body, decoded, says
from vitruvian.server.parameters import Id
from vitruvian.store import Store

_flow_decoder = msgspec.json.Decoder(wire.FlowIn)


def router(store: Store) -> APIRouter:
    """Return the routes of help. None is a coroutine, so that decoding leaves the server to others."""
    api = APIRouter(tags=["assist"])

    @api.post("/media/{id}/flow", operation_id="flow", openapi_extra=body(wire.FlowIn),
              responses=says(wire.FlowOut, errors=(404, 422)))  # fmt: skip
    def flow(id: Id, content: RawBody) -> Response:
        wanted = decoded(content, _flow_decoder)
        found = propagate(store, id, wanted.first, wanted.last, wanted.start, wanted.end)
        columns = np.concatenate([found.xy, found.score[:, :, None]], axis=2)
        frames = [
            wire.FlowFrame(wanted.first + n, [None if np.isnan(p).any() else p.tolist() for p in columns[n]])
            for n in range(1, len(columns))
        ]
        return answer(wire.FlowOut(frames))

    return api
