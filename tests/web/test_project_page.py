"""A project of many media: found, scrolled and opened, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import Connection

from tests.projects import ONTOLOGY, predicted
from tests.server_process import ServerProcess
from tests.web.test_editor import sign_in
from vitruvian.store import instances, label_sets, media, ontologies, open_store, projects, routes
from vitruvian.store.rows import MediaRow, RouteRow

COUNT = 3_000


@pytest.fixture
def many(tmp_path: Path, page: Page) -> Iterator[ServerProcess]:
    picture = tmp_path / "picture.png"
    Image.fromarray(np.full((120, 160, 3), 90, np.uint8)).save(picture)

    def fill(connection: Connection) -> None:
        project = projects.create_project(connection, "many")
        ontology = ontologies.add_ontology(connection, project, ONTOLOGY)
        mine = label_sets.create_label_set(
            connection, project, kind="person", name="me", author="me", ontology=ontology
        )
        for n in range(COUNT):
            row = MediaRow(0, "image", str(picture), f"photo{n:05}.png", f"{n:064}", 160, 120)
            media.add_media(connection, project, row)
        labelled = [replace(predicted(at, 0), id=f"of {at}") for at in (8, 1501)]
        instances.insert_instances(connection, mine, labelled)
        routes.add_routes(connection, [RouteRow(0, mine, 1501, 0, "of 1501", 1, 0.5, [])])

    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        store.write(fill)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server
    server.stop()


def test_only_what_is_near_is_in_the_page_and_the_end_is_reached(many: ServerProcess, page: Page) -> None:
    page.goto(many.base + "/projects/1")
    grid = page.get_by_test_id("media-grid")
    expect(grid.get_by_role("button", name="photo00000.png")).to_be_visible()
    assert grid.locator("[data-position]").count() < 80
    grid.evaluate("(grid) => { grid.scrollTop = grid.scrollHeight; }")
    expect(grid.get_by_role("button", name=f"photo{COUNT - 1:05}.png")).to_be_visible()
    assert grid.locator("[data-position]").count() < 80
    expect(grid.get_by_role("group", name=f"{COUNT} of {COUNT}")).to_be_visible()
    # The keyboard gets there too, although nothing of the way was fetched.
    grid.get_by_role("button", name=f"photo{COUNT - 1:05}.png").focus()
    page.keyboard.press("Home")
    expect(grid.get_by_role("button", name="photo00000.png")).to_be_focused()
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(grid.locator("[data-position]:focus-within button")).to_be_focused()
    page.keyboard.press("End")
    expect(grid.get_by_role("button", name=f"photo{COUNT - 1:05}.png")).to_be_focused()


def test_media_are_found_by_name_and_opened_by_keyboard(many: ServerProcess, page: Page) -> None:
    page.goto(many.base + "/projects/1")
    page.get_by_role("searchbox", name="Find media by name").fill("0123")
    expect(page.get_by_test_id("found")).to_have_text("11 found")
    first = page.get_by_role("button", name="photo00123.png")
    first.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="photo01239.png")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="photo01238.png")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("photo01238.png · Vitruvian")
    page.go_back()
    expect(page.get_by_test_id("found")).to_have_text("11 found")
    page.get_by_role("searchbox", name="Find media by name").fill("nothing like it")
    expect(page.get_by_role("status").filter(has_text="No media has")).to_be_visible()


def test_media_are_shown_by_how_far_their_labels_are(many: ServerProcess, page: Page) -> None:
    page.goto(many.base + "/projects/1")
    show, found = page.get_by_role("combobox", name="Show which media"), page.get_by_test_id("found")
    show.select_option("With labels")
    expect(found).to_have_text("2 found")
    expect(page.get_by_role("button", name="photo00007.png")).to_be_visible()
    show.select_option("Without labels")
    expect(found).to_have_text(f"{COUNT - 2} found")
    expect(page.get_by_role("group", name=f"8 of {COUNT - 2}", exact=True)).to_contain_text("photo00008.png")
    show.select_option("With doubtful points")
    expect(found).to_have_text("1 found")
    expect(page.get_by_test_id("media-grid").get_by_role("button")).to_contain_text("1 to review")
    page.get_by_role("searchbox", name="Find media by name").fill("00007")
    expect(page.get_by_role("status").filter(has_text="No doubtful points wait that")).to_be_visible()


def test_whoever_comes_back_finds_the_list_where_it_was(many: ServerProcess, page: Page) -> None:
    page.goto(many.base + "/projects/1")
    page.get_by_role("combobox", name="Show which media").select_option("Without labels")
    expect(page.get_by_test_id("found")).to_have_text(f"{COUNT - 2} found")
    grid = page.get_by_test_id("media-grid")
    grid.evaluate("(grid) => { grid.scrollTop = grid.scrollHeight / 2; }")
    page.wait_for_url("**at=1500")
    top = grid.evaluate("(grid) => grid.scrollTop")
    grid.get_by_role("button", name="photo01503.png").click()
    expect(page).to_have_title("photo01503.png · Vitruvian")
    page.go_back()
    expect(grid.get_by_role("button", name="photo01503.png")).to_be_in_viewport()
    assert abs(grid.evaluate("(grid) => grid.scrollTop") - top) < 400
