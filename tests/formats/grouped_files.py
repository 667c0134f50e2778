"""Datasets and broken files for the formats whose instance is several records."""

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from vitruvian.errors import FormatError
from vitruvian.formats import by_name
from vitruvian.labels import Category, Dataset, Instance, Keypoint, MediaEntry, Ontology, Skeleton

RLE = {"size": [4, 5], "counts": [0, 3, 2, 1, 14]}
POLYGONS = [[1.0, 2.0, 3.5, 4.0, 5.0, 6.0], [0.0, 0.0, 9.0, 0.0, 9.0, 9.0]]
PERSON = Skeleton(
    (
        Keypoint("nose", 0.026, None, "face", "#ff0000", "the tip"),
        Keypoint("left_eye", 0.025, "right_eye", "face"),
        Keypoint("right_eye", 0.025, "left_eye", "face"),
    ),
    ((1, 0), (0, 2)),
    "measured",
)
ONTOLOGY = Ontology(
    "rich",
    (
        Category("person", PERSON, "#00ff00"),
        Category("mug", Skeleton((Keypoint("rim"), Keypoint("handle"))), "#0000ff"),
        Category("box", None, "#123456"),
    ),
)


def instance(id: str, category: str = "person", media: int = 0, frame: int = 0, **fields: Any) -> Instance:
    count = len(ONTOLOGY.category(category).skeleton or ())
    points = fields.pop("points", [])
    table = np.array([*points, *[[0, 0, 0]] * (count - len(points))], np.float64).reshape(-1, 3)
    box = fields.pop("box", None)
    return Instance(
        id, category, media, frame, table[:, :2].copy(), table[:, 2].astype(np.uint8),
        box=None if box is None else np.array(box, np.float64), **fields,
    )  # fmt: skip


def rich(*, videos: bool = True, rle: bool = True) -> Dataset:
    """Return a dataset with everything in it that a Dataset can say."""
    media = [MediaEntry("a/one.jpg", 640, 480), MediaEntry("two.jpg", 320, 240), MediaEntry("unused.jpg", 10, 20)]
    instances = [
        instance("7", points=[[10.25, 20.5, 2], [0.1, 30, 1], [0, 0, 0]], box=[1, 2, 30.5, 40],
                 score=np.array([0.9, np.nan, 0.25], np.float32), confidence=0.75, area=12.5,
                 attributes={"mood": "glad", "age": 3}),
        instance("x-1", points=[[1 / 3, 2 / 3, 2]], mask=POLYGONS),
        instance("9", "mug", 1, points=[[0, 0, 0], [5, 6, 1]]),
        instance("10", "box", 1, box=[5, 5, 6, 7], crowd=True),
        instance("11", box=[5.25, 5, 0, 7]),
    ]  # fmt: skip
    if rle:
        instances.append(instance("12", "box", 1, mask=RLE, box=[0, 0, 3, 3]))
    if videos:
        media.append(MediaEntry("clip.mp4", 64, 48, 50, "video"))
        keyed = np.array([True, False, True])
        instances += [
            instance("t0", media=3, frame=2, points=[[1, 2, 2], [3, 4, 2]], track="one", keyed=keyed),
            instance("t1", media=3, frame=7, points=[[2, 2, 2], [4, 4, 1]], track="one", keyed=~keyed),
        ]
    return Dataset(ONTOLOGY, media, instances)


numbers = st.floats(-1e4, 1e4, allow_nan=False).map(lambda n: round(n, 4))


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    media = [MediaEntry(f"{at}.jpg", 640, 480) for at in range(draw(st.integers(1, 3)))]
    instances = []
    for number in range(draw(st.integers(0, 4))):
        category = draw(st.sampled_from(["person", "mug"]))
        count = len(ONTOLOGY.skeleton(category))
        points = [[draw(numbers), draw(numbers), draw(st.sampled_from([1, 2]))] for _ in range(count)]
        for point in points[1:]:
            if draw(st.booleans()):
                point[:] = [0, 0, 0]
        box = draw(st.none() | st.tuples(numbers, numbers, numbers.map(abs), numbers.map(abs)))
        at = draw(st.integers(0, len(media) - 1))
        score = draw(st.none() | st.just(np.linspace(0.25, 1, count).astype(np.float32)))
        instances.append(instance(str(number + 1), category, at, points=points, box=box, score=score))
    return Dataset(ONTOLOGY, media, instances)


KEYPOINTS = {"flips": "flip", "sigmas": "sigma", "groups": "group", "where": "where", "colors": "color"}
FIELDS = {
    "tracks": "track", "confidence": "confidence", "areas": "area", "crowds": "crowd", "attributes": "attributes",
    "masks": "mask",
}  # fmt: skip


def same(one: Dataset, other: Dataset, holds: frozenset[str]) -> None:
    """Check that `other` holds all that a format promises to hold of `one`."""
    for a, b in zip(one.ontology, other.ontology, strict=True):
        assert a.name == b.name
        assert (a.skeleton is None) == (b.skeleton is None)
        if a.skeleton and b.skeleton:
            same_skeleton(a.skeleton, b.skeleton, holds)
    known = {entry.name: entry for entry in other.media}
    for entry in one.media:
        if entry.kind == "image" or "videos" in holds:
            found = known[entry.name]
            assert (found.kind, found.width, found.height) == (entry.kind, entry.width, entry.height)
            assert found.frames == entry.frames
    names = [entry.name for entry in other.media]
    again = {i.id: i for i in other.instances}
    assert len(again) == len(other.instances) == len(one.instances)
    for mine in one.instances:
        yours = again[mine.id]
        assert (names[yours.media], yours.frame) == (one.media[mine.media].name, mine.frame)
        same_instance(mine, yours, holds)


def same_skeleton(one: Skeleton, other: Skeleton, holds: frozenset[str]) -> None:
    assert one.names == other.names
    for feature, field in KEYPOINTS.items():
        if feature in holds:
            assert [getattr(k, field) for k in one.keypoints] == [getattr(k, field) for k in other.keypoints]
    if "edges" in holds:
        assert one.edges == other.edges


def same_instance(one: Instance, other: Instance, holds: frozenset[str]) -> None:
    assert one.category == other.category
    assert np.array_equal(one.xy, other.xy)
    assert one.visibility.tolist() == other.visibility.tolist()
    assert (one.box is None) == (other.box is None)
    if one.box is not None and other.box is not None:
        assert np.allclose(one.box, other.box, rtol=1e-12, atol=1e-9)
    for feature, field in FIELDS.items():
        if feature in holds:
            assert getattr(one, field) == getattr(other, field), field
    for feature, field in {"scores": "score", "keyed": "keyed"}.items():
        if feature in holds:
            left, right = getattr(one, field), getattr(other, field)
            assert (left is None) == (right is None)
            assert left is None or np.array_equal(left, right, equal_nan=left.dtype.kind == "f")


def content(path: Path) -> Any:
    """Return what a JSON file or all JSON files of a folder say, with the order of keys."""
    if path.is_file():
        return json.dumps(json.loads(path.read_text()))
    return {file.relative_to(path).as_posix(): content(file) for file in sorted(path.rglob("*")) if file.is_file()}


def comes_back(format: str, path: Path, target: Path) -> Dataset:
    """Read, write unedited and check that nothing changed."""
    codec = by_name(format)
    dataset = codec.read(path)
    codec.write(dataset, target)
    assert content(target) == content(path)
    return dataset


GONE = object()
ODD = [
    GONE, None, True, -1, 7, 1.5, 10**30, 10**400, 1e308, float("nan"), "", "x", "../../x", "/x", [], [[]], [1],
    [1, 2, 3], {}, {"a": 1}, [None], ["a"], [{}], [[1, "b"]],
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a document: keys and positions, the first few of each list."""
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(min(len(value), 4)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def mutants(document: Any, each: int = 4) -> Iterator[Any]:
    """Yield the document with some odd values at every place, others at each."""
    dice = random.Random(7)
    for path in list(places(document)):
        for odd in dice.sample(ODD, each):
            changed = copy.deepcopy(document)
            spot = changed
            for key in path[:-1]:
                spot = spot[key]
            if odd is GONE:
                del spot[path[-1]]
            else:
                spot[path[-1]] = copy.deepcopy(odd)
            yield changed


def survives(format: str, place: Path, mutant: Any, file: str, target: Path) -> None:
    """Read a broken file: it is refused with a place, or comes back as it is."""
    codec = by_name(format)
    (place / file if file else place).write_text(json.dumps(mutant))
    try:
        dataset = codec.read(place)
    except FormatError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert str(place) in refusal
        return
    assert all(str(place) in str(warning) for warning in dataset.warnings)
    codec.write(dataset, target)
    again = json.loads((target / file if file else target).read_text())
    assert json.dumps(again) == json.dumps(mutant), mutant
    if file:
        shutil.rmtree(target)


def no_traversal(format: str, tmp_path: Path) -> None:
    """Check that media names that lead outside are not written to."""
    for name in ("../out.jpg", "/out.jpg", "a/../../out.jpg"):
        dataset = rich(videos=False)
        dataset.media[0].name = name
        with pytest.raises(FormatError):
            by_name(format).write(dataset, tmp_path / "deep" / "folder")
        assert not list(tmp_path.rglob("out*"))
