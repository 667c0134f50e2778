"""A template dropped into a drawn box, with the prior that the server fitted on the label set's own people."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.web.test_editor import Desk, at, desk, drag, open_editor, saved

__all__ = ["desk"]

MADE = """(() => {
    const { editor } = vitruvian;
    const made = editor.selected.value ?? editor.store.at(1, 20)[0];
    return made && {
        id: made.id, box: made.box, points: [...made.points], keyed: [...made.keyed],
        loose: [...editor.templates.loose(made)],
    };
})()"""


def drop(page: Page, address: str) -> dict[str, Any]:
    open_editor(page, address + "?frame=20")
    page.wait_for_function("() => vitruvian.editor.priors.value.has('person')")
    page.get_by_test_id("stage").focus()
    page.keyboard.press("t")
    button = page.get_by_role("button", name="A template in a box; its points follow those you set (T)")
    expect(button).to_have_attribute("aria-pressed", "true")
    drag(page, at(page, 60, 20), at(page, 130, 110))
    page.wait_for_function("() => vitruvian.editor.selected.value !== null")
    return made(page)


def made(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(MADE)
    return found


def pull(page: Page, keypoint: int, dx: float, dy: float) -> None:
    x, y = made(page)["points"][3 * keypoint : 3 * keypoint + 2]
    drag(page, at(page, x, y), at(page, x + dx, y + dy))


def on_server(desk: Desk) -> list[float]:
    server, _, labels = desk
    (row,) = server.client.get(f"/api/v1/label-sets/{labels}/instances?first=20&last=20").json()["instances"]
    points: list[float] = row["points"]
    return points


def test_the_rest_follows_what_is_set_and_one_undo_takes_both_back(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    template = drop(page, server.base + address)
    assert template["points"][2::3] == [2] * 5
    assert template["loose"] == [0, 1, 2, 3, 4]
    assert template["keyed"] == [1] * 5
    hint = page.locator("p.hint")
    expect(hint).to_contain_text("Template, 0 of 5 set")
    saved(page)
    assert on_server(desk) == template["points"]
    pull(page, 0, 12, 4)
    first = made(page)
    assert first["loose"] == [1, 2, 3, 4]
    assert abs(first["points"][0] - template["points"][0] - 12) < 1
    assert any(abs(first["points"][3 * k] - template["points"][3 * k]) > 0.2 for k in (1, 2, 3, 4))
    pull(page, 3, -8, 0)
    second = made(page)
    assert second["loose"] == [1, 2, 4]
    assert second["points"][:3] == first["points"][:3]
    saved(page)
    assert on_server(desk) == second["points"]
    page.keyboard.press("Control+z")
    assert made(page) == first
    page.keyboard.press("Control+z")
    assert made(page) == template
    saved(page)
    assert on_server(desk) == template["points"]
    page.keyboard.press("Control+Shift+z")
    assert made(page) == first


def test_a_click_and_a_visibility_set_a_point_and_enter_sets_the_rest(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    template = drop(page, server.base + address)
    page.mouse.click(*at(page, *template["points"][6:8]))
    expect(page.locator("p.hint")).to_contain_text("Template, 1 of 5 set")
    page.mouse.click(*at(page, *made(page)["points"][3:5]))
    page.keyboard.press("1")
    assert made(page)["loose"] == [0, 3, 4]
    page.keyboard.press("Enter")
    assert made(page)["loose"] == []
    expect(page.locator("p.hint")).not_to_contain_text("Template")
    before = made(page)["points"]
    pull(page, 0, 12, 4)
    after = made(page)["points"]
    assert [k for k in range(5) if after[3 * k : 3 * k + 3] != before[3 * k : 3 * k + 3]] == [0]
    saved(page)
    assert on_server(desk) == after
    assert after[2::3] == [2, 1, 2, 2, 2]
