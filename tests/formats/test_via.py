import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.coco_files import coco_file, person
from tests.formats.grouped_files import comes_back, datasets, mutants, rich, same, survives
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, recognise
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.labels import Dataset, MediaEntry

VIA = by_name("via")


def region(name: str, attributes: dict[str, Any], **shape: Any) -> dict[str, Any]:
    return {"shape_attributes": {"name": name, **shape}, "region_attributes": attributes}


def images() -> dict[str, Any]:
    return {
        "one.jpg1234": {
            "filename": "one.jpg",
            "size": 1234,
            "regions": [
                region("point", {"instance": "1", "part": "nose", "mood": "glad"}, cx=10, cy=20.5),
                region("rect", {"instance": "1", "class": "person"}, x=1, y=2, width=30, height=40),
                region("point", {"instance": "2", "part": "nose", "visibility": "hidden"}, cx=3, cy=4),
                region("polyline", {"instance": "2"}, all_points_x=[1, 2], all_points_y=[3, 4]),
                region("point", {"instance": "1", "part": "tail"}, cx=5, cy=6),
                region("ellipse", {}, cx=5, cy=6, rx=1, ry=2, theta=0),
            ],
            "file_attributes": {"caption": "", "public_domain": "no"},
        },
        "two.jpg99": {"filename": "two.jpg", "size": 99, "regions": [], "file_attributes": {}},
    }


def project() -> dict[str, Any]:
    return {
        "_via_settings": {"ui": {"image_grid": {"img_height": 80}}, "project": {"name": "mine"}},
        "_via_img_metadata": images(),
        "_via_attributes": {
            "region": {"part": {"type": "dropdown", "options": {"tail": "", "nose": "", "paw": ""}}},
            "file": {},
        },
        "_via_data_format_version": "2.0.10",
        "_via_image_id_list": ["one.jpg1234", "two.jpg99"],
    }


def third() -> dict[str, Any]:
    """VIA 3: two images of a view each, a video with times, and a view of two files."""

    def meta(vid: str, xy: list[float], av: dict[str, str], z: tuple[float, ...] = ()) -> dict[str, Any]:
        return {"vid": vid, "flg": 0, "z": list(z), "xy": xy, "av": av}

    files = [("one.jpg", 2), ("two.jpg", 2), ("clip.mp4", 4)]
    return {
        "project": {"pid": "x", "pname": "mine", "data_format_version": "3.1.1", "vid_list": ["1", "2", "3", "4"]},
        "config": {"file": {"loc_prefix": {"1": ""}}, "ui": {"file_content_align": "center"}},
        "attribute": {
            "1": {"aname": "keypoint", "anchor_id": "FILE1_Z0_XY1", "type": 4, "options": {"a": "nose", "b": "tail"}},
            "2": {"aname": "instance", "anchor_id": "FILE1_Z0_XY1", "type": 1, "options": {}},
            "3": {"aname": "class", "anchor_id": "FILE1_Z0_XY1", "type": 3, "options": {"0": "dog"}},
        },
        "file": {
            str(at): {"fid": at, "fname": name, "type": kind, "loc": 1, "src": ""}
            for at, (name, kind) in enumerate(files, 1)
        },
        "metadata": {
            "1_aB3": meta("1", [1, 10.5, 20], {"1": "a", "2": "7", "9": "odd"}),
            "3_tT": meta("3", [2, 1, 2, 3, 4], {"2": "7"}, (1.25,)),
            "1_cD4": meta("1", [2, 1, 2, 30, 40], {"2": "7", "3": "0"}),
            "1_eF5": meta("1", [7, 0, 0, 5, 0, 5, 5.5], {"2": "8", "3": "0"}),
            "1_gH6": meta("1", [1, 5, 6], {"1": "b", "2": "8"}),
            "1_iJ7": meta("1", [3, 5, 6, 7], {}),
            "4_kL8": meta("4", [1, 5, 6], {"1": "b"}),
            "1_mN9": meta("1", [], {"1": "b"}),
        },
        "view": {"1": {"fid_list": [1]}, "2": {"fid_list": ["2"]}, "3": {"fid_list": [3]}, "4": {"fid_list": [1, 2]}},
    }  # fmt: skip


def test_a_project_of_via_3_is_read_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(third()))
    assert recognise(tmp_path / "a.json").name == "via"
    dataset = comes_back("via", tmp_path / "a.json", tmp_path / "again.json")
    assert [(m.name, m.kind) for m in dataset.media] == [
        ("one.jpg", "image"), ("two.jpg", "image"), ("clip.mp4", "video"),
    ]  # fmt: skip
    one, two = dataset.instances
    assert (one.id, one.category, two.id, two.category) == ("7", "dog", "8", "dog")
    skeleton = dataset.ontology.skeleton("dog")
    assert one.xy[skeleton.index["nose"]].tolist() == [10.5, 20]
    assert one.box is not None
    assert one.box.tolist() == [1, 2, 30, 40]
    assert two.xy[skeleton.index["tail"]].tolist() == [5, 6]
    assert two.mask == [[0, 0, 5, 0, 5, 5.5]]
    assert sorted((w.record, w.field) for w in dataset.warnings) == [
        ("image 1, region 4", "shape_attributes"), ("metadata 3_tT", "z"), ("metadata 4_kL8", "vid"),
    ]  # fmt: skip


def test_edits_of_a_project_of_via_3(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(third()))
    dataset = VIA.read(tmp_path / "a.json")
    one, two = dataset.instances
    skeleton = dataset.ontology.skeleton("dog")
    one.place(skeleton.index["nose"], 11, 20, 2)
    two.deleted = True
    new = copy.deepcopy(one)
    new.id, new.extras, new.media = "n", {}, 1
    other = copy.deepcopy(new)
    other.id, other.media = "o", 3
    dataset.instances += [new, other]
    dataset.media.append(MediaEntry("three.jpg"))
    VIA.write(dataset, tmp_path / "again.json")
    found, stated = json.loads((tmp_path / "again.json").read_text()), third()
    stated["metadata"]["1_aB3"]["xy"] = [1, 11, 20]
    for mid in ("1_eF5", "1_gH6"):
        del stated["metadata"][mid]
    kept = {mid: found["metadata"][mid] for mid in stated["metadata"]}
    assert kept == stated["metadata"]
    assert (found["file"]["5"]["fname"], found["view"]["5"]) == ("three.jpg", {"fid_list": [5]})
    assert found["project"]["vid_list"] == ["1", "2", "3", "4", "5"]
    assert {id: entry["aname"] for id, entry in found["attribute"].items()} == {
        "1": "keypoint", "2": "instance", "3": "class", "4": "category", "5": "visibility",
    }  # fmt: skip
    again = {i.id: i for i in VIA.read(tmp_path / "again.json").instances}
    assert (again["n"].xy == one.xy).all()
    assert [again[id].media for id in ("7", "n", "o")] == [0, 1, 3]
    new.media = 2
    assert [loss.feature for loss in VIA.losses(dataset)] == ["videos"]


def old() -> dict[str, Any]:
    """VIA 1: regions are an object."""
    document = images()
    for image in document.values():
        image["regions"] = {str(at): entry for at, entry in enumerate(image["regions"])}
        image |= {"fileref": "", "base64_img_data": ""}
    return document


@pytest.mark.parametrize("document", [images(), project(), old()], ids=["annotations", "project", "VIA 1"])
def test_files_are_read_and_come_back(tmp_path: Path, document: Any) -> None:
    (tmp_path / "in.json").write_text(json.dumps(document))
    assert recognise(tmp_path / "in.json").name == "via"
    dataset = comes_back("via", tmp_path / "in.json", tmp_path / "out.json")
    one, two = dataset.instances
    assert (one.id, one.category, two.id, two.category) == ("1", "person", "2", "person")
    index = dataset.ontology.skeleton("person").index
    assert one.xy[index["nose"]].tolist() == [10, 20.5]
    assert two.visibility[index["nose"]] == 1
    assert one.box is not None
    assert one.box.tolist() == [1, 2, 30, 40]
    assert [entry.name for entry in dataset.media] == ["one.jpg", "two.jpg"]
    assert len(dataset.warnings) == 2


def test_a_project_offers_keypoints_in_order(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(project()))
    assert VIA.read(tmp_path / "in.json").ontology.skeleton("person").names == ("tail", "nose", "paw")


@pytest.mark.parametrize("make", [project, old])
def test_only_what_was_edited_changes(tmp_path: Path, make: Any) -> None:
    stated = make()
    (tmp_path / "in.json").write_text(json.dumps(stated))
    dataset = VIA.read(tmp_path / "in.json")
    one, two = dataset.instances
    nose = dataset.ontology.skeleton("person").index["nose"]
    one.place(nose, 11, 20.5)
    two.place(nose, 3, 4, 2)
    VIA.write(dataset, tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_text())
    regions = (stated.get("_via_img_metadata") or stated)["one.jpg1234"]["regions"]
    regions = list(regions.values()) if isinstance(regions, dict) else regions
    regions[0]["shape_attributes"]["cx"] = 11
    regions[2]["region_attributes"]["visibility"] = "visible"
    assert found == stated


def test_copies_and_new_media_are_added(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(project()))
    dataset = VIA.read(tmp_path / "in.json")
    more = copy.deepcopy(dataset.instances[0])
    more.id = "copy"
    dataset.instances.append(more)
    dataset.media.append(rich().media[0])
    dataset.instances[1].deleted = True
    VIA.write(dataset, tmp_path / "out.json")
    again = VIA.read(tmp_path / "out.json")
    assert sorted(i.id for i in again.instances) == ["1", "copy"]
    assert len(json.loads((tmp_path / "out.json").read_text())["_via_image_id_list"]) == 3
    assert np.array_equal(again.instances[0].xy, again.instances[1].xy)


def test_all_that_it_holds_comes_back(tmp_path: Path) -> None:
    dataset = rich()
    VIA.write(dataset, tmp_path / "new.json")
    again = comes_back("via", tmp_path / "new.json", tmp_path / "more.json")
    same(dataset, again, VIA.holds)
    assert not VIA.losses(dataset)
    assert not again.warnings


def test_coco_comes_back(tmp_path: Path) -> None:
    labels = coco(coco_file(person(), person(5, track_id=3)), "in.json")
    VIA.write(labels, tmp_path / "one.json")
    same(labels, VIA.read(tmp_path / "one.json"), VIA.holds)


@settings(max_examples=40, deadline=None)
@given(datasets())
def test_any_dataset_comes_back(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> None:
    path = tmp_path_factory.mktemp("via") / "new.json"
    VIA.write(dataset, path)
    same(dataset, VIA.read(path), VIA.holds)


def test_broken_files_are_refused_or_come_back(tmp_path: Path) -> None:
    small = project()
    regions = small["_via_img_metadata"]["one.jpg1234"]["regions"]
    del regions[3:5]
    regions.append(region("polygon", {"instance": "1"}, all_points_x=[1, 2, 3], all_points_y=[3, 4, 4]))
    regions[0]["region_attributes"]["vitruvian"] = json.dumps({"id": "x", "scores": {"nose": 0.5}})
    small["_via_img_metadata"]["two.jpg99"]["file_attributes"] = {"video": "a.mp4", "frame": "3", "width": "9"}
    for mutant in [*mutants(small), *mutants(third(), 2)]:
        survives("via", tmp_path / "a.json", mutant, "", tmp_path / "again.json")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"a": 1}', '{"_via_img_metadata": {"a": {"regions": [1]}}}'])
def test_what_is_no_via_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(FormatError, match=r"a\.json"):
        VIA.read(tmp_path / "a.json")
