"""p95 of dragging one point: 50 instances of 133 points on a 1080p picture, Chromium drawing in software.

The figure is the time from one animation frame to the next with vertical sync off, while the real editor, tools and
canvas take one pointer move a frame. The floor is the same picture in one canvas, with a single dot drawn into it in
each frame. Both take turns, and the best turn of each counts: other work on the machine only makes a turn slower.
"""

from __future__ import annotations

import json
import sys

from _page import bench_page

FRAMES = 400
TURNS = 5


def main(name: str = "drag", *, masks: bool = False, template: bool = False) -> None:
    """Measure and print one line of JSON.

    With `masks` each instance has one of painted pixels; with `template` all other points follow the dragged one.
    """
    with bench_page() as page:
        at = page.evaluate("([masks, template]) => bench.start(masks, template)", [masks, template])
        page.wait_for_timeout(500)
        page.mouse.move(at["x"], at["y"])
        page.mouse.down()
        drags, floors = [], []
        for _ in range(TURNS):
            drags.append(page.evaluate("([from, count]) => bench.drag(from, count)", [at, FRAMES]))
            floors.append(page.evaluate("(count) => bench.floor(count)", FRAMES))
        page.mouse.up()
        committed = page.evaluate("bench.gestures()")
    if not (all(drag["held"] and drag["moved"] for drag in drags) and committed):
        sys.exit(f"The drag did not reach the editor: {drags}, last gesture {committed}")
    if any(drag["followed"] != template for drag in drags):
        sys.exit(f"The other points must follow in a template, and only there: {drags}")
    drag, floor = (min(turns, key=lambda turn: turn["p95"]) for turns in (drags, floors))
    figures = {
        "name": name,
        "points": 50 * 133,
        "frames": FRAMES,
        "turns": TURNS,
        "drag_p50_ms": drag["p50"],
        "drag_p95_ms": drag["p95"],
        "floor_p50_ms": floor["p50"],
        "floor_p95_ms": floor["p95"],
        "ratio_p95": round(drag["p95"] / floor["p95"], 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
