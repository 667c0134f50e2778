"""Write what each COCO-like file under a folder deviates in into docs/formats/coco.md.

Run as ``python tools/deviations.py FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from vitruvian.errors import FormatError
from vitruvian.formats import read

PAGE = Path(__file__).resolve().parents[1] / "docs/formats/coco.md"
BEGIN, END = "<!-- deviations: begin -->", "<!-- deviations: end -->"


def row(path: Path, name: str) -> str | None:
    """Return the table's line for one file, or None when it is not a COCO file."""
    try:
        dataset = read(path)
    except FormatError:
        return None
    found = [f"`{w.field}`: {w.message}{f' ({w.count} records)' if w.count > 1 else ''}" for w in dataset.warnings]
    return f"| {name} | {len(dataset.instances)} | {'; '.join(found).replace('|', '/') or 'none'} |"


def table(folder: Path) -> str:
    """Return the table over every JSON file under `folder`."""
    rows = [row(path, path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*.json"))]
    return "\n".join(["| file | annotations | deviations |", "|---|---|---|", *(r for r in rows if r)])


def main() -> int:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table(Path(sys.argv[1]))}\n{END}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
