import contextlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vitruvian as vt
from tests.formats.coco_files import coco_file, person, real_files, two_videos, whole_body
from vitruvian.errors import FormatError, LabelError
from vitruvian.formats import FORMATS, by_name, parquet, recognise
from vitruvian.formats.coco.read import dataset as coco_dataset
from vitruvian.formats.coco.read import read as read_coco
from vitruvian.formats.coco.write import dumps as coco_dumps
from vitruvian.labels import (
    Category,
    Columns,
    Dataset,
    Instance,
    Keypoint,
    MediaEntry,
    Ontology,
    Poses,
    Skeleton,
    empty_poses,
)

HAND = Skeleton(
    (
        Keypoint("left tip", 0.05, "right tip", "tips", "#ff0000", "the very end"),
        Keypoint("right tip", 0.025, "left tip"),
        Keypoint("root"),
    ),
    ((0, 2), (1, 2)),
)
DOT = Skeleton((Keypoint("centre"),))


def instance(id: str, category: str = "hand", **given: Any) -> Instance:
    count = {"hand": 3, "Dot/1": 1, "mug": 0}[category]
    xy = (np.arange(2 * count, dtype=np.float64) + len(id) / 10).reshape(count, 2)
    fields = {"media": 0, "frame": 0, "xy": xy, "visibility": np.array([1, 0, 2][:count], np.uint8), **given}
    return Instance(id, category, **fields)


def rich() -> Dataset:
    """Everything that a dataset can say, in an order that no category or media has to itself."""
    full = instance(
        "full",
        media=1,
        frame=7,
        score=np.array([0.1, np.nan, 0.9], np.float32),
        keyed=np.array([True, False, True]),
        box=np.array([0.1, 2, 30.25, 4]),
        mask=[[1, 2.5, 3, 4, 5, 6]],
        track="left hand",
        confidence=0.1,
        area=1234.5678,
        crowd=True,
        attributes={"mood": "glad", "odd": [1, 2.0, None, float("inf")], "große Zahl": 10**30},
        extras={"coco": {"id": 7, "a": {"b": []}}, "other": {"x": "\ud800"}},
    )
    return Dataset(
        Ontology(
            "things",
            (
                Category("mug", None, "#00ff00"),
                Category("hand", HAND, extras={"coco": {"id": 1}}),
                Category("Dot/1", DOT),
                Category("HAND"),
            ),
            version=3,
            source="a book",
        ),
        [
            MediaEntry("a.jpg", 640, 480, extras={"coco": {"id": 1}}),
            MediaEntry("clip.mp4", 1280, 720, 100, "video"),
            MediaEntry("a.jpg"),
            MediaEntry("../unused/ä.jpg", 1, 1),
        ],
        [
            instance("z", "mug", box=np.array([1.0, 2, 3, 0])),
            full,
            instance("b", "Dot/1", media=2, confidence=float("nan"), score=np.array([np.nan], np.float32)),
            instance("a", media=2, mask={"size": [4, 4], "counts": "04`0"}, area=float("nan")),
            instance("mugs", "mug", media=1, frame=99, track="5", mask=[]),
            instance("last", visibility=np.zeros(3, np.uint8), extras={"parquet": {"mine": 1}}),
        ],
        extras={"coco": {"top": {"info": {}}}, "parquet": {"note": "kept"}},
    )


def same(one: Instance, other: Instance) -> bool:
    for field in fields(Instance):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            if not (isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)):
                return False
        elif json.dumps(a, sort_keys=True) != json.dumps(b, sort_keys=True):
            return False
    return True


def assert_same(one: Dataset, other: Dataset) -> None:
    assert one.ontology.document() == other.ontology.document()
    assert one.media == other.media
    assert len(one.instances) == len(other.instances)
    for a, b in zip(one.instances, other.instances, strict=True):
        assert same(a, b), (a, b)
    assert one.extras == other.extras


def assert_same_poses(one: Poses, other: Poses) -> None:
    for field in fields(Poses):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


def columns(count: int = 10, seed: int = 0) -> Columns:
    random = np.random.default_rng(seed)
    ontology = Ontology("two", (Category("hand", HAND), Category("Dot/1", DOT), Category("mug")))
    poses = empty_poses(count, 3)
    poses.category[:] = random.integers(0, 3, count)
    kept = np.arange(3) < np.array([3, 1, 0])[poses.category][:, None]
    poses.xy[:] = random.normal(0, 1e3, (count, 3, 2)) * kept[:, :, None]
    poses.visibility[:] = random.integers(0, 3, (count, 3)) * kept
    poses.media[:] = random.integers(0, 4, count)
    poses.frame[:] = random.integers(0, 9, count)
    poses.track[:] = random.integers(-1, 3, count) * 7
    poses.track[poses.track < 0] = -1
    poses.box[::2] = random.uniform(0, 9, (len(poses.box[::2]), 4))
    poses.score[::3, 0] = np.where(kept[::3, 0], np.float32(0.3), np.float32(np.nan))
    poses.confidence[::2] = 0.1
    poses.area[::3] = 5.5
    poses.crowd[::4] = True
    return Columns(ontology, ("a", "b", "c", "d"), poses)


@pytest.mark.parametrize("parts", [1, 3, 50])
def test_everything_comes_back(tmp_path: Path, parts: int) -> None:
    dataset = rich()
    parquet.write(dataset, tmp_path / "labels", parts=parts)
    again = vt.read(tmp_path / "labels")
    assert_same(dataset, again)
    assert not again.warnings
    parquet.write(again, tmp_path / "again", parts=parts)
    for file in sorted(p for p in (tmp_path / "labels").rglob("*") if p.is_file()):
        other = tmp_path / "again" / file.relative_to(tmp_path / "labels")
        assert file.read_bytes() == other.read_bytes(), file
    assert_same_poses(parquet.read_columns(tmp_path / "labels").poses, dataset.poses)
    assert not by_name("parquet").losses(dataset)


def test_it_is_found_by_its_ending_and_its_content(tmp_path: Path) -> None:
    vt.write(rich(), tmp_path / "labels.parquet")
    assert recognise(tmp_path / "labels.parquet").name == "parquet"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "dataset.json").write_text('{"format": "something else"}')
    with pytest.raises(FormatError, match="looks like no known format"):
        recognise(tmp_path / "other")
    assert FORMATS["parquet"].dumps(rich()).startswith(b"PK")


def test_folders_have_the_names_of_categories_where_these_are_plain(tmp_path: Path) -> None:
    parquet.write(rich(), tmp_path / "labels")
    assert sorted(p.name for p in (tmp_path / "labels" / "instances").iterdir()) == ["_2", "hand", "mug"]
    odd = ("..", "con", "a/b", "A", "a", "_3", "ä", "x" * 80, "nul.txt", "dot.", "two words")
    ontology = Ontology("odd", tuple(Category(name) for name in odd))
    none = (np.zeros((0, 2)), np.zeros(0, np.uint8))
    instances = [Instance(str(i), name, 0, 0, *none) for i, name in enumerate(odd)]
    dataset = Dataset(ontology, [MediaEntry("m")], instances)
    parquet.write(dataset, tmp_path / "odd")
    found = {p.name for p in (tmp_path / "odd" / "instances").iterdir()}
    assert found == {"_0", "_1", "_2", "A", "_4", "_5", "_6", "_7", "_8", "_9", "two words"}
    assert [i.category for i in parquet.read(tmp_path / "odd").instances] == list(odd)


@pytest.mark.parametrize("content", [coco_file(person(), person(2)), whole_body(), two_videos()])
def test_coco_comes_back_equal(tmp_path: Path, content: dict[str, Any]) -> None:
    parquet.write(coco_dataset(content, "in.json"), tmp_path / "labels")
    assert json.loads(coco_dumps(parquet.read(tmp_path / "labels"))) == content


def test_real_coco_files_come_back_equal(tmp_path: Path) -> None:
    # Every fifth: writing a folder waits for the disk several times.
    for number, file in enumerate(real_files()[::5]):
        dataset = read_coco(file)
        parquet.write(dataset, tmp_path / str(number))
        assert json.loads(coco_dumps(parquet.read(tmp_path / str(number)))) == json.loads(file.read_bytes()), file


@pytest.mark.parametrize("parts", [None, 3])
def test_columns_need_no_instances(tmp_path: Path, parts: int | None) -> None:
    given = columns(300)
    parquet.write_columns(given, tmp_path / "labels", parts=parts)
    again = vt.formats.read_columns(tmp_path / "labels")
    assert again.ontology == given.ontology
    assert again.media == given.media
    assert_same_poses(again.poses, given.poses)
    dataset = parquet.read(tmp_path / "labels")
    assert len({i.id for i in dataset.instances}) == 300
    entries = [MediaEntry(name, 5, 6, 7, "video") for name in "abcd"]
    ids = [f"i{n}" for n in range(300)]
    parquet.write_columns(given, tmp_path / "more", media=entries, ids=ids, parts=parts)
    assert parquet.read(tmp_path / "more").media == entries
    assert [i.id for i in parquet.read(tmp_path / "more").instances] == ids


def test_row_groups_are_small_and_keep_their_order(tmp_path: Path) -> None:
    ontology = Ontology("wide", (Category("face", Skeleton(tuple(Keypoint(f"p{i}") for i in range(300)))),))
    poses = empty_poses(10_000, 300)
    poses.xy[:] = np.arange(10_000)[:, None, None]
    parquet.write_columns(Columns(ontology, ("a",), poses.take(slice(0, 0))), tmp_path / "none")
    assert len(parquet.read_columns(tmp_path / "none").poses) == 0
    poses.visibility[:] = 2
    parquet.write_columns(Columns(ontology, ("a",), poses), tmp_path / "labels")
    (file,) = (tmp_path / "labels" / "instances" / "face").iterdir()
    assert pq.ParquetFile(file).num_row_groups == 3
    assert_same_poses(parquet.read_columns(tmp_path / "labels").poses, poses)


def test_workers_append_parts_at_once(tmp_path: Path) -> None:
    given = [columns(20, seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda one: parquet.append_columns(one, tmp_path / "labels"), given))
    assert len(set(names)) == 8
    again = parquet.read_columns(tmp_path / "labels")
    assert again.media == ("a", "b", "c", "d")  # the same media in several parts are one
    expected = [given[names.index(name)].poses.xy for name in sorted(names)]
    np.testing.assert_array_equal(again.poses.xy, np.concatenate(expected))
    assert parquet.append(rich_of(given[0].ontology), tmp_path / "labels", name="shard-7") == "shard-7"
    assert parquet.read(tmp_path / "labels").instances[-1].id == "mine"
    with pytest.raises(FormatError, match="already"):
        parquet.append_columns(given[0], tmp_path / "labels", name="shard-7")
    for name in ("../up", "base-7", "", "a.b"):
        with pytest.raises(FormatError, match="no name for a part"):
            parquet.append_columns(given[0], tmp_path / "labels", name=name)
    with pytest.raises(FormatError, match="ontology is another one"):
        parquet.append(rich(), tmp_path / "labels")
    assert not list(tmp_path.rglob("*.partial"))


def rich_of(ontology: Ontology) -> Dataset:
    return Dataset(ontology, [MediaEntry("new.jpg")], [instance("mine")])


def test_an_unfinished_part_is_left_out_and_named(tmp_path: Path) -> None:
    parquet.write(rich(), tmp_path / "labels")
    parquet.append_columns(Columns(rich().ontology, (), empty_poses(0, 3)), tmp_path / "labels", name="empty")
    name = parquet.append(rich(), tmp_path / "labels")
    (tmp_path / "labels" / "media" / f"{name}.parquet").unlink()
    (tmp_path / "labels" / "instances" / "stranger").mkdir()
    again = parquet.read(tmp_path / "labels")
    assert len(again.instances) == 6
    assert sorted(w.message.split(":")[0] for w in again.warnings)[-1] == "unfinished"
    assert len(again.warnings) == 4


def test_a_worker_that_died_starts_over(tmp_path: Path) -> None:
    first, second = rich(), rich()
    second.instances = [i for i in second.instances if i.category != "mug"]
    parquet.append(first, tmp_path / "labels", name="shard-1")
    (tmp_path / "labels" / "media" / "shard-1.parquet").unlink()
    parquet.append(second, tmp_path / "labels", name="shard-1")
    again = parquet.read(tmp_path / "labels")
    assert [i.id for i in again.instances] == [i.id for i in second.instances]
    assert not again.warnings


def test_nothing_is_written_over_or_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old").write_text("old")
    with pytest.raises(FormatError, match="something already"):
        parquet.write(rich(), tmp_path / "full")
    (tmp_path / "empty").mkdir()
    parquet.write(rich(), tmp_path / "empty")
    bad = rich()
    bad.instances[3].attributes["odd"] = object()
    with pytest.raises(FormatError, match="instance a: attributes"):
        parquet.write(bad, tmp_path / "new")
    bad = rich()
    bad.media[3].name = "\ud800"
    with pytest.raises(FormatError, match="cannot be written"):
        parquet.write(bad, tmp_path / "new")
    bad.media[3].name = "a"
    bad.media[3].width = 10**20
    with pytest.raises(FormatError, match="cannot be written"):
        parquet.write(bad, tmp_path / "new")
    bad = rich()
    bad.instances[1].media = 9
    with pytest.raises(LabelError):
        parquet.write(bad, tmp_path / "new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "full"]


def test_columns_that_contradict_themselves_are_refused(tmp_path: Path) -> None:
    def broken(name: str, value: Any) -> Columns:
        given = columns()
        given.poses.category[4] = 0
        getattr(given.poses, name)[4] = value
        return given

    for name, value in (("media", 4), ("media", -1), ("category", 3), ("frame", -1), ("visibility", 3),
                        ("xy", np.nan), ("box", -1), ("box", [1, 2, np.nan, 3])):  # fmt: skip
        with pytest.raises(FormatError, match=rf"row 4: {name}"):
            parquet.write_columns(broken(name, value), tmp_path / "new")
    given = broken("visibility", 2)
    given.poses.category[4] = 2
    with pytest.raises(FormatError, match="beyond"):
        parquet.write_columns(given, tmp_path / "new")
    with pytest.raises(FormatError, match="9 ids for 10"):
        parquet.write_columns(columns(), tmp_path / "new", ids=["a"] * 9)
    narrow = Columns(columns().ontology, ("a",), empty_poses(3, 1))
    with pytest.raises(FormatError, match="1 keypoints"):
        parquet.write_columns(narrow, tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_pandas_reads_it(tmp_path: Path) -> None:
    dataset = rich()
    parquet.write(dataset, tmp_path / "labels")
    table = pd.read_parquet(tmp_path / "labels" / "instances" / "hand")
    assert list(table["id"]) == ["full", "a", "last"]
    x = np.stack(list(table["x"]))
    np.testing.assert_array_equal(x, [i.xy[:, 0] for i in dataset.instances if i.category == "hand"])
    media = pd.read_parquet(tmp_path / "labels" / "media")
    assert list(media["name"]) == [entry.name for entry in dataset.media]


def rewrite(file: Path, change: Any) -> None:
    """Write a file again as other programs do: without the schema that Arrow keeps beside Parquet's."""
    pq.write_table(change(pq.read_table(file)), file, store_schema=False)


def test_what_another_program_wrote_again_is_read(tmp_path: Path) -> None:
    """Lists without length, large texts, and columns of one's own, which are kept."""
    dataset = rich()
    parquet.write(dataset, tmp_path / "labels")
    file = tmp_path / "labels" / "instances" / "hand" / "base-00000.parquet"
    split = pa.array(["train", None, "val"])
    rewrite(
        file,
        lambda table: table.append_column("split", split).append_column("when", pa.array([1, 2, 3], pa.timestamp("s"))),
    )
    again = parquet.read(tmp_path / "labels")
    assert [i.extras.get("parquet", {}).get("split") for i in again.instances if i.category == "hand"] == [
        "train", None, "val"]  # fmt: skip
    assert ["when" in str(warning) for warning in again.warnings] == [True]
    parquet.write(again, tmp_path / "again")
    written = pq.read_table(tmp_path / "again" / "instances" / "hand")
    assert written["split"].to_pylist() == ["train", None, "val"]
    assert_same(parquet.read(tmp_path / "again"), again)
    assert_same_poses(parquet.read_columns(tmp_path / "labels").poses, dataset.poses)


def wrong(name: str, type: pa.DataType) -> Any:
    return lambda table: table.set_column(table.schema.get_field_index(name), name, pa.nulls(len(table), type))


BROKEN: dict[str, tuple[str, Any]] = {
    "lists of another length": ("x", lambda a: [v[:-1] for v in a]),
    "lists of different length": ("y", lambda a: [*a[:-1], a[-1] + [1.0]]),
    "not finite": ("x", lambda a: [[*v[:-1], float("inf")] for v in a]),
    "gap in a list": ("x", lambda a: [[*v[:-1], None] for v in a]),
    "no list": ("x", lambda a: [*a[:-1], None]),
    "visibility 3": ("visibility", lambda a: [[3] * len(v) for v in a]),
    "visibility -1": ("visibility", lambda a: [[-1] * len(v) for v in a]),
    "box": ("box", lambda a: [[1.0, 2, -3, 4]] * len(a)),
    "no such media": ("media_row", lambda a: [10**12] * len(a)),
    "media -1": ("media_row", lambda a: [-1] * len(a)),
    "no media": ("media_row", lambda a: [None] * len(a)),
    "frame": ("frame", lambda a: [-1] * len(a)),
    "attributes": ("attributes", lambda a: ["{"] * len(a)),
    "attributes no object": ("attributes", lambda a: ["[]"] * len(a)),
    "extras": ("extras", lambda a: ["1"] * len(a)),
    "deep": ("mask", lambda a: ["[" * 100_000] * len(a)),
    "mask": ("mask", lambda a: ["7"] * len(a)),
}


@pytest.mark.parametrize("what", BROKEN)
def test_impossible_values_name_their_row_and_column(tmp_path: Path, what: str) -> None:
    parquet.write(rich(), tmp_path / "labels")
    name, change = BROKEN[what]
    file = tmp_path / "labels" / "instances" / "hand" / "base-00000.parquet"
    rewrite(file, lambda table: table.set_column(
        table.schema.get_field_index(name), name, pa.array(change(table[name].to_pylist()))))  # fmt: skip
    with pytest.raises(FormatError) as caught:
        parquet.read(tmp_path / "labels")
    assert str(file) in caught.value.where
    assert caught.value.hint
    if name in ("x", "y", "visibility", "box", "media_row", "frame"):
        with pytest.raises(FormatError):
            parquet.read_columns(tmp_path / "labels")


@pytest.mark.parametrize("of", ["instances/hand", "media"])
def test_every_column_of_a_wrong_type_or_missing_is_refused(tmp_path: Path, of: str) -> None:
    parquet.write(rich(), tmp_path / "whole")
    file = tmp_path / "whole" / of / "base-00000.parquet"
    for column in (name for name in pq.read_schema(file).names if name != "mine"):
        for change in (
            lambda table, name=column: table.drop_columns([name]),
            lambda table, name=column: table.append_column(name, table[name]),
            wrong(column, pa.binary()),
            wrong(column, pa.list_(pa.list_(pa.int8()))),
        ):
            shutil.rmtree(tmp_path / "labels", ignore_errors=True)
            shutil.copytree(tmp_path / "whole", tmp_path / "labels")
            rewrite(tmp_path / "labels" / of / "base-00000.parquet", change)
            with pytest.raises(FormatError, match=column):
                parquet.read(tmp_path / "labels")


def test_broken_bytes_give_one_error(tmp_path: Path) -> None:
    """Cut, turned and foreign files: a FormatError, or all rows in sound types, never anything else."""
    parquet.write(rich(), tmp_path / "labels")
    random = np.random.default_rng(0)
    refused = 0
    for file in (tmp_path / "labels" / "instances" / "hand" / "base-00000.parquet",
                 tmp_path / "labels" / "media" / "base-00000.parquet"):  # fmt: skip
        whole = file.read_bytes()
        turned = []
        for at in random.integers(0, len(whole), 150):
            one = bytearray(whole)
            one[at] ^= 1 << int(random.integers(8))
            turned.append(bytes(one))
        cut = [whole[:size] for size in (0, 3, 4, 8, len(whole) // 2, len(whole) - 1)]
        for content in (*cut, b"PAR1" * 5, b"{}", *turned):
            file.write_bytes(content)
            for reader in (parquet.read, parquet.read_columns):
                with contextlib.suppress(FormatError):
                    reader(tmp_path / "labels")
                    continue
                refused += 1
        file.write_bytes(whole)
    assert refused > 100
    file.unlink()
    file.mkdir()
    with pytest.raises(FormatError):
        parquet.read(tmp_path / "labels")


def test_broken_descriptions_give_one_error(tmp_path: Path) -> None:
    parquet.write(rich(), tmp_path / "labels")
    description, ontology = tmp_path / "labels" / "dataset.json", tmp_path / "labels" / "ontology.json"
    sound = description.read_bytes()
    for text in ("", "[]", "{}", '{"format": "vitruvian-parquet"}', '{"format": "vitruvian-parquet", "version": true}',
                 '{"format": "vitruvian-parquet", "version": 0}', '{"format": "vitruvian-parquet", "version": 2}',
                 '{"format": "vitruvian-parquet", "version": 1, "extras": []}'):  # fmt: skip
        description.write_text(text)
        with pytest.raises(FormatError, match=r"dataset\.json"):
            parquet.read(tmp_path / "labels")
    description.write_bytes(sound)
    document = json.loads(ontology.read_text())
    for key in ("name", "categories"):
        ontology.write_text(json.dumps({k: v for k, v in document.items() if k != key}))
        with pytest.raises(FormatError, match=r"ontology\.json"):
            parquet.read(tmp_path / "labels")
    document["categories"][1]["skeleton"]["keypoints"].pop()
    document["categories"][1]["skeleton"]["edges"] = []
    ontology.write_text(json.dumps(document))
    with pytest.raises(FormatError, match="hand"):
        parquet.read(tmp_path / "labels")
    ontology.unlink()
    with pytest.raises(FormatError, match=r"ontology\.json"):
        parquet.read(tmp_path / "labels")


def test_a_single_file_says_what_to_do(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "foreign.parquet")
    with pytest.raises(FormatError, match="folder"):
        vt.read(tmp_path / "foreign.parquet")


number = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    ontology = rich().ontology
    media = draw(st.lists(st.builds(MediaEntry, names, st.integers(0, 2**40), extras=st.dictionaries(names, texts)),
                          min_size=1, max_size=4))  # fmt: skip
    instances = []
    for id in draw(st.lists(names, max_size=6, unique=True)):
        category = draw(st.sampled_from(["hand", "Dot/1", "mug"]))
        count = {"hand": 3, "Dot/1": 1, "mug": 0}[category]

        def per_point(of: st.SearchStrategy[Any], type: Any, count: int = count) -> Any:
            return np.array(draw(st.lists(of, min_size=count, max_size=count)), type)

        instances.append(
            Instance(
                id,
                category,
                draw(st.integers(0, len(media) - 1)),
                draw(st.integers(0, 2**40)),
                per_point(st.tuples(number, number), np.float64).reshape(count, 2),
                per_point(st.integers(0, 2), np.uint8),
                score=per_point(st.floats(0, 1, width=32), np.float32) if draw(st.booleans()) and count else None,
                keyed=per_point(st.booleans(), np.bool_) if draw(st.booleans()) and count else None,
                box=draw(st.none() | st.tuples(number, number, *[st.floats(0, 1e9)] * 2).map(np.array)),
                mask=draw(st.none() | st.lists(st.lists(number, max_size=6), max_size=2)),
                track=draw(st.none() | names),
                confidence=draw(st.none() | st.floats()),
                area=draw(st.none() | st.floats()),
                crowd=draw(st.booleans()),
                attributes=draw(st.dictionaries(names, texts, max_size=2)),
                extras=draw(st.dictionaries(names, texts, max_size=2)),
            )
        )
    return Dataset(ontology, media, instances)


@given(dataset=datasets(), parts=st.integers(1, 4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_dataset_comes_back(tmp_path: Path, dataset: Dataset, parts: int) -> None:
    shutil.rmtree(tmp_path / "labels", ignore_errors=True)
    parquet.write(dataset, tmp_path / "labels", parts=parts)
    assert_same(dataset, parquet.read(tmp_path / "labels"))
    assert len(parquet.read_columns(tmp_path / "labels").poses) == len(dataset.instances)
