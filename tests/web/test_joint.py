"""One body part fixed through all frames: a click, the next frame, a click."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.test_editor import saved
from tests.web.test_timeline import Desk, desk, rows_of, shows, spot

__all__ = ["desk"]


def click_joint(page: Page, dx: float, *, button: str = "left") -> None:
    """Press beside the middle of the stage, where the camera holds the joint; dx in pixels of the picture."""
    stage = page.get_by_test_id("stage").bounding_box()
    assert stage
    scale = page.evaluate("vitruvian.editor.camera.value.scale")
    x = stage["x"] + stage["width"] / 2 + dx * scale
    page.mouse.click(x, stage["y"] + stage["height"] / 2, button=button)  # type: ignore[arg-type]


def test_one_body_part_is_fixed_through_all_frames(desk: Desk, page: Page) -> None:
    page.get_by_role("button", name="Open person ann").click()
    page.mouse.click(*spot(page, "left wrist", 1))
    shows(page, 1)
    page.keyboard.press("j")
    card = page.get_by_test_id("joint-card")
    expect(card.get_by_role("heading")).to_have_text("left wrist")
    expect(page.get_by_test_id("joint-progress")).to_contain_text("fixed in 3 of 90 frames")
    expect(page.locator("footer")).to_contain_text("Click the left wrist, and on; right press or Shift: hidden")
    for frame in range(1, 6):
        shows(page, frame)
        click_joint(page, 3)
    shows(page, 6)
    click_joint(page, -2, button="right")
    shows(page, 7)
    page.keyboard.press("0")
    shows(page, 8)
    page.keyboard.press("s")
    shows(page, 9)
    page.keyboard.press("Backspace")
    shows(page, 8)
    # Gone from frame 7 on until it is marked again: here, which leaves the frames after it computed.
    click_joint(page, 0)
    shows(page, 9)
    page.keyboard.press("Enter")
    shows(page, 10)
    expect(page.get_by_test_id("joint-progress")).to_contain_text("fixed in 12 of 90 frames")
    saved(page)
    rows = rows_of(desk, "ann")
    wrist = {frame: rows[frame]["points"][3:6] for frame in range(1, 8)}
    assert [wrist[frame][2] for frame in range(1, 8)] == [2, 2, 2, 2, 2, 1, 0]
    # The first was computed at 31; each later one is guessed from the two before it.
    assert wrist[1][0] == pytest.approx(34, abs=0.6)
    assert all(list(rows[frame]["keyed"]) == [False, True, False, False, False] for frame in range(1, 10))
    assert sorted(rows_of(desk, "bob")) == [0, 30, 60]
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_every_tenth_frame_and_undo(desk: Desk, page: Page) -> None:
    page.mouse.click(*spot(page, "person bob", 0))
    shows(page, 0)
    page.keyboard.press("j")
    for _ in range(3):
        page.keyboard.press("]")
    expect(page.get_by_test_id("joint-progress")).to_contain_text("every 10 frames")
    click_joint(page, 1)
    shows(page, 10)
    click_joint(page, 1)
    shows(page, 20)
    page.keyboard.press("Control+z")
    shows(page, 10)
    saved(page)
    assert 10 not in rows_of(desk, "bob")
    expect(page.get_by_test_id("joint-card")).to_be_visible()
