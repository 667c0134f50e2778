import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.grouped_files import datasets, rich, same
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, recognise
from vitruvian.labels import Dataset, Ontology

VIA = by_name("via_csv")
HEADER = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"

#: As VIA 2 exports it: cells of JSON are quoted, file names are not; an image without regions has a row.
REAL = (
    f"{HEADER}\n"
    'one.jpg,1234,"{""caption"":""two, one hidden""}",3,0,'
    '"{""name"":""rect"",""x"":1,""y"":2,""width"":30,""height"":40}",'
    '"{""instance"":""7"",""category"":""person"",""odd"":""say \\""hi\\""""}"\n'
    'one.jpg,1234,"{""caption"":""two, one hidden""}",3,1,"{""name"":""point"",""cx"":10,""cy"":20.5}",'
    '"{""instance"":""7"",""keypoint"":""nose""}"\n'
    'one.jpg,1234,"{""caption"":""two, one hidden""}",3,2,'
    '"{""name"":""circle"",""cx"":148,""cy"":268,""r"":43}","{}"\n'
    'empty.jpg,99,"{}",0,0,"{}","{}"\n'
)
#: As VIA 1 exports it, with the mark before its header and the numbers of regions that were left after deleting.
FIRST = REAL.replace(HEADER, f"#{HEADER}").replace(",3,2,", ",3,5,").replace("\n", "\r\n")


def put(tmp_path: Path, text: str, name: str = "via_export_csv.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("text", [REAL, FIRST, "\ufeff" + REAL], ids=["via 2", "via 1", "byte order mark"])
def test_an_unedited_file_comes_back_to_the_byte(text: str, tmp_path: Path) -> None:
    path = put(tmp_path, text)
    assert recognise(path).name == "via_csv"
    VIA.write(VIA.read(path), tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


def test_rows_become_instances(tmp_path: Path) -> None:
    dataset = VIA.read(put(tmp_path, REAL))
    (one,) = dataset.instances
    assert (one.id, one.category, one.xy.tolist(), one.visibility.tolist()) == ("7", "person", [[10, 20.5]], [2])
    assert one.box is not None
    assert one.box.tolist() == [1, 2, 30, 40]
    assert [entry.name for entry in dataset.media] == ["one.jpg", "empty.jpg"]
    assert len(dataset.warnings) == 1


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    dataset = VIA.read(put(tmp_path, REAL))
    dataset.instances[0].place(0, 11, 20.5)
    VIA.write(dataset, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == REAL.replace('""cx"":10,', '""cx"":11,')


def test_regions_are_counted_again_where_one_is_gone_or_new(tmp_path: Path) -> None:
    dataset = VIA.read(put(tmp_path, REAL))
    dataset.instances[0].box = None
    VIA.write(dataset, tmp_path / "again.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "again.csv").read_text())))[1:]
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("one.jpg", "2", "0"), ("one.jpg", "2", "1"), ("empty.jpg", "0", "0"),
    ]  # fmt: skip
    dataset = VIA.read(put(tmp_path, REAL))
    dataset.instances[0].media = 1
    dataset.instances[0].extras = {}
    dataset.instances[0].box = np.array([1.0, 2, 3, 4])
    VIA.write(dataset, tmp_path / "moved.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "moved.csv").read_text())))[1:]
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("one.jpg", "1", "0"), ("empty.jpg", "2", "0"), ("empty.jpg", "2", "1"),
    ]  # fmt: skip


def test_rows_of_an_image_may_stand_apart_and_be_empty(tmp_path: Path) -> None:
    lines = REAL.splitlines(keepends=True)
    text = "".join([*lines[:2], lines[4], *lines[2:4], lines[4], 'one.jpg,1234,"{}",4,3,"{}","{}"\n'])
    VIA.write(VIA.read(put(tmp_path, text)), tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == text


@pytest.mark.parametrize("videos", [False, True])
def test_all_that_it_holds_comes_back(tmp_path: Path, videos: bool) -> None:
    dataset = rich(videos=videos)
    assert not VIA.losses(dataset)
    VIA.write(dataset, tmp_path / "out.via.csv")
    assert recognise(tmp_path / "out.via.csv").name == "via_csv"
    same(dataset, VIA.read(tmp_path / "out.via.csv"), VIA.holds)


def test_an_ontology_has_no_place_without_an_image() -> None:
    dataset = rich(videos=False)
    assert VIA.losses(Dataset(dataset.ontology, [], []))
    assert not VIA.losses(Dataset(Ontology("none", ()), [], []))


@settings(max_examples=20, deadline=None)
@given(datasets())
def test_any_dataset_comes_back(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> None:
    path = tmp_path_factory.mktemp("via") / "x.csv"
    dataset.instances = [i for i in dataset.instances if i.visibility.any() or i.box is not None]
    VIA.write(dataset, path)
    same(dataset, VIA.read(path), VIA.holds)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "row 1"),
        (HEADER.replace("region_id", "id") + "\n", "row 1"),
        (REAL.replace(',0,0,"{}","{}"', ',0,0,"{}"'), "row 5"),
        (REAL.replace('""cx"":10', '""cx"":'), "row 3, region_shape_attributes"),
        (REAL.replace('99,"{}"', '99,"[]"'), "row 5, file_attributes"),
        (REAL.replace('0,"{}","{}"\n', '0,"{}","{}'), "line 5"),
        (REAL.replace("empty.jpg", " "), "row 5"),
        (REAL.replace('99,"{}"', '99,"' + "[" * 100_000 + '"'), "row 5, file_attributes"),
    ],
)
def test_broken_files_are_refused_with_the_row(text: str, where: str, tmp_path: Path) -> None:
    path = put(tmp_path, text)
    with pytest.raises(FormatError) as caught:
        VIA.read(path)
    assert f"{path}, {where}" in str(caught.value)


def test_other_csv_files_stay_those_of_their_formats(tmp_path: Path) -> None:
    text = "scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\nlabeled-data/clip/img0.png,1,2\n"
    assert recognise(put(tmp_path, text, "CollectedData.csv")).name != "via_csv"
    with pytest.raises(FormatError, match="is no csv of VIA"):
        VIA.read(tmp_path / "CollectedData.csv")
