import copy
import json
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import REAL
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.labels import Dataset, Instance, MediaEntry
from vitruvian.labels.presets import preset

JOINTS = [[804.0, 711.0], [816, 510.5], [-1.0, -1.0], *([[900.0 + i, 253] for i in range(13)])]


def human(image: Any = "a.jpg", **fields: Any) -> dict[str, Any]:
    return {"joints_vis": [1, 1, 0, *[1] * 13], "joints": copy.deepcopy(JOINTS), "image": image,
            "scale": 4.718488, "center": [966.0, 340.0], **fields}  # fmt: skip


def read_back(tmp_path: Path, content: Any) -> Dataset:
    (tmp_path / "in.json").write_text(json.dumps(content))
    return read(tmp_path / "in.json", format="mpii_json")


def round_trip(tmp_path: Path, labels: Dataset) -> str:
    write(labels, tmp_path / "out.json", format="mpii_json")
    return json.dumps(json.loads((tmp_path / "out.json").read_text()))


def test_people_come_back(tmp_path: Path) -> None:
    content = [human(), human("b.jpg"), human(odd=1), {"image": "a.jpg", "center": [1, 2], "scale": 1.5}]
    found = read_back(tmp_path, content)
    assert recognise(tmp_path / "in.json").name == "mpii_json"
    assert [(i.media, i.labelled) for i in found.instances] == [(0, 15), (1, 15), (0, 15), (0, 0)]
    assert found.instances[0].xy[1].tolist() == [816, 510.5]
    assert found.ontology.skeleton("person").names[0] == "right_ankle"
    assert found.warnings == []
    assert round_trip(tmp_path, found) == json.dumps(content)


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    content = [human()]
    found = read_back(tmp_path, content)
    found.instances[0].place(0, 7, 8, 1)
    found.instances[0].place(1, 0, 0, 0)
    found.instances[0].place(2, 9, 9.5)
    found.media[0].name = "b.jpg"
    content[0]["joints"][:3] = [[7.0, 8.0], [0.0, 0.0], [9.0, 9.5]]
    content[0]["joints_vis"][:3] = [1, 0, 1]
    content[0]["image"] = "b.jpg"
    assert json.loads(round_trip(tmp_path, found)) == content


def test_a_joint_that_is_not_seen_but_has_a_place(tmp_path: Path) -> None:
    content = [human(joints_vis=[0] * 16)]
    found = read_back(tmp_path, content)
    assert [w.field for w in found.warnings] == ["joints"]
    assert round_trip(tmp_path, found) == json.dumps(content)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 99), count=st.integers(1, 5), name=st.sampled_from(["mpii", "coco", "halpe26"]))
def test_whatever_is_written_is_read_back(tmp_path: Path, seed: int, count: int, name: str) -> None:
    ontology = preset(name)
    skeleton = ontology.skeleton("person")
    random = np.random.default_rng(seed)
    made = []
    for row in range(count):
        seen = random.random(len(skeleton)) < 0.6
        xy = random.uniform(-9, 900, (len(skeleton), 2)) * seen[:, None]
        made.append(Instance(f"{row}", "person", 0, 0, xy, np.uint8(2) * seen))
    labels = Dataset(ontology, [MediaEntry("a.jpg")], made)
    path = tmp_path / f"{uuid.uuid4().hex}.json"
    write(labels, path, format="mpii_json")
    found = read(path)
    names = found.ontology.skeleton("person").names
    shared = [n for n in names if n in skeleton.index]
    gone = 0
    for a, b in zip(found.instances, made, strict=True):
        ours, theirs = [names.index(n) for n in shared], [skeleton.index[n] for n in shared]
        assert a.xy[ours].tolist() == b.xy[theirs].tolist()
        assert a.visibility[ours].tolist() == b.visibility[theirs].tolist()
        gone += b.labelled - a.labelled
    lost = [loss.count for loss in by_name("mpii_json").losses(labels) if "no name for" in loss.what]
    assert sum(lost) == gone
    assert name != "mpii" or {loss.feature for loss in by_name("mpii_json").losses(labels)} == {"ids"}


ODD = [None, True, -1, 1e400, 10**400, "text", [], {}, [1], [[1]], [None] * 16, [1, "x"] * 8, {"a": 1}, [[1, "x"]] * 16]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["joints", "joints_vis", "image", "scale", "center", ""])
def test_odd_values_are_kept_or_refused_in_words(tmp_path: Path, field: str, odd: Any) -> None:
    content: list[Any] = [human(), human()]
    if field:
        content[1][field] = odd
    else:
        content[1] = odd
    told = ""
    try:
        found = read_back(tmp_path, content)
    except FormatError as error:
        told = error.where
    else:
        assert round_trip(tmp_path, found) == json.dumps(content)
    assert not told or "entry 1" in told


def test_broken_files(tmp_path: Path) -> None:
    text = json.dumps([human()])
    for cut in (*range(0, len(text), 50), len(text) - 1):
        (tmp_path / "in.json").write_text(text[:cut])
        with pytest.raises(FormatError, match=r"in\.json"):
            read(tmp_path / "in.json", format="mpii_json")


@pytest.mark.skipif(not (REAL / "mmpose").exists(), reason="no real files")
def test_the_real_file(tmp_path: Path) -> None:
    path = REAL / "mmpose/mpii/test_mpii.json"
    assert recognise(path).name == "mpii_json"
    found = read(path)
    assert (len(found.instances), found.warnings) == (5, [])
    assert round_trip(tmp_path, found) == json.dumps(json.loads(path.read_text()))
    assert recognise(REAL / "mmpose/mpii/test_mpii_trb.json").name == "coco"
