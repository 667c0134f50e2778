"""The application: routes, errors, access and the page."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import vitruvian
from vitruvian.server import pictures, records, wire
from vitruvian.server.access import AccessMiddleware, LocalAccess
from vitruvian.server.answers import add_error_answers, answer
from vitruvian.server.openapi import describe, says
from vitruvian.store import Store, projects

STATIC = Path(__file__).parent / "static"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_NO_PAGE = """<!doctype html><title>Vitruvian</title>
<style>body{font:16px/1.5 system-ui;margin:4rem auto;max-width:36rem;padding:0 1rem}</style>
<h1>The page is not built yet</h1><p>Run <code>make web</code> in the source folder, then load this address again.
The API works without it: see <a href="/api/v1/docs">/api/v1/docs</a>.</p>"""


def create_app(
    store: Store, access: LocalAccess, *, author: str, hosts: frozenset[str] = LOOPBACK, static: Path = STATIC
) -> FastAPI:
    """Return the application over an open store.

    Parameters
    ----------
    store : Store
    access : LocalAccess
    author : str
        Under whose name changes are saved.
    hosts : frozenset of str
        Host names that the server answers under.
    static : Path
        The built page.
    """
    app = FastAPI(
        title="Vitruvian",
        version=vitruvian.__version__,
        docs_url="/api/v1/docs",
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    add_error_answers(app)
    describe(app)
    app.include_router(_about(store, author), prefix="/api/v1")
    app.include_router(records.router(store, author), prefix="/api/v1")
    app.include_router(pictures.router(store), prefix="/api/v1")
    if (static / "index.html").exists():
        app.mount("/", Page(directory=static, html=True))
    else:
        app.get("/", include_in_schema=False)(lambda: HTMLResponse(_NO_PAGE))
    app.add_middleware(AccessMiddleware, access=access, hosts=hosts)
    return app


class Page(StaticFiles):
    """The built page: hashed assets are kept for ever, every address without a file is the page itself."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.startswith("api/"):
            return await super().get_response(path, scope)
        found = (Path(str(self.directory)) / path).is_file()
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
