import itertools

import numpy as np
import pytest

from vitruvian.errors import LabelError
from vitruvian.formats.bodies import body
from vitruvian.labels import Category, Dataset, MediaEntry, Ontology, Skeleton, empty_instance, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton
from vitruvian.labels.reskeleton import map_skeleton, reskeleton

FEET = ("left_big_toe", "right_big_toe", "left_small_toe", "right_small_toe", "left_heel", "right_heel")
#: Where the landmarks beyond COCO's 17 stand, as each data set's own page numbers them: the feet, neck, pelvis, head.
PLACES = {
    "coco": ((), None, None, None),
    "coco_feet": ((17, 20, 18, 21, 19, 22), None, None, None),
    "coco_wholebody": ((17, 20, 18, 21, 19, 22), None, None, None),
    "halpe": ((20, 21, 22, 23, 24, 25), 18, 19, 17),
    "halpe26": ((20, 21, 22, 23, 24, 25), 18, 19, 17),
    "body_25": ((19, 22, 20, 23, 21, 24), 1, 8, None),
    "coco_openpose": ((), 1, None, None),
}
#: OpenPose's order of COCO's 17.
OPENPOSE = {18: (0, 15, 14, 17, 16, 5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10),
            25: (0, 16, 15, 18, 17, 5, 2, 6, 3, 7, 4, 12, 9, 13, 10, 14, 11)}  # fmt: skip
WHOLE = {"coco_wholebody": 23, "halpe": 26}


def skeleton_called(name: str) -> Skeleton:
    if name == "body_25":
        found = body(25)
        assert found is not None
        return found
    return preset_skeleton(name)


def landmarks(name: str) -> dict[str, int]:
    """Return where each landmark of a skeleton stands, by numbers alone."""
    feet, neck, pelvis, head = PLACES[name]
    order = OPENPOSE.get(len(skeleton_called(name)), range(17))
    found = {f"coco {at}": place for at, place in enumerate(order)}
    found |= dict(zip(FEET, feet, strict=False))
    found |= {what: at for what, at in (("neck", neck), ("pelvis", pelvis), ("head", head)) if at is not None}
    if name in WHOLE:  # 68 points of the face and 21 of each hand, in the same order
        found |= {f"face and hands {at}": WHOLE[name] + at for at in range(110)}
    assert len(found) == len(skeleton_called(name))
    return found


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(PLACES, 2)))
def test_bodies_map_to_the_landmarks_that_they_share_and_to_no_other(one: str, other: str) -> None:
    here, there = landmarks(one), landmarks(other)
    mapped = map_skeleton(skeleton_called(one), skeleton_called(other))
    assert dict(mapped.pairs) == {here[what]: there[what] for what in here.keys() & there.keys()}
    assert len(mapped.dropped) == len(here.keys() - there.keys())
    assert len(mapped.empty) == len(there.keys() - here.keys())


@pytest.mark.parametrize(("small", "large"), [
    ("coco", "coco_feet"), ("coco", "coco_wholebody"), ("coco", "halpe"), ("coco", "halpe26"), ("coco", "body_25"),
    ("coco_feet", "coco_wholebody"), ("coco_feet", "halpe"), ("coco_feet", "halpe26"), ("coco_feet", "body_25"),
    ("halpe26", "halpe"), ("coco_openpose", "body_25"),
])  # fmt: skip
def test_a_smaller_body_goes_through_a_larger_one_and_back_whole(small: str, large: str) -> None:
    skeleton = skeleton_called(small)
    count = len(skeleton)
    dice = np.random.default_rng(7)
    instance = empty_instance("1", "person", 0, 3, count)
    instance.visibility[:] = dice.integers(0, 3, count)
    instance.xy[:] = dice.uniform(-50, 700, (count, 2)) * (instance.visibility[:, None] > 0)
    instance.score = dice.random(count).astype(np.float32)
    instance.keyed = dice.random(count) < 0.5
    instance.track = "one"
    ontology = Ontology("", (Category("person", skeleton),))
    dataset = Dataset(ontology, [MediaEntry("clip.mp4", frames=9, kind="video")], [instance])
    there = reskeleton(dataset, "person", skeleton_called(large))
    there.check()
    assert there.instances[0].labelled == instance.labelled
    (back,) = reskeleton(there, "person", skeleton).instances
    for column in ("xy", "visibility", "score", "keyed"):
        assert np.array_equal(getattr(back, column), getattr(instance, column)), column
    assert (back.track, back.frame) == ("one", 3)


def test_a_thorax_is_no_neck() -> None:
    mapped = map_skeleton(preset_skeleton("halpe26"), preset_skeleton("h36m"))
    assert "neck" in mapped.dropped
    assert "thorax" in mapped.empty


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
