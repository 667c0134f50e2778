"""From two JSON files to COCO's ten numbers: ours, ours by hotcoco behind its checks, and pycocotools.

The files are made up: 5,000 images, 11,000 people, 100,000 detections, with crowds, ties and more than 20 detections in
a fifth of the images. Every tool runs in processes of its own, in turns, and is imported before the clock starts;
processor seconds do not change much with other work on the machine, seconds by the clock do. Two files of your own may
be given: ``python benchmarks/evaluate.py GT DT``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

IMAGES = 5_000
TURNS = 3

OURS = """
from vitruvian.actions.evaluate import evaluate
start()
numbers = list(evaluate(truth, found, sigmas="coco").summary().values())
"""

HOTCOCO = """
import hotcoco
from vitruvian.actions.average_precision import average_precision
start()
numbers = list(average_precision(truth, found, sigmas="coco", engine="hotcoco").numbers.values())
"""

HOTCOCO_ALONE = """
import hotcoco
from vitruvian.labels.presets import preset_skeleton
sigmas = preset_skeleton("coco").sigmas
start()
coco = hotcoco.COCO(truth)
evaluation = hotcoco.COCOeval(coco, coco.load_res(found), "keypoints")
evaluation.params.kpt_oks_sigmas = sigmas
evaluation.evaluate()
evaluation.accumulate()
numbers = []
"""

PYCOCOTOOLS = """
import contextlib, io
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from vitruvian.labels.presets import preset_skeleton
start()
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO(truth)
    evaluation = COCOeval(coco, coco.loadRes(found), "keypoints")
    evaluation.params.kpt_oks_sigmas = preset_skeleton("coco").sigmas
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
numbers = evaluation.stats.tolist()
"""

ERRORS = """
from vitruvian.actions.evaluate import evaluate
from vitruvian.metrics.taxonomy import taxonomy
done = evaluate(truth, found, sigmas="coco")
start()
numbers = [taxonomy(done.truth, done.found, done.skeletons, done.evaluation).ap]
"""

FRAME = """
import json, pathlib, re, resource, sys, time
truth, found = sys.argv[1:]
def megabytes():
    # What getrusage tells is at least the size of the process that started this one.
    try:
        return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
begun = []
def start():
    begun[:] = time.process_time(), time.perf_counter()
{work}
took = time.process_time() - begun[0], time.perf_counter() - begun[1]
print(json.dumps([*took, megabytes(), numbers]))
"""


class Turn(NamedTuple):
    """What one process needed."""

    processor_seconds: float
    seconds: float
    megabytes: float
    numbers: list[float]


def make(folder: Path) -> tuple[Path, Path]:
    """Write truth and results of `IMAGES` images; return the two files."""
    random = np.random.default_rng(0)
    annotations: list[dict[str, object]] = []
    results: list[dict[str, object]] = []
    ids = random.permutation(IMAGES * 10)[:IMAGES].tolist()
    for image in ids:
        people = int(random.choice([0, 1, 2, 4, 8], p=[0.45, 0.25, 0.12, 0.1, 0.08]))
        for _ in range(people):
            size = float(random.lognormal(4.5, 0.7))
            corner = random.uniform(0, 500, 2)
            xy = (corner + random.uniform(0, size, (17, 2))).round(2)
            v = random.choice(3, 17, p=[0.35, 0.1, 0.55]) * (random.random() > 0.4)
            xy[v == 0] = 0
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": 1,
                    "iscrowd": int(random.random() < 0.03),
                    "keypoints": np.column_stack((xy, v)).reshape(-1).tolist(),
                    "num_keypoints": int((v > 0).sum()),
                    "bbox": [*corner.round(2).tolist(), round(size, 2), round(size, 2)],
                    "area": round(size * size / 2, 2),
                }
            )
            noise = random.choice([0.01, 0.05, 0.3], int(random.integers(1, 9)))
            results += [_result(image, xy + random.normal(0, size * n, (17, 2)), random) for n in noise]
        for _ in range(int(random.integers(0, 25))):
            results.append(_result(image, random.uniform(0, 500, (17, 2)), random))
    truth, found = folder / "truth.json", folder / "found.json"
    images = [{"id": id, "file_name": f"{id}.jpg", "width": 640, "height": 480} for id in ids]
    category = {"id": 1, "name": "person", "keypoints": [f"k{n}" for n in range(17)], "skeleton": []}
    truth.write_text(json.dumps({"images": images, "annotations": annotations, "categories": [category]}))
    found.write_text(json.dumps(results))
    return truth, found


def _result(image: int, xy: np.ndarray, random: np.random.Generator) -> dict[str, object]:
    flat = np.column_stack((xy, random.random(17))).round(2).reshape(-1).tolist()
    return {"image_id": image, "category_id": 1, "keypoints": flat, "score": round(float(random.random()), 3)}


def run(work: str, files: tuple[Path, Path]) -> Turn:
    """Do a piece of work in a process of its own."""
    command = [sys.executable, "-c", FRAME.format(work=work), *map(str, files)]
    return Turn(*json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


def main() -> None:
    works = {
        "vitruvian": OURS, "vitruvian by hotcoco": HOTCOCO, "pycocotools": PYCOCOTOOLS, "hotcoco alone": HOTCOCO_ALONE,
        "error kinds": ERRORS,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        given = [Path(name) for name in sys.argv[1:3]]
        files = (given[0], given[1]) if len(given) == 2 else make(Path(folder))
        turns: dict[str, list[Turn]] = {name: [] for name in works}
        for _ in range(TURNS):
            for name, work in works.items():
                turns[name].append(run(work, files))
    # Those that give no ten numbers.
    others = {name: turns.pop(name) for name in ("hotcoco alone", "error kinds")}
    numbers = turns["pycocotools"][0].numbers
    if any(turn.numbers != numbers for several in turns.values() for turn in several):
        sys.exit(f"The numbers differ: {[several[0].numbers for several in turns.values()]}")
    figures: dict[str, object] = {"name": "evaluate", "AP": round(numbers[0], 6), "ten numbers equal to the bit": True}
    means = {name: np.median([turn[:3] for turn in several], axis=0) for name, several in turns.items()}
    for name, (processor, seconds, megabytes) in means.items():
        figures[f"{name}: processor seconds"] = round(processor, 2)
        figures[f"{name}: seconds"] = round(seconds, 2)
        figures[f"{name}: megabytes"] = round(megabytes)
    for name in ("vitruvian", "vitruvian by hotcoco"):
        ratio = means["pycocotools"] / means[name]
        figures[f"{name}, times as fast as pycocotools"] = round(ratio[1], 1)
        figures[f"{name}, times as fast by processor time"] = round(ratio[0], 1)
    for name, several in others.items():
        figures[f"{name}: processor seconds"] = round(float(np.median([turn.processor_seconds for turn in several])), 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
