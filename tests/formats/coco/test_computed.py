"""What COCO's tools want and an instance does not state: told as computed, not taken for the instance's own."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.formats import by_name
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, skeleton_from_names

COCO = by_name("coco")


def labels(**fields: Any) -> Dataset:
    ontology = Ontology("o", (Category("person", skeleton_from_names(["nose", "tail"])),))
    xy, seen = np.array([[1.0, 2.0], [4.0, 6.0]]), np.array([2, 2], np.uint8)
    instance = Instance("mine", "person", 0, 0, xy, seen, **fields)
    return Dataset(ontology, [MediaEntry("a.jpg", 10, 10)], [instance])


def written(dataset: Dataset, path: Path) -> dict[str, object]:
    COCO.write(dataset, path)
    (record,) = json.loads(path.read_text())["annotations"]
    return dict(record)


def test_what_is_computed_is_not_the_instances_own(tmp_path: Path) -> None:
    record = written(labels(score=np.array([0.5, 0.25], np.float32)), tmp_path / "a.json")
    assert (record["bbox"], record["area"], record["score"]) == ([1, 2, 3, 4], 12, 0.375)
    assert record["computed"] == ["bbox", "area", "score"]
    (back,) = COCO.read(tmp_path / "a.json").instances
    assert (back.id, back.box, back.area, back.confidence) == ("mine", None, None, None)
    columns = COCO.columns(tmp_path / "a.json").poses
    assert np.isnan(columns.box).all()
    assert np.isnan([columns.area[0], columns.confidence[0]]).all()


def test_it_follows_moved_points(tmp_path: Path) -> None:
    COCO.write(labels(), tmp_path / "a.json")
    again = COCO.read(tmp_path / "a.json")
    assert written(again, tmp_path / "same.json") == json.loads((tmp_path / "a.json").read_text())["annotations"][0]
    again.instances[0].xy = np.array([[0.0, 0.0], [4.0, 6.0]])
    record = written(again, tmp_path / "b.json")
    assert (record["bbox"], record["area"], record["computed"]) == ([0, 0, 4, 6], 24, ["bbox", "area"])


def test_it_gives_way_to_what_is_stated(tmp_path: Path) -> None:
    COCO.write(labels(), tmp_path / "a.json")
    again = COCO.read(tmp_path / "a.json")
    again.instances[0].box = np.array([0.0, 0.0, 9.0, 9.0])
    record = written(again, tmp_path / "b.json")
    assert (record["bbox"], record["area"], record["computed"]) == ([0, 0, 9, 9], 81, ["area"])
    (back,) = COCO.read(tmp_path / "b.json").instances
    assert back.box is not None
    assert back.area is None


def test_all_that_is_stated(tmp_path: Path) -> None:
    record = written(labels(box=np.array([0.0, 0, 9, 9]), area=5.0, confidence=0.5), tmp_path / "a.json")
    assert "computed" not in record
