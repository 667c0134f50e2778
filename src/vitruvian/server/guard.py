"""What stands before every request: host, origin, session and size are checked, and security headers added."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vitruvian.errors import Forbidden
from vitruvian.server.access import LocalAccess
from vitruvian.server.address import Hosts, host_of
from vitruvian.server.answers import answer, refuse, unexpected

#: A save of 50 instances with 133 points is 0.2 MB.
MAX_BODY = 64 * 1024 * 1024

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}

_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]

#: For the person who opens a printed address a second time in another browser.
_USED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Vitruvian</title>
<style>body{{font:16px/1.5 system-ui;color-scheme:light dark;margin:4rem auto;max-width:36rem;padding:0 1rem}}</style>
<h1>{message}</h1><p>{hint}.</p></html>"""


class Guard:
    """The outermost part of the application.

    Parameters
    ----------
    app : ASGI application
    access : LocalAccess
    hosts : Hosts
        Names that the server answers under.
    max_body : int
        Bytes.
    """

    def __init__(self, app: ASGIApp, *, access: LocalAccess, hosts: Hosts, max_body: int = MAX_BODY) -> None:
        self.app = app
        self.access = access
        self.hosts = hosts
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, sending)
            return
        try:
            await self.app(scope, self._counted(receive), sending)
        except ClientDisconnect:
            return
        except Exception as error:
            # Here and not in an exception handler: Starlette's outermost one would send without these headers.
            response = unexpected(scope["method"], scope["path"], error)
            if started:
                raise
            await response(scope, receive, sending)

    def _counted(self, receive: Receive) -> Receive:
        """Count the body as it comes in: a chunked one does not say its size beforehand."""
        total = 0

        async def receiving() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self.max_body:
                raise HTTPException(413, "The request is too large")
            return message

        return receiving

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        path, method = scope["path"], scope["method"]
        is_api = path == "/api" or path.startswith("/api/")
        host = headers.get("host", "")
        if not self.hosts.allow(host):
            return refuse(400, "bad_host", "This server does not answer under that name", where=host_of(host))
        if (is_api or method not in _SAFE) and not _is_from_here(headers):
            return refuse(403, "forbidden", "Requests from other sites are refused", where=path)
        oversize = _refused_length(headers.get("content-length", "0"), self.max_body)
        if oversize is not None:
            return oversize
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if "token" in query and path == "/" and method == "GET":
            return self._enter(query["token"][0], query.get("next", ["/"])[0], headers)
        if is_api and path != "/api/v1/healthz" and not self._is_signed_in(headers):
            error = Forbidden("You are not signed in", hint="open the address that the server printed when it started")
            return answer({"error": error.document()}, 401)
        return None

    def _enter(self, token: str, to: str, headers: Headers) -> Response:
        # Only a path of this server: "//elsewhere" would leave it.
        to = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
        if not self.access.redeem(token):
            if self._is_signed_in(headers):
                return RedirectResponse(to, 303)
            error = Forbidden(
                "This address has been used already or is not this server's",
                hint="Stop the server and start it again: it prints a new address",
            )
            if "text/html" in headers.get("accept", ""):
                return HTMLResponse(_USED.format(message=error.message, hint=error.hint), 403)
            return answer({"error": error.document()}, 403)
        response = RedirectResponse(to, 303)
        response.set_cookie(
            self.access.cookie, self.access.session, httponly=True, samesite="strict", max_age=30 * 86400
        )
        return response

    def _is_signed_in(self, headers: Headers) -> bool:
        bearer = headers.get("authorization", "")
        if bearer.startswith("Bearer "):
            return self.access.knows(bearer.removeprefix("Bearer "))
        # Other servers on this machine set cookies too, of any shape; the standard parser gives up at an odd one.
        return self.access.knows(cookie_parser(headers.get("cookie", "")).get(self.access.cookie, ""))


def _refused_length(length: str, most: int) -> Response | None:
    if not (length.isascii() and length.isdigit()):
        return refuse(400, "bad_request", "The request does not say its length in bytes", where="content-length")
    if len(length) > 18 or int(length) > most:
        return refuse(413, "too_large", "The request is too large", hint="save fewer changes at once")
    return None


def _is_from_here(headers: Headers) -> bool:
    """Say whether a page of this very server, or no page at all, sent the request.

    "same-site" is not enough: every other port of localhost is that. Scripts and old browsers send neither header.
    """
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        sent = urlsplit(origin)
        ours = urlsplit(f"{sent.scheme}://{headers.get('host', '')}")
        default = _DEFAULT_PORTS.get(sent.scheme)
        if default is None:
            return False
        return (sent.hostname, sent.port or default) == (ours.hostname, ours.port or default)
    except ValueError:
        return False
