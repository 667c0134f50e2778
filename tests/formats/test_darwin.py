import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.formats.coco_files import coco_file, person
from tests.formats.grouped_files import comes_back, datasets, instance, mutants, no_traversal, rich, same, survives
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, recognise
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.labels import Dataset

DARWIN = by_name("darwin")


def node(name: str, x: float, y: float, occluded: bool = False) -> dict[str, Any]:
    return {"name": name, "occluded": occluded, "x": x, "y": y}


def item(kind: str = "image", **slot: Any) -> dict[str, Any]:
    return {
        "name": "one.jpg",
        "path": "/",
        "source_info": {"item_id": "018c", "team": {"name": "T", "slug": "t"}},
        "slots": [{"type": kind, "slot_name": "0", "width": 192, "height": 263,
                   "source_files": [{"file_name": "one.jpg", "url": "https://example.org/1"}], **slot}],
    }  # fmt: skip


def image() -> dict[str, Any]:
    square = [{"x": 102, "y": 89.5}, {"x": 101, "y": 90}, {"x": 102, "y": 91}]
    return {
        "version": "2.0",
        "schema_ref": "https://example.org/schema.json",
        "item": item(),
        "annotations": [
            {"id": "a-1", "name": "dog", "slot_names": ["0"], "instance_id": {"value": 3}, "properties": [],
             "skeleton": {"nodes": [node("tail", 1.5, 2), node("nose", 3, 4, True)]}},
            {"id": "a-2", "name": "leaf", "slot_names": ["0"], "polygon": {"paths": [square]},
             "bounding_box": {"h": 2.0, "w": 1.0, "x": 101.0, "y": 89.0}, "text": {"text": "hello"}},
            {"id": "a-3", "name": "sunny", "slot_names": [], "tag": {}},
            {"id": "a-4", "name": "dog", "instance_id": {"value": 3}, "bounding_box": {"h": 9, "w": 8, "x": 7, "y": 6}},
            {"id": "a-5", "name": "button", "keypoint": {"x": 5, "y": 6}},
        ],
    }  # fmt: skip


def video() -> dict[str, Any]:
    def at(x: float, **more: Any) -> dict[str, Any]:
        return {"skeleton": {"nodes": [node("nose", x, 2)]}, **more}

    return {
        "version": "2.0",
        "item": item("video", frame_count=90, frame_urls=["u"]),
        "annotations": [
            {"id": "t-1", "name": "dog", "slot_names": ["0"], "interpolated": True,
             "interpolate_algorithm": "linear-1.1", "ranges": [[3, 40]],
             "frames": {"3": at(1, keyframe=True), "12": at(2.5, keyframe=False)}},
            {"id": "t-2", "name": "dog", "ranges": [[3, 4]], "frames": {"3": at(7, keyframe=True), "odd": 1}},
            {"id": "t-3", "name": "noise", "ranges": [[3, 4]], "frames": {"3": {"tag": {}}}},
        ],
    }  # fmt: skip


def test_an_image_is_read_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(image()))
    assert recognise(tmp_path / "one.json").name == recognise(tmp_path).name == "darwin"
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    dog, leaf, button = dataset.instances
    assert (dog.id, dog.category, leaf.id, button.category) == ("a-1", "dog", "a-2", "button")
    assert dataset.ontology.skeleton("dog").names == ("tail", "nose")
    assert dog.xy.tolist() == [[1.5, 2], [3, 4]]
    assert dog.visibility.tolist() == [2, 1]
    assert dog.box is not None
    assert dog.box.tolist() == [7, 6, 8, 9]
    assert leaf.mask == [[102, 89.5, 101, 90, 102, 91]]
    assert (dataset.media[0].name, dataset.media[0].width) == ("one.jpg", 192)
    assert len(dataset.warnings) == 1


@pytest.mark.parametrize("field", ["metadata", "skeleton_metadata"])
def test_skeletons_of_a_teams_classes_give_order_and_edges(tmp_path: Path, field: str) -> None:
    nodes = [{"name": name, "x": 0.5, "y": 0.5} for name in ("nose", "neck", "tail")]
    edges = [{"from": "nose", "to": "neck"}, {"from": "tail", "to": "neck"}, {"from": "neck", "to": "ear"}]
    classes = [
        {"name": "leaf", "type": "polygon"},
        {"name": "dog", "type": "skeleton", field: {"_skeleton": {"nodes": nodes, "edges": edges}}},
        {"name": "cat", "type": "skeleton", field: {"_skeleton": {"nodes": [nodes[0], nodes[0]], "edges": []}}},
    ]
    (tmp_path / "in" / ".v7").mkdir(parents=True)
    (tmp_path / "in" / ".v7" / "metadata.json").write_text(json.dumps({"version": "1.0", "classes": classes}))
    (tmp_path / "in" / "one.json").write_text(json.dumps(image()))
    dataset = comes_back("darwin", tmp_path / "in", tmp_path / "out")
    skeleton = dataset.ontology.skeleton("dog")
    assert (skeleton.names, skeleton.edges) == (("nose", "neck", "tail"), ((0, 1), (2, 1)))
    assert dataset.instances[0].visibility.tolist() == [1, 0, 2]
    assert {(w.record, w.field) for w in dataset.warnings if "metadata" in w.file} == {
        ("class 1", "edges"), ("class 2", "nodes"),
    }  # fmt: skip


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(image()))
    dataset = DARWIN.read(tmp_path / "one.json")
    dog, leaf, button = dataset.instances
    dog.place(1, 3, 5, 2)
    button.deleted = True
    assert leaf.mask is not None
    leaf.mask = [[102, 89.5, 101, 90, 103, 91]]
    DARWIN.write(dataset, tmp_path / "again.json")
    stated = image()
    stated["annotations"][0]["skeleton"]["nodes"][1] |= {"y": 5, "occluded": False}
    stated["annotations"][1]["polygon"]["paths"][0][2]["x"] = 103
    del stated["annotations"][4]
    assert json.loads((tmp_path / "again.json").read_text()) == stated


def test_a_video_is_read_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(video()))
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    assert [(i.track, i.frame, i.xy[0, 0]) for i in dataset.instances] == [
        ("t-1", 3, 1),
        ("t-1", 12, 2.5),
        ("t-2", 3, 7),
    ]
    assert dataset.instances[0].keyed is None
    assert dataset.instances[1].keyed is not None
    assert not dataset.instances[1].keyed.any()
    assert (dataset.media[0].kind, dataset.media[0].frames) == ("video", 90)


def test_only_the_edited_frame_of_a_track_changes(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(video()))
    dataset = DARWIN.read(tmp_path / "one.json")
    dataset.instances[1].place(0, 3, 2)
    dataset.instances[2].deleted = True
    new = DARWIN.read(tmp_path / "one.json").instances[0]
    new.id, new.frame, new.extras = "new", 20, {}
    dataset.instances.append(new)
    DARWIN.write(dataset, tmp_path / "again.json")
    found = json.loads((tmp_path / "again.json").read_text())
    stated = video()
    stated["annotations"][0]["frames"]["12"]["skeleton"]["nodes"][0]["x"] = 3
    del stated["annotations"][1]["frames"]["3"]
    assert found["annotations"][0]["frames"].pop("20")["skeleton"]["nodes"][0]["x"] == 1
    assert found == stated


@pytest.mark.parametrize("videos", [False, True])
def test_all_that_it_holds_comes_back(tmp_path: Path, videos: bool) -> None:
    dataset = rich(videos=videos)
    if videos:
        dataset.instances += [
            instance("u", media=3, frame=2, points=[[1, 2, 2]], box=[1, 2, 3, 4]),
            instance("v", "box", media=3, frame=2, box=[1, 2, 3, 4], track="x"),
            instance("w", "box", media=3, frame=9, box=[1, 2, 3, 5], track="x"),
            instance("y", media=3, frame=9, box=[1, 2, 3, 5], track="one", points=[[4, 4, 1]]),
        ]
    DARWIN.write(dataset, tmp_path / "new")
    again = comes_back("darwin", tmp_path / "new", tmp_path / "more")
    same(dataset, again, DARWIN.holds)
    assert not DARWIN.losses(dataset)
    assert not again.warnings


def test_coco_comes_back(tmp_path: Path) -> None:
    labels = coco(coco_file(person(), person(5, track_id=3)), "in.json")
    DARWIN.write(labels, tmp_path / "new.json")
    same(labels, DARWIN.read(tmp_path / "new.json"), DARWIN.holds)


@settings(max_examples=30, deadline=None)
@given(datasets())
def test_any_dataset_comes_back(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> None:
    folder = tmp_path_factory.mktemp("darwin") / "new"
    DARWIN.write(dataset, folder)
    same(dataset, DARWIN.read(folder), DARWIN.holds)


@pytest.mark.parametrize("document", [image(), video()], ids=["image", "video"])
def test_broken_files_are_refused_or_come_back(tmp_path: Path, document: Any) -> None:
    for mutant in mutants(document, 2):
        survives("darwin", tmp_path / "a.json", mutant, "", tmp_path / "again.json")


@pytest.mark.parametrize("content", ["", "[]", '{"image": {}, "annotations": []}', '{"item": {}, "annotations": [1]}'])
def test_what_is_no_darwin_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(FormatError, match=r"a\.json"):
        DARWIN.read(tmp_path / "a.json")


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    no_traversal("darwin", tmp_path)
