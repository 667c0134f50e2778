"""Run the demo as a newcomer would, drive the page once in headless Chromium, and print one line of JSON.

The page fixes one doubtful point and accepts one; then the labels are exported and read again. The clip is marked
once for the same sources: the page is driven on a copy of that project.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chromium import find
from playwright.sync_api import Page, expect, sync_playwright

import vitruvian as vt

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOT = ROOT / ".cache/demo-check.png"
KEPT = ROOT / ".cache/demo-check"
STAMP = KEPT / "made-from.txt"


def start_demo(folder: Path) -> tuple[subprocess.Popen[str], dict[str, object]]:
    """Start `vitruvian demo` in `folder`; return it and the facts it prints once it serves."""
    command = [sys.executable, "-m", "vitruvian.cli", "demo", str(folder), "--no-open", "--port", "0", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None  # noqa: S101 PIPE was asked for
    line = server.stdout.readline()
    if not line:
        raise SystemExit("The demo stopped before it served; its words stand above")
    return server, json.loads(line)


def stop(server: subprocess.Popen[str]) -> None:
    server.terminate()
    server.wait(timeout=20)


def digest() -> str:
    """Return the sha256 over what a marked project is made from: the sources, the models' checksums, the pins."""
    package = ROOT / "src/vitruvian"
    sources = [p for kind in ("*.py", "*.json") for p in package.rglob(kind) if "static" not in p.parts]
    models = ROOT / "packages/vitruvian-models/src/vitruvian_models/checksums.json"
    total = hashlib.sha256()
    for path in sorted([*sources, models, ROOT / "requirements/dev.txt"]):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def marked_project() -> tuple[Path, dict[str, float]]:
    """Return the demo's project as nobody has touched it, and how long making it took: {} when it stood already."""
    project, today = KEPT / "demo", digest()
    if STAMP.exists() and STAMP.read_text() == today:
        print("The clip has been marked by these sources already; `make clean` forgets that", file=sys.stderr)
        return project, {}
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    server, facts = start_demo(project)
    stop(server)
    STAMP.write_text(today)
    stages = facts["seconds"]
    return project, stages if isinstance(stages, dict) else {}


def drive(page: Page, address: str) -> tuple[int, int]:
    """Fix the first doubtful point and accept the second; return the server's counts of both."""
    page.goto(address)
    stage = page.get_by_test_id("stage")
    expect(stage).to_have_attribute("data-frame-shown", "true", timeout=30_000)
    left_before = int(page.get_by_test_id("queue-open").inner_text())
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("route-reason")).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=SHOT)
    box = stage.bounding_box()
    assert box is not None  # noqa: S101 it was just expected to be visible
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 14, y + 9, steps=4)
    page.mouse.up()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("queue-open")).to_have_text(str(left_before - 2))
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=20_000)
    states = page.evaluate(
        """async (labelSet) => {
            const answer = await fetch(`/api/v1/label-sets/${labelSet}/routes?state=all`);
            return (await answer.json()).routes.map((route) => route.state);
        }""",
        int(page.url.split("/label-sets/")[1].split("/")[0]),
    )
    return states.count("fixed"), states.count("accepted")


def main() -> int:
    made, seconds = marked_project()
    marked_now = bool(seconds)
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "demo"
        shutil.copytree(made, project)
        server, facts = start_demo(project)
        stages = facts["seconds"]
        seconds = seconds or dict(stages if isinstance(stages, dict) else {})
        try:
            begun = time.perf_counter()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                fixed, accepted = drive(page, str(facts["address"]))
                browser.close()
            seconds["edit"] = round(time.perf_counter() - begun, 2)
        finally:
            stop(server)
        begun = time.perf_counter()
        exported = ROOT / ".cache/demo-labels.json"
        export = ["export", str(project), str(exported), "--force"]
        subprocess.run([sys.executable, "-m", "vitruvian.cli", *export], check=True, stdout=subprocess.DEVNULL)
        seconds["export"] = round(time.perf_counter() - begun, 2)
        dataset = vt.read(exported)
    line = {
        "frames": facts["frames"],
        "instances": len(dataset.instances),
        "routed_points": facts["routed_points"],
        "marked_now": marked_now,
        "fixed": fixed,
        "accepted": accepted,
        "exported": str(exported.relative_to(ROOT)),
        "seconds": seconds,
    }
    print(json.dumps(line))
    return 0 if fixed == 1 and accepted == 1 and dataset.instances else 1


if __name__ == "__main__":
    sys.exit(main())
