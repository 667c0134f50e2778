"""PoseTrack18 and 21 in COCO's shape: the images of a sequence are frames of one video."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.formats.coco_files import REAL, coco_file, person
from vitruvian.formats import read, read_columns, write
from vitruvian.formats.coco.read import dataset
from vitruvian.formats.coco.write import document
from vitruvian.labels import empty_instance, tracks


def frame(number: int, vid: Any = "000342", folder: str = "images/val/000342_mpii_test/") -> dict[str, Any]:
    id = 10003420000 + number
    return {"has_no_densepose": True, "is_labeled": True, "file_name": f"{folder}{number:06d}.jpg", "nframes": 100,
            "frame_id": id, "vid_id": vid, "id": id, "ignore_regions_x": [[0, 10, 10]],
            "ignore_regions_y": [[0, 0, 10]], "width": 640, "height": 480}  # fmt: skip


def sequence() -> dict[str, Any]:
    people = [
        person(10 * number + track, image_id=10003420000 + number, track_id=track, person_id=70 + track,
               bbox_head=[5, 5, 9, 9], scores=[])
        for number in (4, 0) for track in (0, 1)
    ]  # fmt: skip
    return coco_file(*people, images=[frame(0), frame(4), frame(8)])


def test_a_sequence_is_a_video_whose_tracks_join() -> None:
    found = dataset(sequence(), "in.json")
    (media,) = found.media
    assert (media.name, media.kind, media.frames) == ("images/val/000342_mpii_test", "video", 100)
    assert [(i.media, i.frame) for i in found.instances] == [(0, 4), (0, 4), (0, 0), (0, 0)]
    assert [(t.id, t.frames.tolist()) for t in tracks(found.instances)] == [("0", [0, 4]), ("1", [0, 4])]
    assert json.dumps(document(found)) == json.dumps(sequence())


def test_every_field_of_a_sequence_is_kept_beside_an_edit() -> None:
    content = sequence()
    found = dataset(copy.deepcopy(content), "in.json")
    found.instances[0].place(2, 7, 8, 2)
    out = document(found)
    content["annotations"][0] |= {"keypoints": [10.5, 20, 2, 30, 40, 1, 7, 8, 2], "num_keypoints": 3}
    assert out == content


def test_a_frame_that_the_file_does_not_list(tmp_path: Path) -> None:
    found = dataset(sequence(), "in.json")
    made = empty_instance("new", "person", 0, 6, 3)
    made.place(0, 1, 2)
    made.track = "0"
    found.instances.append(made)
    write(found, tmp_path / "out.json")
    again = read(tmp_path / "out.json")
    assert len(again.media) == 1
    assert [t.frames.tolist() for t in tracks(again.instances)] == [[0, 4, 6], [0, 4]]
    record = json.loads((tmp_path / "out.json").read_text())["images"][-1]
    assert record["file_name"] == "images/val/000342_mpii_test/000006.jpg"
    assert (record["vid_id"], record["nframes"], record["frame_id"]) == ("000342", 100, record["id"])


def test_two_sequences_of_the_same_track_numbers() -> None:
    content = sequence()
    content["images"].append(frame(0, "009", "images/009/") | {"id": 5})
    content["annotations"].append(person(99, image_id=5, track_id=0))
    found = dataset(content, "in.json")
    assert [m.name for m in found.media] == ["images/val/000342_mpii_test", "images/009"]
    assert [len(t) for t in tracks(found.instances)] == [2, 2, 1]
    assert document(found) == content


@pytest.mark.parametrize(
    "odd",
    [
        {"file_name": "no number.jpg"},
        {"file_name": None},
        {"vid_id": None},
        {"vid_id": [1]},
        {"frame_id": 1.5},
        {"file_name": "images/99999999999999.jpg"},
    ],
)
def test_an_image_of_which_no_frame_can_be_told_stays_a_picture(odd: dict[str, Any]) -> None:
    content = sequence()
    content["images"][1] |= odd
    found = dataset(content, "in.json")
    assert sorted(m.kind for m in found.media) == ["image", "video"]
    assert document(found) == content


def test_one_frame_twice_is_no_video() -> None:
    content = sequence()
    content["images"].append(frame(0) | {"id": 3})
    found = dataset(content, "in.json")
    assert [m.kind for m in found.media] == ["image"] * 4
    assert [w.message for w in found.warnings if w.field == "images"] == [
        "a frame of a video stands there twice; its images are no video"
    ]
    assert document(found) == content


@pytest.mark.parametrize("plain", [True, False])
def test_columns_name_frames_by_their_image_ids_as_results_do(tmp_path: Path, plain: bool) -> None:
    content = sequence()
    if not plain:
        del content["annotations"][0]["keypoints"]
    (tmp_path / "in.json").write_text(json.dumps(content))
    found = read_columns(tmp_path / "in.json")
    assert found.media == (10003420000, 10003420004, 10003420008)
    assert found.poses.media.tolist() == [1, 1, 0, 0]
    assert found.poses.frame.tolist() == [0] * 4


@pytest.mark.parametrize("count", [26, 136])
def test_halpe_without_names_gets_the_names_of_its_preset(count: int) -> None:
    content = coco_file(person(keypoints=[1, 2, 2] * count, num_keypoints=count))
    content["categories"][0] |= {"keypoints": [], "skeleton": []}
    found = dataset(content, "in.json")
    names = found.ontology.skeleton("person").names
    assert (len(names), names[17:20]) == (count, ("head", "neck", "hip"))
    assert document(found) == content
    content["categories"][0]["name"] = "thing"
    names = dataset(content, "in.json").ontology.skeleton("thing").names
    assert names[0] == "keypoint 0"


@pytest.mark.skipif(not (REAL / "mmpose").exists(), reason="no real files")
def test_real_files() -> None:
    folder = REAL / "mmpose"
    halpe = read(folder / "halpe/test_halpe.json")
    assert len(halpe.ontology.skeleton("person")) == 136
    assert halpe.ontology.skeleton("person").names[26] == "face-0"
    crowd = read(folder / "crowdpose/test_crowdpose.json")
    assert crowd.ontology.skeleton("person").names[-2:] == ("head", "neck")
    assert crowd.media[0].extras["coco"]["crowdIndex"] == 0.33
    assert {v for i in crowd.instances for v in i.visibility.tolist()} == {0, 1, 2}
    track = read(folder / "posetrack18/annotations/test_posetrack18_val.json")
    assert [(m.kind, m.frames) for m in track.media] == [("video", 140), ("video", 101), ("video", 149)]
    assert len(tracks(track.instances)) == len(track.instances) == 14
