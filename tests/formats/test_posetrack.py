"""PoseTrack18 and 21 as released: a JSON file for each video."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.formats.coco_files import REAL, coco_file, person
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.labels import Dataset, MediaEntry, empty_instance, tracks


def sequence(vid: int) -> dict[str, Any]:
    """Return a video of PoseTrack21: people with `person_id`, frames with `has_labeled_person`, ignored regions."""
    first = 10000000000 + vid * 10000
    folder = f"images/val/{vid:06d}_mpii_test"
    images = [
        {
            "is_labeled": number == 4, "nframes": 9, "frame_id": first + number, "id": first + number,
            "vid_id": f"{vid:06d}", "file_name": f"{folder}/{number:06d}.jpg", "has_labeled_person": number > 0,
            "width": 640, "height": 480, "ignore_regions_x": [[0, 10, 10]], "ignore_regions_y": [[0, 0, 10]],
        }
        for number in (0, 4, 8)
    ]  # fmt: skip
    people = [
        person(track + 1, image_id=first + number, track_id=track, person_id=100 * vid + track, bbox_head=[5, 5, 9, 9])
        for track, number in ((1, 4), (0, 4))
    ]
    people.append({"id": 9, "image_id": first + 8, "track_id": 0, "person_id": 100 * vid, "category_id": 1,
                   "bbox": [1, 2, 30, 40]})  # fmt: skip
    return coco_file(*people, images=images) | {"info": {"video": vid}}


def release(folder: Path, *splits: str) -> Path:
    for number, split in enumerate(splits or ("",)):
        (folder / split).mkdir(parents=True, exist_ok=True)
        for vid in (7, 342):
            file = folder / split / f"{vid + number:06d}_mpii_test.json"
            file.write_text(json.dumps(sequence(vid + number)))
    return folder


def contents(folder: Path) -> dict[str, Any]:
    return {p.relative_to(folder).as_posix(): json.loads(p.read_text()) for p in sorted(folder.rglob("*.json"))}


@pytest.mark.parametrize("splits", [(), ("train", "val")])
def test_a_folder_is_one_dataset_and_comes_back_file_by_file(tmp_path: Path, splits: tuple[str, ...]) -> None:
    place = release(tmp_path / "in", *splits)
    assert recognise(place).name == "posetrack"
    found = read(place)
    count = max(len(splits), 1) * 2
    assert [(m.kind, m.frames) for m in found.media] == [("video", 9)] * count
    assert len(found.instances) == 3 * count == len({i.id for i in found.instances})
    assert [t.frames.tolist() for t in tracks(found.instances)] == [[4], [4, 8]] * count
    assert by_name("posetrack").losses(found) == []
    write(found, tmp_path / "out", format="posetrack")
    assert contents(tmp_path / "out") == contents(place)


def test_an_edit_and_a_new_video_change_their_files_alone(tmp_path: Path) -> None:
    place = release(tmp_path / "in")
    found = read(place)
    found.instances[-2].place(0, 7, 8, 2)
    made = empty_instance("new", "person", len(found.media), 3, 3)
    made.place(0, 1, 2)
    found.media.append(MediaEntry("clips/run.mp4", 640, 480, 5, "video"))
    found.instances.append(made)
    write(found, tmp_path / "out", format="posetrack")
    old, new = contents(place), contents(tmp_path / "out")
    assert new.keys() - old.keys() == {"run.json"}
    assert new["000007_mpii_test.json"] == old["000007_mpii_test.json"]
    changed = new["000342_mpii_test.json"]
    assert changed["annotations"][1]["keypoints"][:3] == [7, 8, 2]
    assert changed["images"] == old["000342_mpii_test.json"]["images"]
    assert len(read(tmp_path / "out").media) == 3


def test_a_folder_becomes_one_coco_file(tmp_path: Path) -> None:
    found = read(release(tmp_path / "in"))
    write(found, tmp_path / "all.json")
    whole = json.loads((tmp_path / "all.json").read_text())
    assert whole["images"] == [image for vid in (7, 342) for image in sequence(vid)["images"]]
    assert len(read(tmp_path / "all.json").instances) == 6


def test_files_that_each_count_from_one_become_one_coco_file(tmp_path: Path) -> None:
    place = release(tmp_path / "in")
    for number, file in enumerate(sorted(place.rglob("*.json"))):
        document = json.loads(file.read_text())
        ids = {image["id"]: at for at, image in enumerate(document["images"], 1)}
        for image in document["images"]:
            image["id"] = ids[image["id"]]
        for at, annotation in enumerate(document["annotations"], 1):
            annotation |= {"id": at, "image_id": ids[annotation["image_id"]], "track_id": 10 * number + at}
        file.write_text(json.dumps(document))
    found = read(place)
    write(found, tmp_path / "all.json")
    whole = json.loads((tmp_path / "all.json").read_text())
    for records in (whole["images"], whole["annotations"]):
        assert len({record["id"] for record in records}) == len(records)
    again = read(tmp_path / "all.json")

    def told(labels: Dataset) -> set[tuple[str, str, int, str | None]]:
        return {(i.id, labels.media[i.media].name, i.frame, i.track) for i in labels.instances}

    assert told(again) == told(found)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    place = release(tmp_path / "in")
    other = copy.deepcopy(sequence(5))
    other["categories"][0]["keypoints"][0] = "beak"
    (place / "000999.json").write_text(json.dumps(other))
    with pytest.raises(FormatError, match="other keypoints"):
        read(place)
    (place / "000999.json").write_text("{")
    with pytest.raises(FormatError, match=r"000999\.json"):
        read(place)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="no JSON file"):
        read(tmp_path / "empty", format="posetrack")
    found = read(release(tmp_path / "good"))
    found.extras["posetrack"]["files"][0]["file"] = "../x.json"
    with pytest.raises(FormatError, match="leads out"):
        write(found, tmp_path / "out", format="posetrack")


@pytest.mark.skipif(not (REAL / "mmpose" / "posetrack18").is_dir(), reason="no real files here")
def test_a_real_folder_comes_back(tmp_path: Path) -> None:
    place = REAL / "mmpose" / "posetrack18" / "annotations" / "val"
    assert recognise(place).name == "posetrack"
    found = read(place)
    assert (len(found.media), len(found.instances)) == (3, 14)
    write(found, tmp_path / "out", format="posetrack")
    assert contents(tmp_path / "out") == contents(place)
