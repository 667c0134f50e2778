"""Who may speak to a local server: whoever opened the printed address once, from this machine's own pages."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vitruvian.errors import Forbidden
from vitruvian.server.answers import answer, refuse

COOKIE = "vitruvian_session"
_KEY_BYTES = 32
#: A save of 50 instances with 133 points is 0.2 MB.
MAX_BODY = 64 * 1024 * 1024

_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class LocalAccess:
    """Sessions of a server for one person on one machine.

    The secret lies in the project's folder, so that a page stays signed in when the server starts anew.

    Parameters
    ----------
    folder : Path or None
        Where the secret lies; None keeps it in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._secret = _secret(folder)
        self._token: str | None = secrets.token_urlsafe(24)
        self.session = hmac.new(self._secret, b"session", hashlib.sha256).hexdigest()

    @property
    def token(self) -> str:
        """The token of the printed address, while it has not been used; raises Forbidden afterwards."""
        if self._token is None:
            raise Forbidden("The address has been used already", hint="start the server again for a new one")
        return self._token

    def redeem(self, token: str) -> bool:
        """Use the token; it works once."""
        if self._token is None or not hmac.compare_digest(token.encode(), self._token.encode()):
            return False
        self._token = None
        return True

    def knows(self, session: str) -> bool:
        """Whether a cookie or bearer token is this server's."""
        return hmac.compare_digest(session.encode(), self.session.encode())


class AccessMiddleware:
    """Checks host, origin, session and size before anything else, and adds the security headers."""

    def __init__(self, app: ASGIApp, *, access: LocalAccess, hosts: frozenset[str]) -> None:
        self.app = app
        self.access = access
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, _protected(send))
            return
        await self.app(scope, receive, _protected(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "").rsplit(":", 1)[0].strip("[]").lower()
        if host not in self.hosts:
            return refuse(400, "bad_host", "This server does not answer under that name", where=host)
        path = scope["path"]
        if headers.get("sec-fetch-site") == "cross-site" and (path.startswith("/api") or scope["method"] != "GET"):
            return refuse(403, "forbidden", "Requests from other sites are refused", where=path)
        if int(headers.get("content-length") or 0) > MAX_BODY:
            return refuse(413, "too_large", "The request is too large", hint="save fewer changes at once")
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if "token" in query and path == "/":
            return self._enter(query["token"][0], query.get("next", ["/"])[0], headers)
        if path.startswith("/api/") and path != "/api/v1/healthz" and not self._signed_in(headers):
            error = Forbidden("You are not signed in", hint="open the address that the server printed when it started")
            return answer({"error": error.document()}, 401)
        return None

    def _enter(self, token: str, to: str, headers: Headers) -> Response:
        # Only a path of this server: "//elsewhere" would leave it.
        to = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
        if not self.access.redeem(token):
            if self._signed_in(headers):
                return RedirectResponse(to, 303)
            error = Forbidden(
                "This address has been used already or is not this server's",
                hint="stop the server and start it again; it prints a new address",
            )
            return answer({"error": error.document()}, 403)
        response = RedirectResponse(to, 303)
        response.set_cookie(COOKIE, self.access.session, httponly=True, samesite="strict", max_age=30 * 86400)
        return response

    def _signed_in(self, headers: Headers) -> bool:
        bearer = headers.get("authorization", "")
        if bearer.startswith("Bearer "):
            return self.access.knows(bearer.removeprefix("Bearer "))
        # Other servers on this machine set cookies too, of any shape; the standard parser gives up at an odd one.
        return self.access.knows(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def _protected(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message["headers"],
                (b"content-security-policy", _POLICY.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"same-origin"),
            ]
        await send(message)

    return sending


def _secret(folder: Path | None) -> bytes:
    if folder is None:
        return secrets.token_bytes(32)
    path = folder / "session.key"
    # A key of another length was cut off by a stop or a full disk; from an empty one anybody could compute the session.
    if path.exists() and len(known := path.read_bytes()) == _KEY_BYTES:
        return known
    made = secrets.token_bytes(_KEY_BYTES)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return made
