"""Load a COCO file of 262,000 people: Vitruvian against json.load and pycocotools, each in a process of its own.

``--peers`` also installs sleap-io and datumaro into an environment of their own, which is thrown away, and times their
readers on the same file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

import vitruvian as vt

PEOPLE = 262_000
PEOPLE_PER_IMAGE = 4
CHUNK = 4096

#: What is timed, after what is imported before the clock starts.
OURS = {
    "vitruvian": ("import vitruvian as vt", "vt.read(FILE)"),
    "columns": ("from vitruvian.formats.coco.columns import read_columns", "read_columns(Path(FILE))"),
    "json_load": ("import json", "json.loads(open(FILE, 'rb').read())"),
    "pycocotools": ("from pycocotools.coco import COCO", "COCO(FILE)"),
}
PINS = ("sleap-io==0.9.5", "datumaro==1.13.12")
#: Polygons stay polygons in every reader: by default sleap-io draws each as a mask, which takes far longer.
PEERS = {
    "sleap-io": ("import sleap_io", "sleap_io.load_coco(FILE, segmentation_format='roi')", "sum(map(len, loaded))"),
    "datumaro": (
        "import datumaro",
        "datumaro.Dataset.import_from(FOLDER, 'coco_person_keypoints')",
        "sum(a.type == datumaro.AnnotationType.points for item in loaded for a in item.annotations)",
    ),
}
#: Processor time, since others may use the machine; VmHWM is the most memory that the process ever held.
TIMED = """
import time
from pathlib import Path
FILE, FOLDER = {file!r}, {folder!r}
{imports}
begun = time.process_time()
loaded = {load}
count = {count}
seconds = time.process_time() - begun
status = Path("/proc/self/status").read_text()
print("measured", count, seconds, int(status.split("VmHWM:")[1].split()[0]) / 1e3)
"""


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


def timed(python: str | Path, file: Path, imports: str, load: str, count: str = "0") -> tuple[int, float, float]:
    """Return how many people a loader found when asked, its seconds of processor time and its peak megabytes."""
    code = TIMED.format(file=str(file), folder=str(file.parents[1]), imports=imports, load=load, count=count)
    done = subprocess.run([python, "-c", code], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{load} failed: {done.stderr[-2000:]}")
    people, seconds, megabytes = done.stdout.split("measured")[-1].split()
    return int(people), float(seconds), float(megabytes)


def with_peers(file: Path, people: int) -> Iterator[tuple[str, float, float]]:
    """Yield the times of other libraries' readers; they leave out images that are not there."""
    folder = file.parents[1]
    (folder / "images" / "train").mkdir(parents=True)
    for number in range(-(-people // PEOPLE_PER_IMAGE)):
        # Datumaro refuses links that lead out of its folder, and file systems 65,000 names of one file.
        picture = folder / f"picture-{number // 30_000}.jpg"
        if not picture.exists():
            Image.new("RGB", (640, 480)).save(picture)
        for place in (file.parent, folder / "images" / "train"):
            (place / f"{number:012d}.jpg").hardlink_to(picture)
    python = folder / "venv" / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *PINS], check=True)
    for name, (imports, load, count) in PEERS.items():
        found, seconds, megabytes = timed(python, file, imports, load, count)
        if found != people:
            raise RuntimeError(f"{name} read {found} of {people} people")
        yield name, seconds, megabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", nargs="?", type=int, default=PEOPLE)
    parser.add_argument("--peers", action="store_true", help="also time sleap-io and datumaro, which are downloaded")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annotations" / "person_keypoints_train.json"
        path.parent.mkdir()
        make(path, chosen.people)
        size = path.stat().st_size / 1e6
        measured = {name: timed(sys.executable, path, *how)[1:] for name, how in OURS.items()}
        if chosen.peers:
            measured |= {name: (seconds, peak) for name, seconds, peak in with_peers(path, chosen.people)}
    found: dict[str, object] = {"name": "coco_load", "people": chosen.people, "megabytes": round(size)}
    for name, (seconds, peak) in measured.items():
        found[f"{name}_seconds"] = round(seconds, 2)
        found[f"{name}_peak_megabytes"] = round(peak)
    for ours in ("vitruvian", "columns"):
        found[f"{ours}_megabytes_per_second"] = round(size / measured[ours][0])
        for peer in (name for name in measured if name not in ("vitruvian", "columns")):
            found[f"{ours}_times_as_fast_as_{peer}"] = round(measured[peer][0] / measured[ours][0], 2)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
