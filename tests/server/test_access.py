import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from vitruvian.server.access import COOKIE, AccessMiddleware, LocalAccess


@pytest.mark.parametrize("left", [b"", b"half of a key"])
def test_a_key_that_was_cut_off_is_made_anew(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "session.key").write_bytes(left)
    first, second = LocalAccess(tmp_path), LocalAccess(tmp_path)
    assert len((tmp_path / "session.key").read_bytes()) == 32
    assert (tmp_path / "session.key").stat().st_mode & 0o077 == 0
    assert first.session == second.session
    assert first.session != LocalAccess(None).session


@pytest.mark.parametrize("other", ["a[b]=1; ", '{"a": 1}; ', "=; ", ""])
def test_odd_cookies_of_other_servers_do_not_hide_ours(other: str) -> None:
    access = LocalAccess()
    inner = Starlette(routes=[Route("/api/x", lambda _: PlainTextResponse("in"))])
    transport = httpx.ASGITransport(AccessMiddleware(inner, access=access, hosts=frozenset({"here"})))

    async def status(session: str) -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return (await client.get("/api/x", headers={"Cookie": f"{other}{COOKIE}={session}"})).status_code

    assert asyncio.run(status(access.session)) == 200
    assert asyncio.run(status("wrong")) == 401


def test_a_token_that_is_not_ascii_is_only_wrong() -> None:
    access = LocalAccess()
    assert not access.redeem("é")
    assert access.redeem(access.token)
    assert not access.knows("é")
