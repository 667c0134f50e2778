"""A long clip opens with the labels near its first frame; the rest comes by and by and disturbs no work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.server_process import ServerProcess
from tests.web.numbered import numbered_project
from tests.web.test_editor import at, open_editor, sign_in

FRAMES = 240


class Gate:
    """Holds back the labels that do not come with the first frame, until it is opened."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        self.open = False
        page.route("**/instances?*", self.take)

    def take(self, route: Route) -> None:
        if self.open or "first=0&" in route.request.url:
            route.continue_()
        else:
            self.waiting.append(route)

    def let_through(self) -> None:
        self.open = True
        for route in self.waiting:
            route.continue_()


@pytest.fixture
def clip(tmp_path: Path, page: Page) -> Iterator[tuple[ServerProcess, Gate, int]]:
    labels, media = numbered_project(tmp_path, FRAMES)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    gate = Gate(page)
    open_editor(page, f"{server.base}/label-sets/{labels}/media/{media}")
    yield server, gate, labels
    server.stop()


def labels_of(server: ServerProcess, labels: int) -> dict[str, dict[str, Any]]:
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances").json()["instances"]
    return {instance["id"]: instance for instance in found}


def test_work_begins_before_all_labels_are_here(clip: tuple[ServerProcess, Gate, int], page: Page) -> None:
    server, gate, labels = clip
    arriving = page.get_by_test_id("labels-arriving")
    expect(arriving).to_be_visible()
    assert page.evaluate("vitruvian.editor.store.at(vitruvian.editor.media.value.id, 200).length") == 0
    # Frames with labels are known, and stepped to, before the labels are here.
    assert page.evaluate("vitruvian.editor.arrival.labelledFrames.value.length") == FRAMES

    # A point is moved and saved, and another one is in hand while the rest comes.
    page.mouse.move(*at(page, 20, 72))
    page.mouse.down()
    page.mouse.move(*at(page, 30, 60), steps=3)
    page.mouse.up()
    page.mouse.move(*at(page, 30, 60))
    page.mouse.down()
    page.mouse.move(*at(page, 40, 50), steps=3)
    gate.let_through()
    expect(arriving).to_be_hidden(timeout=20_000)
    page.mouse.move(*at(page, 44, 46), steps=3)
    page.mouse.up()
    assert page.evaluate("vitruvian.editor.store.labelledFrames(vitruvian.editor.media.value.id).length") == FRAMES

    page.keyboard.press("Escape")
    page.keyboard.press("End")
    expect(page.get_by_test_id("frame")).to_have_text(str(FRAMES - 1))
    shown = page.evaluate("() => vitruvian.editor.store.at(vitruvian.editor.media.value.id, 239)[0].points[0]")
    assert shown == pytest.approx(20 + 2 * 239)
    deadline = time.monotonic() + 10
    while (saved := labels_of(server, labels)["n0"]["points"])[0] < 43:
        assert time.monotonic() < deadline, saved
        time.sleep(0.1)
    assert saved[:2] == pytest.approx([44, 46], abs=1)

    # Both moves are taken back, one by one.
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert page.evaluate("vitruvian.editor.store.get('n0').points[0]") == 20


def test_a_frame_whose_labels_are_not_here_says_so(clip: tuple[ServerProcess, Gate, int], page: Page) -> None:
    _, gate, _ = clip
    page.keyboard.press("End")
    loading = page.get_by_text(f"Loading the labels of frame {FRAMES - 1} …")
    expect(loading).to_be_visible(timeout=20_000)
    page.keyboard.press("n")
    page.mouse.click(*at(page, 100, 60))
    assert page.evaluate("vitruvian.editor.history.canUndo.value") is None
    page.keyboard.press("Escape")
    gate.let_through()
    expect(loading).to_be_hidden(timeout=20_000)
    assert page.evaluate("vitruvian.editor.instances.value.map(({ id }) => id)") == [f"n{FRAMES - 1}"]
