"""The area of a COCO segmentation."""

from __future__ import annotations

from typing import Any

from vitruvian.geometry import polygons, rle


def area(mask: dict[str, Any] | list[Any] | None) -> float | None:
    """Return how many pixels a segmentation covers, or None when it cannot be told.

    Parameters
    ----------
    mask : dict, list or None
        RLE, or polygons as flat x, y lists. The areas of several parts are added, which is COCO's answer where they do
        not overlap.
    """
    try:
        if isinstance(mask, dict):
            return float(rle.area(mask))
        if mask is None:
            return None
        return float(sum(polygons.area(part) for part in mask))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
