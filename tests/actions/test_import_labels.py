"""Labels find their media by name, also after a move, and never by a guess."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection

import vitruvian as vt
from tests.projects import ONTOLOGY
from vitruvian.actions.export import export
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


def test_frames_of_a_sequence_are_found_as_pictures(store: Store, project: int, tmp_path: Path) -> None:
    import_media(store, project, [_picture(tmp_path / f"clip/00000{n}.png", (40, 30), n) for n in (1, 2)])
    document = {
        "images": [
            {"id": 10 + n, "vid_id": "7", "frame_id": n, "nframes": 3, "file_name": f"images/clip/00000{n}.png"}
            for n in (1, 2)
        ],
        "categories": [{"id": 1, "name": "person", "keypoints": ["nose"], "skeleton": []}],
        "annotations": [
            {"id": n, "image_id": 10 + n, "category_id": 1, "track_id": 0, "keypoints": [n, 2, 1], "num_keypoints": 1}
            for n in (1, 2)
        ],
    }
    (tmp_path / "in.json").write_text(json.dumps(document))
    made = import_labels(store, project, tmp_path / "in.json", author="ada")
    assert (made.instances, made.missing_media) == (2, [])
    with store.read() as connection:
        found = instances.instances(connection, made.label_set)
        names = [Path(media.media(connection, i.media).uri).name for i in found]
    assert [(name, i.frame, i.xy[0, 0]) for name, i in zip(names, found, strict=True)] == [
        ("000001.png", 0, 1.0),
        ("000002.png", 0, 2.0),
    ]
    exported = json.loads(export(store, made.label_set)[0])
    assert exported["images"] == document["images"]
    assert exported["annotations"] == document["annotations"]
