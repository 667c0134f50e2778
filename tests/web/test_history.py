"""What was done can be taken back after a reload, in the order in which it was done."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.test_editor import Desk, at, desk, drag, on_server, open_editor, saved
from tests.web.test_saving import ready, shown

__all__ = ["desk"]

KEPT = """([count, undone]) => new Promise((done) => {
    const opened = indexedDB.open("vitruvian-history");
    opened.onsuccess = () => {
        const found = opened.result.transaction("gestures").objectStore("gestures").getAll();
        found.onsuccess = () => { opened.result.close();
            const back = found.result.filter((past) => past.undone).length;
            done(found.result.length === count && back === undone);
        };
    };
})"""
MOVES = {2: (60.0, 60.0, 40.0, 50.0), 4: (96.0, 20.0, 70.0, 30.0), 7: (130.0, 60.0, 150.0, 50.0)}


def to_frame(page: Page, frame: int) -> None:
    page.evaluate("(frame) => vitruvian.editor.goTo(frame)", frame)
    expect(page.get_by_test_id("frame")).to_have_text(str(frame))
    ready(page)


def work_on_three_frames(page: Page, address: str) -> dict[str, list[float]]:
    """Move a point in frames 4, 2 and 7; return what that gave, by instance."""
    open_editor(page, address + "?frame=4")
    for frame in (4, 2, 7):
        to_frame(page, frame)
        x, y, to_x, to_y = MOVES[frame]
        drag(page, at(page, x, y), at(page, to_x, to_y))
    saved(page)
    page.wait_for_function(KEPT, arg=[3, 0])
    return {id: shown(page, id) for id in ("p2", "p4", "p7")}


def points(desk: Desk) -> dict[str, Any]:
    return {id: on_server(desk, id)["points"] for id in ("p2", "p4", "p7")}


def test_undo_after_a_reload_goes_back_through_the_frames(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    before = points(desk)
    after = work_on_three_frames(page, server.base + address)
    assert points(desk) == after
    page.reload()
    ready(page)
    to_frame(page, 50)
    for frame in (7, 2, 4):
        page.keyboard.press("Control+z")
        expect(page.get_by_test_id("frame")).to_have_text(str(frame))
    saved(page)
    assert points(desk) == before
    # What was taken back is known after the next reload as well.
    page.wait_for_function(KEPT, arg=[3, 3])
    page.reload()
    ready(page)
    for frame in (4, 2, 7):
        page.keyboard.press("Control+Shift+z")
        expect(page.get_by_test_id("frame")).to_have_text(str(frame))
    saved(page)
    assert points(desk) == after
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()


def test_a_deletion_is_taken_back_after_a_reload(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    before = on_server(desk, "p4")["points"]
    open_editor(page, server.base + address + "?frame=4")
    page.mouse.click(*at(page, 96, 20))
    page.keyboard.press("Shift+Delete")
    saved(page)
    page.wait_for_function(KEPT, arg=[1, 0])
    page.reload()
    ready(page)
    assert page.evaluate("vitruvian.editor.store.row('p4')") is None
    page.keyboard.press("Control+z")
    page.wait_for_function("() => vitruvian.editor.store.get('p4')?.deleted === false")
    saved(page)
    assert on_server(desk, "p4")["points"] == before


def test_what_somebody_else_changed_meanwhile_stays_and_is_told(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    work_on_three_frames(page, server.base + address)
    theirs = {"instance": "p7", "base": 1, "points": {"2": [9, 9, 2]}}
    sent = server.client.patch(f"/api/v1/label-sets/{labels}/changes", json={"request": "o", "changes": [theirs]})
    assert sent.status_code == 200
    page.reload()
    ready(page)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Somebody else changed right wrist of this person since")).to_be_visible()
    expect(page.get_by_test_id("frame")).to_have_text("7")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("frame")).to_have_text("2")
    saved(page)
    assert on_server(desk, "p7")["points"][6:9] == [9, 9, 2]
    assert on_server(desk, "p2")["points"][3:6] == [60, 60, 2]


def test_two_tabs_have_a_history_each(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    work_on_three_frames(page, server.base + address)
    other = page.context.new_page()
    open_editor(other, server.base + address + "?frame=4")
    expect(other.get_by_role("button", name="Undo")).to_be_disabled()
    drag(other, at(other, 60, 60), at(other, 44, 66))
    saved(other)
    other.wait_for_function(KEPT, arg=[4, 0])
    page.reload()
    ready(page)
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("frame")).to_have_text("7")
    other.reload()
    ready(other)
    other.keyboard.press("Control+z")
    saved(other)
    assert on_server(desk, "p4")["points"][3:6] == [60, 60, 2]
    expect(other.get_by_role("button", name="Undo")).to_be_disabled()


@pytest.mark.parametrize(
    "broken",
    [
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }",
        "IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError'); }",
    ],
)
def test_a_browser_that_keeps_nothing_undoes_as_long_as_the_page_lasts(desk: Desk, page: Page, broken: str) -> None:
    server, address, _ = desk
    page.add_init_script(broken)
    open_editor(page, server.base + address + "?frame=4")
    drag(page, at(page, 96, 20), at(page, 70, 30))
    saved(page)
    page.keyboard.press("Control+z")
    saved(page)
    assert on_server(desk, "p4")["points"][:3] == [96, 20, 2]
