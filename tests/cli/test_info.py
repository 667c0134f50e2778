"""`vitruvian info` on annotation files, folders and archives; and on what is none."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

import vitruvian as vt
from tests.cli.test_cli import picture, vitruvian
from tests.formats.coco_files import REAL, coco_file, person


def info(path: Path) -> dict[str, Any]:
    done = vitruvian("info", path, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def people(path: Path) -> Path:
    content = coco_file(person(1, track_id=4), person(2, track_id=4), person(3, num_keypoints=9))
    content["categories"].append({"id": 2, "name": "mug"})
    content["annotations"].append({"id": 4, "image_id": 7, "category_id": 2, "bbox": [1, 2, 3, 4], "iscrowd": 0})
    path.write_text(json.dumps(content))
    return path


def test_a_file_a_folder_and_an_archive_say_the_same(tmp_path: Path) -> None:
    file = people(tmp_path / "labels.json")
    facts = info(file)
    warnings = facts.pop("warnings")
    assert facts == {
        "file": str(file),
        "format": "coco",
        "media": 1,
        "videos": 0,
        "instances": 4,
        "tracks": 1,
        "categories": [
            {"name": "person", "instances": 3, "keypoints": ["nose", "left_wrist", "right_wrist"]},
            {"name": "mug", "instances": 1, "keypoints": []},
        ],
        "points": {"visible": 3, "hidden": 3, "not_labelled": 3},
        "skipped": [],
    }
    assert any(w["record"] == "annotation 3" and w["field"] == "num_keypoints" for w in warnings)
    folder = tmp_path / "folder"
    folder.mkdir()
    picture(folder / "a.png")
    people(folder / "labels.json")
    (folder / "notes.json").write_text("{}")
    of_folder = info(folder)
    assert (of_folder["file"], of_folder["points"]) == (str(folder / "labels.json"), facts["points"])
    assert of_folder["skipped"] == [str(folder / "notes.json")]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.write(file, "in/labels.json")
    of_archive = info(tmp_path / "a.zip")
    assert (of_archive["format"], of_archive["points"]) == ("coco", facts["points"])
    assert of_archive["warnings"][0]["file"] == f"{tmp_path}/a.zip/in/labels.json"


def test_in_words(tmp_path: Path) -> None:
    vt.write(vt.read(people(tmp_path / "labels.json")), tmp_path / "labelme", format="labelme")
    said = vitruvian("info", tmp_path / "labelme").stdout
    for line in (
        "format      labelme (",
        "person: 3 instances, 3 keypoints: nose",
        "3 visible, 3 hidden, 3 not labelled",
    ):
        assert line in said


def test_what_holds_no_labels(tmp_path: Path) -> None:
    assert info(picture(tmp_path / "a.png"))["kind"] == "image"
    assert "no project and no annotation file" in vitruvian("info", tmp_path).stderr
    (tmp_path / "notes.json").write_text("{}")
    done = vitruvian("info", tmp_path)
    assert (done.returncode, "notes.json in it is none" in done.stderr) == (2, True)
    people(tmp_path / "one.json")
    people(tmp_path / "two.json")
    assert "name the file that you mean" in vitruvian("info", tmp_path).stderr


@pytest.mark.skipif(not REAL.exists(), reason="no real files here")
def test_real_ones() -> None:
    mice = info(REAL / "deeplabcut/openfield-Pranav-2018-10-30")
    assert (mice["format"], mice["media"], mice["points"]["visible"]) == ("deeplabcut", 116, 464)
    flies = info(REAL / "sleap/tracks/clip.2node.slp")
    assert (flies["format"], flies["videos"], flies["tracks"], flies["instances"]) == ("sleap", 1, 2, 3000)
