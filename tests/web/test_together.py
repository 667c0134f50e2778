"""Two people on one frame, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server_process import ServerProcess
from tests.web.test_editor import Desk, at, desk, drag, on_server, open_editor, saved, sign_in

__all__ = ["desk"]

#: Milliseconds within which a save is seen by the other.
SOON = 2_000
POINT = "([id, k]) => Array.from(vitruvian.editor.store.get(id)?.points ?? []).slice(3 * k, 3 * k + 3)"
IS = f"([id, k, wanted]) => JSON.stringify(({POINT})([id, k])) === JSON.stringify(wanted)"

MOVE_BOTH = """() => {
    const moved = ["p4", "p5"].map((id) => {
        const instance = vitruvian.editor.store.get(id);
        return { ...instance, points: instance.points.with(3, 40) };
    });
    vitruvian.editor.change("Move", moved);
}"""


@pytest.fixture
def other(desk: Desk, browser: Browser) -> Iterator[Page]:
    """The second person's page; the first one's is `page`."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(opened, desk[0])
    yield opened
    context.close()
    assert errors == []


def both(desk: Desk, *pages: Page) -> None:
    server, address, _ = desk
    for one in pages:
        open_editor(one, server.base + address + "?frame=4")


def point(page: Page, id: str, keypoint: int) -> list[float]:
    found: list[float] = page.evaluate(POINT, [id, keypoint])
    return found


def sees(page: Page, id: str, keypoint: int, wanted: list[float]) -> None:
    page.wait_for_function(IS, arg=[id, keypoint, wanted], timeout=SOON)


def test_each_sees_what_the_other_saves(desk: Desk, page: Page, other: Page) -> None:
    both(desk, page, other)
    drag(page, at(page, 96, 20), at(page, 70, 30))
    saved(page)
    sees(other, "p4", 0, point(page, "p4", 0))
    drag(other, at(other, 60, 60), at(other, 40, 50))
    saved(other)
    sees(page, "p4", 1, point(other, "p4", 1))
    page.keyboard.press("n")
    page.mouse.click(*at(page, 20, 20))
    page.keyboard.press("Escape")
    made = page.evaluate("vitruvian.editor.instances.value.at(-1).id")
    saved(page)
    sees(other, made, 0, point(page, made, 0))
    other.evaluate("(id) => vitruvian.editor.select(id)", made)
    page.evaluate("(id) => vitruvian.editor.select(id)", made)
    other.keyboard.press("Shift+Delete")
    saved(other)
    page.wait_for_function("(id) => vitruvian.editor.store.get(id).deleted", arg=made, timeout=SOON)
    expect(page.get_by_role("status").filter(has_text="deleted this person")).to_be_visible()


def test_both_move_different_points_of_one_instance_at_once_and_both_stay(desk: Desk, page: Page, other: Page) -> None:
    both(desk, page, other)
    # Both hold their point while the other's save comes in.
    page.mouse.move(*at(page, 96, 20))
    page.mouse.down()
    page.mouse.move(*at(page, 70, 30), steps=3)
    drag(other, at(other, 60, 60), at(other, 40, 50))
    saved(other)
    page.wait_for_timeout(SOON)
    page.mouse.up()
    saved(page)
    sees(other, "p4", 0, point(page, "p4", 0))
    sees(page, "p4", 1, point(other, "p4", 1))
    kept = on_server(desk, "p4")["points"]
    assert kept[:6] == point(page, "p4", 0) + point(other, "p4", 1)
    assert kept[0] != 96
    assert kept[3] != 60


def test_both_move_the_same_point_and_the_second_is_asked(desk: Desk, page: Page, other: Page) -> None:
    both(desk, page, other)
    page.mouse.move(*at(page, 96, 20))
    page.mouse.down()
    page.mouse.move(*at(page, 70, 30), steps=3)
    drag(other, at(other, 96, 20), at(other, 120, 40))
    saved(other)
    theirs = point(other, "p4", 0)
    page.wait_for_timeout(SOON)
    page.mouse.up()
    mine = point(page, "p4", 0)
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "conflict")
    assert on_server(desk, "p4")["points"][:3] == theirs
    shown = page.get_by_test_id("conflict")
    expect(shown).to_contain_text("You and somebody else both changed the nose.")
    picture = page.get_by_test_id("conflict-picture")
    expect(picture.locator("rect.mine")).to_have_count(1)
    expect(picture.locator("circle.theirs")).to_have_count(1)
    expect(picture).to_contain_text("theirs")
    stage = page.get_by_test_id("stage").bounding_box()
    for mark in (picture.locator("rect.mine"), picture.locator("circle.theirs")):
        place = mark.bounding_box()
        assert place
        assert stage
        assert stage["x"] < place["x"] < stage["x"] + stage["width"]
        assert stage["y"] < place["y"] < stage["y"] + stage["height"]
    page.get_by_test_id("stage").focus()
    page.keyboard.press("m")
    expect(shown).to_have_count(0)
    saved(page)
    assert on_server(desk, "p4")["points"][:3] == mine
    sees(other, "p4", 0, mine)


@pytest.mark.parametrize("told", [True, False], ids=["told_before_the_refusal", "told_by_the_refusal"])
def test_several_conflicts_are_decided_one_after_the_other(desk: Desk, page: Page, told: bool) -> None:
    if not told:
        page.route("**/events?*", lambda route: route.abort())
    both(desk, page)
    server, _, labels = desk
    # One gesture that touches two people, held back until the other has changed both.
    page.route("**/changes", lambda route: route.abort())
    page.evaluate(MOVE_BOTH)
    for n, change in enumerate([{"points": {"1": [70, 70, 2]}}, {"deleted": True}]):
        body = {"request": f"other {n}", "changes": [{"instance": f"p{4 + n}", "base": 0, **change}]}
        assert server.client.patch(f"/api/v1/label-sets/{labels}/changes", json=body).status_code == 200
    if told:
        page.wait_for_function("() => vitruvian.editor.store.get('p5').deleted", timeout=SOON)
    page.unroute("**/changes")
    page.evaluate("vitruvian.outbox.flush()")
    shown = page.get_by_test_id("conflict")
    expect(shown).to_contain_text("1 more after this one")
    expect(page.get_by_test_id("frame")).to_have_text("4")
    page.keyboard.press("t")
    expect(shown).to_contain_text("Somebody else deleted it, and you changed it.")
    expect(page.get_by_test_id("frame")).to_have_text("5")
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    assert on_server(desk, "p4")["points"][3:6] == [70, 70, 2] == point(page, "p4", 1)
    assert on_server(desk, "p5")["points"][3:6] == point(page, "p5", 1)


def test_an_answer_to_a_doubtful_point_is_seen_by_the_other(desk: Desk, page: Page, other: Page) -> None:
    both(desk, page, other)
    expect(other.get_by_test_id("queue-open")).to_have_text("2")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    saved(page)
    expect(other.get_by_test_id("queue-open")).to_have_text("1", timeout=SOON)


def test_a_page_that_could_not_listen_catches_up(desk: Desk, page: Page, other: Page) -> None:
    page.route("**/events?*", lambda route: route.abort())
    both(desk, page, other)
    drag(other, at(other, 60, 60), at(other, 40, 50))
    saved(other)
    page.wait_for_timeout(SOON)
    assert point(page, "p4", 1) == [60, 60, 2]
    page.unroute("**/events?*")
    page.wait_for_function(IS, arg=["p4", 1, point(other, "p4", 1)], timeout=20_000)


def test_listening_goes_on_when_the_server_comes_back(desk: Desk, page: Page, other: Page, tmp_path: Path) -> None:
    server, _, _ = desk
    both(desk, page, other)
    server.kill()
    drag(other, at(other, 60, 60), at(other, 40, 50))
    expect(other.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    again = ServerProcess(str(tmp_path / "project"), port=server.base.rsplit(":", 1)[1])
    try:
        page.wait_for_function(IS, arg=["p4", 1, point(other, "p4", 1)], timeout=20_000)
    finally:
        again.stop()
