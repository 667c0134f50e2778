from pathlib import Path

import pytest

from tests.formats.coco_files import coco_file, person
from vitruvian.errors import FormatError
from vitruvian.formats import dumps, read, write
from vitruvian.formats.coco.read import dataset


def test_the_name_of_a_format_stands_over_the_ending(tmp_path: Path) -> None:
    labels = dataset(coco_file(person()), "in.json")
    write(labels, tmp_path / "new folder" / "labels.txt", format="COCO")
    assert (tmp_path / "new folder" / "labels.txt").read_bytes() == dumps(labels)
    assert len(read(tmp_path / "new folder" / "labels.txt", format="coco").instances) == 1


def test_unknown_formats_name_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="coco"):
        read(tmp_path / "a.json", format="no such")
    with pytest.raises(FormatError, match=r"'\.txt'"):
        read(tmp_path / "a.txt")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "folder.json" / "old").write_text("old")
    with pytest.raises(FormatError, match="cannot be written"):
        write(dataset(coco_file(person()), "in.json"), tmp_path / "folder.json")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.json"]
    assert (tmp_path / "folder.json" / "old").read_text() == "old"
