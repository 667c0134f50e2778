"""Keys of one's own: changed in the list of all keys, told everywhere, kept over a reload, brought along in a file."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.test_editor import Desk, desk, open_editor

__all__ = ["desk"]


def test_a_key_is_changed_told_and_kept(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.keyboard.press("?")
    page.get_by_role("button", name="Change keys").click()
    page.get_by_role("button", name="New instance: take N away").click()
    page.get_by_role("button", name="New instance: another key").click()
    expect(page.get_by_text("Press the new key for “New instance”")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_text("X is also “Swap left and right”")).to_be_visible()
    page.get_by_role("button", name="Only here").click()
    expect(page.get_by_role("button", name="Swap left and right: take X away")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="New X", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true")
    page.keyboard.press("w")
    page.keyboard.press("x")
    page.wait_for_function("() => vitruvian.editor.placing.value !== null")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("button", name="Change keys").click()
    page.get_by_role("button", name="All as they were").click()
    expect(page.get_by_role("button", name="New instance: take N away")).to_be_visible()


def test_escape_leaves_a_key_as_it_was_and_the_list_open(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.keyboard.press("?")
    page.get_by_role("button", name="Change keys").click()
    page.get_by_role("button", name="Undo: another key").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Undo: as it was")).to_have_count(0)
    expect(page.get_by_role("heading", name="Keys and mouse")).to_be_visible()


def test_keys_are_brought_along_in_a_file(desk: Desk, page: Page, tmp_path: Path) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.keyboard.press("?")
    page.get_by_role("button", name="Change keys").click()
    page.get_by_role("button", name="As in CVAT").click()
    expect(page.get_by_role("button", name="Presence ends here: take O away")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save to a file").click()
    path = tmp_path / "keys.json"
    saved.value.save_as(path)
    assert json.loads(path.read_text())["keys"]["track.end"] == ["O"]
    page.get_by_role("button", name="All as they were").click()
    expect(page.get_by_role("button", name="Presence ends here: take O away")).to_have_count(0)
    page.get_by_label("File of keys").set_input_files(path)
    expect(page.get_by_role("button", name="Presence ends here: take O away")).to_be_visible()
    path.write_text("{}")
    page.get_by_label("File of keys").set_input_files(path)
    expect(page.get_by_text("There are no keys in this file")).to_be_visible()
