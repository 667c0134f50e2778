"""Every control has a name that a screen reader can say, and nothing moves for people who asked for that."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.web.test_editor import Desk, at, desk, open_editor, sign_in

__all__ = ["desk"]

CONTROLS = {
    "button", "link", "textbox", "searchbox", "slider", "spinbutton", "combobox", "listbox", "checkbox", "radio",
    "switch", "tab", "menuitem", "progressbar", "meter", "dialog", "application", "img", "image",
}  # fmt: skip
MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    const lasts = (text) => text.split(",").some((part) => parseFloat(part) > 0);
    return lasts(style.transitionDuration) || (style.animationName !== "none" && lasts(style.animationDuration));
}).map((element) => element.outerHTML.slice(0, 120))"""


def controls(page: Page) -> list[tuple[str, str]]:
    """Role and name of everything that a screen reader offers to work with."""
    session = page.context.new_cdp_session(page)
    nodes: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    said = [node for node in nodes if not node.get("ignored")]
    pairs = [(str(node["role"]["value"]), str(node.get("name", {}).get("value", "")).strip()) for node in said]
    return [(role, name) for role, name in pairs if role in CONTROLS]


def nameless(page: Page) -> list[tuple[str, str]]:
    return [pair for pair in controls(page) if not pair[1]]


def test_every_control_of_the_editor_has_a_name(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.mouse.click(*at(page, 96, 20))
    found = controls(page)
    roles = {role for role, _ in found}
    assert len(found) > 25
    assert {"button", "slider", "combobox", "application", "progressbar"} <= roles
    assert nameless(page) == []
    # What opens over it, and what comes with a tool.
    page.get_by_role("button", name="Picture", exact=True).click()
    assert nameless(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert nameless(page) == []
    page.keyboard.press("Escape")
    for key in ("k", "o", "j", "y"):
        page.keyboard.press(key)
        assert nameless(page) == [], key


def test_every_control_of_the_project_page_has_a_name(desk: Desk, page: Page) -> None:
    server, _, _ = desk
    page.goto(server.base + "/projects/1")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert {"button", "link", "dialog"} & {role for role, _ in controls(page)}
    assert nameless(page) == []


def test_nothing_moves_by_itself_where_that_is_not_wanted(desk: Desk, browser: Browser) -> None:
    server, address, _ = desk
    for wanted in ("reduce", "no-preference"):
        context = browser.new_context(reduced_motion=wanted, viewport={"width": 1280, "height": 800})
        page = context.new_page()
        sign_in(page, server)
        open_editor(page, server.base + address)
        page.keyboard.press("n")
        moving = page.evaluate(MOVING)
        assert (moving == []) == (wanted == "reduce"), moving[:3]
        context.close()
