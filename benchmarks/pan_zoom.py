"""p95 of panning and zooming 50 instances of 133 points on a 1080p picture, beside the bare picture.

The figure is the time from one animation frame to the next with vertical sync off and drawing in software. Both take
the same pointer and wheel events, one a frame, in turns, and the best turn of each counts: other work on the machine
only makes a turn slower. Processor time is that of the whole browser, per frame.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from _page import bench_page, processor_seconds
from playwright.sync_api import Page

FRAMES = 240
TURNS = 5


def turn(page: Page, what: str, way: str) -> dict[str, Any]:
    """One gesture of `FRAMES` frames, with the processor time that each took."""
    begun = processor_seconds(page)
    found: dict[str, Any] = page.evaluate(f"([way, count]) => bench.{what}(way, count)", [way, FRAMES])
    return {**found, "processor": round(1000 * (processor_seconds(page) - begun) / found["frames"], 1)}


def main(name: str = "pan_zoom", *, masks: bool = False) -> None:
    """Measure and print one line of JSON."""
    figures: dict[str, object] = {"name": name, "points": 50 * 133, "frames": FRAMES, "turns": TURNS}
    with bench_page() as page:
        page.evaluate("(masks) => bench.load(masks)", masks)
        page.wait_for_timeout(500)
        for way in ("pan", "zoom"):
            ours, bare = [], []
            for _ in range(TURNS):
                bare.append(turn(page, "picture", way))
                if way == "pan":
                    page.mouse.move(960, 540)
                    page.mouse.down(button="middle")
                ours.append(turn(page, "gesture", way))
                page.mouse.up(button="middle")
                page.wait_for_timeout(300)
            if any(turn["cameras"] < FRAMES / 10 for turn in ours):
                sys.exit(f"The {way} did not reach the editor: {ours}")
            editor, picture = (min(turns, key=lambda turn: turn["p95"]) for turns in (ours, bare))
            for figure, unit in (("p50", "p50_ms"), ("p95", "p95_ms"), ("processor", "processor_ms")):
                figures[f"{way}_{unit}"] = editor[figure]
                figures[f"{way}_picture_{unit}"] = picture[figure]
                figures[f"{way}_ratio_{figure}"] = round(editor[figure] / picture[figure], 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
