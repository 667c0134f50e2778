import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.formats.coco_files import coco_file, person
from tests.formats.grouped_files import comes_back, datasets, mutants, rich, same, survives
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, recognise
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.labels import Dataset

DATUMARO = by_name("datumaro")


def thing(kind: str, group: int = 0, label: int = 0, id: int = 0, **fields: Any) -> dict[str, Any]:
    return {"id": id, "type": kind, "attributes": {}, "group": group, "label_id": label, "z_order": 0, **fields}


def document() -> dict[str, Any]:
    return {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {"author": "me"},
        "categories": {
            "label": {"labels": [{"name": "dog", "parent": "", "attributes": []},
                                 {"name": "sky", "parent": "", "attributes": []}],
                      "label_groups": [], "attributes": ["is_crowd"]},
            "points": {"items": [{"label_id": 0, "labels": ["tail", "nose"], "joints": [[2, 1]], "positions": []}]},
            "mask": {"colormap": [{"label_id": 0, "r": 1, "g": 2, "b": 3}]},
        },
        "items": [
            {"id": "a/one", "annotations": [
                thing("bbox", 3, id=5, bbox=[1, 2, 30.5, 40.0]),
                thing("label", label=1),
                thing("points", 3, id=5, points=[1, 2.5, 3, 4], visibility=[1, 2],
                      attributes={"score": 0.5, "track_id": 4, "occluded": True, "is_crowd": False}),
                thing("polygon", label=1, id=8, points=[0, 0, 5, 0, 5, 5]),
                thing("mask", label=1, id=9, rle={"counts": "04000", "size": [2, 2]}),
             ], "attr": {"frame": 0}, "image": {"path": "a/one.jpg", "size": [480, 640]}},
            {"id": "two", "annotations": [], "image": {"path": "two.jpg"}},
        ],
    }  # fmt: skip


def skeletons() -> dict[str, Any]:
    """Points as the skeletons of another branch of Datumaro, whose joints are labels too."""
    names = [("body", ""), ("head", "body"), ("foot", "body")]
    labels = [{"name": name, "parent": parent, "attributes": []} for name, parent in names]
    points = {"items": [{"label_id": 0, "labels": ["head", "foot"], "joints": [[1, 2]]}]}
    shape = thing("skeleton", points=[0.9, 3.53, 2, 2.45, 7.6, 1], points_attributes=[{}, {"odd": True}])
    item = {"id": "100", "annotations": [shape], "image": {"path": "100.jpg", "size": [10, 6]}}
    return {"info": {}, "categories": {"label": {"labels": labels}, "points": points}, "items": [item]}


def nested(*, named: bool = True) -> dict[str, Any]:
    """A skeleton of the branch whose points are annotations of their own, one of them missing."""
    found = skeletons()
    elements = [
        {"id": 4, "type": "points", "label_id": 2, "points": [2.5, 7.6], "visibility": [1], "attributes": {"odd": 1}},
        {"id": 3, "type": "points", "label_id": 1, "points": [0.9, 3.5], "visibility": [2], "group": 0},
    ]
    found["categories"]["label"]["labels"].append({"name": "tail", "parent": "body", "attributes": []})
    if named:
        found["categories"]["points"]["items"][0]["labels"] = ["head", "tail", "foot"]
    else:
        del found["categories"]["points"]
    found["items"][0]["annotations"] = [
        thing("skeleton", 2, id=7, elements=elements),
        thing("bbox", 2, bbox=[1, 2, 3, 4]),
    ]
    return found


def test_a_file_is_read_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(document()))
    assert recognise(tmp_path / "in.json").name == "datumaro"
    dataset = comes_back("datumaro", tmp_path / "in.json", tmp_path / "out.json")
    dog, part, mask = dataset.instances
    assert [(i.id, i.category) for i in (dog, part, mask)] == [("5", "dog"), ("8", "sky"), ("9", "sky")]
    skeleton = dataset.ontology.skeleton("dog")
    assert (skeleton.names, skeleton.edges) == (("tail", "nose"), ((1, 0),))
    assert dog.xy.tolist() == [[1, 2.5], [3, 4]]
    assert dog.visibility.tolist() == [1, 2]
    assert dog.box is not None
    assert dog.box.tolist() == [1, 2, 30.5, 40]
    assert (dog.confidence, dog.track, dog.attributes) == (0.5, "4", {"occluded": True})
    assert part.mask == [[0, 0, 5, 0, 5, 5]]
    assert mask.mask == {"counts": "04000", "size": [2, 2]}
    assert (dataset.media[0].name, dataset.media[0].width, dataset.media[0].height) == ("a/one.jpg", 640, 480)
    assert len(dataset.warnings) == 1


def test_skeletons_are_points(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(skeletons()))
    dataset = comes_back("datumaro", tmp_path / "in.json", tmp_path / "out.json")
    assert [category.name for category in dataset.ontology] == ["body"]
    assert dataset.instances[0].xy.tolist() == [[0.9, 3.53], [2.45, 7.6]]
    assert dataset.instances[0].visibility.tolist() == [2, 1]
    dataset.instances[0].place(1, 3, 7.6, 2)
    DATUMARO.write(dataset, tmp_path / "out.json")
    stated = skeletons()
    stated["items"][0]["annotations"][0]["points"] = [0.9, 3.53, 2, 3, 7.6, 2]
    assert json.loads((tmp_path / "out.json").read_text()) == stated


@pytest.mark.parametrize("named", [True, False])
def test_the_elements_of_a_skeleton_are_points(tmp_path: Path, named: bool) -> None:
    (tmp_path / "in.json").write_text(json.dumps(nested(named=named)))
    dataset = comes_back("datumaro", tmp_path / "in.json", tmp_path / "out.json")
    assert not dataset.warnings
    (body,) = dataset.instances
    skeleton = dataset.ontology.skeleton("body")
    assert skeleton.names == (("head", "tail", "foot") if named else ("foot", "head"))
    head, foot = skeleton.index["head"], skeleton.index["foot"]
    assert body.xy[[head, foot]].tolist() == [[0.9, 3.5], [2.5, 7.6]]
    assert body.visibility[[head, foot]].tolist() == [2, 1]
    assert body.box is not None
    body.place(head, 1, 3.5, 2)
    if named:
        body.place(1, 5, 6, 1)
    DATUMARO.write(dataset, tmp_path / "out.json")
    elements = json.loads((tmp_path / "out.json").read_text())["items"][0]["annotations"][0]["elements"]
    stated = nested(named=named)["items"][0]["annotations"][0]["elements"]
    stated[1]["points"] = [1, 3.5]
    assert elements[:2] == stated
    assert [(e["label_id"], e["points"], e["visibility"]) for e in elements[2:]] == [(3, [5, 6], [1])][: int(named)]
    again = DATUMARO.read(tmp_path / "out.json").instances[0]
    assert again.xy.tolist() == body.xy.tolist()


def test_elements_that_are_not_understood_are_kept(tmp_path: Path) -> None:
    for odd in ({"points": [1]}, {"visibility": [3]}, {"label_id": 2}, {"type": "bbox"}, {"label_id": 0}):
        document = nested()
        document["items"][0]["annotations"][0]["elements"][1] |= odd
        (tmp_path / "in.json").write_text(json.dumps(document))
        dataset = comes_back("datumaro", tmp_path / "in.json", tmp_path / "out.json")
        assert not dataset.instances[0].visibility.any()
        assert len(dataset.warnings) == 1


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(document()))
    dataset = DATUMARO.read(tmp_path / "in.json")
    dog, part, _ = dataset.instances
    dog.place(0, 1, 3, 2)
    dog.attributes["mood"] = "glad"
    part.deleted = True
    DATUMARO.write(dataset, tmp_path / "out.json")
    stated = document()
    annotations = stated["items"][0]["annotations"]
    annotations[2] |= {"points": [1, 3, 3, 4], "visibility": [2, 2]}
    annotations[2]["attributes"]["mood"] = "glad"
    del annotations[3]
    assert json.loads((tmp_path / "out.json").read_text()) == stated


def test_a_folder_has_a_file_for_each_subset(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "annotations"
    folder.mkdir(parents=True)
    (folder / "train.json").write_text(json.dumps(document()))
    (folder / "val.json").write_text(json.dumps(document()))
    assert recognise(tmp_path / "in").name == "datumaro"
    dataset = comes_back("datumaro", tmp_path / "in", tmp_path / "out")
    assert len({i.id for i in dataset.instances}) == 6
    with pytest.raises(FormatError, match="one subset"):
        DATUMARO.write(dataset, tmp_path / "all.json")


def test_links_that_lead_out_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps(document()))
    folder = tmp_path / "in" / "annotations"
    folder.mkdir(parents=True)
    (folder / "train.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(FormatError, match="no known format"):
        recognise(tmp_path / "in")
    with pytest.raises(FormatError, match="annotations/<subset>"):
        DATUMARO.read(tmp_path / "in")


def test_all_that_it_holds_comes_back(tmp_path: Path) -> None:
    dataset = rich()
    dataset.instances[3].attributes = {"score": "high", "is_crowd": 1}
    dataset.instances[4].visibility[:] = 0
    DATUMARO.write(dataset, tmp_path / "new")
    again = comes_back("datumaro", tmp_path / "new", tmp_path / "more")
    same(dataset, again, DATUMARO.holds)
    assert not DATUMARO.losses(dataset)
    assert not again.warnings
    # Images and frames of a video: media of any kind.
    assert json.loads((tmp_path / "new" / "annotations" / "default.json").read_text())["media_type"] == 1


def test_coco_comes_back(tmp_path: Path) -> None:
    labels = coco(coco_file(person(), person(5, track_id=3)), "in.json")
    DATUMARO.write(labels, tmp_path / "new.json")
    same(labels, DATUMARO.read(tmp_path / "new.json"), DATUMARO.holds)


@settings(max_examples=30, deadline=None)
@given(datasets())
def test_any_dataset_comes_back(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> None:
    path = tmp_path_factory.mktemp("datumaro") / "new.json"
    DATUMARO.write(dataset, path)
    same(dataset, DATUMARO.read(path), DATUMARO.holds)


@pytest.mark.parametrize("content", [document(), skeletons(), nested()], ids=["points", "skeletons", "elements"])
def test_broken_files_are_refused_or_come_back(tmp_path: Path, content: Any) -> None:
    for mutant in mutants(content, 2):
        survives("datumaro", tmp_path / "a.json", mutant, "", tmp_path / "again.json")


@pytest.mark.parametrize("content", ["", "[]", '{"items": {}}', '{"items": [1]}', '{"items": [{"annotations": [1]}]}'])
def test_what_is_no_datumaro_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(FormatError, match=r"a\.json"):
        DATUMARO.read(tmp_path / "a.json")
    with pytest.raises(FormatError, match="no annotations"):
        DATUMARO.read(tmp_path)
