"""The command palette: everything a person can do, by name."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.test_editor import Desk, desk, on_server, open_editor, saved

__all__ = ["desk"]


def test_a_command_is_found_by_its_name_and_done_by_enter(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    before = on_server(desk, "p0")["points"]
    page.keyboard.press("w")
    page.keyboard.press("Control+k")
    palette = page.get_by_test_id("palette")
    field = palette.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("swap left")
    first = palette.get_by_role("option").first
    expect(first).to_contain_text("Swap left and right")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    saved(page)
    after = on_server(desk, "p0")["points"]
    assert after[3:6] == before[6:9] != before[3:6]
    page.keyboard.press("Control+z")  # the keyboard is the picture's again
    saved(page)
    assert on_server(desk, "p0")["points"] == before
    page.keyboard.press("Control+k")
    expect(palette.get_by_role("option").first).to_contain_text("Swap left and right")  # used last
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)


def test_a_frame_is_gone_to_and_what_is_not_possible_is_told(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.keyboard.press("Control+k")
    page.keyboard.type("42")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("frame")).to_have_text("42")
    page.keyboard.press("Control+k")
    page.keyboard.type("delete the instance")
    palette = page.get_by_test_id("palette")
    expect(palette.get_by_role("option").first).to_contain_text("not possible now")
    page.keyboard.press("Enter")
    expect(palette).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("zzz")
    expect(palette.get_by_text("Nothing is called that")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys and mouse")).to_be_visible()
