"""Where the references crash or differ: what we answer, by our own core and the quick way, as docs/evaluation.md says.

Each file with an oddity is evaluated beside a plain one that says what the oddity is taken to mean.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.metrics.coco_oracle import scene
from vitruvian.actions.average_precision import average_precision
from vitruvian.errors import LabelError

Record = dict[str, Any]
Change = Callable[[Record, list[Record]], Any]


def plainly(truth: Record, results: list[Record]) -> None:
    """Leave everything as it is."""


def each(field: str, value: Any) -> Change:
    """Give every annotation a value."""
    return lambda truth, results: [annotation.update({field: value}) for annotation in truth["annotations"]]


def without(field: str) -> Change:
    """Take a field from every annotation."""
    return lambda truth, results: [annotation.pop(field) for annotation in truth["annotations"]]


def text_ids(truth: Record, results: list[Record]) -> None:
    for image in truth["images"]:
        image["id"] = f"{image['id']:04}"
    for record in (*truth["annotations"], *results):
        record["image_id"] = f"{record['image_id']:04}"


def share_of_box(truth: Record, results: list[Record]) -> None:
    for annotation in truth["annotations"]:
        annotation["area"] = annotation["bbox"][2] * annotation["bbox"][3] * 0.53


#: Oddity, plain file with the same meaning, what computes the numbers when both engines are at hand, what is noted.
CASES: dict[str, tuple[Change, Change, str, str]] = {
    "annotation of id 0": (lambda t, r: t["annotations"][0].update(id=0), plainly, "hotcoco", ""),
    "no area": (without("area"), share_of_box, "numpy", "0.53 of each box"),
    "no num_keypoints": (without("num_keypoints"), plainly, "hotcoco", ""),
    "num_keypoints contradicts the points": (each("num_keypoints", 3), plainly, "numpy", ""),
    "no detections": (lambda t, r: r.clear(), lambda t, r: r.clear(), "numpy", ""),
    "a detection in an unknown image": (
        lambda t, r: r.append({**r[0], "image_id": 10**6}), plainly, "numpy", "1 detections lie in images",
    ),
    "a score that is no number": (
        lambda t, r: r[0].update(score=float("nan")), lambda t, r: r[0].update(score=0.5), "numpy", "the mean of their",
    ),
    "a coordinate that is no number": (
        lambda t, r: r[0]["keypoints"].__setitem__(0, float("nan")),
        lambda t, r: r[0]["keypoints"].__setitem__(slice(0, 3), [0, 0, 0]), "numpy", "",
    ),
    "text as image ids": (text_ids, plainly, "numpy", ""),
    "info that is a list": (lambda t, r: t.update(info=[]), plainly, "hotcoco", ""),
}  # fmt: skip


def write(folder: Path, truth: Record, results: list[Record]) -> tuple[Path, Path]:
    folder.mkdir(exist_ok=True)
    (folder / "gt.json").write_text(json.dumps(truth))
    (folder / "dt.json").write_text(json.dumps(results))
    return folder / "gt.json", folder / "dt.json"


@pytest.mark.parametrize("name", CASES)
def test_an_oddity_means_what_we_say(tmp_path: Path, name: str) -> None:
    change, meaning, engine, said = CASES[name]
    odd, plain = scene(1), scene(1)
    change(*odd)
    meaning(*plain)
    files = write(tmp_path / "odd", *odd)
    expected = average_precision(*write(tmp_path / "plain", *plain), sigmas="coco", engine="numpy").numbers
    own = average_precision(*files, sigmas="coco", engine="numpy")
    quick = average_precision(*files, sigmas="coco")
    assert own.numbers == quick.numbers == expected
    assert quick.engine == (engine if importlib.util.find_spec("hotcoco") else "numpy")
    assert all(any(re.search(said, note) for note in done.notes) for done in (own, quick))
    assert (expected["AP"] == 0.0) is (name == "no detections")


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_other_keypoints_than_17_have_no_sigmas_by_default(tmp_path: Path, engine: Any) -> None:
    files = write(tmp_path, *scene(3, keypoints=21))
    with pytest.raises(LabelError, match="person has no sigmas"):
        average_precision(*files, engine=engine)


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_categories_of_17_and_5_points_each_have_their_own(tmp_path: Path, engine: Any) -> None:
    (truth, results), (others, found) = scene(2), scene(5, keypoints=5)
    alone = [
        average_precision(*write(tmp_path, *labels), sigmas=0.07, engine="numpy").numbers["AP"]
        for labels in ((truth, results), (others, found))
    ]
    for record in (*others["annotations"], *found):
        record["category_id"] = 2
    for annotation in others["annotations"]:
        annotation["id"] += 1000
    truth["annotations"] += others["annotations"]
    truth["categories"] += [{**others["categories"][0], "id": 2, "name": "hand"}]
    both = average_precision(*write(tmp_path, truth, [*results, *found]), sigmas=0.07, engine=engine)
    assert (both.engine, both.numbers["AP"]) == ("numpy", pytest.approx(sum(alone) / 2))
