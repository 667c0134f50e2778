import copy
import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import coco_file, person
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.formats.coco.read import dataset as coco_dataset
from vitruvian.labels import Dataset, Instance, MediaEntry, tracks
from vitruvian.labels.presets import preset


def flat(count: int, start: float = 10) -> list[float]:
    return [n for at in range(count) for n in (start + at, 500.337, 0.845918)]


def human(pose: int = 25, face: int = 0, hands: int = 0, id: int = -1) -> dict[str, Any]:
    return {
        "person_id": [id], "pose_keypoints_2d": [*flat(pose - 1), 0, 0, 0], "face_keypoints_2d": flat(face),
        "hand_left_keypoints_2d": flat(hands), "hand_right_keypoints_2d": flat(hands, 40), "pose_keypoints_3d": [],
        "face_keypoints_3d": [], "hand_left_keypoints_3d": [], "hand_right_keypoints_3d": [1, 2, 3, 1],
    }  # fmt: skip


def frames(folder: Path, *documents: Any, name: str = "clip_{:012d}_keypoints.json", step: int = 1) -> Path:
    folder.mkdir()
    for at, document in enumerate(documents):
        (folder / name.format(at * step)).write_text(json.dumps(document))
    return folder


def content(folder: Path) -> dict[str, str]:
    return {p.name: json.dumps(json.loads(p.read_text())) for p in sorted(folder.iterdir())}


def document(*people: Any) -> dict[str, Any]:
    return {"version": 1.3, "people": list(people), "more": None}


def test_a_video_of_whole_people(tmp_path: Path) -> None:
    whole = human(25, 70, 21, id=4)
    folder = frames(tmp_path / "in", document(whole, human(id=5)), document(), document(human(id=4)))
    assert recognise(folder).name == "openpose"
    found = read(folder)
    assert [(m.name, m.kind, m.frames) for m in found.media] == [("clip", "video", 3)]
    assert [(i.frame, i.track) for i in found.instances] == [(0, "4"), (0, "5"), (2, "4")]
    assert [t.frames.tolist() for t in tracks(found.instances)] == [[0, 2], [0]]
    skeleton = found.ontology.skeleton("person")
    assert len(skeleton) == 137
    assert skeleton.names[8] == "mid_hip"
    assert skeleton.names[-42] == "left_hand_root"
    assert skeleton.keypoints[skeleton.position("left_hand_root")].flip == "right_hand_root"
    first = found.instances[0]
    assert first.visibility.tolist() == [2] * 24 + [0] + [2] * 112
    assert first.score is not None
    assert first.score[0] == np.float32(0.845918)
    assert found.warnings == []
    write(found, tmp_path / "out", format="openpose")
    assert content(tmp_path / "out") == content(folder)


@pytest.mark.parametrize(
    ("count", "name", "says"), [(18, "right_shoulder", ""), (15, "chest", ""), (4, "keypoint 0", "numbered")]
)
def test_other_bodies_are_told_by_their_length(tmp_path: Path, count: int, name: str, says: str) -> None:
    folder = frames(tmp_path / "in", document(human(count)), document(human(25)))
    found = read(folder)
    assert name in found.ontology.skeleton("person").names
    assert found.ontology.skeleton("person (25 points)").names[:2] == ("nose", "neck")
    assert [says in w.message for w in found.warnings] == ([True] if says else [])
    write(found, tmp_path / "out", format="openpose")
    assert content(tmp_path / "out") == content(folder)


def test_pictures_and_the_lists_of_old_versions(tmp_path: Path) -> None:
    old = {"version": 1.0, "people": [{"pose_keypoints": flat(18), "face_keypoints": [], "hand_left_keypoints": []}]}
    folder = frames(tmp_path / "in", old, old, document(), name="COCO_val2014_{:012d}_keypoints.json", step=7)
    (folder / "b_keypoints.json").write_text(json.dumps(old))
    (folder / "COCO_val2014_000000000099_keypoints.json").write_text(json.dumps(old))
    found = read(folder)
    assert {m.kind for m in found.media} == {"image"}
    assert [m.name for m in found.media][-1] == "b"
    assert found.instances[0].xy[0].tolist() == [10, 500.337]
    write(found, tmp_path / "out", format="openpose")
    assert content(tmp_path / "out") == content(folder)


def test_one_file(tmp_path: Path) -> None:
    (tmp_path / "a_keypoints.json").write_text(json.dumps(document(human(), human(18))))
    assert recognise(tmp_path / "a_keypoints.json").name == "openpose"
    found = read(tmp_path / "a_keypoints.json")
    write(found, tmp_path / "b.json", format="openpose")
    assert json.loads((tmp_path / "b.json").read_text()) == document(human(), human(18))
    (tmp_path / "x.json").write_text(json.dumps(coco_file(people=[])))
    assert recognise(tmp_path / "x.json").name == "coco"


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    whole = human(25, 70, 21)
    found = read(frames(tmp_path / "in", document(whole)))
    (instance,) = found.instances
    instance.place(3, 7, 8.5, 1)
    instance.place(24, 1, 2)
    instance.place(30, 0, 0, 0)
    instance.track = "11"
    write(found, tmp_path / "out", format="openpose")
    wanted = copy.deepcopy(whole)
    wanted["person_id"] = [11]
    wanted["pose_keypoints_2d"][9:11] = [7.0, 8.5]
    wanted["pose_keypoints_2d"][72:] = [1, 2, 1]
    wanted["face_keypoints_2d"][15:18] = [0, 0, 0]
    assert json.loads((tmp_path / "out/clip_000000000000_keypoints.json").read_text()) == document(wanted)
    instance.deleted = True
    write(found, tmp_path / "none", format="openpose")
    assert json.loads((tmp_path / "none/clip_000000000000_keypoints.json").read_text())["people"] == []


@pytest.mark.parametrize(("low", "says"), [(0.1, "0 to 1"), (-0.5, "-1 to 1")])
def test_shares_of_a_size_are_warned_of(tmp_path: Path, low: float, says: str) -> None:
    pose = [low, 0.9, 0.5, 0.25, 0.5, 0.5] + [0, 0, 0] * 23
    found = read(frames(tmp_path / "in", document({"pose_keypoints_2d": pose})))
    assert [says in w.message for w in found.warnings] == [True]
    assert found.instances[0].xy[0].tolist() == [low, 0.9]


@pytest.mark.parametrize(("name", "layout"), [("coco", 18), ("coco_wholebody", 25), ("coco_openpose", 18)])
def test_people_of_other_formats_go_by_the_names_of_their_points(tmp_path: Path, name: str, layout: int) -> None:
    ontology = preset(name)
    skeleton = ontology.skeleton("person")
    count = len(skeleton)
    score = np.linspace(0.1, 0.9, count).astype(np.float32)
    xy = np.random.default_rng(1).uniform(5, 600, (count, 2))
    made = Instance("a", "person", 0, 2, xy, np.full(count, 2, np.uint8), score, track="t")
    labels = Dataset(ontology, [MediaEntry("v/clip.mp4", 640, 480, 5, "video"), MediaEntry("x/a.jpg")], [made])
    write(labels, tmp_path / "out", format="openpose")
    assert len(list((tmp_path / "out").iterdir())) == 6
    found = read(tmp_path / "out")
    assert sorted((m.name, m.kind, m.frames) for m in found.media) == [("a", "image", 1), ("clip", "video", 5)]
    (back,) = found.instances
    names = found.ontology.skeleton("person").names
    assert len(names) == layout + (112 if count == 133 else 0)
    at = [names.index(n) for n in skeleton.names]
    assert back.xy[at].tolist() == xy.tolist()
    assert back.score is not None
    assert back.score[at].tolist() == score.tolist()
    assert (back.frame, back.track, back.labelled) == (2, "t", count)


def test_points_of_an_animal_stay_in_their_order(tmp_path: Path) -> None:
    labels = coco_dataset(coco_file(person()), "in.json")
    labels.media.append(MediaEntry("other/a.png"))
    write(labels, tmp_path / "out", format="openpose")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a-2_keypoints.json", "a_keypoints.json"]
    found = read(tmp_path / "out")
    assert {loss.feature for loss in by_name("openpose").losses(labels)} >= {"names", "boxes", "hidden", "sizes"}
    assert sum(i.labelled for i in found.instances) == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_written_is_read_back(tmp_path: Path, data: st.DataObject) -> None:
    ontology = preset("coco_openpose")
    number = st.floats(-1e4, 1e4)
    made = []
    for row in range(data.draw(st.integers(0, 4))):
        seen = np.array(data.draw(st.lists(st.booleans(), min_size=18, max_size=18)))
        xy = np.array(data.draw(st.lists(number, min_size=36, max_size=36))).reshape(18, 2) * seen[:, None]
        score = np.where(seen, data.draw(st.floats(0.0625, 6, width=32)), np.nan).astype(np.float32)
        track = data.draw(st.sampled_from([None, "0", "17", "anna", "007"]))
        made.append(
            Instance(f"{row}", "person", 0, row % 2, xy, np.where(seen, 2, 0).astype(np.uint8), score, track=track)
        )
    labels = Dataset(ontology, [MediaEntry("clip", frames=2, kind="video")], made)
    folder = tmp_path / uuid.uuid4().hex
    write(labels, folder, format="openpose")
    found = read(folder)
    made.sort(key=lambda i: i.frame)
    assert [(i.frame, i.track) for i in found.instances] == [(i.frame, i.track) for i in made]
    if made:
        assert found.ontology.skeleton("person") == ontology.skeleton("person")
    for a, b in zip(found.instances, made, strict=True):
        assert a.xy.tolist() == b.xy.tolist()
        assert a.visibility.tolist() == b.visibility.tolist()
        if b.labelled:
            assert a.score is not None
            np.testing.assert_array_equal(a.score, b.score)


ODD = [None, True, -1, 1e400, 10**400, "text", [], {}, [1], [[1, 2, 3]], [1, 2, "x"], [None] * 75, {"a": 1}]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["people", "version", "person_id", "pose_keypoints_2d", "hand_left_keypoints_2d", ""])
def test_odd_values_are_kept_or_refused_in_words(tmp_path: Path, field: str, odd: Any) -> None:
    made = document(human(25, 0, 21))
    if field in made:
        made[field] = odd
    elif field:
        made["people"][0][field] = odd
    else:
        made["people"][0] = odd
    folder = frames(tmp_path / "in", made)
    try:
        found = read(folder, format="openpose")
    except FormatError as error:
        told = error.where
    else:
        told = "clip_000000000000"
        write(found, tmp_path / "out", format="openpose")
        assert content(tmp_path / "out") == content(folder)
    assert "clip_000000000000" in told or "keypoints_2d" in told


def test_broken_files_and_places(tmp_path: Path) -> None:
    folder = frames(tmp_path / "in", document(human()))
    found = read(folder)
    text = json.dumps(document(human()))
    for cut in (0, 1, len(text) // 2, len(text) - 1):
        (folder / "clip_000000000000_keypoints.json").write_text(text[:cut])
        with pytest.raises(FormatError, match="clip_000000000000"):
            read(folder)
    (folder / "clip_000000000000_keypoints.json").write_text(json.dumps(document(human(5000))))
    with pytest.raises(FormatError, match="5000 points"):
        read(folder)
    frames(tmp_path / "hands", document(human(hands=21)), document(human(hands=20)))
    with pytest.raises(FormatError, match="20 and 21"):
        read(tmp_path / "hands")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="No file here"):
        read(tmp_path / "empty", format="openpose")
    with pytest.raises(FormatError, match="something there"):
        write(found, folder, format="openpose")
    with pytest.raises(FormatError, match=r"no such file|cannot be read"):
        read(tmp_path / "missing", format="openpose")
    found.media[0].name = "../../evil/.."
    write(found, tmp_path / "out", format="openpose")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["picture_000000000000_keypoints.json"]
    assert not list(tmp_path.glob(".*"))
