"""Load a COCO file of 262,000 people: Vitruvian against json.load and pycocotools, in one run.

``--peers`` also installs sleap-io and datumaro into an environment of their own, which is thrown away, and times their
readers on a smaller file.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from pycocotools.coco import COCO

import vitruvian as vt
from vitruvian.formats.coco.columns import read_columns

PEOPLE = 262_000
PEOPLE_PER_IMAGE = 4
CHUNK = 4096

PEER_PEOPLE = 20_000
#: Polygons stay polygons in every reader: by default sleap-io draws each as a mask, which takes far longer.
PEERS = {
    "sleap-io": "import sleap_io; load = lambda: sleap_io.load_coco(FILE, segmentation_format='roi'); "
    "count = lambda l: sum(map(len, l))",
    "datumaro": "import datumaro; load = lambda: datumaro.Dataset.import_from(FOLDER, 'coco_person_keypoints'); "
    "count = lambda d: sum(len([a for a in i.annotations if a.type == datumaro.AnnotationType.points]) for i in d)",
}
TIMED = "import time; begun = time.process_time(); l = load(); n = count(l); print(n, time.process_time() - begun)"


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


def with_peers(folder: Path) -> dict[str, object]:
    """Return the times of other libraries' readers on one file; they leave out images that are not there."""
    file = folder / "annotations" / "person_keypoints_train.json"
    file.parent.mkdir()
    make(file, PEER_PEOPLE)
    for number in range(PEER_PEOPLE // PEOPLE_PER_IMAGE):
        for place in (file.parent, folder / "images" / "train"):
            place.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (640, 480)).save(place / f"{number:012d}.jpg")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True, stdout=sys.stderr)
    found: dict[str, object] = {"peers_people": PEER_PEOPLE}
    for name, load in PEERS.items():
        code = f"FILE, FOLDER = {str(file)!r}, {str(folder)!r}; {load}; {TIMED}"
        done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
        people, seconds = done.stdout.split()[-2:]
        if int(people) != PEER_PEOPLE:
            raise RuntimeError(f"{name} read {people} of {PEER_PEOPLE} people")
        found[f"peers_{name}_seconds"] = round(float(seconds), 2)
    found["peers_vitruvian_read_seconds"] = round(timed(vt.read, file), 2)
    found["peers_vitruvian_columns_seconds"] = round(timed(read_columns, file), 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="?", type=int, default=PEOPLE)
    parser.add_argument("--peers", action="store_true", help="also time sleap-io and datumaro, which are downloaded")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.json"
        make(path, chosen.people)
        size = path.stat().st_size / 1e6
        plain = timed(lambda p: json.loads(p.read_bytes()), path)
        tools = timed(with_pycocotools, path)
        ours = timed(vt.read, path)
        columns = timed(read_columns, path)
        path.unlink()
        peers = with_peers(Path(folder)) if chosen.peers else {}
    print(
        json.dumps(
            {
                "name": "coco_load",
                "people": chosen.people,
                "megabytes": round(size),
                "vitruvian_seconds": round(ours, 2),
                "vitruvian_megabytes_per_second": round(size / ours),
                "columns_seconds": round(columns, 2),
                "columns_megabytes_per_second": round(size / columns),
                "json_load_seconds": round(plain, 2),
                "pycocotools_seconds": round(tools, 2),
                "times_as_fast_as_json_load": round(plain / ours, 2),
                "times_as_fast_as_pycocotools": round(tools / ours, 2),
                "columns_times_as_fast_as_json_load": round(plain / columns, 2),
                "columns_times_as_fast_as_pycocotools": round(tools / columns, 2),
                **peers,
            }
        )
    )


if __name__ == "__main__":
    main()
