"""The tables of what real annotation files gave, as Markdown."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

Found = dict[str, Any]
#: What a library's model does not claim to hold does not count as a change.
UNCLAIMED = {"sleap-io": {"ids"}, "datumaro": {"tracks"}}

SUMMARY = """
## On real files

Every annotation file of a folder of real ones was read, written and read again, here and with {versions}.
"As it was" means: for Vitruvian, that everything is equal to the last bit and in the same order, verbatim records
included; for the others, that the rewritten file has the points, visibilities, boxes, masks, skeletons and, where the
library has them, ids and tracks of the original. "Read" means that all instances and points are there.
[Each file](real-files.md) has what changed, and notes on what is debatable.

| format | files | instances | points | Vitruvian | sleap-io | datumaro |
|---|--:|--:|--:|---|---|---|
"""

LONG = """\
# Real files

Made by `python tools/formats_page.py --files FOLDER`; versions: {versions}. Figures are instances / labelled points.
What another library read is ✓ when it has all of them; then comes what changed in its own file, read again, against
the original. "No reader" is not a failure: the library does not claim to read the format.

| file | format | instances / points | written and read again | sleap-io | datumaro |
|---|---|--:|---|---|---|
"""

NOTES = """
## Notes

- Another library's file is compared with the original by reading both with Vitruvian. Instances of a frame are paired
  by the distance of their points, points by the names of their keypoints. Any difference counts, however small: "by
  up to" says how far a point went; less than 0.0001 px comes of 32-bit numbers and hardly matters to anyone.
- sleap-io reads COCO with `segmentation_format="roi"`, so that polygons stay polygons, and is given the original names
  of the pictures when it writes. Its labels have no ids, so that ids which changed do not count. It writes
  segmentations and boxes as annotations of their own, which is where more instances come from; whether the masks are
  lost then is debatable, as they are in the file, but belong to no pose.
- sleap-io writes as an instance's box the smallest around its points, in whole pixels.
- sleap-io's writer of DeepLabCut tables makes predictions of one video; labels of single images fail in it.
- datumaro reads COCO's keypoints as `coco_person_keypoints`. It has no tracks, so that tracks do not count. It refuses
  a whole file for one record without a field that COCO asks for; such files are indeed not COCO to the letter.
- The order of edges has no meaning in most tools. It is counted since a file shows it.
- WholeBody's extra parts are fields beside COCO's `keypoints`, and neither library claims to know them.
- `mpii_json` is mmpose's layout; datumaro's format of that name is another one.
- Lists of results (without pictures and categories) are COCO's result format, which neither library claims to read.
- Other libraries find a picture of the stated size for each file name, as some leave out labels of pictures that are
  not there.
- The points that sleap-io counts in a LEAP file and Vitruvian does not lie at (0, 0) in two frames of which only
  the first point was labelled.
- DeepLabCut tables without their project are written as the project they belong to: the records that differ are their
  places in that project, with them those of pictures, and the project's config, which is made.
"""


def versions(figures: Found) -> str:
    return " and ".join(pins[0].replace("==", " ").replace("[mat]", "") for pins in figures["peers"].values())


def summary(figures: Found) -> str:
    groups = defaultdict(list)
    for found in figures["files"]:
        groups[found["format"]].append(found)
    text = SUMMARY.format(versions=versions(figures))
    for format, files in sorted(groups.items()):
        counts = [sum(found.get(what, 0) for found in files) for what in ("instances", "points")]
        ours = _counted([_our_state(found) for found in files])
        theirs = [_counted([_state(found, peer) for found in files]) for peer in figures["peers"]]
        text += f"| `{format}` | {len(files)} | {counts[0]:,} | {counts[1]:,} | {ours} | {' | '.join(theirs)} |\n"
    return text + f"\n{len(figures['unrecognised'])} files are of [no known format](real-files.md#not-recognised).\n"


def _our_state(found: Found) -> str:
    if "error" in found:
        return "fails"
    if found.get("reads_only"):
        return "read, never written"
    if "write_error" in found:
        return "read, fails to write"
    differs = found["differs"]
    if differs and all(what.startswith("record") for what in differs):
        return "labels as they were, records not"
    return "read, something changed" if differs or found.get("same_json") is False else "as it was"


def _state(found: Found, peer: str) -> str:
    theirs = found[peer]
    if "not_read" in theirs:
        return "no reader"
    if "error" in theirs:
        return "fails"
    if any(theirs[what] != found.get(what) for what in ("instances", "points")):
        return "read in part"
    if "no_writer" in theirs:
        return "read, never written"
    if "write_error" in theirs or "reread_error" in theirs:
        return "read, fails to write"
    return "read, something changed" if _changes(theirs, peer) else "as it was"


def _counted(states: list[str]) -> str:
    kinds = sorted(set(states), key=lambda state: (state != "as it was", -states.count(state), state))
    return kinds[0] if len(kinds) == 1 else "; ".join(f"{states.count(k)} {k}" for k in kinds)


def _changes(theirs: Found, peer: str) -> list[str]:
    found = theirs.get("changes", {})
    return [f"{what} {how}" for what, how in found.items() if what not in UNCLAIMED[peer]]


def long_page(figures: Found) -> str:
    text = LONG.format(versions=versions(figures))
    for found in figures["files"]:
        size = f"{found['instances']} / {found['points']}" if "instances" in found else "fails"
        again = _our_state(found)
        details = found.get("error") or found.get("write_error") or ", ".join(found.get("differs", ()))
        again = "✓ equal" if again == "as it was" else f"{again}{': ' if details else ''}{details}"
        theirs = [_their_cell(found, peer) for peer in figures["peers"]]
        cells = [f"`{found['file']}`", f"`{found['format']}`", size, again, *theirs]
        text += f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"
    text += NOTES + "\n## Not recognised\n\n"
    text += f"Besides {figures['without_labels']} pictures, videos and texts without labels:\n\n"
    text += "| file | what it is |\n|---|---|\n"
    return text + "".join(f"| `{entry['file']}` | {entry['why']} |\n" for entry in figures["unrecognised"])


def _their_cell(found: Found, peer: str) -> str:
    theirs = found[peer]
    if "not_read" in theirs:
        return "no reader"
    if "error" in theirs:
        return f"fails: {theirs['error']}"
    read = [theirs[what] for what in ("instances", "points")]
    all_there = read == [found.get(what) for what in ("instances", "points")]
    text = "✓" if all_there else f"reads {read[0]} / {read[1]}"
    if "no_writer" in theirs:
        return f"{text}, never written"
    for key in ("write_error", "reread_error"):
        if key in theirs:
            return f"{text}, fails to write: {theirs[key]}"
    changed = _changes(theirs, peer)
    return f"{text}, changed: {'; '.join(changed)}" if changed else f"{text}, as it was"
