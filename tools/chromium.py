"""Make sure that a Chromium for the browser tests is there, and print where.

An installed Chrome or Chromium is used as it is. Otherwise, as root on Debian or Ubuntu, the distribution's package
is installed; elsewhere Playwright brings its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """Return the path of a browser, or None."""
    chosen = os.environ.get("VITRUVIAN_CHROMIUM")
    if chosen:
        return chosen
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    if installed or MAC.exists():
        return installed or str(MAC)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 a development dependency, absent in a bare tree
    except ImportError:
        return None
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Install a browser; says what it does."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Debian's chromium for the browser tests", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("apt-get update -qq", "apt-get install -y -qq --no-install-recommends chromium"):
            subprocess.run(command.split(), check=False, env=environment, stdout=subprocess.DEVNULL)
    if not find():
        print("Installing Playwright's Chromium for the browser tests", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    if not find():
        install()
    browser = find()
    if not browser:
        print("No Chromium could be installed; install Chrome or Chromium and run again", file=sys.stderr)
        return 1
    print(f"Browser tests use {browser}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
