"""Zoom and pan: labels lie on their places of the picture in every frame of the gesture, not only at rest."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Page

from tests.web.test_editor import Desk, at, desk, open_editor

__all__ = ["desk"]

#: The pixels around a place of the screen as the lowest canvas has them. A gesture counts as over when the machine was
#: slow for a moment; then it is taken up again.
PIXELS = """async ([x, y, reach, moving]) => {
    const { editor } = vitruvian;
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    do {
        if (moving) editor.moving.value = true;
        await frame();
        await frame();
    } while (editor.moving.value !== moving);
    if (!moving) { // what is at rest is drawn in the frame after the one in which it came to rest
        await frame();
        await frame();
    }
    const canvas = document.querySelector("#stage canvas");
    const box = canvas.getBoundingClientRect();
    const side = 2 * reach + 1;
    const { data } = canvas.getContext("2d").getImageData(
        Math.round(x - box.left) - reach, Math.round(y - box.top) - reach, side, side);
    return Array.from(data);
}"""

NOSE = (96, 20)


def around(page: Page, place: tuple[float, float], *, moving: bool) -> np.ndarray:
    pixels = page.evaluate(PIXELS, [*place, 5, moving])
    return np.array(pixels, np.float64).reshape(11, 11, 4)[..., :3]


def test_labels_move_with_the_picture_while_it_is_panned(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=3")
    rest = around(page, at(page, *NOSE), moving=False)
    x, y = at(page, 100, 60)
    page.mouse.move(x, y)
    page.mouse.down(button="middle")
    page.mouse.move(x + 40, y - 25)
    page.mouse.move(x + 83, y + 31)
    held = around(page, at(page, *NOSE), moving=True)
    page.mouse.up(button="middle")
    assert np.abs(held - rest).mean() < 8
    assert np.abs(around(page, at(page, *NOSE), moving=False) - rest).mean() < 8


def test_what_a_pan_brings_into_sight_is_drawn(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=3")
    page.evaluate("vitruvian.editor.setCamera({ scale: 24, x: -24 * 96 + 300, y: -24 * 20 + 300 })")
    rest = around(page, at(page, *NOSE), moving=False)
    page.evaluate("vitruvian.editor.setCamera({ scale: 24, x: -24 * 192 + 300, y: -24 * 100 + 300 })")
    box = page.get_by_test_id("stage").bounding_box()
    assert box
    x, y = box["x"] + 20, box["y"] + 20
    # Out of sight by more than the view is wide; brought back in strides, the mark is there in mid-gesture.
    for _ in range(6):
        page.mouse.move(x, y)
        page.mouse.down(button="middle")
        page.mouse.move(x + 200, y + 160)
        page.mouse.move(x + 400, y + 320)
        page.mouse.up(button="middle")
    held = around(page, at(page, *NOSE), moving=True)
    assert np.abs(held - rest).mean() < 8


def test_the_wheel_zooms_to_the_cursor_and_labels_stay_on_it(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=3")
    x, y = at(page, *NOSE)
    page.mouse.move(x, y)
    for _ in range(3):
        page.mouse.wheel(0, -150)
        held = around(page, (x, y), moving=True)
    after = at(page, *NOSE)
    assert abs(after[0] - x) + abs(after[1] - y) < 2
    page.mouse.move(x + 200, y)
    rest = around(page, (x, y), moving=False)
    # The same mark, only larger and less sharp.
    middle = np.s_[4:7, 4:7]
    assert np.abs(held[middle].mean((0, 1)) - rest[middle].mean((0, 1))).max() < 30
