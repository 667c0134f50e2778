import subprocess
import sys
from pathlib import Path

import pytest

from tests.formats.coco_files import coco_file, person
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, codec, dumps, every_format, read, recognise, target, write
from vitruvian.formats.coco.read import dataset
from vitruvian.formats.losses import losses


def test_the_name_of_a_format_stands_over_the_ending(tmp_path: Path) -> None:
    labels = dataset(coco_file(person()), "in.json")
    write(labels, tmp_path / "new folder" / "labels.txt", format="COCO")
    assert (tmp_path / "new folder" / "labels.txt").read_bytes() == dumps(labels)
    assert len(read(tmp_path / "new folder" / "labels.txt", format="coco").instances) == 1


def test_unknown_formats_name_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="coco"):
        read(tmp_path / "a.json", format="no such")
    (tmp_path / "a.txt").write_text("nothing known")
    with pytest.raises(FormatError, match="looks like no known format"):
        read(tmp_path / "a.txt")
    with pytest.raises(FormatError, match="no such file"):
        read(tmp_path / "b.txt")
    with pytest.raises(FormatError, match=r"'\.txt'"):
        write(dataset(coco_file(person()), "in.json"), tmp_path / "a.txt")


def test_a_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    labels = dataset(coco_file(person()), "in.json")
    write(labels, tmp_path / "labels.data", format="coco")
    assert recognise(tmp_path / "labels.data").name == "coco"
    (tmp_path / "results").write_bytes(b' [{"image_id": 1, "category_id": 1, "keypoints": [1, 2, 0.5], "score": 0.5}]')
    assert recognise(tmp_path / "results").name == "coco"


def test_what_a_format_cannot_hold_is_listed_and_counted(tmp_path: Path) -> None:
    labels = dataset(coco_file({**person(), "mood": "glad"}), "in.json")
    found = {
        loss.feature: loss for loss in losses(labels, "other", frozenset({"boxes"}), {"coco": by_name("coco").known})
    }
    assert found["names"].count == 3
    assert "mood" in found["fields"].what
    assert found["fields"].example.startswith("instance")
    assert "boxes" not in found
    assert not [loss for loss in by_name("coco").losses(labels) if loss.feature == "fields"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "folder.json" / "old").write_text("old")
    with pytest.raises(FormatError, match="cannot be written"):
        write(dataset(coco_file(person()), "in.json"), tmp_path / "folder.json")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.json"]
    assert (tmp_path / "folder.json" / "old").read_text() == "old"


def test_json_means_coco_and_coco_alone_brings_no_other_format() -> None:
    script = (
        "import sys, vitruvian as vt\n"
        "from vitruvian.formats import target\n"
        "assert target('labels.json').name == 'coco'\n"
        "print(sum('vitruvian.formats.yolo' in name for name in sys.modules), len(vt.every_format()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", str(len(every_format()))]


def test_every_module_with_a_format_is_in_the_table() -> None:
    room = Path(codec.__file__).parent
    with_format = {
        path.parent.name if path.name == "__init__.py" else path.stem
        for path in room.rglob("*.py")
        if "\n@register\n" in path.read_text()
    }
    assert with_format == set(codec.MODULES)


def test_a_format_that_is_read_only_is_no_target(tmp_path: Path) -> None:
    readers = sorted(name for name, known in every_format().items() if not known.writes)
    assert readers == ["alphatracker", "leap", "sleap_json", "sleap_skeleton"]
    labels = dataset(coco_file(person()), "in.json")
    for name in readers:
        with pytest.raises(FormatError, match="can be read, not written"):
            target(tmp_path / "x", format=name)
        with pytest.raises(FormatError, match="can be read, not written"):
            dumps(labels, format=name)
    with pytest.raises(FormatError) as refused:
        target(tmp_path / "x.unknown")
    assert "sleap_analysis" in refused.value.hint
    assert not set(readers) & set(refused.value.hint.replace(",", " ").split())


def test_the_page_of_every_format_states_its_precision() -> None:
    pages = Path(__file__).parents[2] / "docs/formats"
    table = (pages / "README.md").read_text()
    for name, one in every_format().items():
        row = next(line for line in table.splitlines() if line.startswith(f"| [`{name}`]("))
        if one.writes:
            page = (pages / row.partition("](")[2].partition(")")[0]).read_text()
            words = "to the bit" if one.precision == 0 else f"within {one.precision:.0e} pixels"
            assert any(words in line for line in page.splitlines() if line.startswith("**Precision**")), name
            assert f"| {'exact' if one.precision == 0 else f'{one.precision:.0e} px'} |" in row
