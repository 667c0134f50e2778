"""Paths stay inside their root; folders are walked in the order in which people count."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from vitruvian.errors import Forbidden, NotFound
from vitruvian.media import find_media, resolve_inside, sha256


def test_sha256_of_a_file_larger_than_a_block(tmp_path: Path) -> None:
    content = bytes(range(256)) * 9000
    (tmp_path / "large").write_bytes(content)
    assert sha256(tmp_path / "large") == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("path", ["../secret", "a/../../secret", "/etc/passwd", "link/secret", "link"])
def test_a_path_outside_its_root_is_refused(path: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Forbidden) as caught:
        resolve_inside(root, path)
    assert caught.value.where == path


def test_a_neighbour_whose_name_begins_alike_is_outside(tmp_path: Path) -> None:
    (tmp_path / "root-2").mkdir()
    with pytest.raises(Forbidden):
        resolve_inside(tmp_path / "root", tmp_path / "root-2" / "x.png")


def test_a_path_inside(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "same").symlink_to(tmp_path / "a")
    assert resolve_inside(tmp_path, "same/x.png") == (tmp_path / "a" / "x.png").resolve()


def test_folders_are_walked_in_natural_order(tmp_path: Path) -> None:
    for name in ("img10.png", "img2.png", "b/img1.PNG", "notes.txt", "img1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    found = [p.relative_to(tmp_path).as_posix() for p in find_media([tmp_path])]
    assert found == ["b/img1.PNG", "img1.jpg", "img2.png", "img10.png"]


def test_a_file_that_is_named_is_taken_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "clip.dat").touch()
    assert list(find_media([tmp_path / "clip.dat"])) == [tmp_path / "clip.dat"]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(find_media([tmp_path / "nothing"]))
