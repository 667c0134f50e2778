"""Write docs/formats/README.md, every format and what it cannot hold: ``python tools/formats_page.py``."""

from __future__ import annotations

from pathlib import Path

from vitruvian.formats import every_format
from vitruvian.formats.losses import FEATURES

PAGES = Path(__file__).resolve().parents[1] / "docs/formats"

HEAD = """\
# Formats

`vt.read` and `vitruvian convert` recognise a file or folder by its content; `vt.write` and `convert` take the
format from the target's ending or from `--to NAME`. Before anything is written, `convert` lists and counts what
the target cannot hold, and refuses without `--allow-loss`; `--report FILE` writes the list as JSON.
`--skeleton PRESET` maps keypoints by name, `--renames FILE` helps where names differ.

Every format keeps fields that it alone knows when it is read and written again: "cannot hold" is about labels from
elsewhere. Some formats hold more than they have words for, in fields of ours that their own tools may drop; their
pages say which. [CrowdPose](crowdpose.md) and [Halpe](halpe.md) are read and written as COCO.

| name | format | ending | cannot hold |
|---|---|---|---|
"""


def main() -> None:
    rows = []
    for name, codec in sorted(every_format().items()):
        # One page tells of all formats of one tool.
        page = name.split("_")[0] if name.startswith(("mpii", "sleap", "via")) else name
        if not (PAGES / f"{page}.md").exists():
            raise SystemExit(f"docs/formats/{page}.md is missing")
        ending = "folder" if codec.folder else ", ".join(f"`{suffix}`" for suffix in codec.suffixes)
        lost = [what for feature, (what, _) in FEATURES.items() if feature not in codec.holds]
        cannot = "; ".join(lost) if codec.writes else "(read only)"
        rows.append(f"| [`{name}`]({page}.md) | {codec.title} | {ending} | {cannot} |\n")
    (PAGES / "README.md").write_text(HEAD + "".join(rows))


if __name__ == "__main__":
    main()
