"""The comparison of real files says what changed, and nothing else."""

from __future__ import annotations

import sys
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, skeleton_from_names

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from real_files_compare import changes, unequal_fields


@pytest.fixture
def mice() -> Dataset:
    skeleton = skeleton_from_names(["snout", "left_ear", "tail"], edges=[(0, 1), (1, 2)])
    instances = [
        Instance(
            id=str(number),
            category="mouse",
            media=number % 2,
            frame=0,
            xy=np.array([[10.25, 20.5], [12.0, 21.0], [0.0, 0.0]]) + 30 * number * np.array([[1], [1], [0]]),
            visibility=np.array([2, 1, 0], np.uint8),
            box=np.array([9.0, 19.0, 5.0, 4.0]),
            extras={"coco": {"note": float("nan")}},
        )
        for number in range(4)
    ]
    media = [MediaEntry("a/m1.png", 640, 480), MediaEntry("a/m2.png", 640, 480)]
    return Dataset(Ontology("mice", (Category("mouse", skeleton),)), media, instances)


def test_a_copy_is_equal(mice):
    assert unequal_fields(mice, deepcopy(mice)) == []
    assert changes(mice, deepcopy(mice)) == {}


def test_another_order_of_instances_is_no_change_of_labels(mice):
    other = deepcopy(mice)
    other.instances.reverse()
    assert changes(mice, other) == {}
    assert unequal_fields(mice, other) != []


def test_each_change_is_named_with_its_count(mice):
    other = deepcopy(mice)
    other.instances[0].xy[0, 0] += 0.5
    other.instances[1].visibility[1] = 2
    other.instances[2].visibility[0] = 0
    other.instances[3].box = None
    other.instances[3].id = "9"
    assert changes(mice, other) == {
        "points": "1 of 8 lost",
        "coordinates": "1 of 8 by up to 0.5 px",
        "visibility": "1 of 8",
        "ids": "1 of 4",
        "boxes": "1 of 4",
    }


def test_points_are_paired_by_name_when_keypoints_are_in_another_order(mice):
    other = deepcopy(mice)
    skeleton = skeleton_from_names(["left_ear", "snout", "tail"], edges=[(1, 0), (0, 2)])
    other.ontology = Ontology("mice", (Category("mouse", skeleton),))
    for instance in other.instances:
        instance.xy = instance.xy[[1, 0, 2]]
        instance.visibility = instance.visibility[[1, 0, 2]]
    assert changes(mice, other) == {"keypoints": "order changed"}


def test_verbatim_records_count(mice):
    other = deepcopy(mice)
    other.instances[1].extras["coco"]["note"] = 1
    other.extras["coco"] = {"info": {"year": 2017}}
    assert unequal_fields(mice, other) == ["record 'info'", "records of instances"]
