"""A person is labelled from end to end without any pointer."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Page, expect

from tests.web.test_complaints import PERSON, made, photo
from tests.web.test_editor import Desk, open_editor, saved

__all__ = ["photo"]

HIDDEN, SKIPPED = 8, 16  # right elbow, right ankle


def steer(page: Page, dx: int, dy: int) -> None:
    """Move the cursor by so many pixels: tens by Shift, the rest one by one."""
    for by, names in ((dx, ("Left", "Right")), (dy, ("Up", "Down"))):
        tens, ones = divmod(abs(by), 10)
        for _ in range(tens):
            page.keyboard.press(f"Shift+Arrow{names[by > 0]}")
        for _ in range(ones):
            page.keyboard.press(f"Arrow{names[by > 0]}")


def test_a_whole_person_by_keys_alone(photo: Desk, page: Page) -> None:
    server, address, _ = photo
    open_editor(page, server.base + address)
    page.evaluate(
        "window.pointed = 0; for (const kind of ['pointerdown', 'pointermove', 'mousedown', 'wheel'])"
        " addEventListener(kind, () => window.pointed++, true)"
    )
    said = page.get_by_test_id("said")
    page.keyboard.press("n")
    expect(said).to_have_text("next: nose, 1 of 17")
    x, y = 320, 240  # the middle of the picture, where the cursor begins
    for keypoint, (to_x, to_y) in enumerate(PERSON):
        if keypoint == SKIPPED:
            page.keyboard.press("s")
            continue
        steer(page, to_x - x, to_y - y)
        if keypoint == HIDDEN:
            page.keyboard.press("Shift+2")
        page.keyboard.press("Enter" if keypoint % 2 else "Space")
        x, y = to_x, to_y
        if keypoint == 9:
            expect(said).to_have_text("left wrist placed at 410, 240; next: right wrist, 11 of 17")
    expect(said).to_have_text("person selected, 16 of 17 keypoints labelled")
    saved(page)
    (person,) = made(photo)
    points = np.array(person["points"]).reshape(17, 3)
    wanted = np.array([(*at, 2) for at in PERSON], float)
    wanted[HIDDEN, 2] = 1
    wanted[SKIPPED] = 0
    assert np.allclose(points, wanted, atol=1e-6)
    assert person["attributes"] == {"hidden_because": {"right_elbow": "self"}}
    # Mended by keys: the last point is placed after all, one is nudged, and the left and right are right.
    page.keyboard.press("p")
    expect(said).to_have_text("next: right ankle, 17 of 17")
    steer(page, 280 - x, 430 - y)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(said).to_have_text("nose, visible, at 320, 60")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("nose, visible, at 321, 60")
    saved(page)
    points = np.array(made(photo)[0]["points"]).reshape(17, 3)
    assert points[0].tolist() == [321, 60, 2]
    assert points[16].tolist() == [280, 430, 2]
    assert page.evaluate("window.pointed") == 0
