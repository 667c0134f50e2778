import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.coco_files import REAL, coco_file, person, real_files, results, two_videos, whole_body
from vitruvian.errors import FormatError
from vitruvian.formats import read, write
from vitruvian.formats.coco.read import dataset
from vitruvian.formats.coco.write import document
from vitruvian.labels import Dataset, MediaEntry, empty_instance
from vitruvian.labels.presets import preset


def read_back(tmp_path: Path, content: Any) -> Dataset:
    (tmp_path / "in.json").write_text(json.dumps(content))
    return read(tmp_path / "in.json")


def round_trip(tmp_path: Path, content: Any) -> str:
    write(read_back(tmp_path, content), tmp_path / "out.json")
    return json.dumps(json.loads((tmp_path / "out.json").read_text()))


def test_reads_points_boxes_and_media(tmp_path: Path) -> None:
    found = read_back(tmp_path, coco_file(person(track_id=3)))
    (instance,) = found.instances
    assert instance.xy.tolist() == [[10.5, 20], [30, 40], [0, 0]]
    assert instance.visibility.tolist() == [2, 1, 0]
    assert (instance.id, instance.track, instance.category) == ("1", "3", "person")
    assert instance.box is not None
    assert instance.box.tolist() == [1, 2, 30.5, 40]
    assert found.ontology.skeleton("person").edges == ((0, 1), (0, 2))
    assert found.media[0].name == "a.jpg"
    assert found.warnings == []


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        (person(), None),
        (person(unknown={"deep": [1, 2.0, "x"]}), None),
        (person(num_keypoints=3), "num_keypoints"),
        (person(keypoints=[[10, 20, 2], [30, 40, 1], [0, 0, 0]]), "list of its own"),
        (person(keypoints=[10, 20, 1, 30, 40, 1, 0, 0, 0]), "0 or 1 only"),
        (person(keypoints=[10, 20, 0.93, 30, 40, 0.5, 0, 0, 0]), "read as a score"),
        (person(keypoints=[-10, 20, 2, 30, 999, 1, 0, 0, 0]), "outside of its image"),
        (person(image_id=99), "no image has this id"),
        (person(category_id=9), "there is no category 9"),
        (person(bbox=[1, 2, 3]), "not x, y, width, height"),
        (person(bbox=None), None),
        (person(keypoints=[10, 20, 2, 30, 40, 1, 5, 5, 0]), "not labelled"),
        ({k: v for k, v in person().items() if k != "area"}, "area"),
        (person(keypoints=[10, 20, 2, 30, 40], num_keypoints=0), "not read as points"),
        (person(segmentation={"size": [480, 640], "counts": "abc"}), None),
    ],
)
def test_every_deviation_is_kept_and_reported(tmp_path: Path, annotation: dict[str, Any], says: str | None) -> None:
    content = coco_file(annotation)
    assert round_trip(tmp_path, content) == json.dumps(content)
    warnings = read_back(tmp_path, content).warnings
    assert [str(says) in w.message or says == w.field for w in warnings] == ([True] if says else [])
    assert all(w.file.endswith("in.json") for w in warnings)


def test_a_skeleton_that_counts_from_0(tmp_path: Path) -> None:
    content = coco_file(person())
    content["categories"][0]["skeleton"] = [[0, 1], [1, 2]]
    found = read_back(tmp_path, content)
    assert found.ontology.skeleton("person").edges == ((0, 1), (1, 2))
    assert [w.field for w in found.warnings] == ["skeleton"]
    assert round_trip(tmp_path, content) == json.dumps(content)


def test_a_category_without_keypoint_names(tmp_path: Path) -> None:
    content = coco_file(person())
    del content["categories"][0]["keypoints"]
    found = read_back(tmp_path, content)
    assert len(found.ontology.skeleton("person")) == 3
    assert round_trip(tmp_path, content) == json.dumps(content)


def test_repeated_ids_lose_nobody(tmp_path: Path) -> None:
    content = coco_file(person(5), person(5, keypoints=[1, 1, 2, 2, 2, 2, 3, 3, 2], num_keypoints=3))
    found = read_back(tmp_path, content)
    assert len({i.id for i in found.instances}) == 2
    assert found.warnings[0].field == "id"
    assert round_trip(tmp_path, content) == json.dumps(content)


def test_results(tmp_path: Path) -> None:
    content = [{"image_id": 7, "category_id": 1, "keypoints": [1.5, 2, 0.9] * 17, "score": 0.75}]
    found = read_back(tmp_path, content)
    assert found.instances[0].category == "person"
    assert found.instances[0].score is not None
    assert found.instances[0].score[0] == np.float32(0.9)
    assert round_trip(tmp_path, content) == json.dumps(content)


@pytest.mark.parametrize(
    "content", [results(), two_videos(), whole_body(), coco_file(), coco_file(categories=None), []]
)
def test_every_kind_of_file_comes_back(tmp_path: Path, content: Any) -> None:
    assert round_trip(tmp_path, content) == json.dumps(content)


def test_a_score_of_1_beside_other_scores_is_no_hidden_point(tmp_path: Path) -> None:
    found = read_back(tmp_path, results())
    assert found.instances[0].visibility.tolist() == [2] * 17
    assert found.instances[0].score is not None
    assert found.instances[0].score[1] == 1
    assert found.warnings == []


def test_visibility_of_the_body_beside_scores_of_the_hands(tmp_path: Path) -> None:
    content = whole_body()
    record = content["annotations"][0]
    record["keypoints"][5] = 1
    record["lefthand_kpts"] = [5.5, 6, 0.75] * 21
    (instance,) = read_back(tmp_path, content).instances
    assert instance.visibility[:3].tolist() == [2, 1, 2]
    assert instance.score is not None
    assert np.flatnonzero(~np.isnan(instance.score)).tolist() == list(range(91, 112))


def test_frames_of_a_video_meet_again(tmp_path: Path) -> None:
    found = read_back(tmp_path, two_videos())
    assert [(m.name, m.kind, m.frames) for m in found.media] == [
        ("a.mp4", "video", 50), ("b.mp4", "video", 5), ("z.jpg", "image", 1),
    ]  # fmt: skip
    assert [(i.media, i.frame) for i in found.instances] == [(0, 0), (0, 9), (1, 4)]


@pytest.mark.parametrize("odd", [2**70, "half of \ud83d a letter", float("inf"), 0.1 + 0.2, -0.0, 1e-320])
def test_odd_values_come_back(tmp_path: Path, odd: Any) -> None:
    content = coco_file(person(odd=odd), info=[None, odd])
    assert round_trip(tmp_path, content) == json.dumps(content)


def test_whole_body_is_one_instance_of_133_points(tmp_path: Path) -> None:
    content = whole_body()
    found = read_back(tmp_path, content)
    assert found.instances[0].xy.shape == (133, 2)
    assert found.instances[0].xy[-1].tolist() == [20.5, 20]
    assert found.warnings == []
    assert round_trip(tmp_path, content) == json.dumps(content)


def test_an_edited_hand_goes_back_into_its_own_field(tmp_path: Path) -> None:
    found = read_back(tmp_path, whole_body())
    found.instances[0].place(132, 99, 98, 1)
    (record,) = document(found)["annotations"]
    assert record["righthand_kpts"][-3:] == [99, 98, 1]
    assert record["lefthand_kpts"] == whole_body()["annotations"][0]["lefthand_kpts"]


def test_an_edit_changes_its_fields_and_no_others(tmp_path: Path) -> None:
    found = read_back(tmp_path, coco_file(person(odd="kept")))
    found.instances[0].place(2, 50, 60, 1)
    found.instances[0].box = np.array([0.0, 0.0, 10.0, 20.0])
    (record,) = document(found)["annotations"]
    expected = person(odd="kept", num_keypoints=3, bbox=[0, 0, 10, 20], area=200)
    expected["keypoints"] = [10.5, 20, 2, 30, 40, 1, 50, 60, 1]
    assert record == expected


@pytest.mark.parametrize(
    ("text", "says", "where"),
    [
        ("", "empty", "in.json"),
        ('{"images": [], "annotations": [{"id": 1, "keyp', "cut off", "line 1"),
        ('{"images": [],\n "annotations": [}', "not JSON", "line 2"),
        ("[1, 2]", "not an object", "entry 0"),
        ('[{"joints": [1, 2]}]', "names an image", "image_id"),
        ("[" * 100_000, "too deep", "in.json"),
        (json.dumps(coco_file(images=[7])), "Entry 0 of images", "images"),
        ('{"shapes": []}', "not a COCO file", "in.json"),
        (json.dumps(coco_file(person(keypoints=[1, 2, 2]), person(2))), "3 keypoint numbers", "annotation 1"),
        (json.dumps(coco_file(person(keypoints=["a"] * 9))), "not numbers", "annotation 1"),
    ],
)
def test_what_cannot_be_read_says_what_and_where(tmp_path: Path, text: str, says: str, where: str) -> None:
    (tmp_path / "in.json").write_text(text)
    with pytest.raises(FormatError, match=says) as refused:
        read(tmp_path / "in.json")
    assert where in refused.value.where


def test_coordinates_that_are_no_numbers_are_reported_and_kept(tmp_path: Path) -> None:
    content = coco_file(person(keypoints=[float("nan"), 20, 2, 30, 40, 1, 0, 0, 0]))
    found = read_back(tmp_path, content)
    assert found.instances[0].visibility.tolist() == [0, 1, 0]
    assert "not a finite number" in found.warnings[0].message
    assert round_trip(tmp_path, content) == json.dumps(content)


def test_labels_that_never_were_coco(tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    instances = []
    for frame in (3, 200):
        made = empty_instance(f"i{frame}", "person", 1, frame, 17)
        made.xy[:] = 10.25
        made.visibility[:] = 2
        made.score = np.full(17, 0.1, np.float32)
        made.track = "4"
        instances.append(made)
    media = [MediaEntry("a.jpg", 640, 480), MediaEntry("clip.mp4", 1280, 720, 230, "video")]
    instances[1].score = np.array([np.nan, *[0.1] * 16], np.float32)
    instances[1].attributes = {"blurred": True}
    write(Dataset(preset("coco"), media, instances), tmp_path / "out.json")
    assert len(COCO(tmp_path / "out.json").getAnnIds()) == 2
    again = read(tmp_path / "out.json")
    assert again.warnings == []
    assert [(m.name, m.kind, m.frames) for m in again.media] == [("a.jpg", "image", 1), ("clip.mp4", "video", 230)]
    assert [(i.media, i.frame, i.track) for i in again.instances] == [(1, 3, "4"), (1, 200, "4")]
    assert again.instances[1].attributes == {"blurred": True}
    for before, after in zip(instances, again.instances, strict=True):
        assert np.array_equal(before.xy, after.xy)
        assert before.score is not None
        assert after.score is not None
        assert np.array_equal(before.score, after.score, equal_nan=True)


numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    fields=st.dictionaries(st.text(max_size=8), json_values, max_size=4),
    points=st.lists(st.tuples(numbers, numbers, st.sampled_from([0, 1, 2, 0.0, 2.0, 0.25])), min_size=3, max_size=3),
    id=st.none() | st.integers() | st.text(max_size=5),
)
def test_any_record_comes_back_as_it_was(fields: dict[str, Any], points: list[Any], id: Any) -> None:
    record = {**fields, "id": id, "image_id": 7, "category_id": 1, "keypoints": [n for p in points for n in p]}
    content = coco_file(record)
    assert json.dumps(document(dataset(content, "x.json"))) == json.dumps(content)


@pytest.mark.parametrize("path", real_files(), ids=lambda p: str(p.relative_to(REAL)))
def test_real_files_come_back_deep_equal(path: Path) -> None:
    content = json.loads(path.read_bytes())
    assert json.dumps(document(dataset(json.loads(path.read_bytes()), str(path)))) == json.dumps(content)
