"""Answers in JSON, and the one shape of every error."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vitruvian.errors import VitruvianError

log = logging.getLogger("vitruvian.server")
_encoder = msgspec.json.Encoder()
_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


def answer(content: Any, status: int = 200) -> Response:
    """Return `content` (structs, dicts, lists) as JSON."""
    return Response(_encoder.encode(content), status, media_type="application/json")


def refuse(status: int, code: str, message: str, *, where: str = "", hint: str = "") -> Response:
    """Return an error that is no VitruvianError, in the same shape."""
    return answer({"error": {"code": code, "message": message, "where": where, "hint": hint}}, status)


def unexpected(method: str, path: str, error: Exception) -> Response:
    """Log an error that nobody foresaw, and return what the client may know of it."""
    number = uuid.uuid4().hex[:8]
    log.error("error %s at %s %s", number, method, path, exc_info=error)
    hint = f"the server's log has it under {number}"
    return refuse(500, "internal", "Something went wrong in the server", where=path, hint=hint)


def add_error_answers(app: FastAPI) -> None:
    """Make every error of `app` come out in the one shape."""

    @app.exception_handler(VitruvianError)
    def ours(_: Request, error: VitruvianError) -> Response:
        return answer({"error": error.document()}, error.status)

    @app.exception_handler(Exception)
    def anything(request: Request, error: Exception) -> Response:
        return unexpected(request.method, request.url.path, error)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return refuse(422, "invalid_input", str(first["msg"]), where=where, hint="see /api/v1/docs")

    @app.exception_handler(msgspec.DecodeError)
    def undecodable(request: Request, error: msgspec.DecodeError) -> Response:
        message, _, where = str(error).partition(" - at ")
        place = where.strip("`") or request.url.path
        return refuse(422, "invalid_input", message, where=place, hint="see /api/v1/docs")

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, "http")
        response = refuse(error.status_code, code, str(error.detail), where=request.url.path)
        response.headers.update(error.headers or {})
        return response
