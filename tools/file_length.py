"""Fail when a source file is longer than the ceiling: a long file is two files that have not been told apart yet."""

import subprocess
import sys
from pathlib import Path

CEILING = 500
SUFFIXES = {".py", ".ts", ".svelte", ".css"}
GENERATED = ("web/src/api/schema",)


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    )
    files = [Path(name) for name in listed.stdout.splitlines() if Path(name).suffix in SUFFIXES]
    counted = {p: len(p.read_text().splitlines()) for p in files if p.exists() and not str(p).startswith(GENERATED)}
    long = {p: n for p, n in counted.items() if n > CEILING}
    for path, lines in long.items():
        print(f"{path}: {lines} lines, the ceiling is {CEILING}")
    print(f"{len(counted)} files within {CEILING} lines" if not long else f"{len(long)} files are too long")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
