import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.formats.grouped_files import comes_back, mutants, rich, same, survives
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, png_mask, recognise
from vitruvian.geometry import rle
from vitruvian.labels import Dataset, Instance, MediaEntry

SUPERVISELY = by_name("supervisely")
DOG, BOX = "198f727d40c749eebcacc4aed299b39a", "0c1c6a3e1d3f4e3c8a0e3a3a0f6f8a11"


def figure(key: str, owner: str, kind: str, **geometry: Any) -> dict[str, Any]:
    return {"key": key, "objectKey": owner, "geometryType": kind, "geometry": geometry, "labelerLogin": "alex",
            "updatedAt": "2020-08-23T12:06:11.963Z", "trackId": None}  # fmt: skip


def rectangle(*corners: list[float]) -> dict[str, Any]:
    return {"points": {"exterior": list(corners), "interior": []}}


def clip() -> dict[str, Any]:
    bits = np.array([[0, 1], [1, 1]], np.bool_)
    nodes = {"b-1": {"loc": [1, 2]}, "a-2": {"loc": [12, 34.5], "disabled": True}}
    return {
        "size": {"height": 1080, "width": 1920},
        "description": "",
        "key": "c8168b43ae1b45c38930f456df9d0f2b",
        "tags": [{"name": "night", "key": "aa", "frameRange": [0, 1]}],
        "objects": [
            {"key": DOG, "classTitle": "dog", "tags": [{"name": "breed", "value": "pug"}], "labelerLogin": "alex"},
            {"key": BOX, "classTitle": "rect", "tags": []},
        ],
        "frames": [
            {"index": 0, "figures": [
                figure("f1", BOX, "rectangle", **rectangle([266, 420], [847, 845])),
                figure("f2", DOG, "graph", nodes=nodes),
                figure("f3", BOX, "polyline", **rectangle([0, 0], [1, 1])),
            ]},
            {"index": 7, "figures": [
                figure("f4", DOG, "graph", nodes={"b-1": {"loc": [3, 4]}}),
                figure("f5", DOG, "bitmap", bitmap={"data": png_mask.encode(bits, zipped=True), "origin": [5, 6]}),
            ]},
        ],
        "framesCount": 20,
    }  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "ds0" / "ann").mkdir(parents=True)
    nodes = {"b-1": {"label": "nose", "loc": [10, 20], "color": "#FF0000"},
             "a-2": {"label": "tail", "loc": [90, 20], "color": "#00FF00"}}  # fmt: skip
    classes = [
        {"title": "dog", "shape": "graph", "color": "#4A90E2", "geometry_config": {"nodes": nodes, "edges": []}},
        {"title": "rect", "shape": "rectangle", "color": "#123456", "geometry_config": {}},
    ]
    (folder / "meta.json").write_text(json.dumps({"classes": classes, "tags": [], "projectType": "videos"}))
    (folder / "key_id_map.json").write_text(json.dumps({"tags": {}, "objects": {DOG: 1}, "figures": {}, "videos": {}}))
    (folder / "ds0" / "ann" / "clip.mp4.json").write_text(json.dumps(clip()))
    return folder


def written(folder: Path) -> Any:
    return json.loads((folder / "ds0" / "ann" / "clip.mp4.json").read_text())


def test_figures_become_tracks_and_come_back(project: Path, tmp_path: Path) -> None:
    assert recognise(project).name == recognise(project / "ds0" / "ann" / "clip.mp4.json").name == "supervisely"
    dataset = comes_back("supervisely", project, tmp_path / "again")
    comes_back("supervisely", project / "ds0" / "ann" / "clip.mp4.json", tmp_path / "again.json")
    (media,) = dataset.media
    assert (media.name, media.kind, media.frames, media.width, media.height) == (
        "ds0/clip.mp4",
        "video",
        20,
        1920,
        1080,
    )
    box, one, other = dataset.instances
    assert (one.category, one.track, one.frame, one.visibility.tolist()) == ("dog", DOG, 0, [2, 1])
    assert (other.track, other.frame, other.xy.tolist()) == (DOG, 7, [[3, 4], [0, 0]])
    assert isinstance(other.mask, dict)
    assert np.argwhere(rle.to_pixels(other.mask)).tolist() == [[6, 6], [7, 5], [7, 6]]
    assert box.box is not None
    assert (box.track, box.box.tolist()) == (BOX, [266, 420, 581, 425])
    assert len(dataset.warnings) == 1


def test_only_what_was_edited_changes(project: Path, tmp_path: Path) -> None:
    dataset = SUPERVISELY.read(project)
    dataset.instances[1].place(0, 9, 8)
    del dataset.instances[0]
    SUPERVISELY.write(dataset, tmp_path / "again")
    stated = clip()
    stated["frames"][0]["figures"][1]["geometry"]["nodes"]["b-1"] = {"loc": [9, 8]}
    # The line is of the same object as the box, and goes with it.
    stated["frames"][0]["figures"] = stated["frames"][0]["figures"][1:2]
    assert written(tmp_path / "again") == stated


def test_new_instances_of_a_track_and_new_tracks(project: Path, tmp_path: Path) -> None:
    dataset = SUPERVISELY.read(project)
    for id, frame, track in (("n1", 9, DOG), ("n2", 9, "other"), ("n3", 10, "other"), ("n4", 0, None)):
        xy, seen = np.array([[1.5, 2], [0, 0]]), np.array([2, 0], np.uint8)
        new = Instance(id, "dog", 0, frame, xy, seen, box=np.array([1.0, 2, 3, 4]), track=track)
        new.attributes = {"mood": "glad"}
        dataset.instances.append(new)
    SUPERVISELY.write(dataset, tmp_path / "again")
    found = written(tmp_path / "again")
    assert [frame["index"] for frame in found["frames"]] == [0, 7, 9, 10]
    assert found["objects"][:2] == clip()["objects"]
    titles = {thing["key"]: thing["classTitle"] for thing in found["objects"]}
    assert sorted(titles.values()) == ["dog", "dog", "dog", "dog box", "dog box", "dog box", "rect"]
    keys = [f["key"] for frame in found["frames"] for f in frame["figures"]]
    assert len(set(keys)) == len(keys) == 13
    assert all(titles[f["objectKey"]] for frame in found["frames"] for f in frame["figures"])
    again = {i.id: i for i in SUPERVISELY.read(tmp_path / "again").instances}
    for new in dataset.instances[3:]:
        mine = again[new.id]
        assert (mine.track, mine.frame, mine.xy.tolist()) == (new.track, new.frame, new.xy.tolist())
        assert mine.box is not None
        assert (mine.box.tolist(), mine.attributes) == ([1, 2, 3, 4], {"mood": "glad"})
    assert len(again) == 7


def only_clips() -> Dataset:
    """Everything that a Dataset can say, in two videos."""
    dataset = rich()
    for instance in dataset.instances:
        instance.media, instance.frame = (0, instance.frame) if instance.media == 3 else (1, instance.media + 3)
    dataset.media = [dataset.media[3]]
    dataset.media += [MediaEntry("deep/er/clip.mp4", 5, 4, 30, "video"), MediaEntry("no.mp4", 7, 8, 3, "video")]
    return dataset


def test_videos_from_elsewhere_are_written_as_videos(tmp_path: Path) -> None:
    dataset = only_clips()
    SUPERVISELY.write(dataset, tmp_path / "new")
    assert recognise(tmp_path / "new").name == "supervisely"
    found = sorted(file.relative_to(tmp_path / "new").as_posix() for file in (tmp_path / "new").rglob("*.json"))
    assert found == ["deep_er/ann/clip.mp4.json", "ds0/ann/clip.mp4.json", "ds0/ann/no.mp4.json", "meta.json"]
    meta = json.loads((tmp_path / "new" / "meta.json").read_text())
    assert (meta["projectType"], meta["tags"]) == ("videos", [])
    document = written(tmp_path / "new")
    assert (document["framesCount"], document["size"]) == (50, {"height": 48, "width": 64})
    assert [(thing["classTitle"], len(thing["key"])) for thing in document["objects"]] == [("person", 32)]
    assert [(f["index"], f["figures"][0]["objectKey"]) for f in document["frames"]] == [
        (frame, document["objects"][0]["key"]) for frame in (2, 7)
    ]
    again = comes_back("supervisely", tmp_path / "new", tmp_path / "more")
    same(dataset, again, SUPERVISELY.holds)
    assert not again.warnings
    assert not SUPERVISELY.losses(dataset)


def test_an_image_among_the_videos_makes_a_project_of_images(tmp_path: Path) -> None:
    dataset = only_clips()
    dataset.media.append(MediaEntry("one.jpg", 5, 4))
    SUPERVISELY.write(dataset, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "meta.json").read_text())["projectType"] == "images"
    again = comes_back("supervisely", tmp_path / "new", tmp_path / "more")
    again.media.pop()
    SUPERVISELY.write(again, tmp_path / "third")
    assert (tmp_path / "third" / "clip.mp4" / "ann" / "000002.jpg.json").exists()


def test_two_videos_of_one_name_are_refused(tmp_path: Path) -> None:
    dataset = only_clips()
    dataset.media[2].name = "deep_er/clip.mp4"
    with pytest.raises(FormatError, match="Two videos"):
        SUPERVISELY.write(dataset, tmp_path / "new")
    dataset.media[2].name = "../out.mp4"
    with pytest.raises(FormatError):
        SUPERVISELY.write(dataset, tmp_path / "new")


def test_a_copy_gets_keys_of_its_own(project: Path, tmp_path: Path) -> None:
    dataset = SUPERVISELY.read(project)
    first = dataset.instances[1]
    copy = Instance("copy", "dog", 0, 0, first.xy + 1, first.visibility.copy(), extras=first.extras, track=first.track)
    dataset.instances.append(copy)
    SUPERVISELY.write(dataset, tmp_path / "again")
    again = {i.id: i for i in SUPERVISELY.read(tmp_path / "again").instances}
    assert (again["copy"].track, again["copy"].xy.tolist()) == (DOG, [[2, 3], [13, 35.5]])
    assert again[first.id].xy.tolist() == first.xy.tolist()
    keys = [f["key"] for f in written(tmp_path / "again")["frames"][0]["figures"]]
    assert len(set(keys)) == len(keys) == 4


def test_broken_files_are_refused_or_come_back(project: Path, tmp_path: Path) -> None:
    file = "ds0/ann/clip.mp4.json"
    for mutant in mutants(clip(), 2):
        if isinstance(mutant, dict) and "frames" in mutant:
            survives("supervisely", project, mutant, file, tmp_path / "out")


@pytest.mark.parametrize("frames", [None, [7], [{"index": -1, "figures": []}], [{"index": 0, "figures": []}] * 2])
def test_frames_that_are_none_are_refused(frames: Any, project: Path) -> None:
    (project / "ds0" / "ann" / "clip.mp4.json").write_text(json.dumps({**clip(), "frames": frames}))
    with pytest.raises(FormatError, match=r"clip\.mp4\.json: frames"):
        SUPERVISELY.read(project)
