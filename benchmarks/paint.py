"""p95 of painting a mask among 50 instances of 133 points with masks on a 1080p picture, beside the bare picture.

The figure is the time from one animation frame to the next with vertical sync off and drawing in software, as in
drag.py. The brush is 40 pixels across and goes round in growing circles, until the mask covers an eighth of it.
"""

from __future__ import annotations

import json
import sys

from _page import bench_page

FRAMES = 400
TURNS = 5


def main() -> None:
    """Measure and print one line of JSON."""
    strokes, floors = [], []
    with bench_page() as page:
        for _ in range(TURNS):
            at = page.evaluate("bench.takeBrush()")
            page.wait_for_timeout(300)
            page.mouse.move(at["x"], at["y"])
            page.mouse.down()
            strokes.append(page.evaluate("([from, count]) => bench.paint(from, count)", [at, FRAMES]))
            page.mouse.up()
            floors.append(page.evaluate("(count) => bench.floor(count)", FRAMES))
    if not all(stroke["held"] and stroke["steps"] > 10 for stroke in strokes):
        sys.exit(f"The stroke did not reach the mask: {strokes}")
    stroke, floor = (min(turns, key=lambda turn: turn["p95"]) for turns in (strokes, floors))
    figures = {
        "name": "paint",
        "frames": FRAMES,
        "turns": TURNS,
        "mask_pixels": stroke["area"],
        "paint_p50_ms": stroke["p50"],
        "paint_p95_ms": stroke["p95"],
        "floor_p50_ms": floor["p50"],
        "floor_p95_ms": floor["p95"],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
