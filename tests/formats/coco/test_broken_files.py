import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import coco_file, person, results, two_videos, whole_body
from vitruvian.errors import FormatError
from vitruvian.formats.coco.read import dataset
from vitruvian.formats.coco.write import document

FILES = {
    "plain": coco_file(person(track_id=3, attributes={"a": 1}, scores=[0.5, None, 0.25]), person(2, category_id=9)),
    "nested": coco_file(person(keypoints=[[1, 2, 1], [3, 4, 0], [5, 6, 1]])),
    "whole body": whole_body(),
    "results": results(),
    "videos": two_videos(),
}
GONE = object()
ODD = [
    GONE, None, True, 0, -1, 7, 7.0, 1.5, 10**30, 1e308, float("nan"), float("inf"), "", "x", "\ud83d", [], [[]], [1],
    [1, 2, 3], {}, {"a": 1}, [None], ["a"], [{}], [0, 0, 0] * 3, [[1, 2, 2]] * 3, [1, 2, 0.3] * 3, [[1, 2], [3, "b"]],
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a document: keys and positions, the first few of each list."""
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(min(len(value), 4)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def broken(content: Any, path: tuple[Any, ...], odd: Any) -> Any:
    out = copy.deepcopy(content)
    inner = out
    for key in path[:-1]:
        inner = inner[key]
    if odd is GONE:
        inner.pop(path[-1])
    else:
        inner[path[-1]] = copy.deepcopy(odd)
    return out


@pytest.mark.parametrize("name", FILES)
@settings(deadline=None)
@given(data=st.data())
def test_whatever_is_broken_the_file_comes_back_or_the_error_names_it(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(FILES[name]))))
    content = broken(FILES[name], path, data.draw(st.sampled_from(ODD)))
    stated = json.dumps(content)
    try:
        found = dataset(content, "in.json")
    except FormatError as error:
        refused = error
    else:
        assert json.dumps(document(found)) == stated
        assert len(found.poses) == len(found.instances)
        return
    assert refused.where.startswith("in.json")
