"""Through every pair of formats and back: what both can hold comes back, to the precision that they state."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.formats.datasets import FIXED, datasets, only
from vitruvian.formats.codec import Codec, every_format
from vitruvian.formats.losses import FEATURES
from vitruvian.geometry import rle
from vitruvian.labels import Dataset, Instance

CODECS = {name: codec for name, codec in every_format().items() if codec.writes}
#: NWB has labels of people and predictions in different places; here it is asked for labels.
NOT_TOGETHER = {"nwb": frozenset({"scores", "tracks", "confidence"}),
                # It has one list of flip partners and one number of points for all categories, as its losses say.
                "yolo": frozenset({"flips", "skeletons"})}  # fmt: skip
#: Formats that keep of a picture's path its last part only, or put it below a folder of their own.
#: Losses of what these do hold: trainers skip pictures with places beyond their edge, but the numbers are there.
TOLD = {"yolo": {"outside"}}
PATHS = frozenset({"openpose", "deeplabcut"})
BRIEF = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
KEYPOINTS = {"flips": "flip", "sigmas": "sigma", "groups": "group", "where": "where", "colors": "color"}
FIELDS = {"tracks": "track", "areas": "area", "attributes": "attributes", "masks": "mask"}


def held(*names: str) -> frozenset[str]:
    """Return the features that all of these formats hold."""
    left = frozenset(FEATURES)
    for name in names:
        left &= CODECS[name].holds - NOT_TOGETHER.get(name, frozenset())
    # Their own skeleton is all that formats of one have to say of it.
    return left - {"skeletons", "no_skeleton"} if set(names) & FIXED.keys() else left


def through(codec: Codec, dataset: Dataset, place: Path) -> Dataset:
    """Write in a format and read again, as a fresh start: without what the reader shelved."""
    target = place / f"labels{'' if codec.folder else codec.suffixes[0]}"
    codec.write(dataset, target)
    return codec.read(target)


def sized(dataset: Dataset, like: Dataset) -> Dataset:
    """Return a dataset as another format gets it: with the sizes of its media, which an import measures itself."""
    known = {PurePosixPath(entry.name).stem: entry for entry in like.media}
    for entry in dataset.media:
        found = known.get(PurePosixPath(entry.name).stem)
        if not entry.width and found is not None:
            entry.width, entry.height = found.width, found.height
    return dataset


def short(dataset: Dataset) -> Dataset:
    """Return a dataset whose media go by the last part of their paths."""
    media = [replace(entry, name=PurePosixPath(entry.name).stem) for entry in dataset.media]
    return replace(dataset, media=media)


def of_places(dataset: Dataset) -> dict[tuple[str, int], list[Instance]]:
    found: dict[tuple[str, int], list[Instance]] = defaultdict(list)
    for instance in dataset.instances:
        found[dataset.media[instance.media].name, instance.frame].append(instance)
    return found


def points(dataset: Dataset, instance: Instance) -> dict[str, tuple[int, int]]:
    skeleton = dataset.ontology.category(instance.category).skeleton
    names = skeleton.names if skeleton else ()
    seen = instance.visibility
    return {name: (at, int(seen[at])) for at, name in enumerate(names) if seen[at]}


def same(one: Dataset, other: Dataset, holds: frozenset[str], precision: float) -> None:
    """Assert that `other` says what `one` says, as far as `holds` goes."""
    here, there = of_places(one), of_places(other)
    assert here.keys() == there.keys()
    if "unused_media" in holds:
        # Folders of files are read in the order of their names.
        assert sorted(m.name for m in one.media) == sorted(m.name for m in other.media)
    if "sizes" in holds:
        sizes = {m.name: (m.kind, m.width, m.height) for m in other.media}
        assert {m.name: (m.kind, m.width, m.height) for m in one.media}.items() <= sizes.items()
    if "categories" in holds:
        assert sorted(c.name for c in one.ontology) == sorted(c.name for c in other.ontology)
    if "names" in holds:
        same_skeletons(one, other, holds)
    for place, mine in here.items():
        yours = there[place]
        assert len(mine) == len(yours), place
        for a, b in zip(ordered(one, mine, holds), ordered(other, yours, holds), strict=True):
            same_instance(one, a, other, b, holds, precision)


def same_skeletons(one: Dataset, other: Dataset, holds: frozenset[str]) -> None:
    ontologies = [list(one.ontology), list(other.ontology)]
    if "categories" in holds:
        ontologies = [sorted(each, key=lambda c: c.name) for each in ontologies]
    for a, b in zip(*ontologies, strict=True):
        assert (a.skeleton is None) == (b.skeleton is None)
        if a.skeleton and b.skeleton:
            assert a.skeleton.names == b.skeleton.names
            assert "edges" not in holds or a.skeleton.edges == b.skeleton.edges
            for feature in KEYPOINTS.keys() & holds:
                field = KEYPOINTS[feature]
                assert [getattr(k, field) for k in a.skeleton.keypoints] == [
                    getattr(k, field) for k in b.skeleton.keypoints
                ]


def ordered(dataset: Dataset, instances: list[Instance], holds: frozenset[str]) -> list[Instance]:
    """Return instances in an order that both ways agree on; the file's own where ids are gone."""
    return sorted(instances, key=lambda i: i.id) if "ids" in holds else instances


def same_instance(
    one: Dataset, a: Instance, other: Dataset, b: Instance, holds: frozenset[str], precision: float
) -> None:
    mine, yours = points(one, a), points(other, b)
    assert {name: seen for name, (_, seen) in mine.items()} == {name: seen for name, (_, seen) in yours.items()}
    rows, columns = [at for at, _ in mine.values()], [yours[name][0] for name in mine]
    np.testing.assert_allclose(b.xy[columns], a.xy[rows], rtol=0, atol=precision)
    if "categories" in holds:
        assert a.category == b.category
    if "boxes" in holds and a.box is not None:
        assert b.box is not None
        np.testing.assert_allclose(b.box, a.box, rtol=0, atol=max(precision, 1e-8))
    if {"boxes", "no_box"} <= holds:
        assert (a.box is None) == (b.box is None)
    same_fields(a, b, holds, rows, columns)


def same_fields(a: Instance, b: Instance, holds: frozenset[str], rows: list[int], columns: list[int]) -> None:
    rated = a.score is not None and not np.isnan(a.score[rows]).all()
    if not rated:
        assert b.score is None or np.isnan(b.score).all(), "a score was invented"
    if "scores" in holds and rated and a.score is not None:
        assert b.score is not None
        np.testing.assert_array_equal(a.score[rows], b.score[columns])
    if "keyed" in holds or a.keyed is None:
        assert (a.keyed is None) == (b.keyed is None)
        assert a.keyed is None or np.array_equal(a.keyed, b.keyed if b.keyed is not None else [])
    if "crowds" in holds or not a.crowd:
        assert a.crowd == b.crowd
    if "confidence" in holds or a.confidence is None:
        # SLEAP has single precision.
        assert b.confidence == (a.confidence if a.confidence is None else pytest.approx(a.confidence, rel=1e-7))
    for feature, field in FIELDS.items():
        before: Any = getattr(a, field)
        # What was not there is invented where it comes back, whether or not the format could hold it.
        if feature in holds or not before:
            assert _plain(getattr(b, field)) == _plain(before), field
    if "no_box" in holds and a.box is None:
        assert b.box is None, "a box was invented"


def _plain(value: Any) -> Any:
    """Return a mask of run lengths with its lengths unpacked, anything else as it is."""
    return rle.runs_of(value)[0].tolist() if isinstance(value, dict) and "counts" in value else value


def apart(one: str, other: str) -> bool:
    """Say whether two formats have nothing that both can hold."""
    fixed = {FIXED[name] for name in (one, other) if name in FIXED}
    # These two number their points, so that points of another skeleton are not found by name.
    numbered = {"alphapose", "openpose"}
    # Every point of theirs has a score, so it is a prediction, and NWB's predictions are of videos only.
    return bool({one, other} & numbered) and (len(fixed) > 1 or "nwb" in (one, other))


def says_so(names: tuple[str, ...], dataset: Dataset) -> None:
    """Assert that none of these formats tells of a loss but of what it never holds: what is no reason to refuse."""
    for name in names:
        if "sizes" not in CODECS[name].holds:
            dataset = replace(dataset, media=[replace(entry, width=0, height=0) for entry in dataset.media])
        told = {loss.feature for loss in CODECS[name].losses(dataset)}
        assert told <= {"ids"} - CODECS[name].holds | TOLD.get(name, set()), (name, told)


def goes_through(dataset: Dataset, *names: str) -> None:
    holds = held(*names)
    part = only(dataset, holds, names)
    if not part.instances:
        return
    if len(names) == 1:
        says_so(names, part)
    precision = sum(CODECS[name].precision for name in names)
    with tempfile.TemporaryDirectory() as scratch:
        now = part
        for step, name in enumerate(names):
            place = Path(scratch) / str(step)
            place.mkdir()
            now = sized(through(CODECS[name], now, place), part)
        if set(names) >= PATHS:
            part, now = short(part), short(now)
        same(part, now, holds, precision)


@functools.cache
def example() -> Dataset:
    """Return one dataset for all pairs."""
    found: list[Dataset] = []

    @settings(BRIEF, max_examples=20)
    @given(datasets())
    def collect(dataset: Dataset) -> None:
        found.append(dataset)

    collect()
    return max(found, key=lambda d: (len({(i.category, i.media) for i in d.instances}), len(d.instances)))


#: These go through libraries that take a second a file.
HEAVY = frozenset({"nwb", "sleap", "deeplabcut"})
PAIRS = [
    pytest.param(one, other, marks=[pytest.mark.slow] if {one, other} & HEAVY and "coco" not in (one, other) else [])
    for one, other in itertools.permutations(CODECS, 2)
    if not apart(one, other)
]


@pytest.mark.parametrize("name", CODECS)
def test_what_a_format_promises_to_hold_comes_back(name: str) -> None:
    @settings(BRIEF, max_examples=2 if name in HEAVY else 15)
    @given(datasets())
    def check(dataset: Dataset) -> None:
        goes_through(dataset, name)

    check()


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_through_another_format_and_back(one: str, other: str) -> None:
    goes_through(example(), one, other, one)


def test_a_video_that_nothing_is_labelled_in_is_lost_in_coco_and_a_lone_mask_of_run_lengths_in_via() -> None:
    dataset = only(example(), frozenset(FEATURES))
    dataset.instances = [i for i in dataset.instances if dataset.media[i.media].kind == "image"]
    assert [(each.feature, each.count) for each in CODECS["coco"].losses(dataset)] == [("unused_media", 1)]
    masks = [replace(i, box=None, visibility=np.zeros_like(i.visibility)) for i in dataset.instances]
    dataset.instances = [i for i in masks if isinstance(i.mask, dict)]
    assert dataset.instances
    (loss,) = CODECS["via"].losses(dataset)
    assert loss.count == len(dataset.instances)
