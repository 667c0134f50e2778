import numpy as np
import pytest

from vitruvian.errors import LabelError
from vitruvian.labels import Category, Dataset, MediaEntry, Ontology, empty_instance, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton
from vitruvian.labels.reskeleton import map_skeleton, reskeleton


@pytest.mark.parametrize(("small", "large"), [("coco", "coco_wholebody"), ("coco", "halpe"), ("coco", "halpe26")])
def test_a_smaller_skeleton_lies_whole_in_a_larger_one(small: str, large: str) -> None:
    old, new = preset_skeleton(small), preset_skeleton(large)
    there = map_skeleton(old, new)
    assert there.dropped == ()
    assert {(old.names[a], new.names[b]) for a, b in there.pairs} == {(name, name) for name in old.names}
    back = map_skeleton(new, old)
    assert back.empty == ()
    assert len(back.dropped) == len(new) - len(old)


def test_names_for_the_same_landmark_meet() -> None:
    mapped = map_skeleton(skeleton_from_names(["head", "Left Eye"]), skeleton_from_names(["left_eye", "top_head"]))
    assert mapped.pairs == ((1, 0), (0, 1))


def test_renames_come_first_and_are_checked() -> None:
    old, new = skeleton_from_names(["a", "b"]), skeleton_from_names(["b", "c"])
    assert map_skeleton(old, new, {"a": "c"}).pairs == ((0, 1), (1, 0))
    for renames in ({"x": "b"}, {"a": "x"}, {"a": "b"}):
        with pytest.raises(LabelError):
            map_skeleton(old, new, renames)
    with pytest.raises(LabelError, match="in common"):
        map_skeleton(old, skeleton_from_names(["z"]))


def test_points_keep_their_places_by_name() -> None:
    instance = empty_instance("1", "person", 0, 0, 2)
    instance.place(0, 1, 2, 1)
    instance.place(1, 3, 4, 2)
    instance.score = np.array([0.5, 0.25], np.float32)
    old = Ontology("", (Category("person", skeleton_from_names(["a", "b"])), Category("ball")))
    ball = empty_instance("2", "ball", 0, 0, 0)
    dataset = Dataset(old, [MediaEntry("x")], [instance, ball])
    moved = reskeleton(dataset, "person", skeleton_from_names(["b", "c", "a"]))
    assert moved.instances[0].xy.tolist() == [[3, 4], [0, 0], [1, 2]]
    assert moved.instances[0].visibility.tolist() == [2, 0, 1]
    assert moved.instances[0].score is not None
    assert moved.instances[0].score.tolist()[0] == 0.25
    assert moved.instances[1] is ball
    moved.check()
