import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.projects import make_project
from vitruvian import read
from vitruvian.actions.export import export, labels, losses
from vitruvian.actions.import_labels import import_labels
from vitruvian.actions.import_media import import_media
from vitruvian.actions.save_changes import InstanceChange, SaveRequest, save_changes
from vitruvian.actions.start_labels import start_labels
from vitruvian.errors import FormatError, NotFound
from vitruvian.labels import fill
from vitruvian.store import Store, instances, label_sets


def test_a_model_run_comes_out_as_coco(store: Store, tmp_path: Path) -> None:
    project = make_project(store)
    content, name = export(store, project.person)
    (tmp_path / name).write_bytes(content)
    again = read(tmp_path / name)
    assert again.warnings == []
    assert [(m.name, m.kind, m.frames) for m in again.media] == [("clip.mp4", "video", 10)]
    assert [i.frame for i in again.instances] == list(range(10))
    assert again.instances[3].xy[0].tolist() == [3, 4]


def test_an_imported_file_comes_out_as_it_was_but_for_what_a_person_changed(store: Store, tmp_path: Path) -> None:
    project = make_project(store)
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "a.png")
    content = {
        "info": {"year": 2017},
        "images": [{"id": 77, "file_name": "a.png", "width": 64, "height": 48, "license": 3}],
        "annotations": [
            {"id": 9, "image_id": 77, "category_id": 4, "keypoints": [1, 2, 2, 3.5, 4, 1], "num_keypoints": 2, "x": "y",
             "iscrowd": 0, "area": 10, "bbox": [1, 2, 3, 4]}
        ],
        "categories": [{"id": 4, "name": "cat", "keypoints": ["left_ear", "right_ear"], "skeleton": [[1, 2]]}],
    }  # fmt: skip
    (tmp_path / "in.json").write_text(json.dumps(content))
    import_media(store, project.id, [tmp_path / "a.png"])
    imported = import_labels(store, project.id, tmp_path / "in.json", author="ada").label_set
    with store.read() as connection:
        ontology = label_sets.label_set(connection, imported).ontology
    mine = start_labels(store, project.id, author="ada", ontology=ontology, parent=imported)
    out = json.loads(export(store, mine)[0])
    assert out["annotations"] == content["annotations"]
    assert (out["info"], out["categories"]) == (content["info"], content["categories"])
    assert content["images"][0] in out["images"]
    save_changes(store, mine, "ada", SaveRequest("r", [InstanceChange("9", 0, points={0: (5, 6, 1)})]))
    (record,) = json.loads(export(store, mine)[0])["annotations"]
    assert record == {**content["annotations"][0], "keypoints": [5, 6, 1, 3.5, 4, 1]}


def test_why_a_point_is_hidden_goes_out_as_coco_and_comes_back(store: Store, tmp_path: Path) -> None:
    project = make_project(store)
    reasons = {"hidden_because": {"left_wrist": "blur", "nose": "other_object"}}
    hidden = InstanceChange("p3", 0, points={0: (3, 4, 1), 1: (5, 6, 1)}, attributes=reasons)
    save_changes(store, project.person, "ada", SaveRequest("r", [hidden]))
    content, name = export(store, project.person)
    (tmp_path / name).write_bytes(content)
    record = json.loads(content)["annotations"][3]
    assert (record["keypoints"][2::3][:2], record["attributes"]) == ([1, 1], reasons)
    again = import_labels(store, project.id, tmp_path / name, author="eve").label_set
    with store.read() as connection:
        found = instances.instances(connection, again)
    assert [i.attributes for i in found if i.frame == 3] == [reasons]
    assert [i.visibility[:2].tolist() for i in found if i.frame == 3] == [[1, 1]]


def test_a_folder_comes_out_as_an_archive(store: Store, tmp_path: Path) -> None:
    project = make_project(store)
    content, name = export(store, project.person, format="yolo")
    assert name.endswith(".zip")
    (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / name) as archive:
        assert any(member.endswith(".yaml") for member in archive.namelist())
    assert export(store, project.person, format="cvat")[1].endswith(".xml")


def test_what_an_export_would_lose_is_what_is_not_in_it(store: Store, tmp_path: Path) -> None:
    project = make_project(store)
    assert losses(store, project.person) == []
    lost = {loss.feature: (loss.count, loss.example) for loss in losses(store, project.person, format="yolo")}
    assert lost["scores"] == (50, "instance p0")
    assert lost["videos"] == (1, "clip.mp4")
    assert "boxes" not in lost
    content, name = export(store, project.person, format="yolo")
    (tmp_path / name).write_bytes(content)
    again = read(tmp_path / name)
    assert all(instance.score is None for instance in again.instances)
    assert all(instance.box is not None for instance in again.instances)
    assert len(again.instances) == len(labels(store, project.person).instances)


def test_losses_are_asked_of_what_there_is(store: Store) -> None:
    project = make_project(store)
    with pytest.raises(NotFound):
        losses(store, 99)
    with pytest.raises(FormatError, match="Unknown format"):
        losses(store, project.person, format="odd")
    for ask in (losses, export):
        with pytest.raises(FormatError, match="read, not written"):
            ask(store, project.person, format="leap")


def test_the_end_of_a_presence_comes_back_from_cvat_and_is_a_loss_elsewhere(store: Store, tmp_path: Path) -> None:
    project = make_project(store)

    def row(frame: int, v: int) -> InstanceChange:
        points = {k: (100.0 + frame, 10.0 * k, v) if v else (0, 0, 0) for k in range(5)}
        return InstanceChange(
            f"t{frame}", 0, media=project.media, frame=frame, category="person", track="one", keyed={}, points=points
        )

    rows = [row(0, 2), row(4, 2), row(6, 0), row(8, 2)]
    save_changes(store, project.person, "ada", SaveRequest("r1", rows))
    content, name = export(store, project.person, format="cvat")
    (tmp_path / name).write_bytes(content)
    again = [i for i in read(tmp_path / name, format="cvat").instances if i.track is not None]
    (end,) = (i for i in again if i.frame == 6)
    assert end.keyed is not None
    assert end.keyed.all()
    assert sorted(i.frame for i in fill(again)) == [0, 1, 2, 3, 4, 5, 8]
    for format in ("labelme", "via"):
        lost = [loss for loss in losses(store, project.person, format=format) if "presence" in loss.what]
        assert [(loss.count, loss.example) for loss in lost] == [(1, "instance t6")]


@pytest.mark.parametrize("format", ["darwin", "datumaro", "parquet", "supervisely"])
def test_tracks_with_keys_come_back_from_a_format_that_holds_them(store: Store, tmp_path: Path, format: str) -> None:
    project = make_project(store)

    def row(frame: int, x: float, v: int = 2, keyed: tuple[int, ...] = (0, 1, 2, 3, 4)) -> InstanceChange:
        points = {k: (x, 10.0 * k, v) if v else (0, 0, 0) for k in keyed}
        return InstanceChange(
            f"t{frame}", 0, media=project.media, frame=frame, category="person", track="one", keyed={}, points=points
        )

    changes = [row(0, 100), row(2, 300, keyed=(1,)), row(4, 120), row(6, 0, v=0), row(8, 140)]
    save_changes(store, project.person, "ada", SaveRequest("r1", changes))
    seen = {i.frame: i for i in labels(store, project.person).instances if i.track == "one"}
    assert sorted(seen) == [0, 1, 2, 3, 4, 5, 8]
    assert seen[2].xy[:, 0].tolist() == [110, 300, 110, 110, 110]
    for keys_only, frames in ((False, [0, 1, 2, 3, 4, 5, 6, 8]), (True, [0, 2, 4, 6, 8])):
        content, name = export(store, project.person, format=format, keys_only=keys_only)
        (tmp_path / name).write_bytes(content)
        again = {i.frame: i for i in read(tmp_path / name, format=format).instances if i.track == "one"}
        assert sorted(again) == frames
        assert again[2].keyed is not None
        assert again[2].keyed.tolist() == [False, True, False, False, False]
        assert again[2].xy[1].tolist() == [300, 10]
        filled = {i.frame: i for i in fill(again.values())}
        assert sorted(filled) == sorted(seen)
        for frame, instance in filled.items():
            np.testing.assert_allclose(instance.xy, seen[frame].xy, atol=1e-6)
