"""The masks that Python and page are both tested with (tests/vectors/rle.json) are what pycocotools makes of them.

Run this file as a script to write the vectors anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as oracle

from vitruvian.geometry import polygons, rle

VECTORS = Path(__file__).parents[1] / "vectors/rle.json"


def of_polygon(polygon: list[float], width: int, height: int) -> dict[str, Any]:
    """A polygon with the mask that pycocotools makes of it, in both spellings."""
    (packed,) = oracle.frPyObjects([polygon], height, width)
    return {"polygon": polygon, **of_packed(packed)}


def of_packed(packed: dict[str, Any]) -> dict[str, Any]:
    text = packed["counts"].decode()
    left, top, wide, tall = oracle.toBbox(packed).astype(int).tolist()
    return {
        "size": list(packed["size"]),
        "text": text,
        "counts": rle.unpack(text).tolist(),
        "area": int(oracle.area(packed)),
        "bounds": [left, top, wide, tall] if wide and tall else None,
    }


def make() -> dict[str, list[dict[str, Any]]]:
    random = np.random.default_rng(17)
    shapes: list[list[float]] = [
        [0, 0, 10, 0, 10, 5, 0, 5],
        [2, 2, 2, 2, 8, 2, 8, 8, 2, 8],
        [-4.5, -3.25, 30, 4, 12.5, 40, -2, 20],
        [1.5, 1.5, 18.2, 16.7, 18.2, 1.5, 1.5, 16.7],
        [3, 3, 9, 3, 15, 3],
        [0.4, 0.4, 0.6, 0.4, 0.6, 0.6],
        [19, 0, 20, 0, 20, 25, 19, 25],
    ]
    for corners in (3, 4, 6, 9, 15, 40):
        for _ in range(4):
            corner = random.uniform(-6, 30, (corners, 2))
            shapes.append(np.round(corner, int(random.integers(0, 4))).reshape(-1).tolist())
    noise = [random.random((13, 17)) < share for share in (0, 0.05, 0.3, 0.5, 0.9, 1)]
    return {
        "polygons": [of_polygon(shape, 20, 25) for shape in shapes],
        "masks": [of_packed(oracle.encode(np.asfortranarray(cells.astype(np.uint8)))) for cells in noise],
    }


CASES = json.loads(VECTORS.read_text()) if VECTORS.exists() else {"polygons": [], "masks": []}


def test_the_vectors_are_pycocotools() -> None:
    assert make() == CASES


@pytest.mark.parametrize("case", [*CASES["polygons"], *CASES["masks"]])
def test_run_lengths(case: dict[str, Any]) -> None:
    assert rle.unpack(case["text"]).tolist() == case["counts"]
    assert rle.pack(np.array(case["counts"])) == case["text"]
    assert rle.area({"size": case["size"], "counts": case["text"]}) == case["area"]


@pytest.mark.parametrize("case", CASES["polygons"][:1])
def test_a_polygon_on_whole_pixels_covers_its_area(case: dict[str, Any]) -> None:
    assert polygons.area(case["polygon"]) == case["area"]


if __name__ == "__main__":
    VECTORS.parent.mkdir(exist_ok=True)
    VECTORS.write_text(json.dumps(make()) + "\n")
