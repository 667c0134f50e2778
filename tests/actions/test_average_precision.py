"""The quick way gives the same numbers as our own core, or leaves the files to it and says why."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.formats.coco_files import REAL
from tests.metrics.coco_oracle import pycocotools, scene
from vitruvian.actions.average_precision import average_precision
from vitruvian.actions.evaluate import evaluate
from vitruvian.errors import FormatError, InvalidInput, LabelError
from vitruvian.labels.presets import preset_skeleton

pytest.importorskip("hotcoco")


def write(folder: Path, truth: Any, results: Any, **json_options: Any) -> tuple[Path, Path]:
    (folder / "gt.json").write_text(json.dumps(truth, **json_options))
    (folder / "dt.json").write_text(json.dumps(results, **json_options))
    return folder / "gt.json", folder / "dt.json"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("layout", [{}, {"separators": (",", ":")}])
def test_the_ten_numbers_to_the_bit(tmp_path: Path, seed: int, layout: dict[str, Any]) -> None:
    truth, results = scene(seed)
    files = write(tmp_path, truth, results, **layout)
    quick = average_precision(*files, sigmas="coco", engine="hotcoco")
    assert quick.engine == "hotcoco"
    own = average_precision(*files, sigmas="coco", engine="numpy")
    assert quick.numbers == own.numbers == evaluate(*files, sigmas="coco").summary()
    assert quick.notes == own.notes
    assert list(quick.numbers.values()) == pycocotools(truth, results, preset_skeleton("coco").sigmas).stats.tolist()


def test_any_number_of_keypoints(tmp_path: Path) -> None:
    truth, results = scene(3, keypoints=21)
    files = write(tmp_path, truth, results)
    assert average_precision(*files, sigmas=0.05, engine="hotcoco").numbers == evaluate(*files, sigmas=0.05).summary()
    with pytest.raises(LabelError, match="no sigmas"):
        average_precision(*files)
    with pytest.raises(InvalidInput, match="17 keypoints"):
        average_precision(*files, sigmas="coco")


def test_boxes_of_detections_scale_their_areas(tmp_path: Path) -> None:
    truth, results = scene(2)
    for result in results:
        result["bbox"] = [10, 20, 30, 400]
    files = write(tmp_path, truth, results)
    assert (
        average_precision(*files, sigmas="coco", engine="hotcoco").numbers == evaluate(*files, sigmas="coco").summary()
    )


Change = Callable[[dict[str, Any], list[dict[str, Any]]], Any]
LEFT_OPEN: dict[str, tuple[Change, str]] = {
    "a detection with more points": (lambda t, r: r[3]["keypoints"].extend([1, 2, 0.5]), "have other"),
    "a detection with fewer points": (lambda t, r: r[3].update(keypoints=r[3]["keypoints"][:48]), "have other"),
    "a detection without points": (lambda t, r: r[3].pop("keypoints"), "missing required field `keypoints`"),
    "a detection without a score": (lambda t, r: r[3].pop("score"), "missing required field `score`"),
    "a score that is null": (lambda t, r: r[3].update(score=None), "null"),
    "a score that is no number": (lambda t, r: r[3].update(score=float("nan")), "invalid character"),
    "an endless score": (lambda t, r: r[3].update(score=float("inf")), "invalid character"),
    "a coordinate that is no number": (lambda t, r: r[3]["keypoints"].__setitem__(0, float("nan")), "invalid char"),
    "a coordinate that is null": (lambda t, r: r[3]["keypoints"].__setitem__(0, None), "refuses"),
    "a visibility that is none": (lambda t, r: t["annotations"][0]["keypoints"].__setitem__(2, 3), "visibilities"),
    "an object without a box": (lambda t, r: [a.pop("bbox") for a in t["annotations"]], "bbox"),
    "boxes of some detections": (lambda t, r: [x.update(bbox=[1, 2, 3, 4]) for x in r[::2]], "bbox"),
    "a detection with an area": (lambda t, r: r[3].update(area=5), "unknown field"),
    "detections with masks": (lambda t, r: [x.update(segmentation=[[0, 0, 9, 0, 9, 9]]) for x in r], "unknown field"),
    "a detection in an unknown image": (lambda t, r: r[3].update(image_id=10**6), "unknown"),
    "a detection of an unknown category": (lambda t, r: r[3].update(category_id=7), "unknown"),
    "no detections": (lambda t, r: r.clear(), "no detections"),
    "text as image ids": (lambda t, r: [x.update(image_id=str(x["image_id"])) for x in r], "got `str`"),
    "an object without an area": (lambda t, r: t["annotations"][0].pop("area"), "area"),
    "an object of no area": (lambda t, r: t["annotations"][0].update(area=0), "odd area"),
    "a contradicting num_keypoints": (lambda t, r: t["annotations"][0].update(num_keypoints=0), "contradicts"),
    "fewer points in the truth": (
        lambda t, r: t["annotations"][0].update(keypoints=t["annotations"][0]["keypoints"][:48], num_keypoints=16),
        "annotations have other than 17",
    ),
    "an id that is there twice": (lambda t, r: t["annotations"][0].update(id=t["annotations"][1]["id"]), "twice"),
    "an image that is not listed": (lambda t, r: t["images"].clear(), "unknown image"),
    "crowd indices": (lambda t, r: t["images"][0].update(crowdIndex=0.5), "crowdIndex"),
    "a second category": (lambda t, r: t["categories"].append({"id": 9, "name": "x"}), "several categories"),
    "a category without keypoints": (lambda t, r: t["categories"][0].pop("keypoints"), "names no keypoints"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_OPEN)
def test_what_tools_read_in_different_ways_is_left_to_our_own_core(tmp_path: Path, name: str) -> None:
    change, why = LEFT_OPEN[name]
    truth, results = scene(1)
    for annotation in truth["annotations"]:
        annotation["num_keypoints"] = int(np.count_nonzero(annotation["keypoints"][2::3]))
    change(truth, results)
    files = write(tmp_path, truth, results)
    with pytest.raises(InvalidInput, match=why):
        average_precision(*files, sigmas="coco", engine="hotcoco")
    try:
        own = evaluate(*files, sigmas="coco").summary()
    except FormatError as error:
        with pytest.raises(FormatError, match=re.escape(str(error))):
            average_precision(*files, sigmas="coco")
    else:
        done = average_precision(*files, sigmas="coco")
        assert (done.engine, done.numbers) == ("numpy", own)
        assert re.search(f"not hotcoco's: .*{why}", done.notes[-1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"score"', '"score": 0.5, "score"'),
        ('"keypoints"', '"keypoints": [1, 2, 2], "keypoints"'),
    ],
)
def test_a_key_that_is_there_twice(tmp_path: Path, old: str, new: str) -> None:
    truth, results = scene(1)
    files = write(tmp_path, truth, results)
    files[1].write_text(files[1].read_text().replace(old, new, 1))
    done = average_precision(*files, sigmas="coco")
    assert (done.engine, done.numbers) == ("numpy", evaluate(*files, sigmas="coco").summary())


@pytest.mark.parametrize(
    ("old", "new"), [('"keypoints": [', '"keypoints":\n ['), ('"keypoints"', '"\\u006beypoints"'), ("{", "\n { ")]
)
def test_unusual_json(tmp_path: Path, old: str, new: str) -> None:
    files = write(tmp_path, *scene(1))
    files[1].write_text(files[1].read_text().replace(old, new, 1))
    done = average_precision(*files, sigmas="coco", engine="hotcoco")
    assert done.numbers == evaluate(*files, sigmas="coco").summary()


def test_what_a_file_need_not_say(tmp_path: Path) -> None:
    truth, results = scene(1)
    plain = average_precision(*write(tmp_path, truth, results), sigmas="coco").numbers
    truth["info"] = []
    for annotation in truth["annotations"]:
        del annotation["num_keypoints"]
        annotation["id"] -= 1
        if not annotation["iscrowd"]:
            del annotation["iscrowd"]
    done = average_precision(*write(tmp_path, truth, results), sigmas="coco", engine="hotcoco")
    assert done.numbers == plain


def test_another_release_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write(tmp_path, *scene(1))
    monkeypatch.setattr("hotcoco.__version__", "1.4.0")
    with pytest.raises(InvalidInput, match=r"1\.4\.0"):
        average_precision(*files, sigmas="coco", engine="hotcoco")
    assert average_precision(*files, sigmas="coco").numbers == evaluate(*files, sigmas="coco").summary()


def test_without_it_our_own_core_says_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = write(tmp_path, *scene(1))
    monkeypatch.setitem(sys.modules, "hotcoco", None)
    assert average_precision(*files, sigmas="coco").notes == evaluate(*files, sigmas="coco").notes
    with pytest.raises(InvalidInput, match="not installed"):
        average_precision(*files, sigmas="coco", engine="hotcoco")


def test_other_formats_go_through_our_own_core(tmp_path: Path) -> None:
    truth, results = scene(1)
    files = write(tmp_path, truth, results)
    done = average_precision(files[0], files[0], sigmas="coco")
    assert (done.engine, done.numbers) == ("numpy", evaluate(files[0], files[0], sigmas="coco").summary())
    with pytest.raises(InvalidInput, match="no engine"):
        average_precision(*files, engine="rust")  # type: ignore[arg-type]  # what a caller without types may pass


@pytest.mark.skipif(not REAL.exists(), reason="real files are not there")
def test_real_predictions() -> None:
    folder = REAL / "evaluation/litehrnet"
    done = average_precision(folder / "gt.json", folder / "dt.json", sigmas="coco")
    assert done.numbers == evaluate(folder / "gt.json", folder / "dt.json", sigmas="coco").summary()
