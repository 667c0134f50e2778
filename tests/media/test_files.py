"""Paths stay inside their root; folders are walked in the order in which people count."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from vitruvian.errors import Forbidden, MediaError, NotFound
from vitruvian.media import find_media, probe, resolve_inside, sha256


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


def test_links_are_followed_once_and_hidden_files_passed_over(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a" / ".cache").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    for name in ("root/a/1.png", "root/a/._1.png", "root/a/.cache/2.png", "elsewhere/3.png"):
        (tmp_path / name).touch()
    (root / "a" / "loop").symlink_to(root)
    (root / "b").symlink_to(tmp_path / "elsewhere")
    (root / "self.png").symlink_to(root / "self.png")
    (root / "gone.png").symlink_to(root / "nothing.png")
    os.mkfifo(root / "pipe.png")
    found = [p.relative_to(root).as_posix() for p in find_media([root])]
    assert found == ["a/1.png", "b/3.png", "gone.png", "self.png"]
    for name in ("gone.png", "self.png", "pipe.png"):
        with pytest.raises(MediaError):
            probe(root / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    for name in ("a.png", "b.mp4", "closed/c.png"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0)
    (tmp_path / "closed").chmod(0)
    found = [*find_media([tmp_path]), *find_media([tmp_path / "closed/c.png"])]
    assert [p.name for p in found] == ["a.png", "b.mp4", "closed", "c.png"]
    for path in found:
        with pytest.raises(MediaError, match="Permission denied"):
            probe(path)
    (tmp_path / "closed").chmod(0o700)
