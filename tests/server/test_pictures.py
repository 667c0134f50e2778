"""Readers and thumbnails, with real clips; only opening is slowed down."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.projects import Project
from tests.server.conftest import make_clip
from vitruvian.actions.import_media import import_media
from vitruvian.server import pictures
from vitruvian.store import open_store


class Opening:
    """Counts how often each file is opened; `held` files open only once they are let go."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.held = ""
        self._open = pictures.open_frames

    def __call__(self, path: Path) -> Any:
        self.counts[path.name] = self.counts.get(path.name, 0) + 1
        if path.name == self.held:
            self.begun.set()
            assert self.let_go.wait(20)
        return self._open(path)


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> Opening:
    made = Opening()
    monkeypatch.setattr(pictures, "open_frames", made)
    return made


@pytest.fixture
def two(address: str, project: Project, tmp_path: Path) -> Any:
    """An application of the pictures alone, and the ids of two clips."""
    if "://" in address:
        pytest.skip("the database plays no part")
    with open_store(address) as store:
        (second,) = import_media(store, project.id, [make_clip(tmp_path / "second.mp4", frames=5)]).added
        app = FastAPI()
        app.include_router(pictures.router(store, pictures.Readers()))
        yield app, project.clip, second


Two = tuple[FastAPI, int, int]


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


def test_opening_a_video_holds_up_no_other(two: Two, opening: Opening) -> None:
    app, first, second = two
    opening.held = "second.mp4"

    async def scene() -> list[httpx.Response]:
        async with client(app) as http:
            slow = [asyncio.create_task(http.get(f"/media/{second}/frames/{n}.jpg")) for n in range(3)]
            assert await asyncio.to_thread(opening.begun.wait, 10)
            try:
                other = await asyncio.wait_for(http.get(f"/media/{first}/frames/0.jpg"), 10)
            finally:
                opening.let_go.set()
            return [other, *await asyncio.gather(*slow)]

    assert [answer.status_code for answer in asyncio.run(scene())] == [200] * 4
    assert opening.counts == {"second.mp4": 1, "gray.mp4": 1}


def test_a_thumbnail_is_made_once(two: Two, opening: Opening) -> None:
    app, first, _ = two

    async def scene() -> None:
        async with client(app) as http:
            many = await asyncio.gather(*(http.get(f"/media/{first}/thumbnail.jpg") for _ in range(5)))
            shown = {answer.content for answer in many}
            assert len(shown) == 1
            assert opening.counts == {"gray.mp4": 1}
            assert (await http.get(f"/media/{first}/thumbnail.jpg?size=64")).content not in shown
            assert opening.counts == {"gray.mp4": 2}

    asyncio.run(scene())
