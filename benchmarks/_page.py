"""The page of the canvas benchmarks, in Chromium that draws in software and as fast as it can."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

WEB = Path(__file__).resolve().parents[1] / "web"
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


@contextmanager
def bench_page() -> Iterator[Page]:
    """Build the page and open it in a window of 1920 x 1080; its functions are in `bench`."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = build(Path(folder) / "page")
        chromium = Path("/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium if chromium.exists() else None, args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(page_file.as_uri())
        page.wait_for_timeout(500)
        yield page
        browser.close()


def processor_seconds(page: Page) -> float:
    """Processor time that all processes of the browser have taken so far: steadier than the clock on a busy machine."""
    if page.context.browser is None:
        raise RuntimeError("The page has no browser")
    session = page.context.browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(process["cpuTime"] for process in processes))
