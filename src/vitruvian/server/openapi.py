"""The wire's types in the OpenAPI document, from which the page's TypeScript types are made."""

from __future__ import annotations

import inspect
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.openapi.utils import get_openapi
from msgspec import Struct

from vitruvian.errors import InvalidInput
from vitruvian.server import wire

T = TypeVar("T")
_REF = "#/components/schemas/{name}"


async def _raw(request: Request) -> bytes:
    content = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    # Pages of other sites may send the other kinds without asking first.
    if content and kind != "application/json":
        raise HTTPException(415, f"Send the body as application/json, not as {kind or 'nothing in particular'}")
    return content


#: The body as bytes, read before the handler runs on a thread of its own.
RawBody = Annotated[bytes, Depends(_raw)]


def decoded(content: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return a body as its type.

    Raises
    ------
    msgspec.DecodeError
        Not JSON, or not what the type says (which is a ValidationError).
    InvalidInput
        Not UTF-8, or nested too deeply.
    """
    try:
        return decoder.decode(content)
    except msgspec.DecodeError:
        raise
    except UnicodeError as error:
        raise InvalidInput("The body is not UTF-8", where=f"byte {getattr(error, 'start', 0)}") from error
    except RecursionError as error:
        raise InvalidInput("The body is nested too deeply", hint="see /api/v1/docs") from error


def says(kind: type[Struct], status: int = 200, *, errors: tuple[int, ...] = (404,)) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that answers with `kind`."""
    found: dict[int | str, dict[str, Any]] = {status: {"description": "Done", "content": _content(kind)}}
    return found | {code: {"description": "Refused", "content": _content(wire.ErrorOut)} for code in errors}


def stream_of(kind: type[Struct]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that sends events whose data are `kind`."""
    content = {"text/event-stream": {"schema": {"$ref": _REF.format(name=kind.__name__)}}}
    return {200: {"description": "Events, as long as the page listens", "content": content}}


def body(kind: type[Struct]) -> dict[str, Any]:
    """Return the `openapi_extra` of a route that takes `kind`."""
    return {"requestBody": {"required": True, "content": _content(kind)}}


def describe(app: FastAPI) -> None:
    """Make `app` describe the wire's types in its OpenAPI document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title="Vitruvian", version=app.version, routes=app.routes)
            kinds = [
                k for _, k in inspect.getmembers(wire, inspect.isclass) if issubclass(k, Struct) and k is not Struct
            ]
            _, schemas = msgspec.json.schema_components(kinds, ref_template=_REF)
            made.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _content(kind: type[Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=kind.__name__)}}}
