import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import coco_file, person, results
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.formats.coco.read import dataset as coco_dataset
from vitruvian.labels import Dataset, Instance, MediaEntry, tracks
from vitruvian.labels.presets import preset


def flat(count: int) -> list[float]:
    return [n for at in range(count - 1) for n in (10 + at, 500.337, 3.25)] + [0, 0, 0]


def human(image: Any = "a.jpg", count: int = 17, **fields: Any) -> dict[str, Any]:
    return {"image_id": image, "category_id": 1, "keypoints": flat(count), "score": 3.0625,
            "box": [1, 2.5, 30, 40], **fields}  # fmt: skip


def picture(count: int = 18, people: str = "people", points: str = "pose_keypoints_2d") -> dict[str, Any]:
    return {"version": "AlphaPose v0.3", people: [{points: flat(count)}, {points: flat(count), "odd": 1}], "more": None}


LIST = [human(), human("b/c.png", count=26), human("a.jpg", odd=[1.0])]
VIDEO = [human("0.jpg", idx=1), human("0.jpg", idx=2), human("12.jpg", idx=[1]), human("3.jpg", idx=2.0)]
OPEN = {"a.jpg": picture(), "b.jpg": {"version": "AlphaPose v0.3", "people": []}}
CMU = {"a.jpg": picture(15, "bodies", "joints")}
ONE = picture(18, "bodies", "joints")


def read_back(tmp_path: Path, content: Any, name: str = "in.json") -> Dataset:
    (tmp_path / name).write_text(json.dumps(content))
    return read(tmp_path / name)


def round_trip(tmp_path: Path, labels: Dataset) -> str:
    write(labels, tmp_path / "out.json", format="alphapose")
    return json.dumps(json.loads((tmp_path / "out.json").read_text()))


@pytest.mark.parametrize("content", [LIST, VIDEO, OPEN, CMU, ONE])
def test_every_variant_is_recognised_and_comes_back(tmp_path: Path, content: Any) -> None:
    found = read_back(tmp_path, content)
    assert recognise(tmp_path / "in.json").name == "alphapose"
    assert found.warnings == []
    assert round_trip(tmp_path, found) == json.dumps(content)


def test_files_of_others_are_left_to_them(tmp_path: Path) -> None:
    for name, content in (
        ("coco", results()),
        ("coco", [human(785)]),
        ("coco", coco_file(person())),
        ("openpose", {"version": 1.3, "people": [{"pose_keypoints_2d": flat(25)}]}),
    ):
        (tmp_path / "x.json").write_text(json.dumps(content))
        assert recognise(tmp_path / "x.json").name == name


def test_people_boxes_scores_and_pictures(tmp_path: Path) -> None:
    found = read_back(tmp_path, LIST)
    assert [m.name for m in found.media] == ["a.jpg", "b/c.png"]
    assert [(i.media, i.category) for i in found.instances] == [(0, "person"), (1, "person (26 points)"), (0, "person")]
    first = found.instances[0]
    assert first.box is not None
    assert first.score is not None
    assert (first.box.tolist(), first.confidence, first.score[0]) == ([1, 2.5, 30, 40], 3.0625, 3.25)
    assert first.visibility.tolist() == [2] * 16 + [0]
    assert found.ontology.skeleton("person").names[0] == "nose"


@pytest.mark.parametrize(
    ("count", "name"), [(16, "thorax"), (68, "right_hand_root"), (133, "face-3"), (136, "hip"), (7, "keypoint 6")]
)
def test_models_are_told_by_their_number_of_points(tmp_path: Path, count: int, name: str) -> None:
    found = read_back(tmp_path, [human(count=count)])
    skeleton = found.ontology.skeleton("person")
    assert len(skeleton) == count
    assert any(n.startswith(name[:9]) for n in skeleton.names)
    assert len(found.warnings) == (count == 7)


def test_frames_of_a_video_with_tracks(tmp_path: Path) -> None:
    found = read_back(tmp_path, VIDEO, "clip.json")
    assert [(m.name, m.kind, m.frames) for m in found.media] == [("clip", "video", 13)]
    assert [(t.id, t.frames.tolist()) for t in tracks(found.instances)] == [("1", [0, 12]), ("2", [0, 3])]
    found.instances[2].frame = 4
    assert json.loads(round_trip(tmp_path, found))[2]["image_id"] == "4.jpg"
    assert {m.kind for m in read_back(tmp_path, [human("0.jpg"), human("1.jpg")]).media} == {"image"}


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    content = copy.deepcopy(LIST)
    found = read_back(tmp_path, content)
    first = found.instances[0]
    first.place(1, 7, 8, 1)
    first.place(2, 0, 0, 0)
    first.box = None
    first.track = "5"
    first.confidence = 0.5
    found.media[1].name = "renamed.png"
    content[0]["keypoints"][3:9] = [7, 8.0, 3.25, 0, 0.0, 0.0]
    content[0] |= {"score": 0.5, "idx": 5}
    del content[0]["box"]
    content[1]["image_id"] = "renamed.png"
    assert json.loads(round_trip(tmp_path, found)) == content


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_written_is_read_back(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["coco", "halpe26", "coco_wholebody", "halpe", "mpii"]))
    ontology = preset(name)
    count = len(ontology.skeleton("person"))
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    made = []
    for row in range(data.draw(st.integers(1, 4))):
        seen = random.random(count) < 0.7
        made.append(
            Instance(
                f"{row}", "person", 0, 0, random.uniform(-50, 900, (count, 2)) * seen[:, None], np.uint8(2) * seen,
                np.where(seen, random.uniform(0.01, 6, count), np.nan).astype(np.float32),
                box=data.draw(st.sampled_from([None, np.array([1.5, 2, 3, 4])])),
                track=data.draw(st.sampled_from([None, "0", "17", "anna", "007"])),
                confidence=data.draw(st.none() | st.floats(0, 9)),
            )
        )  # fmt: skip
    labels = Dataset(ontology, [MediaEntry("a.jpg", 640, 480)], made)
    write(labels, tmp_path / "new.json", format="alphapose")
    found = read(tmp_path / "new.json")
    assert found.ontology.skeleton("person") == ontology.skeleton("person")
    for a, b in zip(found.instances, made, strict=True):
        assert a.xy.tolist() == b.xy.tolist()
        assert a.visibility.tolist() == b.visibility.tolist()
        assert a.track == b.track
        assert (a.box is None) == (b.box is None)
        if b.confidence is not None:
            assert a.confidence == b.confidence
        if b.labelled:
            np.testing.assert_array_equal(a.score, b.score)


def test_a_coco_file_and_a_video_of_another_format(tmp_path: Path) -> None:
    labels = coco_dataset(coco_file(person(track_id=3), categories=coco_file()["categories"]), "in.json")
    write(labels, tmp_path / "out.json", format="alphapose")
    (back,) = read(tmp_path / "out.json").instances
    assert back.xy.tolist()[:2] == [[10.5, 20], [30, 40]] or back.labelled == 2
    labels.media = [MediaEntry("v.mp4", frames=9, kind="video")]
    labels.instances[0].frame = 4
    assert "videos" not in {loss.feature for loss in by_name("alphapose").losses(labels)}
    write(labels, tmp_path / "out.json", format="alphapose")
    assert read(tmp_path / "out.json").instances[0].frame == 4


ODD = [None, True, -1, 1e400, 10**400, "text", [], {}, [1], [[1, 2, 3]], [1, 2, "x"], {"a": 1}, float("nan")]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["image_id", "category_id", "keypoints", "score", "box", "idx", ""])
def test_odd_values_are_kept_or_refused_in_words(tmp_path: Path, field: str, odd: Any) -> None:
    content: list[Any] = [human("0.jpg", idx=1), human("1.jpg", idx=1)]
    if field:
        content[1][field] = odd
    else:
        content[1] = odd
    (tmp_path / "in.json").write_text(json.dumps(content))
    told = ""
    try:
        found = read(tmp_path / "in.json", format="alphapose")
    except FormatError as error:
        told = error.where
    else:
        assert round_trip(tmp_path, found) == json.dumps(content)
    assert not told or "entry 1" in told


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["people", "pose_keypoints_2d", "person", ""])
def test_odd_values_in_a_variant(tmp_path: Path, field: str, odd: Any) -> None:
    content = copy.deepcopy(OPEN)
    if field == "people":
        content["b.jpg"]["people"] = odd
    elif field == "person":
        content["a.jpg"]["people"][1] = odd
    elif field:
        content["a.jpg"]["people"][1][field] = odd
    else:
        content["b.jpg"] = odd
    (tmp_path / "in.json").write_text(json.dumps(content))
    told = ""
    try:
        found = read(tmp_path / "in.json", format="alphapose")
    except FormatError as error:
        told = error.where
    else:
        assert round_trip(tmp_path, found) == json.dumps(content)
    assert not told or ".jpg: people" in told


def test_broken_files(tmp_path: Path) -> None:
    text = json.dumps(LIST)
    for cut in (0, 1, len(text) // 2, len(text) - 1):
        (tmp_path / "in.json").write_text(text[:cut])
        with pytest.raises(FormatError, match=r"in\.json"):
            read(tmp_path / "in.json", format="alphapose")
    for content in ({}, 7, "x", {"a": 1}, [human(count=4000)]):
        (tmp_path / "in.json").write_text(json.dumps(content))
        with pytest.raises(FormatError, match=r"in\.json"):
            read(tmp_path / "in.json", format="alphapose")
