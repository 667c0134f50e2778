"""Labels leave through the page's export dialogue, and what a format cannot hold is told first."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.server_process import ServerProcess
from tests.web.test_editor import make_project, sign_in


@pytest.fixture
def server(tmp_path: Path, page: Page) -> Iterator[ServerProcess]:
    make_project(tmp_path)
    running = ServerProcess(str(tmp_path / "project"))
    sign_in(page, running)
    yield running
    running.stop()


def test_one_label_set_leaves_as_coco_and_as_yolo(server: ServerProcess, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.base}/projects/1")
    opener = page.get_by_role("button", name="Export")
    opener.click()
    dialog = page.get_by_role("dialog", name="Export labels")
    told = dialog.get_by_role("region", name="What is left out")
    expect(told).to_contain_text("COCO", timeout=20_000)
    expect(told).to_contain_text("holds everything")
    with page.expect_download() as coco:
        dialog.get_by_role("button", name="Download", exact=True).click()
    coco.value.save_as(tmp_path / "out.json")
    assert len(json.loads((tmp_path / "out.json").read_text())["annotations"]) == 10
    expect(dialog).to_have_count(0)

    opener.click()
    dialog.get_by_role("radio", name="YOLO").check()
    expect(told).to_contain_text("leaves out")
    expect(told.get_by_role("listitem").filter(has_text="frames of videos")).to_contain_text("first: clip.mp4")
    with page.expect_download() as yolo:
        dialog.get_by_role("button", name="Download anyway").click()
    yolo.value.save_as(tmp_path / yolo.value.suggested_filename)
    with zipfile.ZipFile(tmp_path / yolo.value.suggested_filename) as archive:
        assert sum(name.endswith(".txt") and "labels/" in name for name in archive.namelist()) == 10

    # The last format is remembered, and the keyboard closes the dialogue and is back where it was.
    opener.click()
    expect(dialog.get_by_role("radio", name="YOLO")).to_be_checked()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_frames_between_keys_are_left_out_when_asked(tmp_path: Path, page: Page) -> None:
    labels, media = make_project(tmp_path)
    running = ServerProcess(str(tmp_path / "project"))
    sign_in(page, running)

    def key(frame: int) -> dict[str, object]:
        points = {str(k): [20 + frame, 20 + 10 * k, 2] for k in range(5)}
        place = {"media": media, "frame": frame, "category": "person", "track": "walker"}
        return {"instance": f"key-{frame}", "base": 0, **place, "keyed": {}, "points": points}

    body = {"request": "keys", "changes": [key(20), key(40)]}
    assert running.client.patch(f"/api/v1/label-sets/{labels}/changes", json=body).status_code == 200
    counts = {}
    for keys_only in (False, True):
        page.goto(f"{running.base}/projects/1")
        page.get_by_role("button", name="Export").click()
        dialog = page.get_by_role("dialog", name="Export labels")
        dialog.get_by_label("Labels of").select_option(str(labels))
        if keys_only:
            dialog.get_by_role("checkbox", name="Only frames with keys").check()
        told = dialog.get_by_role("region", name="What is left out")
        computed = told.get_by_role("listitem").filter(has_text="computed from its keys")
        # Five points of the nineteen frames between the two keys.
        expect(computed).to_have_count(0 if keys_only else 1, timeout=20_000)
        if not keys_only:
            expect(computed).to_contain_text("95")
        with page.expect_download() as file:
            dialog.get_by_role("button", name="Download").click()
        file.value.save_as(tmp_path / "out.json")
        counts[keys_only] = len(json.loads((tmp_path / "out.json").read_text())["annotations"])
    running.stop()
    assert counts == {False: 10 + 21, True: 10 + 2}


def test_a_server_that_is_gone_is_said_and_nothing_is_saved(server: ServerProcess, page: Page) -> None:
    page.goto(f"{server.base}/projects/1")
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export labels")
    expect(dialog.get_by_role("button", name="Download", exact=True)).to_be_enabled(timeout=20_000)
    page.route("**/export/losses**", lambda route: route.abort())
    dialog.get_by_role("radio", name="YOLO").check()
    expect(dialog).to_contain_text("The server cannot be reached")
    expect(dialog.get_by_role("button", name="Download", exact=True)).to_be_disabled()
    page.unroute("**/export/losses**")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_role("button", name="Download anyway")).to_be_enabled()
