"""`vitruvian import` with labels: media and labels arrive with one command, and what does not is named."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import vitruvian as vt
from tests.cli.test_cli import coco_file, picture, vitruvian
from tests.formats.coco_files import REAL


def imported(*arguments: object) -> dict[str, Any]:
    done = vitruvian("import", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_yolo_folder_arrives_and_goes_out_with_its_names(tmp_path: Path) -> None:
    coco_file(tmp_path / "in.json")
    vt.write(vt.read(tmp_path / "in.json"), tmp_path / "yolo", format="yolo")
    (tmp_path / "yolo/images/train").mkdir(parents=True)
    picture(tmp_path / "yolo/images/train/a.png")
    facts = imported(tmp_path / "project", tmp_path / "yolo")
    assert (facts["added"], facts["instances"], facts["missing_media"]) == (1, 1, [])
    assert facts["labels"] == [{"file": str(tmp_path / "yolo"), "format": "yolo"}]
    # COCO has no splits and no YAML.
    assert vitruvian("export", tmp_path / "project", tmp_path / "out.json", "--allow-loss").returncode == 0
    assert [m.name for m in vt.read(tmp_path / "out.json").media] == ["a.png"]


def test_an_archive_arrives_and_its_pictures_stay_in_the_project(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.write(picture(tmp_path / "a.png"), "images/a.png")
        zipped.write(coco_file(tmp_path / "in.json"), "labels.json")
    (tmp_path / "a.png").unlink()
    facts = imported(tmp_path / "project", path)
    assert (facts["added"], facts["instances"]) == (1, 1)
    (kept,) = (tmp_path / "project/media").rglob("*.png")
    with Image.open(kept) as image:
        assert image.size == (64, 48)
    again = imported(tmp_path / "project", path)
    assert (again["added"], again["known"], again["instances"]) == (0, 1, 1)


def test_what_is_no_annotation_file_is_skipped_and_said(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text('{"a": 1}')
    done = vitruvian("import", tmp_path / "project", picture(tmp_path / "a.png"), tmp_path / "notes.json")
    assert done.returncode == 0
    assert "notes.json: no annotation file of a known format, so it was skipped" in done.stderr
    assert vitruvian("import", tmp_path / "project", tmp_path / "notes.json").returncode == 2


def test_media_that_are_nowhere_near_are_named(tmp_path: Path) -> None:
    content = json.loads(coco_file(tmp_path / "in.json").read_text())
    content["images"].append({"id": 2, "file_name": "gone.png", "width": 64, "height": 48})
    content["annotations"].append(content["annotations"][0] | {"id": 6, "image_id": 2})
    (tmp_path / "in.json").write_text(json.dumps(content))
    done = vitruvian("import", tmp_path / "project", tmp_path / "in.json")
    assert done.returncode == 2
    assert "'a.png', 'gone.png'" in done.stderr
    assert not (tmp_path / "project").exists()
    picture(tmp_path / "a.png")
    done = vitruvian("import", tmp_path / "project", tmp_path / "in.json")
    assert done.returncode == 0
    assert "Missing: gone.png" in done.stderr
    assert imported(tmp_path / "project", tmp_path / "in.json")["missing_media"] == ["gone.png"]


def test_which_is_meant_cannot_be_told(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    picture(photos / "a.png")
    coco_file(photos / "one.json")
    coco_file(photos / "two.json")
    done = vitruvian("import", tmp_path / "project", photos)
    assert done.returncode == 2
    assert "one.json (coco)" in done.stderr
    assert "what to do: name the file" in done.stderr
    assert not (tmp_path / "project").exists()
    facts = imported(tmp_path / "project", photos, photos / "one.json")
    assert (facts["added"], facts["instances"]) == (1, 1)


@pytest.mark.skipif(not REAL.exists(), reason="no real files here")
@pytest.mark.parametrize(
    ("place", "media", "instances"),
    [
        ("deeplabcut/openfield-Pranav-2018-10-30", 13, 12),
        ("sleap/tracks/clip.2node.slp", 1, 3000),
        ("mmpose/coco/test_coco.json", 4, 14),
        ("mmpose/ap10k", 2, 2),
    ],
)
def test_real_ones(tmp_path: Path, place: str, media: int, instances: int) -> None:
    facts = imported(tmp_path / "project", REAL / place)
    assert (facts["added"], facts["instances"], facts["failed"]) == (media, instances, [])
