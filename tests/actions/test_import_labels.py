"""Labels find their media by name, also after a move, and never by a guess."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection

import vitruvian as vt
from tests.projects import ONTOLOGY
from vitruvian.actions.import_labels import import_labels
from vitruvian.actions.import_media import import_media
from vitruvian.errors import InvalidInput
from vitruvian.labels import Dataset, MediaEntry, empty_instance
from vitruvian.store import Store, instances, media, projects


@pytest.fixture
def project(store: Store) -> int:
    def make(connection: Connection) -> int:
        return projects.create_project(connection, "test")

    return store.write(make)


def _picture(path: Path, size: tuple[int, int], shade: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", size, (shade, 0, 0)).save(path)
    return path


def _file(path: Path, name: str, size: tuple[int, int]) -> Path:
    instance = empty_instance("1", "person", 0, 0, 5)
    instance.visibility[:] = 2
    entry = MediaEntry(name=name, width=size[0], height=size[1], frames=1, kind="image")
    vt.write(Dataset(ontology=ONTOLOGY, media=[entry], instances=[instance]), path)
    return path


def _labelled(store: Store, label_set: int) -> str:
    with store.read() as connection:
        (instance,) = instances.instances(connection, label_set)
        return Path(media.media(connection, instance.media).uri).parent.name


def test_of_two_media_of_one_name_the_size_decides(store: Store, project: int, tmp_path: Path) -> None:
    import_media(store, project, [_picture(tmp_path / "a/1.png", (40, 30), 1)])
    import_media(store, project, [_picture(tmp_path / "b/1.png", (30, 40), 2)])
    for size, folder in (((40, 30), "a"), ((30, 40), "b")):
        made = import_labels(store, project, _file(tmp_path / "in.json", "1.png", size), author="ada")
        assert (made.missing_media, _labelled(store, made.label_set)) == ([], folder)


def test_two_media_of_one_name_and_size_are_not_guessed_at(store: Store, project: int, tmp_path: Path) -> None:
    import_media(store, project, [_picture(tmp_path / "a/1.png", (40, 30), 1)])
    import_media(store, project, [_picture(tmp_path / "b/1.png", (40, 30), 2)])
    with pytest.raises(InvalidInput, match="None of the 1"):
        import_labels(store, project, _file(tmp_path / "in.json", "1.png", (40, 30)), author="ada")


def test_a_renamed_file_is_found_by_either_name(store: Store, project: int, tmp_path: Path) -> None:
    import_media(store, project, [_picture(tmp_path / "a/1.png", (40, 30), 1)])
    (tmp_path / "a/1.png").rename(tmp_path / "a/one.png")
    import_media(store, project, [tmp_path / "a"])
    for name in ("1.png", "one.png", "train/one.png"):
        made = import_labels(store, project, _file(tmp_path / "in.json", name, (40, 30)), author="ada")
        assert made.instances == 1


def test_a_category_without_keypoints_comes_with_boxes(store: Store, project: int, tmp_path: Path) -> None:
    import_media(store, project, [_picture(tmp_path / "a/1.png", (40, 30), 1)])
    (tmp_path / "in.json").write_text(
        '{"images": [{"id": 1, "file_name": "1.png", "width": 40, "height": 30}],'
        ' "categories": [{"id": 1, "name": "ball"}],'
        ' "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}]}'
    )
    made = import_labels(store, project, tmp_path / "in.json", author="ada")
    with store.read() as connection:
        (instance,) = instances.instances(connection, made.label_set)
    assert instance.box is not None
    assert instance.box.tolist() == [1, 2, 3, 4]
    assert len(instance.visibility) == 0
