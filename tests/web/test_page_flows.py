"""Ways through the page that cross its parts: files, addresses, window titles, the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.projects import ONTOLOGY
from tests.server_process import ServerProcess
from tests.web.test_editor import at, make_project, on_server, open_editor, saved, sign_in
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.store import ontologies, open_store, projects


@pytest.fixture
def clip(tmp_path: Path, page: Page) -> Iterator[tuple[ServerProcess, str, int]]:
    labels, media = make_project(tmp_path)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server, f"/label-sets/{labels}/media/{media}", labels
    server.stop()


@pytest.fixture
def photos(tmp_path: Path, page: Page) -> Iterator[tuple[ServerProcess, str, int]]:
    """Three photos without labels."""
    files = [tmp_path / f"photo{n}.png" for n in range(3)]
    for n, file in enumerate(files):
        Image.fromarray(np.full((120, 160, 3), 60 * n, np.uint8)).save(file)
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "photos"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, ONTOLOGY))
        media = import_media(store, project, files).added
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=None)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server, f"/label-sets/{labels}/media/{media[0]}", labels
    server.stop()


def test_a_label_set_opens_with_labels_and_picture_asked_for_at_once(
    photos: tuple[ServerProcess, str, int], page: Page
) -> None:
    server, address, labels = photos
    asked: list[str] = []
    held: dict[str, Route] = {}
    page.on("request", lambda request: asked.append(request.url.removeprefix(server.base)))
    page.route("**/instances?*", lambda route: held.update(labels=route))
    page.route("**/frames/0.jpg", lambda route: held.update(picture=route))
    with page.expect_request("**/frames/0.jpg"), page.expect_request("**/instances?*"):  # neither waits for the other
        page.goto(server.base + address)
    for _ in range(100):
        if len(held) < 2:
            page.wait_for_timeout(20)
    held["labels"].continue_()
    page.wait_for_function("() => globalThis.vitruvian?.editor.media.value")
    of_the_api = [address for address in asked if address.startswith("/api/")]
    assert len(of_the_api) == len(set(of_the_api)) == 5, of_the_api
    assert f"/api/v1/label-sets/{labels}" in of_the_api
    with page.expect_request("**/events?*"):  # what others do is asked for once the picture stands
        held["picture"].continue_()
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true")


def test_photos_are_leafed_through_by_key(photos: tuple[ServerProcess, str, int], page: Page) -> None:
    server, address, _ = photos
    open_editor(page, server.base + address)
    expect(page).to_have_title("photo0.png · Vitruvian")
    expect(page.get_by_role("button", name="Next image or video")).to_be_enabled()
    expect(page.get_by_role("button", name="Previous image or video")).to_be_disabled()
    for name in ("photo1.png", "photo2.png"):
        page.keyboard.press("f")
        expect(page).to_have_title(f"{name} · Vitruvian")
        expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true")
        expect(page.get_by_role("button", name="Previous image or video")).to_be_enabled()
    page.keyboard.press("f")
    expect(page.get_by_role("status").filter(has_text="last one")).to_be_visible()
    page.go_back()
    expect(page).to_have_title("photo1.png · Vitruvian")


def test_the_list_of_keypoints_leads_the_placement(photos: tuple[ServerProcess, str, int], page: Page) -> None:
    server, address, labels = photos
    open_editor(page, server.base + address)
    page.keyboard.press("n")
    names = page.get_by_label("Instances").locator(".point")
    expect(names).to_have_count(5)
    expect(names.nth(0)).to_contain_text("click next")
    names.nth(3).click()
    page.mouse.click(*at(page, 80, 60))
    page.keyboard.press("Enter")
    saved(page)
    (instance,) = server.client.get(f"/api/v1/label-sets/{labels}/instances").json()["instances"]
    assert on_server(photos, instance["id"])["points"][2::3] == [0, 0, 0, 2, 0]


def test_a_reload_comes_back_to_the_frame_and_to_the_doubtful_point(
    clip: tuple[ServerProcess, str, int], page: Page
) -> None:
    server, address, _ = clip
    open_editor(page, server.base + address)
    page.keyboard.press("End")
    expect(page.get_by_test_id("frame")).to_have_text("59")
    page.reload()
    expect(page.get_by_test_id("frame")).to_have_text("59", timeout=20_000)
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("frame")).to_have_text("5")
    page.wait_for_url("**frame=5**")
    page.reload()
    expect(page.get_by_test_id("route-card")).to_contain_text("2 of 2", timeout=20_000)
    expect(page.get_by_test_id("frame")).to_have_text("5")


def test_looking_at_a_neighbouring_frame_and_back_while_in_doubt(
    clip: tuple[ServerProcess, str, int], page: Page
) -> None:
    server, address, _ = clip
    open_editor(page, server.base + address)
    page.keyboard.press("Tab")
    page.keyboard.press("d")
    expect(page.get_by_test_id("frame")).to_have_text("1")
    page.get_by_role("button", name="Back to frame 2").click()
    expect(page.get_by_test_id("frame")).to_have_text("2")
    expect(page.get_by_role("button", name="It is right")).to_be_visible()


def test_the_keyboard_reaches_every_part_and_the_timeline(clip: tuple[ServerProcess, str, int], page: Page) -> None:
    server, address, _ = clip
    open_editor(page, server.base + address)
    page.keyboard.press("Shift+F6")
    timeline = page.get_by_role("slider")
    expect(timeline).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(timeline).to_have_attribute("aria-valuenow", "1")
    page.keyboard.press("F6")
    expect(page.get_by_role("link", name="Back to the project")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next doubtful point")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Back to the project")).to_be_focused()


def test_a_click_in_the_list_leaves_the_keys_with_the_picture(clip: tuple[ServerProcess, str, int], page: Page) -> None:
    server, address, _ = clip
    open_editor(page, server.base + address + "?frame=3")
    panel = page.get_by_label("Instances")
    panel.get_by_role("button", name="person").click()
    panel.locator(".point").nth(2).click()
    page.keyboard.press("ArrowRight")
    saved(page)
    assert on_server(clip, "p3")["points"][6:9] == [131, 60, 2]
    page.get_by_role("slider").click(position={"x": 5, "y": 10})
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("route-card")).to_be_visible()
