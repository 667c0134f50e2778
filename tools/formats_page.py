"""Write docs/formats/README.md and real-files.md: ``python tools/formats_page.py [--files FOLDER]``.

With ``--files`` every real annotation file in a folder is read and written first, here, with sleap-io and with
datumaro, which are downloaded; what came out is kept in docs/formats/real_files.json.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from real_files import measure
from real_files_page import long_page, summary

from vitruvian.formats import Codec, every_format
from vitruvian.formats.losses import FEATURES

PAGES = Path(__file__).resolve().parents[1] / "docs/formats"
FIGURES = PAGES / "real_files.json"

HEAD = """\
# Formats

`vt.read` and `vitruvian convert` recognise a file or folder by its content; `vt.write` and `convert` take the
format from the target's ending or from `--to NAME`. Before anything is written, `convert` lists and counts what
the target cannot hold, and refuses without `--allow-loss`; `--report FILE` writes the list as JSON.
`--skeleton PRESET` maps keypoints by name, `--renames FILE` helps where names differ.

An export that comes as a `.zip` (CVAT, Label Studio, Roboflow, Darwin, Supervisely) is read as it is: it is unpacked
into a temporary folder that is removed afterwards. It must hold one annotation file, or one folder that is a format; of
several, unpack it and name the one that you mean. Names that lead out of the folder, links, more than 500,000 files,
64 GB or 200 times the archive's size are refused.

[CrowdPose](crowdpose.md) and [Halpe](halpe.md) are read and written as COCO.

*Precision* is by how much, at most, a position within 10,000 pixels of the origin differs once it is read again.

| name | format | ending | precision | cannot hold |
|---|---|---|---|---|
"""

HOLDS = """
## What each can hold

● it can, · it cannot. This is about labels that come from elsewhere: every format keeps the fields that it alone knows
when it is read and written again. Some formats hold more than they have words for, in fields of ours that their own
tools may drop; their pages say which.
"""

#: Two matrices narrow enough to be read; the words are shorter than those of FEATURES.
MATRICES = {
    "Instances and their points": {
        "hidden": "hidden points", "scores": "point scores", "no_score": "no score",
        "keyed": "keyed points", "confidence": "confidence",
        "boxes": "boxes", "no_box": "no box", "masks": "masks", "tracks": "tracks", "areas": "areas",
        "crowds": "crowds", "attributes": "attributes", "no_points": "no points", "ids": "ids",
    },
    "Media and skeletons": {
        "videos": "video frames", "media_names": "media names", "sizes": "sizes",
        "unused_media": "unlabelled media", "names": "names",
        "edges": "edges", "flips": "flips", "sigmas": "sigmas", "groups": "groups", "colors": "colours",
        "where": "where it lies", "categories": "many categories", "skeletons": "many skeletons",
        "no_skeleton": "no skeleton",
    },
}  # fmt: skip


def page_of(name: str) -> str:
    """Return the page that tells of a format; some tell of several."""
    parts = name.split("_")
    pages = ["_".join(parts[:count]) for count in range(len(parts), 0, -1)]
    found = next((page for page in pages if (PAGES / f"{page}.md").exists()), None)
    if found is None:
        raise SystemExit(f"docs/formats/{name}.md is missing")
    return found


def row(name: str, codec: Codec) -> str:
    ending = "folder" if codec.folder else ", ".join(f"`{suffix}`" for suffix in codec.suffixes)
    lost = len(FEATURES.keys() - codec.holds)
    cannot = f"{lost} of {len(FEATURES)} [features](#what-each-can-hold)" if lost else "nothing"
    cannot = cannot if codec.writes else "is only read"
    precision = ("exact" if codec.precision == 0 else f"{codec.precision:.0e} px") if codec.writes else ""
    return f"| [`{name}`]({page_of(name)}.md) | {codec.title} | {ending} | {precision} | {cannot} |\n"


def matrices(formats: dict[str, Codec]) -> str:
    shown = [feature for columns in MATRICES.values() for feature in columns]
    if sorted(shown) != sorted(FEATURES):
        raise SystemExit(f"MATRICES lacks or repeats: {sorted({*shown} ^ FEATURES.keys())}")
    text = HOLDS
    for title, columns in MATRICES.items():
        text += f"\n### {title}\n\n| | {' | '.join(columns.values())} |\n|---|{':-:|' * len(columns)}\n"
        for name, codec in formats.items():
            if codec.writes:
                marks = " | ".join("●" if feature in codec.holds else "·" for feature in columns)
                text += f"| `{name}` | {marks} |\n"
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="measure every real annotation file below it")
    chosen = parser.parse_args()
    if chosen.files:
        found = measure(chosen.files.resolve())
        FIGURES.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    figures = json.loads(FIGURES.read_text())
    formats = dict(sorted(every_format().items()))
    rows = "".join(row(name, codec) for name, codec in formats.items())
    (PAGES / "README.md").write_text(HEAD + rows + matrices(formats) + summary(figures))
    (PAGES / "real-files.md").write_text(long_page(figures))


if __name__ == "__main__":
    main()
