"""CrowdPose and COCO-WholeBody, to the bit as xtcocotools computes them in the same run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.formats.coco_files import REAL
from tests.metrics.coco_oracle import scene
from tests.metrics.xtcocotools_oracle import xtcocotools
from vitruvian.actions.evaluate import evaluate
from vitruvian.labels.presets import preset_skeleton
from vitruvian.metrics.whole_body import PARTS

SIGMAS = {name: preset_skeleton(name).sigmas for name in ("crowdpose", "coco_wholebody")}
#: COCO-WholeBody's field of points and xtcocotools' name of each part.
FIELDS = {
    "body": ("keypoints", "keypoints"),
    "foot": ("foot_kpts", "keypoints_foot"),
    "face": ("face_kpts", "keypoints_face"),
    "left hand": ("lefthand_kpts", "keypoints_lefthand"),
    "right hand": ("righthand_kpts", "keypoints_righthand"),
    None: (None, "keypoints_wholebody"),
}
#: In xtcocotools' order.
CROWD_NUMBERS = ("AP", "AP50", "AP75", "AR", "AR50", "AR75", "APeasy", "APmedium", "APhard")

real = pytest.mark.skipif(not REAL.exists(), reason="needs the folder of real files")


def write(folder: Path, truth: Any, results: Any) -> tuple[Path, Path]:
    (folder / "gt.json").write_text(json.dumps(truth))
    (folder / "dt.json").write_text(json.dumps(results))
    return folder / "gt.json", folder / "dt.json"


def split_whole_bodies(truth: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """Give each of COCO-WholeBody's parts its own field; the body's names are COCO's."""
    truth["categories"][0]["keypoints"] = list(preset_skeleton("coco").names)
    for record in (*truth["annotations"], *results):
        flat = record["keypoints"]
        for part, at in PARTS.items():
            record[FIELDS[part][0]] = flat[3 * at.start : 3 * at.stop]
    for annotation in truth["annotations"]:
        for part in ("foot", "face", "lefthand", "righthand"):
            annotation[f"{part}_valid"] = any(annotation[f"{part}_kpts"][2::3])
    score_parts(results)


def score_parts(results: list[dict[str, Any]]) -> None:
    for result in results:
        for part in ("wholebody", "foot", "face", "lefthand", "righthand"):
            result[f"{part}_score"] = result["score"]


def whole_bodies(files: tuple[Path, Path]) -> None:
    sigmas = SIGMAS["coco_wholebody"]
    assert sigmas is not None
    theirs = xtcocotools(
        *(
            (*files, kind, (sigmas[list(PARTS[part])] if part else sigmas).tolist(), True)
            for part, (_, kind) in FIELDS.items()
        )
    )
    ours = [list(evaluate(*files, part=part).summary().values()) for part in FIELDS]
    assert ours == theirs
    assert all(-1 <= numbers[0] < 1 for numbers in ours)
    assert any(numbers[0] > 0 for numbers in ours)


def crowd(files: tuple[Path, Path]) -> None:
    sigmas = SIGMAS["crowdpose"]
    assert sigmas is not None
    (theirs,) = xtcocotools((*files, "keypoints_crowd", sigmas.tolist(), False))
    found = evaluate(*files, sigmas="crowdpose").summary()
    ours = [found[name] for name in CROWD_NUMBERS]
    # xtcocotools rounds these three.
    assert ours[:6] + [round(value, 4) for value in ours[6:]] == theirs
    assert 0 < ours[0] < 1


@pytest.mark.parametrize("seed", range(3))
def test_whole_bodies(tmp_path: Path, seed: int) -> None:
    truth, results = scene(seed, images=30, keypoints=133)
    split_whole_bodies(truth, results)
    whole_bodies(write(tmp_path, truth, results))


@pytest.mark.parametrize("seed", range(3))
def test_crowds(tmp_path: Path, seed: int) -> None:
    truth, results = scene(seed, images=30, keypoints=14)
    random = np.random.default_rng(seed)
    for image in truth["images"]:
        image["crowdIndex"] = round(float(random.random()), 2)
    for annotation in truth["annotations"]:
        del annotation["area"]
    crowd(write(tmp_path, truth, results))


@real
def test_real_whole_bodies(tmp_path: Path) -> None:
    folder = REAL / "evaluation/xtcocoapi"
    truth, results = (json.loads((folder / f"example_wholebody_{name}.json").read_text()) for name in ("val", "preds"))
    score_parts(results)
    whole_bodies(write(tmp_path, truth, results))


@real
def test_real_crowds() -> None:
    folder = REAL / "evaluation/xtcocoapi"
    crowd((folder / "example_crowdpose_val.json", folder / "example_crowdpose_preds.json"))
