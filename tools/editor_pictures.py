"""Draw a scene, label it, and take the pictures of docs/editor.md: ``python tools/editor_pictures.py``."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from chromium import find
from manikins import make_project
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs/images"
SIZE = {"width": 1120, "height": 700}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WRIST, KNEE, ANKLE = 9, 13, 15
MASK = [(391, 318), (424, 304), (452, 318), (462, 352), (452, 420), (430, 476), (398, 478), (376, 452), (392, 380)]


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "scene"
        addresses = make_project(folder)
        command = [sys.executable, "-m", "vitruvian.cli", "serve", str(folder / "project"), "--port", "0"]
        server = subprocess.Popen([*command, "--no-open", "--json"], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None  # noqa: S101 PIPE was asked for
        try:
            _take(json.loads(server.stdout.readline())["address"], addresses)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _take(address: str, addresses: dict[str, str]) -> None:
    base = address.partition("/?")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
        page.goto(address)
        _open(page, base + addresses["image"])
        _points(page)
        _shapes(page)
        _open(page, base + addresses["clip"] + "?frame=14")
        _tracks(page)
        browser.close()


def _points(page: Page) -> None:
    """Take the chosen leg of the first runner, with its grips."""
    page.mouse.click(*_at(page, *_place(page, "still0", KNEE)))
    page.keyboard.down("Shift")
    page.mouse.click(*_at(page, *_place(page, "still0", ANKLE)))
    page.keyboard.up("Shift")
    page.mouse.move(*_at(page, 640, 120))
    _keep(page, "editor-points")


def _shapes(page: Page) -> None:
    """Take a polygon on the first runner, and a wrist in hand under the loupe."""
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    for corner in MASK:
        page.mouse.click(*_at(page, *corner))
    page.keyboard.press("Enter")
    page.keyboard.press("v")
    page.keyboard.press("Shift+M")
    x, y = _at(page, *_place(page, "still0", WRIST))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y - 6, steps=3)
    _keep(page, "editor-shapes")
    page.mouse.up()
    page.keyboard.press("Shift+M")


def _tracks(page: Page) -> None:
    """Take a frame between keys, with the lane of the first runner open."""
    page.set_viewport_size({**SIZE, "height": SIZE["height"] + 100})
    page.evaluate("localStorage.setItem('vitruvian.lanes', '132')")
    page.reload()
    _ready(page)
    page.get_by_role("button", name="Open person 1").click()
    page.mouse.click(*_at(page, *_place(page, None, KNEE)))
    page.mouse.move(*_at(page, 640, 80))
    _keep(page, "editor-tracks")


def _open(page: Page, address: str) -> None:
    page.goto(address)
    _ready(page)


def _ready(page: Page) -> None:
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true", timeout=60_000)
    page.wait_for_timeout(500)


def _place(page: Page, id: str | None, keypoint: int) -> tuple[float, float]:
    """Return where a point lies in the picture; without an id, of the first instance of the frame."""
    x, y = page.evaluate(
        "([id, k]) => { const { store, instances } = vitruvian.editor;"
        " const one = id === null ? instances.value[0] : store.get(id);"
        " return Array.from(one.points.slice(3 * k, 3 * k + 2)); }",
        [id, keypoint],
    )
    return x, y


def _at(page: Page, x: float, y: float) -> tuple[float, float]:
    scale, left, top = page.evaluate(
        "(() => { const c = vitruvian.editor.camera.value; return [c.scale, c.x, c.y]; })()"
    )
    box = page.get_by_test_id("stage").bounding_box()
    assert box is not None  # noqa: S101 the stage is there once a frame is shown
    return box["x"] + left + x * scale, box["y"] + top + y * scale


def _keep(page: Page, name: str) -> None:
    page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = FOLDER / f"{name}.jpg"
    picture.save(path, quality=82, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
