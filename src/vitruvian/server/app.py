"""The application: routes, errors, access and the page."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

import vitruvian
from vitruvian.server import (
    assist_routes,
    events,
    exports,
    label_set_records,
    media_records,
    pictures,
    priors,
    proposals,
    records,
    wire,
)
from vitruvian.server.access import LocalAccess
from vitruvian.server.address import Hosts
from vitruvian.server.answers import add_error_answers, answer
from vitruvian.server.docs_page import docs_page
from vitruvian.server.guard import Guard
from vitruvian.server.openapi import describe, says
from vitruvian.store import Store, projects

STATIC = Path(__file__).parent / "static"

_NO_PAGE = """<!doctype html><title>Vitruvian</title>
<style>body{font:16px/1.5 system-ui;margin:4rem auto;max-width:36rem;padding:0 1rem}</style>
<h1>The page is not built yet</h1><p>Run <code>make web</code> in the source folder, then load this address again.
The API works without it: see <a href="/api/v1/docs">/api/v1/docs</a>.</p>"""


def create_app(
    store: Store, access: LocalAccess, *, author: str, hosts: Hosts | None = None, static: Path = STATIC
) -> FastAPI:
    """Return the application over an open store.

    Parameters
    ----------
    store : Store
    access : LocalAccess
    author : str
        Under whose name changes are saved.
    hosts : Hosts, optional
        Host names that the server answers under; those of this machine alone when left out.
    static : Path
        The built page.
    """
    app = FastAPI(
        title="Vitruvian",
        version=vitruvian.__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.events = events.Events(store)
    add_error_answers(app)
    describe(app)
    app.include_router(_about(store, author), prefix="/api/v1")
    app.include_router(records.router(store, author), prefix="/api/v1")
    app.include_router(events.router(app.state.events), prefix="/api/v1")
    app.include_router(label_set_records.router(store), prefix="/api/v1")
    app.include_router(media_records.router(store), prefix="/api/v1")
    app.include_router(assist_routes.router(store), prefix="/api/v1")
    app.include_router(exports.router(store), prefix="/api/v1")
    readers = pictures.Readers()
    app.include_router(pictures.router(store, readers), prefix="/api/v1")
    app.include_router(proposals.router(store, readers), prefix="/api/v1")
    app.include_router(priors.router(store), prefix="/api/v1")
    app.get("/api/v1/docs", include_in_schema=False)(lambda: HTMLResponse(docs_page(app.openapi())))
    page = Page(directory=static, html=True) if (static / "index.html").exists() else HTMLResponse(_NO_PAGE)
    # Not a mount: that would answer for every address of the API that is asked with a wrong method.
    app.router.default = _outside_the_api(page)
    app.add_middleware(Guard, access=access, hosts=hosts or Hosts())
    return app


def _outside_the_api(page: ASGIApp) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/api" or scope["path"].startswith("/api/"):
            raise HTTPException(404, "There is no such address; see /api/v1/docs")
        await page(scope, receive, send)

    return app


class Page(StaticFiles):
    """The built page: hashed assets are kept for ever, every address without a file is the page itself."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            full, _ = self.lookup_path(path)  # empty for whatever lies outside
            found = bool(full) and Path(full).is_file()
        except (OSError, ValueError):  # too long, or with a NUL in it
            found = False
        response = await super().get_response(path if found else "index.html", scope)
        hashed = found and path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


def _about(store: Store, author: str) -> APIRouter:
    routes = APIRouter(tags=["about"])

    @routes.get("/healthz", operation_id="health", responses=says(wire.HealthOut, errors=(503,)))
    def health() -> Response:
        with store.read() as connection:
            projects.projects(connection)
        return answer(wire.HealthOut("ok", vitruvian.__version__))

    @routes.get("/session", operation_id="session", responses=says(wire.SessionOut, errors=(401,)))
    def session() -> Response:
        return answer(wire.SessionOut(author, "local"))

    return routes
