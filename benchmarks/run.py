"""Run every benchmark and write the figures into docs/benchmarks.md: ``python benchmarks/run.py [name ...]``."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs/benchmarks.md"


def names() -> list[str]:
    """Return the benchmarks in alphabetical order."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem != "run" and not path.stem.startswith("_"))


def figures(name: str) -> dict[str, object]:
    """Run one benchmark and return the last line of its output, a JSON object."""
    done = subprocess.run([sys.executable, HERE / f"{name}.py"], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return {"failed": (done.stderr.strip().splitlines() or ["no output"])[-1]}
    return dict(json.loads(lines[-1]))


def write(name: str, found: dict[str, object], page: str) -> str:
    """Put the figures between the markers ``<!-- name -->`` and ``<!-- /name -->`` of the page."""
    rows = "\n".join(f"| {key} | {value} |" for key, value in found.items() if key != "name")
    block = f"<!-- {name} -->\n`python benchmarks/{name}.py`\n\n| figure | value |\n|---|---|\n{rows}\n<!-- /{name} -->"
    pattern = re.compile(f"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    return pattern.sub(lambda _: block, page) if pattern.search(page) else f"{page.rstrip()}\n\n## {name}\n{block}\n"


def main() -> int:
    chosen = sys.argv[1:] or names()
    failed = 0
    for name in chosen:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found = figures(name)
        failed += "failed" in found
        print(json.dumps({"name": name, **found}), flush=True)
        PAGE.write_text(write(name, found, PAGE.read_text()))
    print(f"{len(chosen) - failed} of {len(chosen)} benchmarks ran on {platform.machine()}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
