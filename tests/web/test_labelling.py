"""Visibility and its reasons, the list of keypoints, and the way from one open point to the next."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.server_process import ServerProcess
from tests.web.test_editor import Desk, at, desk, drag, on_server, open_editor, saved
from tests.web.test_page_flows import photos

__all__ = ["desk", "photos"]

#: Frames from 10 on hold nobody; p0 to p9 have these points, all visible.
NOSE, LEFT_WRIST, RIGHT_WRIST = (96, 20), (60, 60), (130, 60)


def states(desk: Desk, id: str = "p0") -> list[int]:
    return [int(v) for v in on_server(desk, id)["points"][2::3]]


def exported(desk: Desk) -> list[dict[str, Any]]:
    server, _, labels = desk
    answer = server.client.get(f"/api/v1/label-sets/{labels}/export?format=coco")
    assert answer.status_code == 200, answer.text
    annotations: list[dict[str, Any]] = json.loads(answer.content)["annotations"]
    return annotations


def test_visibility_by_the_left_hand_for_the_point_under_the_cursor_and_for_a_lassoed_set(
    desk: Desk, page: Page
) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.mouse.click(*at(page, *NOSE))
    page.mouse.move(*at(page, *LEFT_WRIST))
    page.keyboard.press("1")
    page.mouse.move(*at(page, *RIGHT_WRIST))
    page.keyboard.press("3")
    saved(page)
    assert states(desk) == [2, 1, 0, 2, 2]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    corners = [at(page, x, y) for x, y in [(70, 100), (125, 100), (125, 119), (70, 119)]]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
    page.mouse.move(*at(page, *NOSE))
    page.keyboard.press("1")
    saved(page)
    assert states(desk) == [2, 1, 0, 1, 1]
    page.keyboard.press("2")
    saved(page)
    assert states(desk) == [2, 1, 0, 2, 2]


def test_why_a_point_is_hidden_is_said_by_one_key_and_comes_out_as_coco(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.mouse.click(*at(page, *LEFT_WRIST))
    page.keyboard.press("Shift+1")
    page.mouse.click(*at(page, *RIGHT_WRIST))
    page.keyboard.press("Shift+3")
    row = page.get_by_role("button", name="left wrist: hidden: other object")
    expect(row).to_be_visible()
    expect(page.get_by_role("button", name="right wrist: hidden: blur")).to_be_visible()
    saved(page)
    reasons = {"left_wrist": "other_object", "right_wrist": "blur"}
    assert on_server(desk, "p0")["attributes"] == {"hidden_because": reasons}
    first = next(record for record in exported(desk) if record.get("attributes"))
    assert first["attributes"] == {"hidden_because": reasons}
    assert first["keypoints"][2::3][1:3] == [1, 1]
    # Seen after all: the reason goes with it, and undo brings both back.
    page.keyboard.press("2")
    saved(page)
    assert on_server(desk, "p0")["attributes"] == {"hidden_because": {"left_wrist": "other_object"}}
    page.keyboard.press("Control+z")
    saved(page)
    assert on_server(desk, "p0")["attributes"] == {"hidden_because": reasons}


def test_the_list_tells_the_state_of_each_keypoint_and_keeps_to_what_is_missing(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    page.mouse.click(*at(page, *NOSE))
    expect(page.get_by_test_id("progress")).to_have_text("5 of 5")
    page.mouse.move(*at(page, *LEFT_WRIST))
    page.keyboard.press("3")
    expect(page.get_by_test_id("progress")).to_have_text("4 of 5")
    names = page.get_by_label("Keypoints", exact=True).locator(".point")
    page.get_by_role("button", name="Only missing").click()
    expect(names).to_have_count(1)
    expect(names).to_have_attribute("aria-label", "left wrist: not labelled")
    # A press on its name, a press on the picture: nothing is missing any more.
    names.click()
    page.mouse.click(*at(page, *LEFT_WRIST))
    expect(page.get_by_test_id("progress")).to_have_text("5 of 5")
    expect(names).to_have_count(0)
    page.keyboard.press("Alt+u")
    expect(names).to_have_count(5)
    # By keyboard: arrows go through the list, Enter chooses.
    names.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("vitruvian.editor.selection.value.keypoint") == 2
    drag(page, at(page, *RIGHT_WRIST), at(page, 140, 70))
    saved(page)
    assert states(desk) == [2, 2, 2, 2, 2]


def test_u_goes_to_what_has_no_label_and_y_to_what_is_doubtful(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    for place in (LEFT_WRIST, RIGHT_WRIST):
        page.mouse.move(*at(page, *place))
        page.keyboard.press("3")
    page.mouse.move(*at(page, 5, 5))
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="left wrist: to be placed next")).to_be_visible()
    page.keyboard.press("u")
    page.mouse.click(*at(page, *RIGHT_WRIST))
    page.keyboard.press("Shift+U")
    page.mouse.click(*at(page, *LEFT_WRIST))
    saved(page)
    assert states(desk) == [2, 2, 2, 2, 2]
    page.keyboard.press("y")
    expect(page.get_by_test_id("frame")).to_have_text("2")
    expect(page.get_by_test_id("route-card")).to_contain_text("left wrist")
    page.keyboard.press("Shift+Y")
    expect(page.get_by_test_id("frame")).to_have_text("5")


def test_a_drawn_instance_becomes_another_kind_and_back(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    before = on_server(desk, "p0")
    page.mouse.click(*at(page, *NOSE))
    page.get_by_label("Category of the selected instance").select_option("ball")
    expect(page.get_by_role("status").filter(has_text="A ball has no nose, left wrist")).to_be_visible()
    saved(page)
    assert (on_server(desk, "p0")["category"], on_server(desk, "p0")["points"]) == ("ball", [])
    page.get_by_test_id("stage").focus()
    page.keyboard.press("Control+z")
    saved(page)
    after = on_server(desk, "p0")
    assert (after["category"], after["points"]) == ("person", before["points"])


def test_the_next_open_work_is_found_in_another_picture(photos: tuple[ServerProcess, str, int], page: Page) -> None:
    server, address, _ = photos
    open_editor(page, server.base + address)
    first = page.evaluate("vitruvian.editor.media.value.id")
    page.keyboard.press("n")
    page.mouse.click(*at(page, 80, 60))
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Control+Alt+ArrowRight")
    page.wait_for_function("(first) => vitruvian.editor.media.value.id !== first", arg=first)
    page.keyboard.press("Control+Alt+ArrowLeft")
    expect(page.get_by_text("No open work comes before this")).to_be_visible()
