import json
from pathlib import Path
from typing import Any

import pytest

from tests.formats.coco_files import REAL
from vitruvian.errors import FormatError
from vitruvian.formats import read, recognise, write


def face(x: float, **more: Any) -> dict[str, Any]:
    return {"class": "Face", "x": x, "y": 2.0, "width": 30.0, "height": 40.5, **more}


def point(x: float, y: float) -> dict[str, Any]:
    return {"class": "point", "x": x, "y": y}


def pictures() -> list[Any]:
    return [
        {"class": "image", "filename": "a.png", "annotations": [
            face(1.0, mouse=7), point(3.25, 4), point(5, 6), face(50.0), point(51, 3)]},
        {"class": "image", "filename": "b.png", "annotations": []},
    ]  # fmt: skip


def test_points_belong_to_the_face_before_them(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(pictures()))
    assert recognise(path).name == "alphatracker"
    found = read(path)
    assert found.ontology.skeleton("animal").names == ("1", "2")
    assert [m.name for m in found.media] == ["a.png", "b.png"]
    first, second = found.instances
    assert first.xy.tolist() == [[3.25, 4], [5, 6]]
    assert first.box is not None
    assert first.box.tolist() == [1, 2, 30, 40.5]
    assert first.extras == {"alphatracker": {"mouse": 7}}
    assert second.visibility.tolist() == [2, 0]
    assert [w.message for w in found.warnings] == [
        "an animal has fewer than 2 points; those at its end are not labelled"
    ]
    with pytest.raises(FormatError, match="can be read, not written"):
        write(found, tmp_path / "b.json", format="alphatracker")


def test_a_point_without_a_face_is_kept_and_reported(tmp_path: Path) -> None:
    content = pictures()
    content[1]["annotations"] = [point(1, 2), face(3.0), {"class": "other"}, point(4, 5)]
    (tmp_path / "a.json").write_text(json.dumps(content))
    found = read(tmp_path / "a.json")
    assert found.instances[2].visibility.tolist() == [0, 0]
    assert found.media[1].extras["alphatracker"]["others"] == [point(1, 2), {"class": "other"}, point(4, 5)]
    assert (found.warnings[0].field, found.warnings[0].count) == ("annotations", 3)


@pytest.mark.parametrize("value", [[face("x")], [face(1.0), point(1, True)], 3, [3], [face(1.0, width=-1)]])  # type: ignore[arg-type]
def test_broken_files_are_refused(tmp_path: Path, value: Any) -> None:
    content = pictures()
    content[0]["annotations"] = value
    (tmp_path / "a.json").write_text(json.dumps(content))
    with pytest.raises(FormatError):
        read(tmp_path / "a.json", format="alphatracker")


@pytest.mark.skipif(not (REAL / "sleap" / "alphatracker").is_dir(), reason="no real files here")
def test_a_real_file_says_what_sleap_io_reads_and_its_boxes_besides() -> None:
    import sleap_io

    path = REAL / "sleap" / "alphatracker" / "at_testdata.json"
    found = read(path)
    theirs = [each.numpy().tolist() for frame in sleap_io.load_alphatracker(str(path)) for each in frame.instances]
    assert [i.xy.tolist() for i in found.instances] == theirs
    assert all(i.box is not None for i in found.instances)
