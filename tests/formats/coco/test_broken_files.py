import copy
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import REAL, coco_file, person, real_files, results, two_videos, whole_body
from vitruvian.errors import FormatError
from vitruvian.formats.coco.read import dataset
from vitruvian.formats.coco.write import document, dumps

FILES = {
    "plain": coco_file(person(track_id=3, attributes={"a": 1}, scores=[0.5, None, 0.25]), person(2, category_id=9)),
    "nested": coco_file(person(keypoints=[[1, 2, 1], [3, 4, 0], [5, 6, 1]])),
    "whole body": whole_body(),
    "results": results(),
    "videos": two_videos(),
}
GONE = object()
ODD = [
    GONE, None, True, 0, -1, 7, 7.0, 1.5, 10**30, 10**400, 1e308, float("nan"), float("inf"), "", "x", "1", "\ud83d",
    [], [[]], [1], [1, 2, 3], {}, {"a": 1}, [None], ["a"], [{}], [0, 0, 0] * 3, [[1, 2, 2]] * 3, [1, 2, 0.3] * 3,
    ["1", "2", "2"] * 3, [[1, 2], [3, "b"]], [[1, 2], [3, 4, 2, 5]],
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a document: keys and positions, the first few of each list."""
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(min(len(value), 4)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def broken(content: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return `content` with another value at `path`; what does not lie on the way there is shared, not copied."""
    if not path:
        return copy.deepcopy(odd)
    out = copy.copy(content)
    if len(path) == 1 and odd is GONE:
        out.pop(path[0])
    else:
        out[path[0]] = broken(content[path[0]], path[1:], odd)
    return out


def comes_back_or_is_refused(content: Any) -> None:
    stated = json.dumps(content)
    try:
        found = dataset(content, "in.json")
    except FormatError as error:
        refused = error
    else:
        assert json.dumps(document(found)) == stated
        assert len(found.poses) == len(found.instances)
        for instance in found.instances[:2]:
            instance.box, instance.mask = np.array([1.0, 2, 3, 4]), None
            if len(instance.visibility):
                instance.place(0, 1.5, 2.5, 1)
        dumps(found)
        return
    assert refused.where.startswith("in.json")


@pytest.mark.parametrize("name", FILES)
@settings(deadline=None)
@given(data=st.data())
def test_whatever_is_broken_the_file_comes_back_or_the_error_names_it(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(FILES[name]))))
    comes_back_or_is_refused(broken(FILES[name], path, data.draw(st.sampled_from(ODD))))


@functools.cache
def real(path: Path) -> tuple[Any, list[tuple[Any, ...]]]:
    content = json.loads(path.read_bytes())
    return content, list(places(content))


@pytest.mark.parametrize("path", real_files(), ids=lambda p: str(p.relative_to(REAL)))
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_a_real_file_with_one_value_of_another_type(path: Path, data: st.DataObject) -> None:
    content, where = real(path)
    comes_back_or_is_refused(broken(content, data.draw(st.sampled_from(where)), data.draw(st.sampled_from(ODD))))


def without(record: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in fields}


def one(kind: str, **fields: Any) -> dict[str, Any]:
    content = coco_file(person())
    content[kind][0] |= fields
    return content


@pytest.mark.parametrize(
    ("content", "record", "field"),
    [
        (one("annotations", id=None), "annotation #0", "id"),
        (one("annotations", area="big"), "annotation 1", "area"),
        (one("annotations", iscrowd=None), "annotation 1", "iscrowd"),
        (one("annotations", segmentation="abc"), "annotation 1", "segmentation"),
        (one("annotations", track_id=[1]), "annotation 1", "track_id"),
        (one("annotations", attributes=[1]), "annotation 1", "attributes"),
        (one("annotations", num_keypoints="2"), "annotation 1", "num_keypoints"),
        (one("annotations", num_keypoints=10**400), "annotation 1", "num_keypoints"),
        (one("annotations", keypoints="x", num_keypoints=0), "annotation 1", "keypoints"),
        (one("annotations", keypoints=[[1, 2], [3, 4], [5, 6]], num_keypoints=0), "annotation 1", "keypoints"),
        (one("annotations", keypoints=[[1, 2], [3, 4, 2, 5], [6, 7, 2]], num_keypoints=0), "annotation 1", "keypoints"),
        (one("images", width="640"), "image 7", "width"),
        (one("images", file_name=7), "image 7", "file_name"),
        (one("categories", name=7), "category 1", "name"),
        (one("categories", keypoints=["a", 5, None]), "category 1", "keypoints"),
        (coco_file(without(person(), "num_keypoints")), "annotation 1", "num_keypoints"),
        (coco_file(categories=[{"id": 1}]), "category 1", "name"),
    ],
)
def test_values_of_a_wrong_type_are_kept_and_reported(content: Any, record: str, field: str) -> None:
    stated = json.dumps(content)
    found = dataset(content, "in.json")
    assert [(w.file, w.record, w.field) for w in found.warnings] == [("in.json", record, field)]
    assert json.dumps(document(found)) == stated


def test_points_that_are_none_of_a_category_without_names_are_reported() -> None:
    content = coco_file(person(keypoints=[1, 2, 3, 4], num_keypoints=0), categories=[{"id": 1, "name": "a"}])
    found = dataset(content, "in.json")
    assert [(w.record, w.field) for w in found.warnings] == [("annotation 1", "keypoints")]
    assert document(found) == content


def test_parts_of_a_whole_body_of_other_lengths_are_not_joined() -> None:
    content = whole_body()
    record = content["annotations"][0]
    # One point too few and one too many: all in all there would be 133 of them.
    record["foot_kpts"], record["face_kpts"] = record["foot_kpts"][3:], [*record["face_kpts"], 1, 2, 2]
    found = dataset(content, "in.json")
    assert len(found.instances[0].visibility) == 17
    assert [w.field for w in found.warnings] == ["foot_kpts"]
    assert document(found) == content


def test_numbers_that_are_text_are_refused() -> None:
    with pytest.raises(FormatError, match="annotation 1: keypoints: Keypoints are not numbers: text"):
        dataset(coco_file(person(keypoints=["1", "2", "2"] * 3)), "in.json")


def test_ids_that_are_equal_as_numbers_meet() -> None:
    content = coco_file(person(image_id=7.0, category_id=1.0))
    found = dataset(content, "in.json")
    assert (len(found.media), len(found.ontology.categories), found.warnings) == (1, 1, [])
    assert json.dumps(document(found)) == json.dumps(content)


def test_every_instance_has_an_id_of_its_own() -> None:
    found = dataset(coco_file(person("5#2"), person("5"), person("5")), "in.json")
    assert len({i.id for i in found.instances}) == 3


def test_many_categories_of_one_name() -> None:
    found = dataset(coco_file(categories=[{"id": i, "name": "a"} for i in range(20_000)]), "in.json")
    assert found.ontology.categories[-1].name == "a (20000)"


def test_a_frame_beyond_any_video_is_an_image() -> None:
    image = {"id": 7, "file_name": "a", "width": 6, "height": 4, "video": "a.mp4", "frame_index": 10**30}
    found = dataset(coco_file(person(keypoints=[1, 2, 2] * 3, num_keypoints=3), images=[image]), "in.json")
    assert (found.media[0].kind, found.poses.frame.tolist()) == ("image", [0])
