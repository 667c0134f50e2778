"""Projects, ontologies, label sets, routes and history over HTTP."""

import msgspec
from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from vitruvian.actions.save_changes import save_changes
from vitruvian.actions.start_labels import start_labels
from vitruvian.errors import NotFound
from vitruvian.server import wire
from vitruvian.server.answers import answer
from vitruvian.server.openapi import RawBody, body, decoded, says
from vitruvian.server.parameters import Chosen, ChosenFrame, ChosenNames, ChosenText, Id, ShownState
from vitruvian.store import Store, changes, instances, label_sets, media, ontologies, projects, routes
from vitruvian.store.rows import LabelSetRow, RouteRow

_save_decoder = msgspec.json.Decoder(wire.SaveIn)
_label_set_decoder = msgspec.json.Decoder(wire.LabelSetIn)


def router(store: Store, author: str) -> APIRouter:
    """Return the routes that serve records; saves are `author`'s."""
    api = APIRouter(tags=["records"])

    @api.get("/projects", operation_id="projects", responses=says(wire.ProjectsOut))
    def every_project() -> Response:
        with store.read() as connection:
            rows = projects.projects(connection)
        return answer(wire.ProjectsOut([wire.ProjectRef(row.id, row.name) for row in rows]))

    @api.get("/projects/{id}", operation_id="project", responses=says(wire.ProjectOut))
    def one_project(id: Id) -> Response:
        with store.read() as connection:
            row = projects.project(connection, id)
            totals: dict[int, instances.Counts] = {}
            return answer(
                wire.ProjectOut(
                    id=row.id,
                    name=row.name,
                    ontologies=[
                        wire.OntologyRef(n, o.name, o.version) for n, o in ontologies.ontologies(connection, id)
                    ],
                    label_sets=[_label_set(connection, s, totals) for s in label_sets.label_sets(connection, id)],
                    media_count=media.count(connection, id),
                    frames=media.frames(connection, id),
                )
            )

    @api.get("/ontologies/{id}", operation_id="ontology", responses=says(wire.OntologyOut))
    def one_ontology(id: Id) -> Response:
        with store.read() as connection:
            found = ontologies.ontology(connection, id)
        return answer({**found.document(), "id": id})

    @api.post("/projects/{id}/label-sets", operation_id="start_labels", status_code=201,
              responses=says(wire.LabelSetOut, 201), openapi_extra=body(wire.LabelSetIn))  # fmt: skip
    def new_label_set(id: Id, content: RawBody) -> Response:
        wanted = decoded(content, _label_set_decoder)
        _check_ontology(store, id, wanted.ontology)
        made = start_labels(store, id, author=author, ontology=wanted.ontology, parent=wanted.parent, name=wanted.name)
        with store.read() as connection:
            return answer(_label_set(connection, label_sets.label_set(connection, made), {}), 201)

    @api.get("/label-sets/{id}/instances", operation_id="instances", responses=says(wire.InstancesOut))
    def some_instances(
        id: Id,
        media: Chosen = None,
        first: ChosenFrame = None,
        last: ChosenFrame = None,
        instance: ChosenNames = None,
    ) -> Response:
        """Return what a media or some of its frames show, or the instances of these names, deleted ones too."""
        with store.read() as connection:
            if instance is not None:
                found = list(instances.find(connection, id, instance).values())
            else:
                found = instances.instances(connection, id, media=media, first=first, last=last)
        return answer({"instances": [instance.document() for instance in found]})

    @api.patch("/label-sets/{id}/changes", operation_id="save_changes",
               responses=says(wire.SaveOut, errors=(404, 409, 422, 507)), openapi_extra=body(wire.SaveIn))  # fmt: skip
    def save(id: Id, content: RawBody) -> Response:
        wanted = wire.save_request(decoded(content, _save_decoder))
        saved = save_changes(store, id, author, wanted)
        return answer({"request": wanted.request, "instances": saved})

    @api.get("/label-sets/{id}/routes", operation_id="routes", responses=says(wire.RoutesOut))
    def some_routes(id: Id, state: ShownState = "open", media: Chosen = None) -> Response:
        with store.read() as connection:
            found = routes.routes(connection, id, state=None if state == "all" else state, media=media)
        return answer(wire.RoutesOut([_route(row) for row in found]))

    @api.get("/label-sets/{id}/history", operation_id="history", responses=says(wire.HistoryOut))
    def some_history(
        id: Id, media: Chosen = None, frame: ChosenFrame = None, instance: ChosenText = None, limit: int = 200
    ) -> Response:
        with store.read() as connection:
            label_sets.label_set(connection, id)
            found = changes.history(
                connection, id, media=media, frame=frame, instance=instance, limit=min(max(limit, 1), 1000)
            )
        shown = [
            wire.ChangeOut(c.id, c.instance, c.media, c.frame, c.author, c.at, c.revision, c.before, c.after)
            for c in found
        ]
        return answer(wire.HistoryOut(shown))

    return api


def _check_ontology(store: Store, project: int, ontology: int) -> None:
    with store.read() as connection:
        projects.project(connection, project)
        if ontologies.project_of(connection, ontology) != project:
            raise NotFound(f"There is no ontology {ontology} in this project", where=f"project {project}")


def _label_set(connection: Connection, row: LabelSetRow, totals: dict[int, instances.Counts]) -> wire.LabelSetOut:
    shown = instances.totals(connection, row.id, known=totals)
    return wire.LabelSetOut(
        id=row.id,
        kind=row.kind,
        name=row.name,
        author=row.author,
        parent=row.parent,
        ontology=row.ontology,
        counts=wire.Counts(shown.instances, shown.frames),
        open_routes=routes.open_total(connection, row.id),
        first_open=routes.first_open(connection, row.id),
    )


def _route(row: RouteRow) -> wire.RouteOut:
    reasons = [wire.ReasonOut(r["kind"], r["text"], r.get("value")) for r in row.reasons]
    state: wire.RouteState = row.state  # type: ignore[assignment]
    return wire.RouteOut(row.id, row.media, row.frame, row.instance, row.keypoint, row.priority, reasons, state)
