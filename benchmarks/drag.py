"""p95 of dragging one point: 50 instances of 133 points on a 1080p picture, Chromium drawing in software.

The figure is the time from one animation frame to the next with vertical sync off, while the real editor, tools and
canvas take one pointer move a frame. The floor is the same picture in one canvas, with a single dot drawn into it in
each frame. Both take turns, and the best turn of each counts: other work on the machine only makes a turn slower.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

WEB = Path(__file__).resolve().parents[1] / "web"
FRAMES = 400
TURNS = 5
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-frame-rate-limit",
    "--disable-gpu-vsync",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
]


def build(target: Path) -> Path:
    """Build the benchmark's page from the sources into folder `target`; return its HTML file."""
    vite = WEB / "node_modules/vite/bin/vite.js"
    command = ["node", str(vite), "build", "tests/bench", "--base", "./", "--outDir", str(target), "--logLevel", "warn"]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr or done.stdout)
    return target / "index.html"


def main(name: str = "drag", *, masks: bool = False) -> None:
    """Measure and print one line of JSON; with `masks` each instance has one of painted pixels."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = build(Path(folder) / "page")
        chromium = Path("/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium if chromium.exists() else None, args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(page_file.as_uri())
        at = page.evaluate("(masks) => bench.start(masks)", masks)
        page.wait_for_timeout(500)
        page.mouse.move(at["x"], at["y"])
        page.mouse.down()
        drags, floors = [], []
        for _ in range(TURNS):
            drags.append(page.evaluate("([from, count]) => bench.drag(from, count)", [at, FRAMES]))
            floors.append(page.evaluate("(count) => bench.floor(count)", FRAMES))
        page.mouse.up()
        committed = page.evaluate("bench.gestures()")
        browser.close()
    if not (all(drag["held"] and drag["moved"] for drag in drags) and committed):
        sys.exit(f"The drag did not reach the editor: {drags}, last gesture {committed}")
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
