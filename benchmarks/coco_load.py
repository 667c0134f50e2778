"""Load a COCO file of 262,000 people: Vitruvian against json.load and pycocotools, in one run."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO

import vitruvian as vt

PEOPLE = 262_000
PEOPLE_PER_IMAGE = 4
CHUNK = 4096


def make(path: Path, people: int) -> None:
    """Write a file of COCO's shape: 17 points, polygons of 20 corners, boxes."""
    random = np.random.default_rng(0)
    names = list(vt.preset_skeleton("coco").names)
    images = [
        {"id": i, "file_name": f"{i:012d}.jpg", "width": 640, "height": 480, "license": 1, "coco_url": f"http://i/{i}"}
        for i in range(people // PEOPLE_PER_IMAGE)
    ]
    top = {"info": {"year": 2017}, "images": images, "categories": [
        {"id": 1, "name": "person", "supercategory": "person", "keypoints": names, "skeleton": [[1, 2], [1, 3]]}
    ]}  # fmt: skip
    with path.open("w") as file:
        file.write(json.dumps(top)[:-1] + ', "annotations": [')
        for i in range(people):
            if i % CHUNK == 0:
                tables = random.integers(0, 480, (CHUNK, 17, 3))
                tables[:, :, 2] %= 3
                tables[tables[:, :, 2] == 0] = 0
                polygons = random.uniform(0, 480, (CHUNK, 40)).round(2).tolist()
                boxes = random.uniform(1, 400, (CHUNK, 4)).round(2).tolist()
            points = tables[i % CHUNK]
            record = {
                "segmentation": [polygons[i % CHUNK]],
                "num_keypoints": int((points[:, 2] > 0).sum()),
                "area": float(i % 9000) + 0.5,
                "iscrowd": 0,
                "keypoints": points.reshape(-1).tolist(),
                "image_id": i // PEOPLE_PER_IMAGE,
                "bbox": boxes[i % CHUNK],
                "category_id": 1,
                "id": i,
            }
            file.write((", " if i else "") + json.dumps(record))
        file.write("]}")


def timed(load: Callable[[Path], object], path: Path) -> float:
    """Return seconds of processor time, since others may use the machine; the loaders use one thread."""
    gc.collect()
    begun = time.process_time()
    loaded = load(path)
    seconds = time.process_time() - begun
    del loaded
    return seconds


def with_pycocotools(path: Path) -> object:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.json"
        make(path, people)
        size = path.stat().st_size / 1e6
        plain = timed(lambda p: json.loads(p.read_bytes()), path)
        tools = timed(with_pycocotools, path)
        ours = timed(vt.read, path)
    print(
        json.dumps(
            {
                "name": "coco_load",
                "people": people,
                "megabytes": round(size),
                "vitruvian_seconds": round(ours, 2),
                "vitruvian_megabytes_per_second": round(size / ours),
                "json_load_seconds": round(plain, 2),
                "pycocotools_seconds": round(tools, 2),
                "times_as_fast_as_json_load": round(plain / ours, 2),
                "times_as_fast_as_pycocotools": round(tools / ours, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
