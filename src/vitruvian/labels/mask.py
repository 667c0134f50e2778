"""What a mask that a person made must be. Imported ones are kept as they are, whatever they are."""

from __future__ import annotations

from math import isfinite
from typing import Any

from vitruvian.errors import LabelError
from vitruvian.geometry import rle

#: Corners of all parts together; an outline of a 4K picture followed pixel by pixel has fewer.
MOST_CORNERS = 100_000
#: A corner farther from the picture's origin than this is a mistake, pixels.
FARTHEST = 100_000.0


def check_mask(mask: dict[str, Any] | list[Any], width: int, height: int, *, where: str = "") -> None:
    """Refuse a mask that is no COCO segmentation of a picture of this size.

    Parameters
    ----------
    mask : dict or list
        COCO RLE (`size`, and `counts` as lengths or packed text), or polygons as flat lists of x and y, pixels.
    width, height : int
        Of the picture, pixels.
    where : str
        What the mask belongs to, for the error.

    Raises
    ------
    LabelError
        It has another size, its runs do not fill it, or a polygon has fewer than three corners, half a corner, a
        coordinate that is no finite number or lies far outside, or there are more corners than :data:`MOST_CORNERS`.
    """
    if isinstance(mask, dict):
        _check_runs(mask, width, height, where)
    else:
        _check_polygons(mask, where)


def _check_runs(mask: dict[str, Any], width: int, height: int, where: str) -> None:
    if mask.get("size") != [height, width]:
        raise LabelError(
            f"The mask is for a picture of height and width {mask.get('size')}, this one has {[height, width]}",
            where=where,
            hint="a mask is as large as its picture",
        )
    counts = mask.get("counts")
    if isinstance(counts, list) and not all(type(count) is int for count in counts):
        raise LabelError("The mask has a run length that is no whole number", where=where)
    try:
        rle.runs_of(mask)
    except ValueError as error:
        hint = "counts are background and object by turns, column by column, and fill the picture"
        raise LabelError(f"The mask cannot be read: {error}", where=where, hint=hint) from error


def _check_polygons(mask: list[Any], where: str) -> None:
    if not mask:
        raise LabelError("The mask has no polygon", where=where, hint="no mask at all is null")
    corners = 0
    for at, part in enumerate(mask):
        place = f"{where}, polygon {at}" if where else f"polygon {at}"
        if not isinstance(part, list) or len(part) < 6 or len(part) % 2:
            raise LabelError("A polygon is a flat list x, y, x, y ... of at least three corners", where=place)
        corners += len(part) // 2
        if not all(type(value) in (int, float) and isfinite(value) and abs(value) <= FARTHEST for value in part):
            raise LabelError(
                f"A corner is no place of the picture: not a finite number within {FARTHEST:.0f} pixels", where=place
            )
    if corners > MOST_CORNERS:
        raise LabelError(
            f"The mask has {corners} corners, more than {MOST_CORNERS}", where=where, hint="simplify it, or send RLE"
        )
