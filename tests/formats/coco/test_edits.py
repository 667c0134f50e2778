import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.formats.coco_files import coco_file, person, results, two_videos, whole_body
from vitruvian.errors import FormatError, LabelError
from vitruvian.formats.coco.read import dataset
from vitruvian.formats.coco.write import document, dumps
from vitruvian.labels import Category, Instance, MediaEntry, Ontology, empty_instance
from vitruvian.labels.presets import preset_skeleton

FLOATS = [10.5, 20.0, 2, 30, 40, 1.0, 0, 0, 0]


def edited(content: Any, edit: Callable[[Instance], object]) -> dict[str, Any]:
    found = dataset(copy.deepcopy(content), "in.json")
    edit(found.instances[0])
    out = document(found)
    record: dict[str, Any] = (out if isinstance(out, list) else out["annotations"])[0]
    return record


def box(*sides: float) -> Callable[[Instance], None]:
    def put(instance: Instance) -> None:
        instance.box = np.array(sides, np.float64)

    return put


def assign(**fields: Any) -> Callable[[Instance], None]:
    def put(instance: Instance) -> None:
        for name, value in fields.items():
            setattr(instance, name, value)

    return put


POLYGON = [[0, 0, 10, 0, 10, 10, 0, 10]]
BOXED = person(area=1220)
NO_MASK = person(segmentation=[], area=3)


@pytest.mark.parametrize(
    ("before", "edit", "changes"),
    [
        (person(keypoints=FLOATS), lambda i: i.place(0, 11, 21, 2), {"keypoints": [11.0, 21.0, 2, *FLOATS[3:]]}),
        (person(num_keypoints=9), lambda i: i.place(0, 11, 21, 1), {"keypoints": [11.0, 21, 1, 30, 40, 1, 0, 0, 0]}),
        (person(), lambda i: i.place(1, 0, 0, 0), {"keypoints": [10.5, 20, 2, *[0] * 6], "num_keypoints": 1}),
        (
            person(keypoints=[[1, 2, 2], [3, 4, 2], [5, 6, 2]], num_keypoints=3),
            lambda i: i.place(1, 9.5, 8, 1),
            {"keypoints": [[1, 2, 2], [9.5, 8, 1], [5, 6, 2]]},
        ),
        (
            person(keypoints=[1, 2, 0.9, 3, 4, 0.5, 5, 6, 1.0]),
            lambda i: i.place(2, 7, 7, 2),
            {"keypoints": [1, 2, 0.9, 3, 4, 0.5, 7, 7, 1.0]},
        ),
        (BOXED, box(1, 2, 10, 20.5), {"bbox": [1, 2, 10.0, 20.5], "area": 205.0}),
        (person(area=700), box(1, 2, 10, 20.5), {"bbox": [1, 2, 10.0, 20.5]}),
        (NO_MASK, box(1, 2, 10, 20), {"bbox": [1, 2, 10.0, 20], "area": 200.0}),
        (person(), assign(mask=POLYGON), {"segmentation": POLYGON, "area": 100.0}),
        (person(), assign(area=77.5), {"area": 77.5}),
        (person(), assign(crowd=True), {"iscrowd": 1}),
        (person(score=0.5), assign(confidence=0.75), {"score": 0.75}),
        (person(), assign(track="12"), {"track_id": 12}),
        (person(track_id=3), assign(track="left one"), {"track_id": "left one"}),
        (person(), assign(attributes={"sat": True}), {"attributes": {"sat": True}}),
        (person(), assign(score=np.array([0.1, 0.2, np.nan], np.float32)), {"scores": [0.1, 0.2, None]}),
    ],
)  # fmt: skip
def test_an_edit_changes_its_numbers_and_no_others(
    before: dict[str, Any], edit: Callable[[Instance], object], changes: dict[str, Any]
) -> None:
    assert repr(edited(coco_file(before), edit)) == repr({**before, **changes})


def test_a_removed_box_leaves_no_field() -> None:
    assert "bbox" not in edited(coco_file(person()), assign(box=None))


@pytest.mark.parametrize(
    ("before", "edit", "gone"),
    [
        (person(), assign(mask=None), "area"),
        (person(), assign(area=None), "area"),
        (person(score=0.5), assign(confidence=None), "score"),
    ],
)
def test_what_an_edit_took_away_leaves_no_field(
    before: dict[str, Any], edit: Callable[[Instance], object], gone: str
) -> None:
    assert gone in before
    assert gone not in edited(coco_file(before), edit)


def test_a_hand_goes_back_into_its_own_field() -> None:
    content = whole_body()
    record = edited(content, lambda i: i.place(132, 99, 98, 1))
    expected = copy.deepcopy(content["annotations"][0])
    expected["righthand_kpts"][-3:] = [99.0, 98, 1]
    assert record == expected


def test_a_fixed_point_of_a_detection_keeps_the_other_scores() -> None:
    record = edited(results(), lambda i: i.place(0, 4, 4, 2))
    assert record["keypoints"][2] == np.float32(0.9).astype(float).round(6)
    assert record["keypoints"][3:] == results()[0]["keypoints"][3:]


def test_deleted_instances_are_left_out() -> None:
    found = dataset(coco_file(person(1), person(2)), "in.json")
    found.instances[0].deleted = True
    assert [record["id"] for record in document(found)["annotations"]] == [2]


def test_a_new_instance_gets_the_next_ids() -> None:
    found = dataset(two_videos(), "in.json")
    made = empty_instance("new", "person", 1, 5, 3)
    made.place(0, 1, 2)
    found.instances.append(made)
    out = document(found)
    assert out["images"][-1] == {
        "id": 15, "file_name": "b.mp4/000005.jpg", "width": 640, "height": 480, "video": "b.mp4", "video_frames": 5,
        "frame_index": 5,
    }  # fmt: skip
    assert out["images"][:-1] == two_videos()["images"]
    assert (out["annotations"][-1]["id"], out["annotations"][-1]["image_id"]) == (4, 15)


def test_an_instance_that_moved_to_another_frame() -> None:
    found = dataset(two_videos(), "in.json")
    found.instances[0].frame = 9
    assert document(found)["annotations"][0] == person(1, image_id=13)


def test_detections_in_a_project_become_a_whole_file() -> None:
    found = dataset(results(), "in.json")
    found.media = [MediaEntry("a.jpg", 640, 480), MediaEntry("b.jpg", 640, 480)]
    out = document(found)
    assert [image["file_name"] for image in out["images"]] == ["a.jpg", "b.jpg"]
    assert [record["image_id"] for record in out["annotations"]] == [1, 2]
    assert [record["id"] for record in out["annotations"]] == [1, 2]
    assert out["categories"][0]["name"] == "person"


def test_a_renamed_category_and_keypoint() -> None:
    found = dataset(coco_file(person()), "in.json")
    before = found.ontology.document()
    before["categories"][0]["name"] = "player"
    before["categories"][0]["skeleton"]["keypoints"][0]["name"] = "tip of the nose"
    from vitruvian.labels.ontology import ontology_from_document

    found.ontology = ontology_from_document(before)
    for instance in found.instances:
        instance.category = "player"
    out = document(found)
    assert out["categories"][0]["name"] == "player"
    assert out["categories"][0]["keypoints"][0] == "tip of the nose"
    assert out["annotations"] == [person()]


def test_a_new_instance_never_gets_the_id_of_a_deleted_one() -> None:
    found = dataset(coco_file(person(1), person(9)), "in.json")
    found.instances[1].deleted = True
    found.instances.append(empty_instance("new", "person", 0, 0, 3))
    assert [record["id"] for record in document(found)["annotations"]] == [1, 10]


def test_a_copy_of_an_instance_gets_an_id_of_its_own() -> None:
    found = dataset(coco_file(person(1), person(5)), "in.json")
    found.instances.append(dataclasses.replace(found.instances[0], id="copy", xy=found.instances[0].xy + 1))
    records = document(found)["annotations"]
    assert [record["id"] for record in records] == [1, 5, 6]
    assert records[2]["keypoints"][:3] == [11.5, 21, 2]


def test_a_new_image_never_gets_an_id_of_the_file() -> None:
    content = two_videos()
    # Two records for one frame: the second's id is taken as well.
    content["images"].append({**content["images"][0], "id": 30})
    found = dataset(content, "in.json")
    found.media.append(MediaEntry("new.jpg", 8, 8))
    assert document(found)["images"][-1]["id"] == 31


def test_float_ids_count_when_the_next_one_is_looked_for() -> None:
    found = dataset(coco_file(person(7.0)), "in.json")
    found.instances.append(empty_instance("new", "person", 0, 0, 3))
    assert document(found)["annotations"][1]["id"] == 8


@pytest.mark.parametrize("area", [10**400, "large", None])
def test_an_edited_box_beside_an_area_that_is_none(area: object) -> None:
    assert edited(coco_file(person(area=area)), box(1, 2, 3, 4)) == person(area=area, bbox=[1, 2, 3.0, 4])


def test_what_cannot_be_written_says_why() -> None:
    found = dataset(coco_file(person()), "in.json")
    found.instances[0].xy[0] = np.nan
    with pytest.raises(LabelError, match="instance 1: Keypoint 'nose'"):
        dumps(found)
    found.instances[0].place(0, 1, 2)
    found.instances[0].attributes = {"speed": np.float32(2)}
    with pytest.raises(FormatError, match="cannot be written as JSON"):
        dumps(found)


def test_points_of_another_skeleton_leave_nothing_behind() -> None:
    found = dataset(whole_body(), "in.json")
    (before,) = found.ontology.categories
    found.ontology = Ontology("body", (Category(before.name, preset_skeleton("coco"), extras=before.extras),))
    (instance,) = found.instances
    instance.xy, instance.visibility = instance.xy[:17], instance.visibility[:17]
    (record,) = document(found)["annotations"]
    assert record == coco_file(person(keypoints=[5, 6, 2] * 17, num_keypoints=17))["annotations"][0]
    instance.visibility[:] = 0
    instance.xy[:] = 0
    (record,) = document(found)["annotations"]
    assert (record["keypoints"], record["num_keypoints"]) == ([0] * 51, 0)
