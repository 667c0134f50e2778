import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import coco_file, person
from tests.formats.grouped_files import (
    ONTOLOGY,
    comes_back,
    datasets,
    instance,
    mutants,
    no_traversal,
    rich,
    same,
    survives,
)
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, recognise
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.geometry import rle
from vitruvian.labels import Dataset, MediaEntry

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


#: Two masks of 4 x 3 pixels row by row, as V7's own tests have them.
DENSE = [0, 1, 1, 2, 0, 1, 2, 1, 1, 1, 0, 2, 2, 2, 0, 2]


def raster() -> dict[str, Any]:
    layer = {"dense_rle": DENSE, "mask_annotation_ids_mapping": {"uuid-1": 1, "uuid-2": 2}, "total_pixels": 12}
    return {
        "version": "2.0",
        "item": item() | {"slots": [{"type": "image", "slot_name": "0", "width": 4, "height": 3}]},
        "annotations": [
            {"id": "uuid-1", "mask": {}, "name": "cat", "properties": [], "slot_names": ["0"]},
            {"id": "uuid-raster", "name": "__raster_layer__", "raster_layer": layer, "slot_names": ["0"]},
            {"id": "uuid-2", "name": "dog", "slot_names": ["0"], "mask": {}, "properties": []},
        ],
    }


def pixels(mask: Any) -> list[list[int]]:
    return rle.to_pixels(mask).astype(int).tolist()


def test_pixel_masks_are_read_and_come_back(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(raster()))
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    assert not dataset.warnings
    cat, dog = dataset.instances
    assert (cat.id, cat.category, dog.id, dog.category) == ("uuid-1", "cat", "uuid-2", "dog")
    assert pixels(cat.mask) == [[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert pixels(dog.mask) == [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]]


def test_an_edited_mask_goes_into_the_raster_layer(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(raster()))
    dataset = DARWIN.read(tmp_path / "one.json")
    cat, dog = dataset.instances
    cat.mask = rle.from_pixels(np.array([[0, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]], bool))
    dog.deleted = True
    new = instance("n", "box", mask=rle.from_pixels(np.array([[0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]], bool)))
    new.category = "cat"
    dataset.instances.append(new)
    DARWIN.write(dataset, tmp_path / "again.json")
    annotations = json.loads((tmp_path / "again.json").read_text())["annotations"]
    assert [record["id"] for record in annotations] == ["uuid-1", "uuid-raster", "n"]
    assert annotations[0] == raster()["annotations"][0]
    assert annotations[1]["raster_layer"] == {
        "dense_rle": [0, 1, 1, 3, 0, 4, 3, 4],
        "mask_annotation_ids_mapping": {"uuid-1": 1, "n": 3},
        "total_pixels": 12,
    }
    assert annotations[2] == {"mask": {}, "name": "cat", "id": "n", "instance_id": {"value": 1}, "slot_names": ["0"]}
    again = DARWIN.read(tmp_path / "again.json").instances
    assert [pixels(i.mask) for i in again] == [pixels(cat.mask), pixels(new.mask)]


def test_masks_that_lie_over_each_other_come_back_whole(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(raster()))
    dataset = DARWIN.read(tmp_path / "one.json")
    dataset.instances[1].mask = rle.from_pixels(np.ones((3, 4), bool))
    DARWIN.write(dataset, tmp_path / "again.json")
    annotations = json.loads((tmp_path / "again.json").read_text())["annotations"]
    assert annotations[0]["vitruvian"]["mask"] == dataset.instances[0].mask
    assert "vitruvian" not in annotations[2]
    again = comes_back("darwin", tmp_path / "again.json", tmp_path / "third.json")
    assert [i.mask for i in again.instances] == [i.mask for i in dataset.instances]
    again.instances[0].mask = rle.from_pixels(np.eye(3, 4, dtype=bool))
    DARWIN.write(again, tmp_path / "fourth.json")
    fourth = DARWIN.read(tmp_path / "fourth.json").instances
    assert [pixels(i.mask) for i in fourth] == [pixels(i.mask) for i in again.instances]


@given(st.lists(st.lists(st.booleans(), min_size=12, max_size=12), max_size=4), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_masks_come_back(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[list[bool]], video: bool, pack: bool
) -> None:
    folder = tmp_path_factory.mktemp("darwin")
    kind = {"kind": "video", "frames": 9} if video else {}
    masks = [rle.from_pixels(np.array(flat).reshape(3, 4)) for flat in drawn]
    if pack:
        masks = [{**mask, "counts": rle.pack(np.array(mask["counts"]))} for mask in masks]
    instances = [instance(str(at), "box", frame=at % 2 * video, mask=mask) for at, mask in enumerate(masks)]
    dataset = Dataset(ONTOLOGY, [MediaEntry("a.x", 4, 3, **kind)], instances)
    DARWIN.write(dataset, folder / "new.json")
    again = comes_back("darwin", folder / "new.json", folder / "more.json")
    assert {i.id: pixels(i.mask) for i in again.instances} == {i.id: pixels(i.mask) for i in instances}
    assert not again.warnings


@pytest.mark.parametrize(
    "odd",
    [
        {"dense_rle": [1, 2, 3]}, {"dense_rle": [1, 13]}, {"dense_rle": "x"}, {"dense_rle": [1, -2, 0, 14]},
        {"dense_rle": [2**40, 12]}, {"mask_annotation_ids_mapping": [1]},
        {"mask_annotation_ids_mapping": {"uuid-1": 0}},
    ],
)  # fmt: skip
def test_raster_layers_that_do_not_fit_are_kept(tmp_path: Path, odd: dict[str, Any]) -> None:
    document = raster()
    document["annotations"][1]["raster_layer"] |= odd
    (tmp_path / "one.json").write_text(json.dumps(document))
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    assert not dataset.instances
    assert dataset.warnings


def test_a_mapping_of_many_ids_is_read_at_once(tmp_path: Path) -> None:
    document = raster()
    mapping = document["annotations"][1]["raster_layer"]["mask_annotation_ids_mapping"]
    mapping |= {f"x{at}": 1 for at in range(200_000)}
    (tmp_path / "one.json").write_text(json.dumps(document))
    start = time.process_time()
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    assert time.process_time() - start < 10
    assert pixels(dataset.instances[0].mask)[0] == [0, 1, 1, 0]


def test_a_value_is_of_one_annotation(tmp_path: Path) -> None:
    document = raster()
    document["annotations"][1]["raster_layer"]["mask_annotation_ids_mapping"]["uuid-2"] = 1
    (tmp_path / "one.json").write_text(json.dumps(document))
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    assert [i.id for i in dataset.instances] == ["uuid-1"]
    assert len(dataset.warnings) == 1


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    dataset = rich(videos=False)
    dataset.media[0].name = "half\ud800.jpg"
    with pytest.raises(FormatError, match="no path"):
        DARWIN.write(dataset, tmp_path / "new")
    assert not list(tmp_path.iterdir())


def slotted() -> dict[str, Any]:
    """An item of three slots, one of them a video, whose annotations stand mixed; the third has no file name."""

    def of(number: str, kind: str = "image", *files: str, **more: Any) -> dict[str, Any]:
        named = [{"file_name": name, "url": "https://example.org/1"} for name in files]
        return {"type": kind, "slot_name": number, "width": 4, "height": 3, "source_files": named, **more}

    slots = [of("0", "image", "left.jpg"), of("1", "video", "clip.mp4", frame_count=9), of("2")]
    document = raster()
    layer = document["annotations"][1]
    box = {"bounding_box": {"x": 1, "y": 1, "w": 2, "h": 1}}
    return {
        "version": "2.0",
        "item": {"name": "shot", "path": "/day", "slots": slots, "layout": {"type": "grid"}},
        "annotations": [
            {"id": "uuid-1", "mask": {}, "name": "cat", "slot_names": ["2"]},
            {"id": "t-1", "name": "dog", "slot_names": ["1"], "ranges": [[3, 4]], "frames": {"3": box}},
            {"id": "b", "name": "dog", "slot_names": ["9"], "instance_id": {"value": 4}, **box},
            {**layer, "slot_names": ["2"]},
            {"id": "c", "name": "dog", "slot_names": ["2"], "instance_id": {"value": 4}, **box},
            {"id": "t-2", "name": "dog", "slot_names": ["1", "0"], "frames": {"5": box}},
        ],
    }  # fmt: skip


def test_each_slot_is_a_media(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(slotted()))
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    assert [(m.name, m.kind, m.frames) for m in dataset.media] == [
        ("day/left.jpg", "image", 1), ("day/clip.mp4", "video", 9), ("day/shot (slot 2)", "image", 1),
    ]  # fmt: skip
    assert [(i.id, i.media, i.frame) for i in dataset.instances] == [
        ("b", 0, 0), ("t-1:3", 1, 3), ("t-2:5", 1, 5), ("uuid-1", 2, 0), ("c", 2, 0),
    ]  # fmt: skip
    assert [warning.field for warning in dataset.warnings] == ["slot_names"]
    assert pixels(dataset.instances[3].mask)[0] == [0, 1, 1, 0]
    (tmp_path / "in" / "a").mkdir(parents=True)
    (tmp_path / "in" / "a" / "one.json").write_text(json.dumps(slotted()))
    comes_back("darwin", tmp_path / "in", tmp_path / "out")


def test_edits_go_into_their_slot(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(slotted()))
    dataset = DARWIN.read(tmp_path / "one.json")
    box, _, _, mask, _ = dataset.instances
    mask.mask = rle.from_pixels(np.eye(3, 4, dtype=bool))
    box.extras["darwin"]["records"][0]["slot_names"] = ["0"]
    copy = replace(box, id="copy", media=2, box=np.array([0.0, 0, 1, 1]))
    far = replace(box, id="far", media=1, frame=7, track="far")
    dataset.instances += [copy, far]
    DARWIN.write(dataset, tmp_path / "again.json")
    annotations = json.loads((tmp_path / "again.json").read_text())["annotations"]
    named = [record.get("slot_names") for record in annotations]
    assert named == [["2"], ["1"], ["0"], ["2"], ["2"], ["1", "0"], ["1"], ["2"]]
    stated = slotted()["annotations"]
    stated[2]["slot_names"] = ["0"]
    assert [annotations[at] == stated[at] for at in range(6)] == [True, True, True, False, True, True]
    again = DARWIN.read(tmp_path / "again.json")
    found = {i.id: i for i in again.instances}
    assert (found["copy"].media, found["far"].media, found["far"].frame) == (2, 1, 7)
    assert pixels(found["uuid-1"].mask) == pixels(mask.mask)


@pytest.mark.parametrize("slots", [[], None, [{"slot_name": "0"}, {"slot_name": "0"}], [{"slot_name": 0}, 1]])
def test_slots_without_names_are_one(tmp_path: Path, slots: Any) -> None:
    document = slotted()
    document["item"]["slots"] = slots
    (tmp_path / "one.json").write_text(json.dumps(document))
    dataset = comes_back("darwin", tmp_path / "one.json", tmp_path / "again.json")
    assert [entry.name for entry in dataset.media] == ["day/shot"]
    assert any(warning.field == "slots" for warning in dataset.warnings)


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


@pytest.mark.parametrize("document", [image(), video(), raster(), slotted()], ids=["image", "video", "raster", "slots"])
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
