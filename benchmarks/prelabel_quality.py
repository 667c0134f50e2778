"""How near the built-in predictor comes to people's own labels, with no boxes given: mean OKS on annotated people.

The pictures are test images of five data sets (COCO, OCHuman, CrowdPose, Human-Art, PoseTrack18): 15 with 39 annotated
people. They may not be redistributed, so they are read from ``VITRUVIAN_SHARED`` (default: ``../shared``). Few people,
and the models may have seen COCO in training: a guard against a broken recipe, no ranking of models.

Predictions are paired with people one to one so that the sum of OKS is largest; a person without a prediction counts 0.
Keypoints are compared by name where a data set's skeleton is not COCO's. Where a person has no area, 0.53 x width x
height of the box stands for it. OCHuman and Human-Art give the whole box as the area, which is lenient; the stricter
figure takes 0.53 of those too. The baseline is MoveNet MultiPose alone, in the same run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vitruvian.assist.movenet import MultiPose
from vitruvian.assist.people import NAMES, SIGMAS, PeoplePredictor

SHARED = Path(os.environ.get("VITRUVIAN_SHARED") or Path(__file__).resolve().parents[1] / "../shared")
FILES = (
    "coco/test_coco.json",
    "ochuman/test_ochuman.json",
    "crowdpose/test_crowdpose.json",
    "humanart/test_humanart.json",
    "posetrack18/annotations/test_posetrack18_val.json",
)
Array = NDArray[np.float64]
Marker = Callable[[NDArray[np.uint8]], Array]  # a frame to the points (N, 17, 2) of everybody found in it


def picture(folder: Path, name: str) -> NDArray[np.uint8]:
    """Read a picture; the annotation file may name it below more folders than it lies in here."""
    parts = Path(name).parts
    found = next(p for p in (folder.joinpath(*parts[skip:]) for skip in range(len(parts))) if p.is_file())
    return np.ascontiguousarray(cv2.imread(str(found))[:, :, ::-1])


def annotated(file: Path) -> Iterator[tuple[NDArray[np.uint8], Array, Array]]:
    """Yield for each picture its pixels, the annotated points (N, 17, 3) and the areas (2, N): as given, and strict."""
    document = json.loads(file.read_text())
    # Human-Art's category names 21 keypoints, its plain field holds the first 17.
    names = document["categories"][0]["keypoints"][: len(document["annotations"][0]["keypoints"]) // 3]
    columns = [(names.index(name), at) for at, name in enumerate(NAMES) if name in names]
    source, target = zip(*columns, strict=True)
    folder = file.parents[1] if file.parent.name == "annotations" else file.parent
    for image in document["images"]:
        people = [a for a in document["annotations"] if a["image_id"] == image["id"]]
        points = np.zeros((len(people), len(NAMES), 3))
        marks = np.array([a["keypoints"] for a in people], np.float64).reshape(len(people), len(names), 3)
        points[:, target] = marks[:, source]
        labelled = (points[:, :, 2] > 0).any(axis=1)
        areas = np.array([[area(person, strict=strict) for person in people] for strict in (False, True)])
        yield picture(folder, image["file_name"]), points[labelled], areas[:, labelled]


def area(person: dict[str, Any], *, strict: bool) -> float:
    boxed = person["bbox"][2] * person["bbox"][3]
    given = person.get("area")
    return float(0.53 * boxed if not given or (strict and given > 0.99 * boxed) else given)


def similarities(points: Array, areas: Array, found: Array) -> Array:
    """Return COCO's OKS of every annotated person with every prediction, shape (N, M)."""
    counted = points[:, :, 2] > 0
    distance = np.square(points[:, None, :, :2] - found[None]).sum(axis=3)
    spread = 2 * np.square(2 * SIGMAS) * areas[:, None, None]
    near = np.exp(-distance / spread) * counted[:, None]
    return np.asarray(near.sum(axis=2) / counted.sum(axis=1)[:, None])


def best(points: Array, areas: Array, found: Array) -> Array:
    """Return each person's OKS with the prediction paired with it, shape (N,)."""
    scores = np.zeros(len(points))
    if len(found):
        table = similarities(points, areas, found)
        rows, columns = linear_sum_assignment(-table)
        scores[rows] = table[rows, columns]
    return scores


def measure(files: list[Path], mark: Marker) -> tuple[Array, float, int]:
    """Return everybody's OKS (2, N) by areas as given and strict, the ms per frame and how many were predicted."""
    scores, seconds, predicted = [], [], 0
    for file in files:
        for frame, points, areas in annotated(file):
            start = time.perf_counter()
            found = mark(frame)
            seconds.append(time.perf_counter() - start)
            predicted += len(found)
            scores.append(np.stack([best(points, each, found) for each in areas]))
    return np.concatenate(scores, axis=1), float(np.median(seconds) * 1e3), predicted


def main() -> int:
    files = [SHARED / "data/mmpose" / name for name in FILES]
    if not all(file.is_file() for file in files):
        print(f"The annotated pictures are not in {SHARED}; set VITRUVIAN_SHARED", file=sys.stderr)
        return 1
    predictor, alone = PeoplePredictor(), MultiPose()
    warm = np.zeros((64, 64, 3), np.uint8)
    predictor.predict([warm])
    alone.people(warm)
    (scores, strict), pace, predicted = measure(files, lambda frame: predictor.predict([frame])[0].xy)
    (baseline, _), baseline_pace, _ = measure(files, lambda frame: alone.people(frame)[0][:, :, :2])
    figures = {
        "name": "prelabel_quality",
        "mean OKS": round(float(scores.mean()), 3),
        "mean OKS, strict areas": round(float(strict.mean()), 3),
        "OKS >= 0.5": round(float((scores >= 0.5).mean()), 3),
        "OKS >= 0.75": round(float((scores >= 0.75).mean()), 3),
        "people": len(scores),
        "predictions": predicted,
        "ms per frame": round(pace),
        "MultiPose alone, mean OKS": round(float(baseline.mean()), 3),
        "MultiPose alone, ms per frame": round(baseline_pace),
        "mean OKS / MultiPose alone": round(float(scores.mean() / baseline.mean()), 2),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
