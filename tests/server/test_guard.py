"""The guard before an application of one address, without a server between."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from vitruvian.server.access import LocalAccess
from vitruvian.server.address import Hosts
from vitruvian.server.answers import refuse
from vitruvian.server.guard import Guard

ACCESS = LocalAccess()


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def broken(request: Request) -> PlainTextResponse:
    raise RuntimeError("secret of the house")


async def http_error(request: Request, error: Any) -> Any:
    return refuse(error.status_code, "too_large", error.detail)


APP = Starlette(
    routes=[
        *(Route(p, echo, methods=["GET", "POST", "PATCH"]) for p in ("/api/x", "/x")),
        Route("/api/broken", broken),
    ],
    exception_handlers={413: http_error},
)
APP.add_middleware(Guard, access=ACCESS, hosts=Hosts(frozenset({"here", "localhost"})), max_body=1000)


def ask(method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    async def asking() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://here:80") as client:
            signed = {"Authorization": f"Bearer {ACCESS.session}"}
            return await client.request(method, path, headers=signed | (headers or {}), **more)

    return asyncio.run(asking())


@pytest.mark.parametrize("other", ["a[b]=1; ", '{"a": 1}; ', "=; ", ""])
def test_odd_cookies_of_other_servers_do_not_hide_ours(other: str) -> None:
    for session, status in ((ACCESS.session, 200), ("wrong", 401)):
        cookie = {"Cookie": f"{other}{ACCESS.cookie}={session}", "Authorization": ""}
        assert ask("GET", "/api/x", cookie).status_code == status


@pytest.mark.parametrize("site", ["same-site", "cross-site", "odd"])
def test_other_sites_and_other_ports_of_this_machine_are_refused(site: str) -> None:
    assert ask("GET", "/api/x", {"Sec-Fetch-Site": site}).status_code == 403
    assert ask("POST", "/x", {"Sec-Fetch-Site": site}).status_code == 403
    assert ask("GET", "/x", {"Sec-Fetch-Site": site}).status_code == 200  # a link to the page


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_the_page_itself_and_scripts_are_let_in(site: str | None) -> None:
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    assert ask("PATCH", "/api/x", headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost:8765", "http://localhost:8765", 200),
        ("localhost", "http://localhost", 200),
        ("localhost", "http://localhost:80", 200),
        ("LOCALHOST:8765", "http://localhost:8765", 200),
        ("localhost", "https://localhost", 200),  # behind a proxy that does TLS
        ("localhost:8765", "http://localhost:3000", 403),
        ("localhost:8765", "http://localhost", 403),
        ("localhost:8765", "http://here:8765", 403),
        ("localhost:8765", "http://localhost:8765.evil.example", 403),
        ("localhost:8765", "http://localhost:x", 403),
        ("localhost:8765", "chrome-extension://localhost:8765", 403),
        ("localhost:8765", "null", 403),
        ("localhost:8765", "", 403),
    ],
)
def test_the_origin_must_be_the_host(host: str, origin: str, status: int) -> None:
    for method in ("GET", "PATCH"):
        assert ask(method, "/api/x", {"Host": host, "Origin": origin}).status_code == status


@pytest.mark.parametrize(
    ("length", "status"),
    [("abc", 400), ("-1", 400), ("", 400), ("1e3", 400), ("²", 400), ("1001", 413), ("9" * 30, 413), ("1000", 200)],
)
def test_lengths(length: str, status: int) -> None:
    answer = ask("POST", "/api/x", {"Content-Length": length.encode()})  # type: ignore[dict-item]
    assert answer.status_code == status
    assert status == 200 or answer.json().keys() == {"error"}


@pytest.mark.parametrize(("blocks", "status"), [(10, 200), (11, 413)])
def test_a_body_without_a_length_is_counted(blocks: int, status: int) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(blocks):
            yield b"x" * 100

    answer = ask("POST", "/api/x", content=body())
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["code"] == "too_large"


def test_what_nobody_foresaw_says_nothing_of_the_house(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask("GET", "/api/broken")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    number = answer.json()["error"]["hint"].split()[-1]
    assert any(number in record.message and record.exc_info for record in caplog.records)


@pytest.mark.parametrize("path", ["/x", "/api/x", "/api/nothing"])
def test_every_answer_has_the_security_headers(path: str) -> None:
    for headers in ({}, {"Authorization": ""}, {"Host": "evil.example"}):
        shown = ask("GET", path, headers).headers
        assert shown["cross-origin-opener-policy"] == shown["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in shown["permissions-policy"]
        assert "frame-ancestors 'none'" in shown["content-security-policy"]
