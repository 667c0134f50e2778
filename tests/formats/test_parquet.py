import json
import shutil
from concurrent.futures import ThreadPoolExecutor
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
from tests.formats.parquet_files import assert_same, assert_same_poses, columns, instance, rewrite, rich
from vitruvian.errors import FormatError, LabelError
from vitruvian.formats import by_name, parquet, recognise
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
    Skeleton,
    empty_poses,
)


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
    assert by_name("parquet").dumps(rich()).startswith(b"PK")


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
