"""The area of a COCO segmentation."""

from __future__ import annotations

from typing import Any

import numpy as np


def area(mask: dict[str, Any] | list[Any] | None) -> float | None:
    """Return how many pixels a segmentation covers, or None when it cannot be told.

    Parameters
    ----------
    mask : dict, list or None
        RLE as lengths, or polygons as flat x, y lists. COCO's packed RLE text is not looked into: None.

    Notes
    -----
    A polygon's area is Gauss's shoelace formula; the areas of several parts are added, which is COCO's where they do
    not overlap.
    """
    try:
        if isinstance(mask, dict):
            counts = mask.get("counts")
            return float(sum(counts[1::2])) if isinstance(counts, list) else None
        if mask is None:
            return None
        return float(sum(_polygon(part) for part in mask))
    except (TypeError, ValueError, OverflowError):
        return None


def _polygon(flat: list[float]) -> float:
    x, y = np.array(flat, np.float64).reshape(-1, 2).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
