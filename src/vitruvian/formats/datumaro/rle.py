"""COCO's packed text for run lengths, which Datumaro keeps masks in."""

from __future__ import annotations

from typing import Any


def packed(mask: dict[str, Any]) -> dict[str, Any]:
    """Return a COCO RLE with its lengths packed into text; as it is where they are text already or no lengths.

    Notes
    -----
    Of each length from the fourth on the difference to the one two before is stored, in groups of five bits from the
    lowest, a sixth bit saying that more follow, each as a character from "0" (pycocotools, rleToString).
    """
    counts = mask.get("counts")
    if not isinstance(counts, list) or not all(type(count) is int for count in counts):
        return mask
    out = []
    for at, count in enumerate(counts):
        rest = count - counts[at - 2] if at > 2 else count
        more = True
        while more:
            bits = rest & 31
            rest >>= 5
            more = rest != (-1 if bits & 16 else 0)
            out.append(chr(48 + (bits | 32 if more else bits)))
    return {**mask, "counts": "".join(out)}
