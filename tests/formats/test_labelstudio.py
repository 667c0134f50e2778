import copy
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import REAL, coco_file, person, real_files, two_videos
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, write
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.formats.labelstudio import labelling_config
from vitruvian.formats.labelstudio.read import dataset
from vitruvian.formats.labelstudio.write import document
from vitruvian.labels import Category, Dataset, Keypoint, MediaEntry, Ontology, Skeleton, empty_instance
from vitruvian.labels.presets import preset

SIZE = {"original_width": 600, "original_height": 403, "image_rotation": 0}


def rectangle(id: str = "box1", label: str = "cat", **fields: Any) -> dict[str, Any]:
    value = {"x": 10.5, "y": 20, "width": 33.333333333333336, "height": 40.25, "rotation": 0}
    return {**SIZE, "value": {**value, "rectanglelabels": [label]}, "id": id, "from_name": "label", "to_name": "img",
            "type": "rectanglelabels", "origin": "manual", **fields}  # fmt: skip


def point(id: str, label: str, parent: str | None = "box1", x: float = 50.123456789, **fields: Any) -> dict[str, Any]:
    value = {"x": x, "y": 29.28, "width": 0.26737967914438504, "keypointlabels": [label]}
    link = {"parentID": parent} if parent else {}
    return {**SIZE, "value": value, "id": id, "from_name": "kp", "to_name": "img", "type": "keypointlabels",
            "origin": "manual", **link, **fields}  # fmt: skip


def hidden(id: str) -> dict[str, Any]:
    value = {"x": 50.123456789, "y": 29.28, "width": 0.26737967914438504, "choices": ["hidden"]}
    return {**SIZE, "value": value, "id": id, "from_name": "visibility", "to_name": "img", "type": "choices"}


def task(*results: Any, id: int = 7, **fields: Any) -> dict[str, Any]:
    annotation = {"id": 31, "completed_by": 1, "was_cancelled": False, "ground_truth": False, "lead_time": 12.5,
                  "result": list(results), "unique_id": "u"}  # fmt: skip
    return {"id": id, "annotations": [annotation], "file_upload": "1a2b3c4d-a.jpg", "drafts": [], "predictions": [],
            "data": {"image": "/data/upload/3/1a2b3c4d-a.jpg", "split": "train"}, "meta": {}, "project": 3,
            **fields}  # fmt: skip


def cats() -> list[dict[str, Any]]:
    relation = {"from_id": "box2", "to_id": "p3", "type": "relation", "direction": "right", "labels": ["has"]}
    choice = {"type": "choices", "value": {"choices": ["good"]}}
    return [task(rectangle(), point("p1", "nose"), point("p2", "ear", x=12), hidden("p2"), rectangle("box2"),
                 point("p3", "nose", None, 3), relation, choice)]  # fmt: skip


def key_frame(frame: int, **fields: Any) -> dict[str, Any]:
    return {"frame": frame, "enabled": True, "rotation": 0, "x": 12.5, "y": 25, "width": 10.1, "height": 20.2,
            "time": frame / 25, **fields}  # fmt: skip


def video() -> list[dict[str, Any]]:
    value = {"framesCount": 50, "duration": 2.0, "sequence": [key_frame(1), key_frame(9, x=40, enabled=False)],
             "labels": ["mouse"]}  # fmt: skip
    result = {"id": "t1", "type": "videorectangle", "from_name": "box", "to_name": "video", "value": value, **SIZE}
    return [task(result, data={"video": "/data/upload/3/1a2b3c4d-v.mp4"})]


def comes_back(content: Any) -> Dataset:
    found = dataset(content, "in.json")
    assert json.dumps(document(found)) == json.dumps(content)
    return found


def test_rectangles_points_and_hidden_ones() -> None:
    found = comes_back(cats())
    one, two = found.instances
    assert found.media[0].name == "a.jpg"
    assert (found.media[0].width, found.media[0].height) == (600, 403)
    assert found.ontology.skeleton("cat").names == ("nose", "ear")
    assert (one.id, one.category, one.visibility.tolist()) == ("box1", "cat", [2, 1])
    assert one.xy.tolist() == [[300.740740734, 117.9984], [72, 117.9984]]
    assert one.box is not None
    assert one.box.tolist() == [63, 80.6, 200, 162.2075]
    assert two.xy.tolist() == [[18, 117.9984], [0, 0]]
    assert two.visibility.tolist() == [2, 0]
    assert found.warnings == []


def results(found: Dataset) -> list[Any]:
    content: list[Any] = document(found)[0]["annotations"][0]["result"]
    return content


def test_an_edit_changes_its_own_numbers_only() -> None:
    found = dataset(cats(), "in.json")
    before = cats()[0]["annotations"][0]["result"]
    one, two = found.instances
    one.place(0, 60, one.xy[0, 1], 1)
    one.place(1, *one.xy[1], 2)
    after = results(found)
    assert after[1] == {**before[1], "value": {**before[1]["value"], "x": 10.0}}
    assert (after[2]["type"], after[2]["id"], after[2]["value"]["choices"]) == ("choices", "p1", ["hidden"])
    assert after[3:] == [before[2], *before[4:]]
    one.visibility[:], one.xy[:] = 0, 0
    assert one.box is not None
    one.box[3] += 1
    after = results(found)
    assert [r.get("id") for r in after] == ["box1", "box2", "p3", None, None]
    assert {**after[0]["value"], "height": 40.25} == before[0]["value"]
    two.deleted = True
    assert [r.get("id") for r in results(found)] == ["box1", None]
    found.instances = []
    assert results(found) == [before[-1]]


def test_new_and_moved_instances() -> None:
    found = dataset([*cats(), {"id": 8, "data": {"image": "b.jpg"}, "annotations": []}], "in.json")
    found.media[1].width, found.media[1].height = 100, 100
    new = empty_instance("new", "cat", 0, 0, 2)
    new.place(1, 30.1, 40.7, 1)
    copied = copy.deepcopy(found.instances[0])
    copied.id = "copy"
    found.instances[1].media = 1
    found.instances[0].category = "dog"
    found.ontology = Ontology("all", (*found.ontology.categories, Category("dog", found.ontology.skeleton("cat"))))
    found.instances += [new, copied]
    again = dataset(document(found), "out.json")
    assert [(i.id, i.category, i.media) for i in again.instances] == [
        ("box1", "dog", 0), ("new", "cat", 0), ("copy", "cat", 0), ("box2", "cat", 1)
    ]  # fmt: skip
    assert again.instances[1].xy.tolist() == [[0, 0], [30.1, 40.7]]
    assert again.instances[1].visibility.tolist() == [0, 1]
    assert again.instances[3].xy.tolist() == [[18, 117.9984], [0, 0]]
    assert results(found)[-2]["from_name"] == "kp"


def test_points_without_rectangles() -> None:
    loose = task(point("a", "nose", None), point("b", "ear", None), point("c", "nose", None, 5), point("d", "ear", "c"))
    found = comes_back([loose])
    assert [(i.category, i.visibility.tolist()) for i in found.instances] == [("object", [2, 2])] * 2
    assert found.warnings == []
    found = comes_back([task(point("a", "nose", None), point("c", "nose", None, 5))])
    assert ["several objects" in w.message for w in found.warnings] == [True]
    found.instances[0].place(0, 0, 0, 0)
    assert [r["id"] for r in results(found)] == ["c"]
    found.instances[1].box = np.array([3.0, 4, 5, 6])
    (again,) = dataset(document(found), "out.json").instances
    assert again.box is not None
    assert again.box.tolist() == [3, 4, 5, 6]
    assert again.visibility.tolist() == [2]


def test_labels_that_are_results_of_their_own() -> None:
    box, nose = rectangle(type="rectangle"), point("p", "nose", type="keypoint")
    del box["value"]["rectanglelabels"], nose["value"]["keypointlabels"]
    labels = [
        {"id": id, "type": "labels", "value": {"labels": [label]}} for id, label in (("box1", "cat"), ("p", "nose"))
    ]
    found = comes_back([task(box, *labels, nose)])
    assert [(i.category, i.visibility.tolist()) for i in found.instances] == [("cat", [2])]


def test_annotations_of_several_people_and_predictions() -> None:
    content = cats()
    content[0]["annotations"].append({"id": 32, "result": [rectangle("other")]})
    content[0]["annotations"].append({"id": 33, "was_cancelled": True, "result": [rectangle("skipped")]})
    content[0]["predictions"] = [{"model_version": "m", "score": 0.5, "result": [rectangle("guess", score=0.25)]}]
    found = comes_back(content)
    assert [i.id for i in found.instances] == ["box1", "box2", "other"]
    assert [w.field for w in found.warnings] == ["annotations", "predictions"]
    content[0]["annotations"] = []
    found = comes_back(content)
    assert [(i.id, i.confidence) for i in found.instances] == [("guess", 0.25)]
    found.instances[0].confidence = None
    assert "score" not in document(found)[0]["predictions"][0]["result"][0]
    content[0]["completions"] = [{"result": [rectangle("old", "dog")]}]
    assert [i.id for i in comes_back(content).instances] == ["old"]


def test_rectangles_of_a_video() -> None:
    found = comes_back(video())
    assert (found.media[0].name, found.media[0].kind, found.media[0].frames) == ("v.mp4", "video", 50)
    assert [(i.frame, i.track, i.category) for i in found.instances] == [(0, "t1", "mouse"), (8, "t1", "mouse")]
    assert found.instances[1].box is not None
    assert found.instances[1].box.tolist() == [240, 100.75, 60.6, 81.406]
    first, last = found.instances
    first.box = np.array([60.0, 100.75, 60.6, 81.406])
    last.deleted = True
    new = empty_instance("n", "mouse", 0, 4, 0)
    new.track, new.box = "t1", np.array([6.0, 40.3, 60, 40.3])
    stranger = empty_instance("s", "mouse", 0, 5, 0)
    stranger.box = new.box
    found.instances += [new, stranger]
    after = results(found)
    assert after[0]["value"]["sequence"][0] == {**key_frame(1), "x": 10.0}
    assert [k["frame"] for k in after[0]["value"]["sequence"]] == [1, 5]
    assert (after[1]["id"], after[1]["to_name"], after[1]["value"]["framesCount"]) == ("s", "video", 50)
    found.instances = found.instances[3:]
    assert [r["id"] for r in results(found)] == ["s"]


def test_a_video_of_unknown_size_is_kept_and_reported() -> None:
    content = video()
    for name in SIZE:
        del content[0]["annotations"][0]["result"][0][name]
    found = comes_back(content)
    assert found.instances == []
    assert ["size" in w.message for w in found.warnings] == [True, False]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/upload/3/1a2b3c4d-a%20b.jpg", "a b.jpg"),
        ("/data/local-files/?d=cats/a.jpg", "cats/a.jpg"),
        ("s3://bucket/cats/a.jpg", "cats/a.jpg"),
        ("https://x.org/cats/a.jpg?sig=1", "cats/a.jpg"),
        ("cats/a.jpg", "cats/a.jpg"),
        ("what?.jpg", "what?.jpg"),
        ("http://[", "http://["),
    ],
)
def test_names_of_media(address: str, name: str) -> None:
    content = [task(rectangle(), data={"picture of it": address}), task(id=8, data={"image": address})]
    found = comes_back(content)
    assert found.media[0].name == name
    assert found.media[1].name == address
    found.media[0].name = "new.jpg"
    assert document(found)[0]["data"] == {"picture of it": "new.jpg"}


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (rectangle("r", value={**rectangle()["value"], "rotation": 30}), "turned"),
        (rectangle("r", image_rotation=90), "turned"),
        (point("q", "nose"), "same keypoint twice"),
        (rectangle("r", value={"x": "1", "rectanglelabels": ["a"]}), "no place"),
        (rectangle("r", value={"x": 1, "y": 2, "width": 3, "height": 4}), "no label"),
        (point("q", "tail", x="left"), "no place"),  # type: ignore[arg-type]
        (rectangle("r", value=[1]), "no value"),
        (7, "not an object"),
        ({"type": "videorectangle", "value": {"labels": ["a"]}}, "no key frames"),
    ],
)  # fmt: skip
def test_every_deviation_is_kept_and_reported(result: Any, says: str) -> None:
    found = comes_back([task(rectangle(), point("p", "nose"), result)])
    assert [says in w.message for w in found.warnings] == [True]
    assert found.warnings[0].record == "task 7"


def rich() -> Dataset:
    skeleton = Skeleton(
        (Keypoint("nose", 0.05, None, "head", "#ff0000", "the tip"), Keypoint("left_ear", 0.1, "right_ear"),
         Keypoint("right_ear", 0.1, "left_ear")),
        ((0, 1), (0, 2)), "uniform",
    )  # fmt: skip
    mug = Category("mug", Skeleton((Keypoint("rim"), Keypoint("nose"))), "#00ff00")
    ontology = Ontology("all", (Category("cat", skeleton), mug, Category("car")), 3)
    media = [MediaEntry("a.jpg", 333, 777), MediaEntry("v.mp4", 640, 480, 99, "video"), MediaEntry("unused.png", 5, 5)]
    instances = []
    for id, category, at, frame in (("1", "cat", 0, 0), ("2", "mug", 0, 0), ("3", "car", 1, 5), ("4", "cat", 1, 7)):
        known = ontology.category(category).skeleton
        instance = empty_instance(id, category, at, frame, len(known) if known else 0)
        instance.box = np.array([1.1, 2.2, 3.3, 4.4])
        if id != "4":
            for keypoint in range(len(instance.visibility)):
                instance.place(keypoint, 0.1 + keypoint, 7.7, 1 + keypoint % 2)
        instances.append(instance)
    first = instances[0]
    first.score = np.array([0.1, np.nan, 0.7], np.float32)
    first.confidence, first.track, first.area, first.crowd = 0.3, "t", 12.5, True
    first.attributes = {"mood": ["glad"]}
    instances[2].track = "v"
    return Dataset(ontology, media, instances)


def same(a: Dataset, b: Dataset) -> None:
    assert a.ontology.document() == b.ontology.document()
    kept = [[(m.name, m.width, m.height, m.kind, m.frames) for m in d.media] for d in (a, b)]
    assert kept[0] == kept[1]
    assert len(a.instances) == len(b.instances)
    for one, two in zip(a.instances, b.instances, strict=True):
        told = [{**i.document(), "box": None if a_box is None else a_box.tolist(), "revision": 0, "deleted": False,
                 "more": [i.confidence, i.area, i.crowd]} for i in (one, two) for a_box in [i.box]]  # fmt: skip
        assert told[0] == told[1]


def test_all_that_is_promised_comes_back(tmp_path: Path) -> None:
    source = rich()
    write(source, tmp_path / "out.json", format="labelstudio")
    found = read(tmp_path / "out.json")
    assert found.warnings == []
    same(source, found)
    write(found, tmp_path / "again.json", format="labelstudio")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "out.json").read_bytes()
    assert by_name("labelstudio").losses(source) == []


def stored(found: Dataset) -> Dataset:
    """Return a dataset as a project gives it back: through JSON, under another name of the ontology."""
    ontology = Ontology("project", found.ontology.categories, 9)
    found = copy.deepcopy(found)
    for one in (found, *found.media, *found.instances):
        one.extras = json.loads(json.dumps(one.extras))
    found.ontology = ontology
    return found


def test_what_was_stored_in_between_comes_back() -> None:
    for content in (cats(), video(), document(rich())):
        assert document(stored(dataset(content, "in.json"))) == content


def test_two_tasks_of_one_frame() -> None:
    content = document(rich())
    content.append(copy.deepcopy(content[1]))
    found = comes_back(content)
    assert sorted((i.id, i.frame) for i in found.instances) == [("1", 0), ("2", 0), ("3", 5), ("3 (2)", 5), ("4", 7)]
    found.instances.pop()
    assert len(dataset(document(found), "out.json").instances) == 4


def test_an_edited_ontology_is_stated() -> None:
    found = dataset(document(rich()), "in.json")
    first = found.ontology.categories[0]
    assert first.skeleton is not None
    renamed = Skeleton((Keypoint("snout"), *first.skeleton.keypoints[1:]), first.skeleton.edges)
    found.ontology = Ontology("all", (Category("cat", renamed), *found.ontology.categories[1:]), 4)
    again = dataset(document(found), "out.json")
    same(found, again)


def test_from_coco_and_back(tmp_path: Path) -> None:
    for content in (coco_file(person(), person(2, track_id=3)), two_videos()):
        source = coco(content, "in.json")
        write(source, tmp_path / "out.json", format="labelstudio")
        found = read(tmp_path / "out.json")
        by_id = {i.id: i for i in found.instances}
        for one in source.instances:
            two = by_id[one.id]
            assert (one.frame, one.track, one.category) == (two.frame, two.track, two.category)
            assert one.xy.tolist() == two.xy.tolist()
            assert one.visibility.tolist() == two.visibility.tolist()


def test_losses_name_what_is_left_out() -> None:
    found = dataset(video(), "in.json")
    found.instances[0].box = None
    found.ontology = Ontology("all", (Category("mouse", preset("coco").skeleton("person")),))
    pointed = empty_instance("p", "mouse", 0, 1, 17)
    pointed.place(0, 1, 1)
    found.instances.append(pointed)
    assert {"nothing", "points"} <= {loss.feature for loss in by_name("labelstudio").losses(found)}


def test_a_picture_of_unknown_size_cannot_be_written() -> None:
    source = rich()
    source.media[0].width = 0
    with pytest.raises(FormatError, match="size is not known"):
        document(source)


def test_the_labelling_configuration() -> None:
    root = ElementTree.fromstring(labelling_config(rich().ontology))  # noqa: S314
    assert [child.tag for child in root] == ["Image", "RectangleLabels", "KeyPointLabels", "Choices"]
    assert [label.get("value") for label in root[1]] == ["cat", "mug", "car"]
    assert [(label.get("value"), label.get("model_index")) for label in root[2]] == [
        ("nose", "0"), ("left_ear", "1"), ("right_ear", "2"), ("rim", "3")
    ]  # fmt: skip
    assert root[2][0].get("background") == "#ff0000"
    written = document(rich())[0]["annotations"][0]["result"]
    names = {child.get("name") for child in root}
    assert {r["from_name"] for r in written} | {r["to_name"] for r in written} <= names
    odd = Ontology("odd", (Category('<a "b" & c>'),))
    assert ElementTree.fromstring(labelling_config(odd))[1][0].get("value") == '<a "b" & c>'  # noqa: S314


GONE = object()
ODD = [
    GONE, None, True, 0, -1, 7, 7.0, 10**30, 10**400, 1e308, float("nan"), float("inf"), "", "x", "box1", "p1",
    "\ud83d", [], [[]], [1], ["a"], ["hidden"], {}, {"a": 1}, {"vitruvian": 1}, {"vitruvian": {"ontology": {}}}, [None],
    [{}], {"vitruvian": {"video": "v", "frame": 3, "width": 5, "height": 5}}, [{"frame": 1}], "videorectangle",
    "relation", "choices",
]  # fmt: skip
FILES = {"cats": cats(), "video": video(), "ours": document(rich())}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def broken(content: Any, path: tuple[Any, ...], odd: Any) -> Any:
    out = copy.copy(content)
    if len(path) > 1:
        out[path[0]] = broken(content[path[0]], path[1:], odd)
    elif odd is GONE:
        out.pop(path[0])
    else:
        out[path[0]] = copy.deepcopy(odd)
    return out


@functools.cache
def every_place(name: str) -> list[tuple[Any, ...]]:
    return list(places(FILES[name]))


@pytest.mark.parametrize("name", FILES)
@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_whatever_is_broken_the_file_comes_back_or_the_error_names_it(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(every_place(name)))
    content = broken(FILES[name], path, data.draw(st.sampled_from(ODD)))
    try:
        found = dataset(content, "in.json")
    except FormatError as error:
        assert error.where.startswith("in.json")  # noqa: PT017
        return
    assert json.dumps(document(found)) == json.dumps(content)
    for entry in found.media:
        entry.width, entry.height = entry.width or 10, entry.height or 10
    for instance in found.instances:
        instance.box = np.array([1.0, 2, 3, 4])
        if len(instance.visibility):
            instance.place(0, 1.5, 2.5, 1)
    again = dataset(document(found), "out.json")
    assert len(again.instances) == len(found.instances)
    found.instances = []
    assert dataset(document(found), "out.json").instances == []


@pytest.mark.parametrize("text", ["", "[", '[{"data": {}', "[1]", '[{"data": 1, "annotations": []}]', "{}"])
def test_a_file_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FormatError, match=r"a\.json"):
        read(tmp_path / "a.json", format="labelstudio")


numbers = st.floats(0, 900, allow_nan=False).map(lambda x: round(x, 6))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["cat", "mug", "car"]), st.lists(st.tuples(numbers, numbers, st.integers(0, 2)),
             min_size=3, max_size=3), st.tuples(numbers, numbers, numbers, numbers)), max_size=5),
    st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)),
)  # fmt: skip
def test_any_labels_come_back(drawn: list[Any], size: tuple[int, int]) -> None:
    source = rich()
    source.media, source.instances = [MediaEntry("a.jpg", *size)], []
    for at, (category, points, box) in enumerate(drawn):
        known = source.ontology.category(category).skeleton
        instance = empty_instance(f"i{at}", category, 0, 0, len(known) if known else 0)
        instance.box = np.array(box)
        for keypoint, (x, y, v) in enumerate(points[: len(instance.visibility)]):
            instance.place(keypoint, x, y, v)
        source.instances.append(instance)
    content = json.loads(json.dumps(document(source)))
    found = dataset(content, "in.json")
    same(source, found)
    assert document(found) == content


@pytest.mark.skipif(not REAL.exists(), reason="no real files here")
def test_real_coco_files_come_back_through_label_studio(tmp_path: Path) -> None:
    tried = 0
    for path in real_files():
        if path.stat().st_size > 200_000:
            continue
        source = read(path, format="coco")
        pointed = [i for i in source.instances if i.box is not None or i.visibility.any()]
        if not pointed or not all(source.media[i.media].width for i in pointed):
            continue
        write(source, tmp_path / "out.json", format="labelstudio")
        found = read(tmp_path / "out.json")
        by_id = {i.id: i for i in found.instances}
        assert len(by_id) == len(pointed), path
        for one in pointed:
            two = by_id[one.id]
            assert one.visibility.tolist() == two.visibility.tolist()
            labelled = one.visibility > 0
            assert np.allclose(one.xy[labelled], two.xy[labelled], rtol=0, atol=1e-9), path
        tried += 1
    assert tried > 10
