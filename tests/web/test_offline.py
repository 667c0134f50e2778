"""The network is pulled in the middle of work: what was labelled meanwhile is all there afterwards, in order, once."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.web.test_editor import Desk, at, desk, open_editor, saved
from tests.web.test_saving import ready, state

__all__ = ["desk"]

#: Frames without anybody.
FRAMES = range(10, 60)


def made(desk: Desk) -> list[dict[str, Any]]:
    server, _, labels = desk
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances?first={FRAMES[0]}").json()["instances"]
    return sorted((one for one in found if not one["deleted"]), key=lambda one: int(one["frame"]))


def place(frame: int) -> tuple[float, float]:
    return 20 + 2 * (frame % 50), 10 + 2 * (frame % 40)


def test_fifty_frames_labelled_without_a_network_are_all_there_once_and_in_order(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=10")
    page.mouse.move(*at(page, 5, 5))
    page.context.set_offline(True)
    for frame in FRAMES:
        expect(page.get_by_test_id("frame")).to_have_text(str(frame))
        ready(page)
        page.keyboard.press("n")
        page.mouse.click(*at(page, *place(frame)))
        page.keyboard.press("Enter")
        page.keyboard.press("f")
    # Mended afterwards: what comes later must stay later.
    page.keyboard.press("Home")
    page.evaluate("vitruvian.editor.goTo(30)")
    ready(page)
    page.mouse.click(*at(page, *place(30)))
    page.keyboard.press("ArrowRight")
    state(page, "offline")
    expect(page.get_by_test_id("save-state")).to_contain_text("51 kept in this browser")
    expect(page.get_by_test_id("only-here")).to_have_count(0)
    page.wait_for_function("() => vitruvian.outbox.pending.length === 51")
    page.close()
    assert made(desk) == []

    again = page.context.new_page()
    again.context.set_offline(False)
    again.context.route("**/changes", lambda route: route.abort())
    open_editor(again, server.base + address + "?frame=59")
    state(again, "offline")
    shown = again.evaluate("vitruvian.editor.store.labelledFrames(vitruvian.editor.media.value.id)")
    assert shown == list(range(60))
    again.context.unroute("**/changes")
    again.evaluate("dispatchEvent(new Event('online'))")
    saved(again)

    people = made(desk)
    assert [person["frame"] for person in people] == list(FRAMES)
    for person in people:
        x, y = place(person["frame"])
        px, py, v = person["points"][:3]
        assert abs(px - x - (person["frame"] == 30)) < 0.5
        assert (abs(py - y) < 0.5, v, person["revision"]) == (True, 2, 1)
    changes = server.client.get(f"/api/v1/label-sets/{labels}/history?limit=200").json()["changes"]
    oldest_first = [change["instance"] for change in reversed(changes)]
    assert oldest_first == [person["id"] for person in people]
