"""Annotation files are found by what is in them, and the files of their media near them, never by a guess."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image

import vitruvian as vt
from tests.formats.coco_files import REAL, coco_file, person
from vitruvian.actions.find_files import find_files
from vitruvian.actions.find_labels import find_labels
from vitruvian.errors import FormatError
from vitruvian.labels import Dataset, MediaEntry, empty_instance

PEOPLE = json.dumps(coco_file(person(1), person(2)))


def picture(path: Path, shade: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 48), (shade, 0, 0)).save(path)
    return path


def text(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def labels(*names: str) -> Dataset:
    instances = [empty_instance(str(at + 1), "person", at, 0, 17) for at in range(len(names))]
    for instance in instances:
        instance.visibility[:] = 2
        instance.xy[:] = 5.5
    return Dataset(vt.preset("coco"), [MediaEntry(name, 64, 48) for name in names], instances)


#: Where each format that is a folder keeps the picture of the media called a/1.png.
PLACES = {
    "yolo": "images/train/a/1.png",
    "labelme": "a/1.png",
    "supervisely": "a/img/1.png",
    "deeplabcut": "labeled-data/a/1.png",
    "datumaro": "images/default/a/1.png",
    "parquet": "pictures/a/1.png",
    "openpose": "1.png",
    "darwin": "a/1.png",
}


@pytest.mark.parametrize("name", list(PLACES))
def test_a_folder_that_is_a_format_and_its_pictures(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "export"
    vt.write(labels("a/1.png"), folder, format=name)
    file = picture(folder / PLACES[name])
    text(folder / "notes.json", "{}") if name == "yolo" else None
    gathered = find_labels([folder])
    (found,) = gathered.labels
    assert (found.format, found.path, len(found.dataset.instances)) == (name, folder, 1)
    assert list(found.files.values()) == [file]
    assert gathered.media == [folder]


@pytest.mark.parametrize(
    ("json_at", "picture_at"),
    [
        ("labels.json", "a.jpg"),
        ("labels.json", "images/a.jpg"),
        ("labels.json", "data/a.jpg"),
        ("labels.json", "labels/a.jpg"),
        ("annotations/person_keypoints_val.json", "val2017/a.jpg"),
        ("annotations/person_keypoints_val.json", "images/val2017/a.jpg"),
    ],
)
def test_a_coco_file_and_pictures_near_it(tmp_path: Path, json_at: str, picture_at: str) -> None:
    file, near = text(tmp_path / json_at, PEOPLE), picture(tmp_path / picture_at)
    (found,) = find_labels([file]).labels
    assert found.files == {"a.jpg": near}


def test_a_folder_of_pictures_with_a_coco_file_in_it_or_beside_it(tmp_path: Path) -> None:
    near = picture(tmp_path / "in/photos/a.jpg")
    inside = text(tmp_path / "in/photos/coco.json", PEOPLE)
    text(tmp_path / "in/photos/package.json", '{"name": "no labels"}')
    gathered = find_labels([near.parent])
    assert [(f.path, f.files) for f in gathered.labels] == [(inside, {"a.jpg": near})]
    assert gathered.skipped == [near.parent / "package.json"]

    beside = tmp_path / "in/coco.json"
    inside.rename(beside)
    gathered = find_labels([near.parent])
    assert [(f.path, f.files) for f in gathered.labels] == [(beside, {"a.jpg": near})]
    assert "lies beside" in gathered.notes[0]
    shutil.copy(beside, tmp_path / "in/other.json")
    gathered = find_labels([near.parent])
    assert gathered.labels == []
    assert "coco.json, other.json beside it" in gathered.notes[0]
    # A file beside that speaks of other pictures is nobody's business.
    near.rename(near.with_name("b.jpg"))
    gathered = find_labels([near.parent])
    assert (gathered.labels, gathered.notes) == ([], [])


def test_what_is_meant_must_be_plain(tmp_path: Path) -> None:
    picture(tmp_path / "p/a.jpg")
    one, _ = text(tmp_path / "p/one.json", PEOPLE), text(tmp_path / "p/two.json", PEOPLE)
    with pytest.raises(FormatError, match=r"several annotation files.*one\.json \(coco\).*two\.json") as caught:
        find_labels([tmp_path / "p"])
    assert "name the file" in caught.value.hint
    assert [f.path for f in find_labels([tmp_path / "p", one]).labels] == [one]
    vt.write(labels("1.png"), tmp_path / "both", format="yolo")
    vt.write(labels("1.png"), tmp_path / "datumaro", format="datumaro")
    shutil.copytree(tmp_path / "datumaro/annotations", tmp_path / "both/annotations")
    with pytest.raises(FormatError, match="looks like") as caught:
        find_labels([tmp_path / "both"])
    assert caught.value.hint == "say which with --format datumaro or --format yolo"
    assert [f.format for f in find_labels([tmp_path / "both"], format="yolo").labels] == ["yolo"]


def test_each_folder_has_its_own_labels(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        picture(tmp_path / split / "a.jpg")
        text(tmp_path / split / "_annotations.coco.json", PEOPLE)
    found = find_labels([tmp_path]).labels
    assert [f.files["a.jpg"].parent.name for f in found] == ["train", "valid"]


def test_files_that_are_no_labels(tmp_path: Path) -> None:
    whole = [text(tmp_path / f"{n}.json", said) for n, said in enumerate(('{"a": 1}', "[1]", "{}", "[]"))]
    assert find_labels(whole).skipped == whole
    with pytest.raises(FormatError, match="cut off"):
        find_labels([text(tmp_path / "cut.json", PEOPLE[:50])])


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    picture(tmp_path / "secret.png")
    (tmp_path / "in").mkdir()
    names = ["../secret.png", str(tmp_path / "secret.png"), "C:\\secret.png", "", "..", "x/.."]
    assert find_files([MediaEntry(name) for name in names], tmp_path / "in/labels.json") == {}
    near = picture(tmp_path / "in/secret.png")
    found = find_files([MediaEntry(name) for name in names], tmp_path / "in/labels.json")
    assert found == dict.fromkeys(names[:3], near)


def test_of_two_files_the_folders_decide_or_nothing_does(tmp_path: Path) -> None:
    first, _ = picture(tmp_path / "one/img/1.png"), picture(tmp_path / "two/img/1.png")
    assert find_files([MediaEntry("one/1.png")], tmp_path, tmp_path) == {"one/1.png": first}
    assert find_files([MediaEntry("x/1.png")], tmp_path, tmp_path) == {}


def test_an_archive_leaves_its_pictures_where_they_stay(tmp_path: Path) -> None:
    near = picture(tmp_path / "a.jpg")
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.write(near, "in/images/a.jpg")
        zipped.writestr("in/labels.json", PEOPLE)
        zipped.writestr("in/notes.json", "{}")
    near.unlink()
    gathered = find_labels([path], keep=tmp_path / "kept")
    (found,) = gathered.labels
    assert found.path == tmp_path / "export.zip/in/labels.json"
    assert found.files["a.jpg"].is_file()
    assert found.files["a.jpg"].is_relative_to(gathered.media[0])
    assert gathered.media[0].parent == tmp_path / "kept"
    assert gathered.skipped == [tmp_path / "export.zip/in/notes.json"]
    assert find_labels([path], keep=tmp_path / "kept").media == gathered.media
    without = find_labels([path])
    assert (without.media, without.labels[0].files) == ([], {})
    assert "unpack it" in without.notes[0]


@pytest.mark.skipif(not REAL.exists(), reason="no real files here")
@pytest.mark.parametrize(
    ("place", "format", "files"),
    [
        ("sleap/tracks", "sleap", 1),
        ("sleap/tracks/clip.2node.slp", "sleap", 1),
        ("sleap/dlc", "deeplabcut", 4),
        ("lightning-pose/mirror-mouse-example", "lightning_pose", 14),
        ("mmpose/coco/test_coco.json", "coco", 4),
        ("mmpose/ap10k", "coco", 2),
        ("mmpose/mpii/test_mpii.json", "mpii_json", 5),
        ("mmpose/jhmdb", "posetrack", 3),
    ],
)
def test_real_ones(place: str, format: str, files: int) -> None:
    (found,) = find_labels([REAL / place]).labels
    assert (found.format, len(found.files)) == (format, files)
