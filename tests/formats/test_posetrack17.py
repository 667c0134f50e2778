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
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, tracks
from vitruvian.labels.presets import preset


def point(id: int, x: float, y: float, **fields: Any) -> dict[str, Any]:
    return {"id": [id], "x": [x], "y": [y], **{k: [v] for k, v in fields.items()}}


def human(track: int, *points: Any, **fields: Any) -> dict[str, Any]:
    return {"x1": [625], "y1": [94], "x2": [681], "y2": [178], "track_id": [track],
            "annopoints": [{"point": list(points)}], **fields}  # fmt: skip


def picture(number: int, *people: Any, folder: str = "images/bonn_5sec/000342_mpii/") -> dict[str, Any]:
    return {"image": [{"name": f"{folder}{number:08d}.jpg"}], "annorect": list(people), "imgnum": [number],
            "is_labeled": [1], "ignore_regions": [{"point": [{"x": [1], "y": [2]}]}]}  # fmt: skip


CONTENT = {
    "annolist": [
        picture(1, human(0, point(0, 394, 173.5, is_visible=1), point(13, 5, 6, is_visible=0)), human(3)),
        picture(3, human(0, point(14, 1, 2, score=0.75), score=[0.9], head_radius=[4])),
        {"image": [{"name": "images/bonn_5sec/000342_mpii/00000004.jpg"}], "imgnum": [4]},
    ],
    "more": 1,
}


def read_back(tmp_path: Path, content: Any) -> Dataset:
    (tmp_path / "in.json").write_text(json.dumps(content))
    return read(tmp_path / "in.json", format="posetrack17")


def round_trip(tmp_path: Path, labels: Dataset) -> str:
    write(labels, tmp_path / "out.json", format="posetrack17")
    return json.dumps(json.loads((tmp_path / "out.json").read_text()))


def test_a_sequence_comes_back(tmp_path: Path) -> None:
    found = read_back(tmp_path, CONTENT)
    assert recognise(tmp_path / "in.json").name == "posetrack17"
    assert [(m.name, m.kind, m.frames) for m in found.media] == [("images/bonn_5sec/000342_mpii", "video", 5)]
    assert [(i.frame, i.track, i.labelled) for i in found.instances] == [(1, "0", 2), (1, "3", 0), (3, "0", 1)]
    assert [t.frames.tolist() for t in tracks(found.instances)] == [[1, 3], [1]]
    first, _, last = found.instances
    names = found.ontology.skeleton("person")
    assert first.xy[names.position("right_ankle")].tolist() == [394, 173.5]
    assert first.visibility[[0, 13, 14]].tolist() == [2, 1, 0]
    assert last.score is not None
    assert (last.score[names.position("head_top")], last.confidence) == (0.75, 0.9)
    assert found.warnings == []
    assert round_trip(tmp_path, found) == json.dumps(CONTENT)


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    content = copy.deepcopy(CONTENT)
    found = read_back(tmp_path, content)
    first = found.instances[0]
    first.place(0, 7, 8, 1)
    first.place(13, 0, 0, 0)
    first.place(2, 3, 4, 2)
    found.instances[2].track = "8"
    annolist: Any = content["annolist"]
    annolist[0]["annorect"][0]["annopoints"][0]["point"] = [
        point(0, 7.0, 8.0, is_visible=0), point(2, 3.0, 4.0, is_visible=1),
    ]  # fmt: skip
    annolist[1]["annorect"][0]["track_id"] = [8]
    assert json.loads(round_trip(tmp_path, found)) == content


@pytest.mark.parametrize("name", ["a.jpg", "00000001.jpg", "images/x.jpg"])
def test_pictures_that_are_no_frames(tmp_path: Path, name: str) -> None:
    content = copy.deepcopy(CONTENT)
    annolist: Any = content["annolist"]
    annolist[0]["image"][0]["name"] = annolist[2]["image"][0]["name"] = name
    found = read_back(tmp_path, content)
    assert [m.kind for m in found.media] == ["image", "video", "image"]
    assert round_trip(tmp_path, found) == json.dumps(content)


def test_one_frame_twice(tmp_path: Path) -> None:
    content = {"annolist": [picture(1), picture(1, human(1))]}
    found = read_back(tmp_path, content)
    assert [m.kind for m in found.media] == ["image", "image"]
    assert len(found.warnings) == 1
    assert round_trip(tmp_path, found) == json.dumps(content)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_written_is_read_back(tmp_path: Path, data: st.DataObject) -> None:
    skeleton = preset("posetrack18").skeleton("person")
    named = np.array(["ear" not in name for name in skeleton.names])
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    made = []
    for row in range(data.draw(st.integers(0, 4))):
        seen = (random.integers(0, 3, 17) * named).astype(np.uint8)
        made.append(
            Instance(
                f"{row}", "person", row % 2, row % 2 * 4, random.uniform(-9, 900, (17, 2)) * (seen > 0)[:, None], seen,
                np.where(seen, random.uniform(0, 1, 17), np.nan).astype(np.float32),
                track=data.draw(st.sampled_from([None, "0", "17", "anna", "007"])),
                confidence=data.draw(st.none() | st.floats(0, 9)),
            )
        )  # fmt: skip
    media = [MediaEntry("a.jpg"), MediaEntry("clip.mp4", frames=6, kind="video")]
    path = tmp_path / f"{uuid.uuid4().hex}.json"
    labels = Dataset(Ontology("o", (Category("person", skeleton),)), media, made)
    write(labels, path, format="posetrack17")
    found = read(path)
    assert [(m.name, m.kind, m.frames) for m in found.media] == [("a.jpg", "image", 1), ("clip.mp4", "video", 6)]
    at = [skeleton.position(name) for name in found.ontology.skeleton("person").names]
    made.sort(key=lambda i: i.media)
    for a, b in zip(found.instances, made, strict=True):
        assert (a.media, a.frame, a.track, a.confidence) == (b.media, b.frame, b.track, b.confidence)
        assert a.xy.tolist() == b.xy[at].tolist()
        assert a.visibility.tolist() == b.visibility[at].tolist()
        if b.labelled:
            np.testing.assert_array_equal(a.score, None if b.score is None else b.score[at])


def test_what_is_lost_is_listed(tmp_path: Path) -> None:
    labels = coco_dataset(coco_file(person()), "in.json")
    labels.instances[0].place(1, 5, 5)
    said = [str(loss) for loss in by_name("posetrack17").losses(labels)]
    assert [text for text in said if "no name for" in text] == []
    write(labels, tmp_path / "out.json", format="posetrack17")
    assert read(tmp_path / "out.json").instances[0].labelled == 2
    labels = coco_dataset(coco_file(person(keypoints=[1, 2, 2] * 17)) | {"categories": []}, "in.json")
    assert any("no name for: 4" in str(loss) for loss in by_name("posetrack17").losses(labels))


ODD = [None, True, -1, 1e400, 10**400, "text", [], {}, [1], [[1]], [1, 2], [None], {"a": 1}, 99]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "path",
    [("annolist",), ("annolist", 0), ("annolist", 0, "image"), ("annolist", 0, "image", 0, "name"),
     ("annolist", 0, "annorect"), ("annolist", 0, "annorect", 0), ("annolist", 0, "imgnum"),
     *(("annolist", 0, "annorect", 0, field) for field in ("track_id", "annopoints", "score", "x1")),
     ("annolist", 0, "annorect", 0, "annopoints", 0, "point"),
     *(("annolist", 0, "annorect", 0, "annopoints", 0, "point", 0, f) for f in ("id", "x", "is_visible", "score"))],
)  # fmt: skip
def test_odd_values_are_kept_or_refused_in_words(tmp_path: Path, path: tuple[Any, ...], odd: Any) -> None:
    content: Any = copy.deepcopy(CONTENT)
    at = content
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = odd
    told = ""
    try:
        found = read_back(tmp_path, content)
    except FormatError as error:
        told = error.where
    else:
        assert round_trip(tmp_path, found) == json.dumps(content)
    assert not told or len(path) == 1 or "annolist 0" in told
