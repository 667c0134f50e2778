"""Zip archives: read like what is in them, and nothing of theirs is left or leads anywhere else."""

from __future__ import annotations

import json
import stat
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import vitruvian as vt
from tests.formats.coco_files import coco_file, person
from vitruvian.actions.average_precision import average_precision
from vitruvian.errors import FormatError
from vitruvian.formats import archive, every_format
from vitruvian.formats.archive import unpacked
from vitruvian.labels import Dataset, MediaEntry, empty_instance

PEOPLE = json.dumps(coco_file(person(1), person(2)))


def packed(path: Path, *members: tuple[str | zipfile.ZipInfo, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members:
            zipped.writestr(name, content)
    return path


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def refused(path: Path, message: str) -> FormatError:
    with pytest.raises(FormatError, match=message) as caught:
        vt.read(path)
    assert str(path) in caught.value.where
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", ["labels.json", "export/labels.json", "a\\b\\labels.json"])
def test_one_file_at_the_root_or_below(tmp_path: Path, scratch: Path, name: str) -> None:
    clutter = ("__MACOSX/._labels.json", PEOPLE)
    path = packed(tmp_path / "a.zip", ("notes.json", "[1, 2]"), ("a.jpg", b"\xff\xd8"), clutter, (name, PEOPLE))
    assert len(vt.read(path).instances) == 2
    assert len(vt.read(path, format="coco").instances) == 2
    assert list(scratch.iterdir()) == []


def test_folders_of_every_format(tmp_path: Path, scratch: Path) -> None:
    instance = empty_instance("1", "person", 0, 0, 17)
    instance.visibility[:] = 2
    instance.xy[:] = 5.5
    labels = Dataset(vt.preset("coco"), [MediaEntry("a/1.png", 64, 48)], [instance])
    tried = 0
    for codec in every_format().values():
        if not codec.folder or not codec.writes or codec.name == "posetrack":  # which needs a video's number
            continue
        folder = tmp_path / "folder" / codec.name
        codec.write(labels, folder)
        files = {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
        for below in ("", "export/"):
            path = packed(tmp_path / f"{codec.name}.zip", *((below + name, said) for name, said in files.items()))
            (read,) = vt.read(path).instances
            assert np.count_nonzero(read.visibility) == 17, codec.name
            tried += 1
    assert tried >= 12
    assert list(scratch.iterdir()) == []


def test_warnings_and_errors_speak_of_the_archive(tmp_path: Path, scratch: Path) -> None:
    odd = coco_file(person(1), person(1))
    (warning, *_) = vt.read(packed(tmp_path / "a.zip", ("in/b.json", json.dumps(odd)))).warnings
    assert warning.file == f"{tmp_path}/a.zip/in/b.json"
    broken = packed(tmp_path / "c.zip", ("b.json", '{"images": [], "annotations": 3}'))
    assert str(scratch) not in str(refused(broken, "annotations|list"))


def test_what_is_meant_must_be_plain(tmp_path: Path) -> None:
    two = packed(tmp_path / "a.zip", ("train/a.json", PEOPLE), ("val/a.json", PEOPLE))
    error = refused(two, r"several annotation files: .*a\.zip/train/a\.json \(coco\)")
    assert "unpack it" in error.hint
    refused(packed(tmp_path / "b.zip", ("train.json", PEOPLE), ("val.json", PEOPLE)), "several annotation files")
    refused(packed(tmp_path / "c.zip", ("notes.json", "[]")), "notes.json in it is none")
    refused(packed(tmp_path / "d.zip"), "no annotation file")


@pytest.mark.parametrize("name", ["../a.json", "/a.json", "x/../../a.json", "..\\a.json", "C:\\a.json", "C:a.json"])
def test_no_name_leads_out(tmp_path: Path, scratch: Path, name: str) -> None:
    refused(packed(tmp_path / "a.zip", ("b.json", PEOPLE), (name, PEOPLE)), "leads out")
    assert not (tmp_path / "a.json").exists()
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_no_links_and_no_devices(tmp_path: Path, kind: int) -> None:
    link = zipfile.ZipInfo("images")
    link.external_attr = (kind | 0o777) << 16
    refused(packed(tmp_path / "a.zip", ("b.json", PEOPLE), (link, "/etc")), "link or a device")


def test_bombs(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed(tmp_path / "a.zip", ("a.json", PEOPLE), ("b.bin", bytes(archive.SMALL)))
    assert bomb.stat().st_size < 100_000
    refused(bomb, "more than 200 times its own size")
    harmless = packed(tmp_path / "small.zip", ("a.json", PEOPLE), ("b.bin", bytes(1 << 20)))
    assert len(vt.read(harmless).instances) == 2
    monkeypatch.setattr(archive, "LARGEST", 1 << 20)
    refused(harmless, "1.0 MB are the most")
    monkeypatch.setattr(archive, "MOST_FILES", 1)
    refused(harmless, "holds 2 files; 1 are the most")
    assert list(scratch.iterdir()) == []


def test_a_size_that_is_a_lie_writes_no_more_than_it_states(tmp_path: Path, scratch: Path) -> None:
    path = packed(tmp_path / "a.zip", ("b.bin", bytes(5_000_000)))
    content = path.read_bytes()
    assert content.count((5_000_000).to_bytes(4, "little")) == 2
    path.write_bytes(content.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    refused(path, "cannot be read")
    assert list(scratch.iterdir()) == []


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        free = 10

    monkeypatch.setattr(archive.shutil, "disk_usage", lambda folder: Full)
    refused(packed(tmp_path / "a.zip", ("a.json", PEOPLE)), "left for temporary files")


def test_damaged_archives(tmp_path: Path, scratch: Path) -> None:
    whole = packed(tmp_path / "a.zip", ("a.json", PEOPLE)).read_bytes()
    path = tmp_path / "b.zip"
    for cut in range(4, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:cut])
        refused(path, "zip archive|annotation file")
    for at in range(4, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(FormatError):
            vt.read(path)  # a byte of no weight, such as one of the date
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = packed(tmp_path / "c.zip", ("a.json", PEOPLE), ("a.json", PEOPLE))
    refused(twice, "two files of this name")
    refused(packed(tmp_path / "d.zip", ("a", PEOPLE), ("a/b.json", PEOPLE)), "two files|unpacked")
    assert list(scratch.iterdir()) == []


def test_a_password_is_said(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.json", PEOPLE))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "unpack it" in refused(path, "password|encrypted").hint


def test_the_folder_is_gone_after_an_error_too(tmp_path: Path, scratch: Path) -> None:
    def use(path: Path) -> None:
        with unpacked(path) as folder:
            assert (folder / "a.json").read_text() == PEOPLE
            raise FormatError("of no use", where=f"{folder}/a.json")

    path = packed(tmp_path / "a.zip", ("a.json", PEOPLE))
    with pytest.raises(FormatError) as caught:
        use(path)
    assert caught.value.where == f"{path}/a.json"
    assert list(scratch.iterdir()) == []


def test_evaluation_reads_archives(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.json", PEOPLE))
    found = packed(tmp_path / "b.zip", ("a.json", json.dumps(coco_file(person(1, score=0.5), person(2, score=0.9)))))
    evaluated = vt.evaluate(path, found, sigmas=0.1)
    assert (len(evaluated.truth), evaluated.summary()["AP"]) == (2, 1.0)
    assert average_precision(path, found, sigmas=0.1).numbers["AP"] == 1.0
