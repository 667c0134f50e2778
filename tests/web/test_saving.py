"""No gesture is lost or saved twice, whatever stops in between: page, server, network, storage, session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.server_process import ServerProcess
from tests.web.test_editor import Desk, at, desk, drag, on_server, open_editor, saved

__all__ = ["desk"]

POINTS = "(id) => Array.from(vitruvian.editor.store.get(id).points)"
STATE = "save-state"
KEPT = """() => new Promise((done) => {
    const opened = indexedDB.open("vitruvian-outbox");
    opened.onsuccess = () => {
        const count = opened.result.transaction("entries").objectStore("entries").count();
        count.onsuccess = () => { opened.result.close(); done(count.result >= 3); };
    };
})"""


def shown(page: Page, id: str) -> list[float]:
    points: list[float] = page.evaluate(POINTS, id)
    return points


def history(desk: Desk, id: str) -> list[dict[str, Any]]:
    server, _, labels = desk
    changes: list[dict[str, Any]] = server.client.get(f"/api/v1/label-sets/{labels}/history?instance={id}").json()[
        "changes"
    ]
    return changes


def state(page: Page, wanted: str) -> None:
    expect(page.get_by_test_id(STATE)).to_have_attribute("data-state", wanted, timeout=20_000)


def ready(page: Page) -> None:
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true", timeout=30_000)


def test_a_page_that_is_closed_before_the_answer_comes_saves_once(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=4")

    def swallow(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/changes", swallow)
    drag(page, at(page, 96, 20), at(page, 70, 30))
    wanted = shown(page, "p4")
    state(page, "offline")
    assert on_server(desk, "p4")["points"] == wanted
    page.close()
    again = page.context.new_page()
    sent: list[str] = []
    again.on("request", lambda request: sent.append(request.method) if request.url.endswith("/changes") else None)
    open_editor(again, server.base + address + "?frame=4")
    saved(again)
    assert sent == ["PATCH"]
    assert shown(again, "p4") == on_server(desk, "p4")["points"] == wanted
    assert len(history(desk, "p4")) == on_server(desk, "p4")["revision"] == 1


def test_after_a_reload_unsent_gestures_are_shown_and_then_saved_once(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=4")
    page.context.route("**/changes", lambda route: route.abort())
    drag(page, at(page, 96, 20), at(page, 70, 30))
    state(page, "offline")
    drag(page, at(page, 60, 60), at(page, 40, 50))
    page.keyboard.press("n")
    page.mouse.click(*at(page, 20, 20))
    page.keyboard.press("Escape")
    wanted = shown(page, "p4")
    made = page.evaluate("vitruvian.outbox.pending.at(-1).instance")
    place = shown(page, made)
    # The last gesture is written by now or never: the page goes without a word.
    page.wait_for_function(KEPT)
    page.reload()
    ready(page)
    assert on_server(desk, "p4")["revision"] == 0
    assert (shown(page, "p4"), shown(page, made)) == (wanted, place)
    page.context.unroute("**/changes")
    page.evaluate("vitruvian.outbox.flush()")
    saved(page)
    assert on_server(desk, "p4")["points"] == shown(page, "p4") == wanted
    assert on_server(desk, made)["points"] == place
    moved = [point for change in reversed(history(desk, "p4")) for point in change["after"]["points"]]
    assert sorted(moved) == ["0", "1"]
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances?first=4&last=4").json()["instances"]
    assert len(found) == 2


def test_a_server_that_is_killed_again_and_again_ends_with_what_the_page_shows(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=4")
    port = server.base.rsplit(":", 1)[1]
    place = (96.0, 20.0)
    for step in range(3):
        to = (place[0] - 8, place[1] + 6)
        drag(page, at(page, *place), at(page, *to))
        server.kill()
        place = (page.evaluate(POINTS, "p4")[0], page.evaluate(POINTS, "p4")[1])
        to = (place[0] - 8, place[1] + 6)
        drag(page, at(page, *place), at(page, *to))
        place = (page.evaluate(POINTS, "p4")[0], page.evaluate(POINTS, "p4")[1])
        if step == 0:
            state(page, "offline")
            expect(page.get_by_test_id(STATE)).to_contain_text("kept in this browser")
        server = ServerProcess(str(tmp_path / "project"), port=port)
        saved(page)
    now = (server, address, labels)
    assert on_server(now, "p4")["points"] == shown(page, "p4")
    steps = [change["after"]["points"]["0"][0] for change in reversed(history(now, "p4"))]
    # Each change once: the point went left only, and no step stands twice.
    assert steps == sorted(set(steps), reverse=True)
    assert 3 <= len(steps) <= 6
    server.stop()


def test_undo_across_frames_of_what_was_saved_is_saved_too(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=4")
    before = shown(page, "p4")
    drag(page, at(page, 96, 20), at(page, 70, 30))
    page.keyboard.press("f")
    expect(page.get_by_test_id("frame")).to_have_text("5")
    ready(page)
    drag(page, at(page, 60, 60), at(page, 40, 50))
    saved(page)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("frame")).to_have_text("4")
    saved(page)
    assert on_server(desk, "p4")["points"] == on_server(desk, "p5")["points"] == before
    assert [len(history(desk, id)) for id in ("p4", "p5")] == [2, 2]
    page.keyboard.press("Control+Shift+z")
    saved(page)
    assert on_server(desk, "p4")["points"] == shown(page, "p4") != before
    assert len(history(desk, "p4")) == 3


def test_undo_after_a_conflict_takes_back_only_ones_own_point(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    page.route("**/events?*", lambda route: route.abort())  # it has not heard of the other's moves yet
    open_editor(page, server.base + address + "?frame=6")
    theirs = {"instance": "p6", "base": 0, "points": {"0": [10, 10, 2], "2": [9, 9, 2]}}
    sent = server.client.patch(f"/api/v1/label-sets/{labels}/changes", json={"request": "other", "changes": [theirs]})
    assert sent.status_code == 200
    drag(page, at(page, 96, 20), at(page, 70, 30))
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    assert on_server(desk, "p6")["points"] == shown(page, "p6")
    assert on_server(desk, "p6")["points"][6:9] == [9, 9, 2]
    page.get_by_test_id("stage").focus()
    page.keyboard.press("Control+z")
    saved(page)
    assert on_server(desk, "p6")["points"][:3] == [96, 20, 2]
    assert on_server(desk, "p6")["points"][6:9] == [9, 9, 2]


def test_a_server_with_another_secret_asks_to_sign_in_and_the_work_stays(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=4")
    port = server.base.rsplit(":", 1)[1]
    server.kill()
    (tmp_path / "project/session.key").unlink()
    again = ServerProcess(str(tmp_path / "project"), port=port)
    drag(page, at(page, 96, 20), at(page, 70, 30))
    state(page, "waiting")
    expect(page.get_by_test_id("save-trouble")).to_contain_text("not signed in")
    expect(page.get_by_role("button", name="Give up these changes")).to_have_count(0)
    cookies = again.client.cookies.jar
    page.context.add_cookies([{"name": c.name, "value": c.value or "", "url": again.base} for c in cookies])
    page.get_by_test_id("save-trouble").get_by_role("button", name="Try again").click()
    saved(page)
    now = (again, address, labels)
    assert on_server(now, "p4")["points"] == shown(page, "p4")
    assert len(history(now, "p4")) == 1
    again.stop()


@pytest.mark.parametrize(
    "broken",
    [
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }",
        "IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError'); }",
    ],
)
def test_a_browser_that_keeps_nothing_says_so_and_saves(desk: Desk, page: Page, broken: str) -> None:
    server, address, _ = desk
    page.add_init_script(broken)
    open_editor(page, server.base + address + "?frame=4")
    page.route("**/changes", lambda route: route.abort())
    drag(page, at(page, 96, 20), at(page, 70, 30))
    state(page, "offline")
    expect(page.get_by_test_id("only-here")).to_contain_text("1 kept in this page only")
    page.unroute("**/changes")
    page.evaluate("vitruvian.outbox.flush()")
    saved(page)
    expect(page.get_by_test_id("only-here")).to_have_count(0)
    assert on_server(desk, "p4")["points"] == shown(page, "p4")


def test_tabs_that_open_at_once_send_what_was_left_once(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=4")
    page.context.route("**/changes", lambda route: route.abort())
    drag(page, at(page, 96, 20), at(page, 70, 30))
    wanted = shown(page, "p4")
    state(page, "offline")
    page.close()
    page.context.unroute("**/changes")
    tabs = [page.context.new_page() for _ in range(3)]
    sent: list[str] = []
    page.context.on("request", lambda request: sent.append(request.url) if request.method == "PATCH" else None)
    for tab in tabs:
        tab.goto(server.base + address + "?frame=4", wait_until="commit")
    for tab in tabs:
        ready(tab)
        saved(tab)
    assert len(sent) == 1
    assert on_server(desk, "p4")["points"] == wanted
    assert len(history(desk, "p4")) == 1


def test_one_change_that_is_refused_is_named_and_discarded_alone(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=4")
    page.evaluate("vitruvian.editor.change('Odd', [{ ...vitruvian.editor.store.get('p3'), category: 'unicorn' }])")
    drag(page, at(page, 96, 20), at(page, 70, 30))
    state(page, "error")
    trouble = page.get_by_test_id("save-trouble")
    expect(trouble).to_contain_text("unicorn, frame 3")
    assert on_server(desk, "p4")["points"] == shown(page, "p4")
    trouble.get_by_role("button", name="Discard only this change").click()
    saved(page)
    expect(trouble).to_have_count(0)
    assert page.evaluate("vitruvian.editor.store.get('p3').category") == on_server(desk, "p3")["category"] == "person"
    assert (len(history(desk, "p3")), len(history(desk, "p4"))) == (0, 1)
