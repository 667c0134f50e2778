"""Clicks, drags and keys that a 17-point person with three hidden points costs, in each way to start an instance.

A scripted annotator works the real page with the browser's mouse and keyboard until every point lies within its
tolerance of the truth and has the right visibility; the page counts what it is given. A drag is a press that moves, a
hover is a key that the pointer was moved for without a press. The person is the fullest one in mmpose's test pictures
of COCO (``VITRUVIAN_SHARED``, default ``../shared``), whose left ear, right wrist and right ankle count as hidden; a
point's tolerance is COCO's sigma for it times the root of the person's area, which is how far apart two people's marks
lie. The copied pose is the one before the whole person went 4 px on, and wrists and ankles 20 px more.

For CVAT the count is that of its way of working: one box (a drag) with a template in it, up to 17 drags, and a hover
and a key for each hidden point. How many of the 17 drags the template spares depends on the pose; none is assumed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from _video import CACHE, desk
from numpy.typing import NDArray
from playwright.sync_api import Page

from vitruvian.assist.people import SIGMAS

SHARED = Path(os.environ.get("VITRUVIAN_SHARED") or Path(__file__).resolve().parents[1] / "../shared")
FOLDER = SHARED / "data/mmpose/coco"
HIDDEN = (3, 10, 16)
WRISTS_AND_ANKLES = (9, 10, 15, 16)
CVAT = {"clicks": 0, "drags": 18, "hovers": 3, "keys": 3}

COUNT = """
globalThis.counts = { clicks: 0, drags: 0, hovers: 0, keys: 0 };
let from = null, went = false, aimed = false;
addEventListener("pointerdown", (e) => { from = [e.clientX, e.clientY]; went = false; }, true);
addEventListener("pointermove", (e) => {
    if (!from) aimed = true;
    else if (Math.hypot(e.clientX - from[0], e.clientY - from[1]) > 3) went = true;
}, true);
addEventListener("pointerup", () => { counts[went ? "drags" : "clicks"]++; from = null; aimed = false; }, true);
addEventListener("keydown", (e) => {
    if (e.repeat || ["Shift", "Control", "Alt", "Meta"].includes(e.key)) return;
    counts.keys++;
    if (aimed) counts.hovers++;
    aimed = false;
}, true);
"""

POINTS = """() => {
    const { selected, instances } = vitruvian.editor;
    return Array.from((selected.value ?? instances.value[0])?.points ?? []);
}"""

Truth = NDArray[np.float64]


def person() -> tuple[Path, Truth, float]:
    """Return a picture, the points (17, 3) of the person in it and the person's area."""
    document = json.loads((FOLDER / "test_coco.json").read_text())
    best = max(document["annotations"], key=lambda a: (a["num_keypoints"], a["area"]))
    image = next(i for i in document["images"] if i["id"] == best["image_id"])
    points = np.array(best["keypoints"], np.float64).reshape(17, 3)
    if not (points[:, 2] > 0).all():
        raise SystemExit("No person with all 17 points")
    points[:, 2] = 2
    points[list(HIDDEN), 2] = 1
    return FOLDER / image["file_name"], points, float(best["area"])


def moving(picture: Path, truth: Truth) -> tuple[Path, Truth]:
    """Return a clip whose second frame is the picture, and the pose in its first frame."""
    pixels = cv2.imread(str(picture))
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    path = CACHE / "person.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for shift in (-4, 0):
            moved = np.ascontiguousarray(np.roll(pixels, shift, axis=1)[:height, :width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(moved, format="bgr24")))
        container.mux(stream.encode())
    before = truth.copy()
    before[:, 0] -= 4
    before[list(WRISTS_AND_ANKLES), 0] -= 20
    return path, before


class Annotator:
    """Hands and eyes at the page; `truth` is what they want to see there."""

    def __init__(self, page: Page, truth: Truth, area: float) -> None:
        self.page = page
        self.truth = truth
        self.reach = np.array(SIGMAS) * np.sqrt(area)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Screen position of a pixel of the picture."""
        scale, left, top = self.page.evaluate(
            "() => { const c = vitruvian.editor.camera.value; const b = document.querySelector('#stage')"
            ".getBoundingClientRect(); return [c.scale, c.x + b.left, c.y + b.top]; }"
        )
        return x * scale + left, y * scale + top

    def now(self) -> Truth:
        return np.array(self.page.evaluate(POINTS), np.float64).reshape(-1, 3)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=3)
        self.page.mouse.up()

    def click_in_order(self) -> None:
        for x, y, v in self.truth:
            if v == 1:
                self.page.keyboard.press("1")
            self.page.mouse.click(*self.at(x, y))

    def box(self) -> None:
        low, high = self.truth[:, :2].min(0) - 12, self.truth[:, :2].max(0) + 12
        self.drag(self.at(*np.maximum(low, 1)), self.at(*high))
        # A proposal comes from the server.
        self.page.wait_for_function("() => vitruvian.editor.selected.value !== null", timeout=60_000)
        if self.page.evaluate("vitruvian.editor.tool.value.id") != "select":
            # The tool waits for the next box.
            self.page.keyboard.press("v")

    def wrong(self) -> list[int]:
        """Return the points that are not right, the one that is off by most tolerances first."""
        now = self.now()
        off = np.hypot(*(now - self.truth)[:, :2].T) / self.reach
        off[now[:, 2] == 0] = np.inf
        wrong = np.flatnonzero((off > 1) | (now[:, 2] != self.truth[:, 2]))
        return [int(k) for k in wrong[np.argsort(-off[wrong], kind="stable")]]

    def correct(self) -> None:
        """The worst point first: a drag and, where it is hidden, a key; the right button where only that is wrong."""
        for _ in range(3 * len(self.truth)):
            if not (wrong := self.wrong()):
                return
            self.correct_one(wrong[0])

    def correct_one(self, k: int) -> None:
        x, y, v = self.now()[k]
        to = self.at(*self.truth[k, :2])
        dragged = v > 0 and np.hypot(x - self.truth[k, 0], y - self.truth[k, 1]) > self.reach[k]
        if v == 0:
            # Chosen by its name in the list, then placed with the next click.
            self.page.get_by_label("Instances").locator(".point").nth(k).click()
            self.page.mouse.click(*to)
        elif dragged:
            self.drag(self.at(x, y), to)
        if self.now()[k, 2] != self.truth[k, 2]:
            if dragged:
                self.page.keyboard.press(str(int(self.truth[k, 2])))
            else:
                # A press of the right button turns hidden and visible.
                self.page.mouse.click(*self.at(*self.now()[k, :2]), button="right")


def counted(page: Page, annotator: Annotator, start: Callable[[], None]) -> dict[str, Any] | None:
    """Work until all is right; None where this page has no such start."""
    page.get_by_test_id("stage").focus()
    page.evaluate("Object.assign(counts, { clicks: 0, drags: 0, hovers: 0, keys: 0 })")
    start()
    if not len(annotator.now()):
        return None
    annotator.correct()
    if annotator.wrong():
        sys.exit(f"Points {annotator.wrong()} are not right at the end: {annotator.now().tolist()}")
    counts: dict[str, Any] = page.evaluate("({ ...counts })")
    return counts


def boxed(key: str, tool: str, page: Page, annotator: Annotator) -> Callable[[], None]:
    """Return the start by a tool that fills a drawn box."""

    def start() -> None:
        page.wait_for_function("() => vitruvian.editor.priors.value.size > 0")
        page.keyboard.press(key)
        if page.evaluate("vitruvian.editor.tool.value.id") == tool:
            annotator.box()

    return start


def ordered(key: str, page: Page, annotator: Annotator) -> Callable[[], None]:
    """Return the start by a click for each point."""

    def start() -> None:
        page.keyboard.press(key)
        annotator.click_in_order()

    return start


def main() -> None:
    """Work and print one line of JSON."""
    picture, truth, area = person()
    found: dict[str, dict[str, Any] | None] = {}

    for name, key, tool in (("clicks", "n", ""), ("template", "t", "template"), ("proposal", "a", "propose")):
        with desk(picture) as table:
            page = table.open(table.context(), COUNT)
            annotator = Annotator(page, truth, area)
            begin = boxed(key, tool, page, annotator) if tool else ordered(key, page, annotator)
            found[name] = counted(page, annotator, begin)
    clip, before = moving(picture, truth)
    with desk(clip) as table:
        page = table.open(table.context(), COUNT)
        page.get_by_test_id("stage").focus()
        page.keyboard.press("n")
        Annotator(page, before, area).click_in_order()
        page.keyboard.press("Escape")
        page.evaluate("vitruvian.editor.goTo(1)")
        page.wait_for_selector("[data-frame-shown=true]")
        found["copy"] = counted(page, Annotator(page, truth, area), lambda: page.keyboard.press("c"))
    figures: dict[str, object] = {"name": "gestures"}
    for name, counts in {**found, "cvat": CVAT}.items():
        for kind, count in (counts or {}).items():
            figures[f"{name}_{kind}"] = count
        figures[f"{name}_total"] = sum(counts.values()) if counts else "no such start"
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
