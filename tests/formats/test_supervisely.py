import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.coco_files import coco_file, person
from tests.formats.grouped_files import comes_back, content, datasets, mutants, no_traversal, rich, same, survives
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, png_mask, recognise
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.geometry import rle
from vitruvian.labels import Category, Dataset, Ontology, skeleton_from_names

SUPERVISELY = by_name("supervisely")


def meta() -> dict[str, Any]:
    return {
        "classes": [
            {"title": "dog", "description": "", "shape": "graph", "color": "#4A90E2", "id": 17, "hotkey": "d",
             "geometry_config": {
                 "nodes": {"b-1": {"label": "nose", "loc": [10, 20], "color": "#FF0000"},
                           "a-2": {"label": "tail", "loc": [90.5, 20], "color": "#00FF00"}},
                 "edges": [{"src": "a-2", "dst": "b-1", "color": "#0000FF"}]}},
            {"title": "dog_bbox", "shape": "rectangle", "color": "#123456", "geometry_config": {}},
        ],
        "tags": [{"name": "breed", "value_type": "any_string", "color": "#8A0F59", "id": 5}],
        "projectType": "images",
    }  # fmt: skip


def thing(kind: str, title: str, **fields: Any) -> dict[str, Any]:
    return {"id": 7, "classId": 17, "description": "", "geometryType": kind, "labelerLogin": "alex", "tags": [],
            "classTitle": title, **fields}  # fmt: skip


def annotation() -> dict[str, Any]:
    nodes = {"a-2": {"loc": [12, 34.5], "disabled": True}, "b-1": {"loc": [1, 2]}}
    tags = [{"id": 3, "tagId": 5, "name": "breed", "value": "pug", "labelerLogin": "alex"}]
    return {
        "description": "",
        "tags": [{"name": "like", "value": None}],
        "size": {"height": 480, "width": 640},
        "objects": [
            thing("rectangle", "dog_bbox", points={"exterior": [[40, 2], [0, 50]], "interior": []}, instance="abc"),
            thing("bitmap", "sky", bitmap={"data": "eJwB", "origin": [535, 66]}),
            thing("graph", "dog", nodes=nodes, instance="abc", tags=tags),
            thing("graph", "dog", nodes={"b-1": {"loc": [5, 6]}}, id=9),
        ],
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "ds0" / "ann").mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps(meta()))
    (folder / "obj_class_to_machine_color.json").write_text('{"dog": [1, 2, 3]}')
    (folder / "ds0" / "ann" / "one.jpg.json").write_text(json.dumps(annotation()))
    return folder


def test_a_project_is_read_and_comes_back(project: Path, tmp_path: Path) -> None:
    assert recognise(project).name == "supervisely"
    dataset = comes_back("supervisely", project, tmp_path / "again")
    one, two = dataset.instances
    assert (one.id, one.category, two.id) == ("abc", "dog", "9")
    skeleton = dataset.ontology.skeleton("dog")
    assert skeleton.names == ("nose", "tail")
    assert skeleton.edges == ((1, 0),)
    assert one.xy.tolist() == [[1, 2], [12, 34.5]]
    assert one.visibility.tolist() == [2, 1]
    assert one.box is not None
    assert one.box.tolist() == [0, 2, 40, 48]
    assert one.attributes == {"breed": "pug"}
    assert (dataset.media[0].name, dataset.media[0].height) == ("ds0/one.jpg", 480)
    assert len(dataset.warnings) == 1


def test_only_what_was_edited_changes(project: Path, tmp_path: Path) -> None:
    dataset = SUPERVISELY.read(project)
    one, _ = dataset.instances
    one.place(1, 13, 34.5)
    one.attributes = {"breed": "pug", "age": 3}
    SUPERVISELY.write(dataset, tmp_path / "again")
    stated = annotation()
    graph = stated["objects"][2]
    graph["nodes"]["a-2"] = {"loc": [13, 34.5]}
    found = json.loads((tmp_path / "again" / "ds0" / "ann" / "one.jpg.json").read_text())
    tags = found["objects"][0]["tags"] + found["objects"][2]["tags"]
    assert {tag["name"]: tag["value"] for tag in tags} == {"breed": "pug", "age": 3}
    assert graph["tags"][0] in tags
    graph["tags"] = found["objects"][2]["tags"]
    assert found == stated


def test_a_new_keypoint_goes_into_its_class(project: Path, tmp_path: Path) -> None:
    dataset = SUPERVISELY.read(project)
    grown = Category("dog", skeleton_from_names(["nose", "tail", "paw"], edges=[(1, 0)]), "#4A90E2")
    dataset.ontology = Ontology("grown", (grown, *dataset.ontology.categories[1:]))
    for instance in dataset.instances:
        instance.xy = np.vstack((instance.xy, [[7.0, 8.0]]))
        instance.visibility = np.append(instance.visibility, np.uint8(2))
    SUPERVISELY.write(dataset, tmp_path / "again")
    found = json.loads((tmp_path / "again" / "meta.json").read_text())["classes"][0]
    assert found["id"] == 17
    assert list(found["geometry_config"]["nodes"]) == ["b-1", "a-2", "paw"]
    assert found["geometry_config"]["nodes"]["a-2"]["loc"] == [90.5, 20]
    again = SUPERVISELY.read(tmp_path / "again")
    assert again.instances[1].xy.tolist() == [[5, 6], [0, 0], [7, 8]]


def test_one_annotation_is_read_with_the_classes_of_its_project(project: Path, tmp_path: Path) -> None:
    path = project / "ds0" / "ann" / "one.jpg.json"
    assert recognise(path).name == "supervisely"
    dataset = comes_back("supervisely", path, tmp_path / "again.json")
    assert dataset.ontology.skeleton("dog").names == ("nose", "tail")
    with pytest.raises(FormatError, match="is a folder"):
        SUPERVISELY.write(rich(), tmp_path / "more.json")


def test_all_that_it_holds_comes_back(tmp_path: Path) -> None:
    dataset = rich()
    dataset.instances[4].box = None
    SUPERVISELY.write(dataset, tmp_path / "new")
    again = comes_back("supervisely", tmp_path / "new", tmp_path / "more")
    same(dataset, again, SUPERVISELY.holds)
    assert not SUPERVISELY.losses(dataset)
    assert not again.warnings


def test_coco_comes_back(tmp_path: Path) -> None:
    labels = coco(coco_file(person(), person(5, track_id=3)), "in.json")
    SUPERVISELY.write(labels, tmp_path / "new")
    same(labels, SUPERVISELY.read(tmp_path / "new"), SUPERVISELY.holds)


@settings(max_examples=30, deadline=None)
@given(datasets())
def test_any_dataset_comes_back(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> None:
    folder = tmp_path_factory.mktemp("supervisely") / "new"
    SUPERVISELY.write(dataset, folder)
    same(dataset, SUPERVISELY.read(folder), SUPERVISELY.holds)


def test_broken_files_are_refused_or_come_back(project: Path, tmp_path: Path) -> None:
    stated = annotation()
    stated["objects"][2]["vitruvian"] = {"id": "x", "scores": {"nose": 0.5}}
    for mutant in mutants(stated, 1):
        survives("supervisely", project, mutant, "ds0/ann/one.jpg.json", tmp_path / "again")
    (project / "ds0" / "ann" / "one.jpg.json").write_text(json.dumps(annotation()))
    for mutant in mutants(meta(), 1):
        survives("supervisely", project, mutant, "meta.json", tmp_path / "again")


def test_what_is_no_project_is_refused(tmp_path: Path, project: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match=r"meta\.json"):
        SUPERVISELY.read(tmp_path / "empty")
    assert content(project)


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    no_traversal("supervisely", tmp_path)


def bitmap(pixels: list[list[int]], origin: list[int]) -> dict[str, Any]:
    return {"data": png_mask.encode(np.array(pixels, np.bool_), zipped=True), "origin": origin}


def test_bitmaps_are_masks(project: Path, tmp_path: Path) -> None:
    stated = annotation()
    stated["objects"].append(thing("bitmap", "dog_mask", bitmap=bitmap([[0, 1], [1, 1]], [535, 66]), instance="abc"))
    stated["objects"].append(thing("bitmap", "dog_mask", bitmap=bitmap([[1, 1]], [639, 66]), id=11))
    (project / "ds0" / "ann" / "one.jpg.json").write_text(json.dumps(stated))
    dataset = comes_back("supervisely", project, tmp_path / "again")
    one = dataset.instances[0]
    assert (one.id, one.category) == ("abc", "dog")
    assert isinstance(one.mask, dict)
    assert np.argwhere(rle.to_pixels(one.mask)).tolist() == [[66, 536], [67, 535], [67, 536]]
    assert any("stick out" in str(warning) for warning in dataset.warnings)
    cells = np.zeros((480, 640), np.bool_)
    cells[1, 2:4] = True
    one.mask = rle.from_pixels(cells)
    SUPERVISELY.write(dataset, tmp_path / "edited")
    found = json.loads((tmp_path / "edited" / "ds0" / "ann" / "one.jpg.json").read_text())
    stated["objects"][4]["bitmap"] = bitmap([[1, 1]], [2, 1])
    assert found == stated


def test_a_mask_that_is_new_gets_a_bitmap_and_its_class(tmp_path: Path) -> None:
    dataset = rich(videos=False)
    cells = np.zeros((480, 640), np.bool_)
    cells[1, 2:4] = True
    dataset.instances[0].mask = rle.from_pixels(cells)
    SUPERVISELY.write(dataset, tmp_path / "new")
    classes = {c["title"]: c["shape"] for c in json.loads((tmp_path / "new" / "meta.json").read_text())["classes"]}
    assert classes["person bitmap"] == "bitmap"
    again = {i.id: i for i in SUPERVISELY.read(tmp_path / "new").instances}
    assert again["7"].mask == dataset.instances[0].mask
    records = again["7"].extras["supervisely"]["records"]
    assert next(r["bitmap"] for r in records if r["geometryType"] == "bitmap") == bitmap([[1, 1]], [2, 1])
    assert "mask" not in records[0]["vitruvian"]
