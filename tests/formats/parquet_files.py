"""A dataset that says everything that one can say, and tools to compare what came back."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from vitruvian.labels import (
    Category,
    Columns,
    Dataset,
    Instance,
    Keypoint,
    MediaEntry,
    Ontology,
    Poses,
    Skeleton,
    empty_poses,
)

HAND = Skeleton(
    (
        Keypoint("left tip", 0.05, "right tip", "tips", "#ff0000", "the very end"),
        Keypoint("right tip", 0.025, "left tip"),
        Keypoint("root"),
    ),
    ((0, 2), (1, 2)),
)
DOT = Skeleton((Keypoint("centre"),))


def instance(id: str, category: str = "hand", **given: Any) -> Instance:
    count = {"hand": 3, "Dot/1": 1, "mug": 0}[category]
    xy = (np.arange(2 * count, dtype=np.float64) + len(id) / 10).reshape(count, 2)
    fields = {"media": 0, "frame": 0, "xy": xy, "visibility": np.array([1, 0, 2][:count], np.uint8), **given}
    return Instance(id, category, **fields)


def rich() -> Dataset:
    """Everything that a dataset can say, in an order that no category or media has to itself."""
    full = instance(
        "full",
        media=1,
        frame=7,
        score=np.array([0.1, np.nan, 0.9], np.float32),
        keyed=np.array([True, False, True]),
        box=np.array([0.1, 2, 30.25, 4]),
        mask=[[1, 2.5, 3, 4, 5, 6]],
        track="left hand",
        confidence=0.1,
        area=1234.5678,
        crowd=True,
        attributes={"mood": "glad", "odd": [1, 2.0, None, float("inf")], "große Zahl": 10**30},
        extras={"coco": {"id": 7, "a": {"b": []}}, "other": {"x": "\ud800"}},
    )
    return Dataset(
        Ontology(
            "things",
            (
                Category("mug", None, "#00ff00"),
                Category("hand", HAND, extras={"coco": {"id": 1}}),
                Category("Dot/1", DOT),
                Category("HAND"),
            ),
            version=3,
            source="a book",
        ),
        [
            MediaEntry("a.jpg", 640, 480, extras={"coco": {"id": 1}}),
            MediaEntry("clip.mp4", 1280, 720, 100, "video"),
            MediaEntry("a.jpg"),
            MediaEntry("../unused/ä.jpg", 1, 1),
        ],
        [
            instance("z", "mug", box=np.array([1.0, 2, 3, 0])),
            full,
            instance("b", "Dot/1", media=2, confidence=float("nan"), score=np.array([np.nan], np.float32)),
            instance("a", media=2, mask={"size": [4, 4], "counts": "04`0"}, area=float("nan")),
            instance("mugs", "mug", media=1, frame=99, track="5", mask=[]),
            instance("last", visibility=np.zeros(3, np.uint8), extras={"parquet": {"mine": 1}}),
        ],
        extras={"coco": {"top": {"info": {}}}, "parquet": {"note": "kept"}},
    )


def same(one: Instance, other: Instance) -> bool:
    for field in fields(Instance):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            if not (isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)):
                return False
        elif json.dumps(a, sort_keys=True) != json.dumps(b, sort_keys=True):
            return False
    return True


def assert_same(one: Dataset, other: Dataset) -> None:
    assert one.ontology.document() == other.ontology.document()
    assert one.media == other.media
    assert len(one.instances) == len(other.instances)
    for a, b in zip(one.instances, other.instances, strict=True):
        assert same(a, b), (a, b)
    assert one.extras == other.extras


def assert_same_poses(one: Poses, other: Poses) -> None:
    for field in fields(Poses):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


def columns(count: int = 10, seed: int = 0) -> Columns:
    random = np.random.default_rng(seed)
    ontology = Ontology("two", (Category("hand", HAND), Category("Dot/1", DOT), Category("mug")))
    poses = empty_poses(count, 3)
    poses.category[:] = random.integers(0, 3, count)
    kept = np.arange(3) < np.array([3, 1, 0])[poses.category][:, None]
    poses.xy[:] = random.normal(0, 1e3, (count, 3, 2)) * kept[:, :, None]
    poses.visibility[:] = random.integers(0, 3, (count, 3)) * kept
    poses.media[:] = random.integers(0, 4, count)
    poses.frame[:] = random.integers(0, 9, count)
    poses.track[:] = random.integers(-1, 3, count) * 7
    poses.track[poses.track < 0] = -1
    poses.box[::2] = random.uniform(0, 9, (len(poses.box[::2]), 4))
    poses.score[::3, 0] = np.where(kept[::3, 0], np.float32(0.3), np.float32(np.nan))
    poses.confidence[::2] = 0.1
    poses.area[::3] = 5.5
    poses.crowd[::4] = True
    return Columns(ontology, ("a", "b", "c", "d"), poses)


def rewrite(file: Path, change: Any) -> None:
    """Write a file again as other programs do: without the schema that Arrow keeps beside Parquet's."""
    pq.write_table(change(pq.read_table(file)), file, store_schema=False)
