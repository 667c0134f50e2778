"""One label set and its settings over HTTP."""

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from vitruvian.actions.interpolation import interpolation, set_interpolation
from vitruvian.server import wire
from vitruvian.server.answers import answer
from vitruvian.server.openapi import RawBody, body, decoded, says
from vitruvian.server.parameters import Id
from vitruvian.server.watch import settled
from vitruvian.store import Store, label_sets, ontologies

_patch_decoder = msgspec.json.Decoder(wire.LabelSetPatch)


def router(store: Store) -> APIRouter:
    """Return the routes of one label set."""
    api = APIRouter(tags=["records"])

    @api.get("/label-sets/{id}", operation_id="label_set", responses=says(wire.OpenedLabelSetOut))
    def one_label_set(id: Id) -> Response:
        mark = settled(store)
        with store.read() as connection:
            row = label_sets.label_set(connection, id)
            spoken = ontologies.ontology(connection, row.ontology)
            kind = interpolation(connection, id)
        return answer(
            {
                "id": id,
                "project": row.project,
                "kind": row.kind,
                "name": row.name,
                "author": row.author,
                "parent": row.parent,
                "interpolation": kind,
                "ontology": {**spoken.document(), "id": row.ontology},
                "mark": str(mark),
            }
        )

    @api.patch("/label-sets/{id}", operation_id="set_label_set", openapi_extra=body(wire.LabelSetPatch),
               responses=says(wire.OpenedLabelSetOut, errors=(404, 422)))  # fmt: skip
    def changed_label_set(id: Id, content: RawBody) -> Response:
        set_interpolation(store, id, decoded(content, _patch_decoder).interpolation)
        return one_label_set(id)

    return api
