"""Importing media: the same file is found again, and a bad one stops nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection

from tests.media.clips import write_clip
from vitruvian.actions.import_media import import_media
from vitruvian.errors import Forbidden, MediaError, NotFound
from vitruvian.store import Store, media, projects
from vitruvian.store.rows import MediaRow


@pytest.fixture
def project(store: Store) -> int:
    return store.write(lambda connection: projects.create_project(connection, "test"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    (folder / "day 2").mkdir(parents=True)
    for number in (1, 2, 10):
        Image.new("RGB", (40, 30), (number, 0, 0)).save(folder / f"{number}.png")
    Image.new("RGB", (40, 30), (99, 0, 0)).save(folder / "day 2" / "1.png")
    write_clip(folder / "clip.mp4", 12)
    return folder


def _all(store: Store, project: int) -> list[MediaRow]:
    with store.read() as connection:
        return media.all_media(connection, project)


def test_a_folder(store: Store, project: int, folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    report = import_media(store, project, [folder], progress=lambda done, total: steps.append((done, total)))
    rows = _all(store, project)
    assert [row.name for row in rows] == ["1.png", "2.png", "10.png", "clip.mp4", "day 2/1.png"]
    assert report.added == [row.id for row in rows]
    assert not report.known
    assert not report.failed
    assert steps == [(n, 5) for n in range(1, 6)]
    clip = rows[3]
    assert (clip.kind, clip.frames, clip.fps, Path(clip.uri)) == ("video", 12, (30, 1), folder / "clip.mp4")
    assert clip.times is not None
    assert clip.times.shape == (12,)


def test_importing_again_finds_the_same(store: Store, project: int, folder: Path) -> None:
    first = import_media(store, project, [folder])
    Image.new("RGB", (40, 30), (50, 0, 0)).save(folder / "11.png")
    again = import_media(store, project, [folder])
    assert again.known == first.added
    assert len(again.added) == 1
    assert len(_all(store, project)) == 6


def test_one_file_named_twice_is_one_media(store: Store, project: int, folder: Path) -> None:
    report = import_media(store, project, [folder / "1.png", folder / "1.png"])
    assert len(report.added) == 1
    assert not report.known


def test_bad_files_are_reported_and_stop_nothing(store: Store, project: int, folder: Path) -> None:
    (folder / "0.png").write_bytes(b"")
    (folder / "text.mp4").write_text("hello")
    whole = (folder / "clip.mp4").read_bytes()
    (folder / "a half.mp4").write_bytes(whole[: len(whole) // 2])
    report = import_media(store, project, [folder])
    assert len(report.added) == 5
    assert [Path(error.where).name for error in report.failed] == ["0.png", "a half.mp4", "text.mp4"]
    assert all(isinstance(error, MediaError) and error.hint for error in report.failed)


def test_a_cut_video_is_imported_as_far_as_it_goes_and_said_to_be_cut(
    store: Store, project: int, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mkv", 90, options={"x264-params": "keyint=10"})
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) * 2 // 3])
    report = import_media(store, project, [clip])
    (row,) = _all(store, project)
    assert 0 < row.frames < 90
    assert f"its {row.frames} readable frames" in report.notes[0]


def test_files_outside_the_root_are_refused(store: Store, project: int, folder: Path, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "secret.png")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    report = import_media(store, project, [folder, tmp_path / "secret.png"], root=folder)
    assert len(report.added) == 5
    assert [type(error) for error in report.failed] == [Forbidden, Forbidden]


def test_a_path_that_is_not_there(store: Store, project: int, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        import_media(store, project, [tmp_path / "nothing"])


def test_two_projects_do_not_share_media(store: Store, project: int, folder: Path) -> None:
    def other(connection: Connection) -> int:
        return projects.create_project(connection, "other")

    first = import_media(store, project, [folder / "1.png"])
    second = import_media(store, store.write(other), [folder / "1.png"])
    assert first.added != second.added
    assert not second.known


def test_a_moved_or_renamed_file_is_the_same_media(store: Store, project: int, folder: Path, tmp_path: Path) -> None:
    first = import_media(store, project, [folder])
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    (moved / "2.png").rename(moved / "two.png")
    again = import_media(store, project, [moved])
    assert (sorted(again.known), again.added, len(again.notes)) == (first.added, [], 5)
    rows = _all(store, project)
    assert [row.name for row in rows] == ["1.png", "2.png", "10.png", "clip.mp4", "day 2/1.png"]
    assert [Path(row.uri).relative_to(moved).as_posix() for row in rows] == [
        "1.png", "two.png", "10.png", "clip.mp4", "day 2/1.png",
    ]  # fmt: skip
    assert import_media(store, project, [moved]).notes == []


def test_a_copy_is_no_second_media(store: Store, project: int, folder: Path) -> None:
    first = import_media(store, project, [folder])
    (folder / "copy.png").write_bytes((folder / "1.png").read_bytes())
    again = import_media(store, project, [folder])
    assert (sorted(again.known), again.added) == (first.added, [])
    assert len(_all(store, project)) == 5
    assert "copy.png: the same bytes as" in again.notes[0]


def test_other_bytes_at_the_same_place_are_another_media(store: Store, project: int, folder: Path) -> None:
    first = import_media(store, project, [folder / "1.png"])
    Image.new("RGB", (40, 30), (0, 9, 0)).save(folder / "1.png")
    again = import_media(store, project, [folder / "1.png"])
    assert len(again.added) == 1
    assert f"stay with media {first.added[0]}" in again.notes[0]


def test_names_of_every_kind(store: Store, project: int, tmp_path: Path) -> None:
    names = ["a b.png", "ü é 日本.png", "two\nlines.png", "[red]x[bold].png", "%s 'quoted\".png"]
    for number, name in enumerate(names):
        Image.new("RGB", (40, 30), (number, 0, 0)).save(tmp_path / name)
    (tmp_path / os.fsdecode(b"latin\xff.png")).write_bytes((tmp_path / names[0]).read_bytes())
    report = import_media(store, project, [tmp_path])
    assert {row.name for row in _all(store, project)} == set(names)
    (error,) = report.failed
    assert error.where.endswith("latin\\xff.png")
    assert "UTF-8" in error.message


def test_a_folder_behind_a_link_has_names_of_its_own(store: Store, project: int, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "linked").symlink_to(folder)
    import_media(store, project, [tmp_path / "set"])
    assert "linked/day 2/1.png" in {row.name for row in _all(store, project)}


def test_an_animation_is_its_first_picture_and_that_is_said(store: Store, project: int, tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (20, 10), (90 * n, 0, 0)) for n in range(3)]
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=40)
    report = import_media(store, project, [tmp_path])
    assert "holds 3 pictures" in report.notes[0]
    assert len(report.added) == 1
