"""Pose priors over HTTP."""

from fastapi import APIRouter
from starlette.responses import Response

from vitruvian.actions.pose_priors import PosePriors
from vitruvian.server import wire
from vitruvian.server.answers import answer
from vitruvian.server.openapi import says
from vitruvian.server.parameters import Id
from vitruvian.store import Store


def router(store: Store) -> APIRouter:
    """Return the route that tells how poses usually look."""
    api = APIRouter(tags=["assist"])
    priors = PosePriors(store)

    @api.get("/label-sets/{id}/priors", operation_id="priors", responses=says(wire.PriorsOut))
    def label_sets_priors(id: Id) -> Response:
        return answer({"priors": {name: prior.document() for name, prior in priors.of(id).items()}})

    return api
