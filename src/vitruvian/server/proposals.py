"""A model's proposal for a box that a person drew, over HTTP."""

from __future__ import annotations

import os
from math import isnan

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from vitruvian.actions.propose import Proposer
from vitruvian.errors import NotFound
from vitruvian.labels import Skeleton
from vitruvian.server import wire
from vitruvian.server.answers import answer
from vitruvian.server.openapi import RawBody, body, decoded, says
from vitruvian.server.parameters import Frame, Id
from vitruvian.server.pictures import Readers
from vitruvian.store import Store, media, ontologies
from vitruvian.store.rows import MediaRow

_wanted = msgspec.json.Decoder(wire.ProposeIn)
_announced = msgspec.json.Decoder(wire.ProposeReadyIn)


def router(store: Store, readers: Readers) -> APIRouter:
    """Return the routes that propose; the frame a person looks at is mostly still there from showing it."""
    api = APIRouter(tags=["assist"])
    # A person waits for the one box: there, a second thread pays.
    proposer = Proposer(threads=min(2, os.cpu_count() or 1))

    def place(id: int, frame: int, category: str, ontology: int) -> tuple[MediaRow, Skeleton | None]:
        with store.read() as connection:
            row = media.media(connection, id)
            skeleton = ontologies.ontology(connection, ontology).category(category).skeleton
        if frame >= row.frames:
            raise NotFound(f"{row.name} has frames 0 to {row.frames - 1}, not {frame}", where=f"media {id}")
        return row, skeleton

    @api.post("/media/{id}/frames/{frame}/propose/ready", operation_id="propose_ready", responses=says(
              wire.ProposeReadyOut, errors=(404, 422)), openapi_extra=body(wire.ProposeReadyIn))  # fmt: skip
    def ready(id: Id, frame: Frame, content: RawBody) -> Response:
        wanted = decoded(content, _announced)
        row, skeleton = place(id, frame, wanted.category, wanted.ontology)
        mapped = proposer.ready(wanted.category, skeleton)
        readers.frame(row, frame)
        return answer(wire.ProposeReadyOut(len(mapped.pairs), list(mapped.empty)))

    @api.post("/media/{id}/frames/{frame}/propose", operation_id="propose",
              responses=says(wire.ProposalOut, errors=(404, 422)), openapi_extra=body(wire.ProposeIn))  # fmt: skip
    def propose(id: Id, frame: Frame, content: RawBody) -> Response:
        wanted = decoded(content, _wanted)
        row, skeleton = place(id, frame, wanted.category, wanted.ontology)
        made = proposer.propose(readers.frame(row, frame), wanted.box, wanted.category, skeleton)
        points = [
            value
            for (x, y), visibility in zip(made.xy.tolist(), made.visibility.tolist(), strict=True)
            for value in (x, y, visibility)
        ]
        scores = [None if isnan(score) else score for score in made.score.tolist()]
        return answer(wire.ProposalOut(points, scores))

    return api
