import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.coco_files import coco_file, person
from tests.formats.grouped_files import (
    comes_back,
    datasets,
    mutants,
    no_traversal,
    rich,
    same,
    survives,
)
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, png_mask, recognise
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.geometry import rle
from vitruvian.labels import Dataset

LABELME = by_name("labelme")


def shape(label: str, points: list[Any], kind: str = "point", group: Any = 1, **fields: Any) -> dict[str, Any]:
    return {"label": label, "points": points, "group_id": group, "description": "", "shape_type": kind, "flags": {},
            "mask": None, **fields}  # fmt: skip


def file(*shapes: Any, **fields: Any) -> dict[str, Any]:
    return {"version": "5.4.1", "flags": {"sunny": True}, "shapes": list(shapes), "imagePath": "one.jpg",
            "imageData": "aGVsbG8=", "imageHeight": 480, "imageWidth": 640, "mine": [1, 2.0, None],
            **fields}  # fmt: skip


def two_people() -> dict[str, Any]:
    return file(
        shape("nose", [[10, 20.5]], odd="kept"),
        shape("person", [[30, 44], [5, 4]], "rectangle"),
        shape("nose", [[1, 2]], group=4, flags={"occluded": True, "blurred": False}),
        shape("left_eye", [[12.0, 21]]),
        shape("dog", [[0, 0], [9, 0], [9, 9]], "polygon", group=4),
        shape("horizon", [[0, 0], [640, 0]], "line", group=None),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "one.json"
    place.write_text(json.dumps(two_people(), indent=2))
    return place


def test_groups_become_instances(path: Path) -> None:
    dataset = LABELME.read(path)
    man, dog = dataset.instances
    assert (man.id, man.category, dog.id, dog.category) == ("1", "person", "4", "dog")
    assert man.box is not None
    assert man.box.tolist() == [5, 4, 25, 40]
    assert dataset.ontology.skeleton("person").names == ("nose", "left_eye")
    assert man.xy.tolist() == [[10, 20.5], [12, 21]]
    assert dog.visibility.tolist() == [1]
    assert dog.mask == [[0, 0, 9, 0, 9, 9]]
    assert (dataset.media[0].name, dataset.media[0].width) == ("one.jpg", 640)
    assert ["line" in str(warning) for warning in dataset.warnings] == [True]


def test_an_unedited_file_comes_back(path: Path, tmp_path: Path) -> None:
    comes_back("labelme", path, tmp_path / "again.json")


def test_only_what_was_edited_changes(path: Path, tmp_path: Path) -> None:
    dataset = LABELME.read(path)
    man, dog = dataset.instances
    man.place(0, 11, 20.5)
    man.place(1, 0, 0, 0)
    dog.place(0, 1, 2, 2)
    LABELME.write(dataset, tmp_path / "again.json")
    stated = two_people()
    stated["shapes"][0]["points"] = [[11, 20.5]]
    stated["shapes"][2]["flags"] = {"blurred": False}
    del stated["shapes"][3]
    assert json.loads((tmp_path / "again.json").read_text()) == stated


def test_new_points_boxes_and_instances_get_shapes(path: Path, tmp_path: Path) -> None:
    dataset = LABELME.read(path)
    _, dog = dataset.instances
    dog.box = np.array([1.0, 2, 3, 4])
    more = LABELME.read(path).instances[0]
    more.id = "copy"
    dataset.instances.append(more)
    LABELME.write(dataset, tmp_path / "again.json")
    again = LABELME.read(tmp_path / "again.json")
    assert sorted(i.category for i in again.instances) == ["dog", "person", "person"]
    found = {i.id: i for i in again.instances}
    assert found["4"].box is not None
    assert found["4"].box.tolist() == [1, 2, 3, 4]
    assert len({record["group_id"] for record in json.loads((tmp_path / "again.json").read_text())["shapes"]}) == 4


def test_shapes_without_a_group(tmp_path: Path) -> None:
    def read(*shapes: Any) -> Dataset:
        (tmp_path / "a.json").write_text(json.dumps(file(*shapes)))
        return comes_back("labelme", tmp_path / "a.json", tmp_path / "b.json")

    nose, eye = shape("nose", [[1, 2]], group=None), shape("eye", [[3, 4]], group=None)
    box = shape("person", [[0, 0], [9, 9]], "rectangle", None)
    assert [(i.category, i.labelled) for i in read(nose, eye).instances] == [("object", 2)]
    assert [(i.category, i.labelled) for i in read(nose, eye, box).instances] == [("person", 2)]
    assert len(read(nose, eye, box, box).instances) == 3
    assert len(read(nose, nose).instances) == 2


def test_a_folder_has_a_file_for_each_image(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "b.json").write_text(json.dumps(file(shape("nose", [[1, 2]]), imagePath="b.jpg")))
    (folder / "deep" / "a.json").write_text(json.dumps(two_people()))
    dataset = comes_back("labelme", folder, tmp_path / "again")
    assert [entry.name for entry in dataset.media] == ["b.jpg", "deep/one.jpg"]
    assert len(dataset.instances) == 3
    assert recognise(folder).name == recognise(path).name == "labelme"


@pytest.mark.parametrize("videos", [False, True])
def test_all_that_it_holds_comes_back(tmp_path: Path, videos: bool) -> None:
    dataset = rich(videos=videos)
    LABELME.write(dataset, tmp_path / "new")
    again = comes_back("labelme", tmp_path / "new", tmp_path / "more")
    same(dataset, again, LABELME.holds)
    assert not LABELME.losses(dataset)
    assert not again.warnings


def test_coco_comes_back(tmp_path: Path) -> None:
    labels = coco(coco_file(person(), person(5, track_id=3)), "in.json")
    LABELME.write(labels, tmp_path / "one.json")
    same(labels, LABELME.read(tmp_path / "one.json"), LABELME.holds)


def test_one_file_holds_one_image(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="a file for each image"):
        LABELME.write(rich(), tmp_path / "all.json")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    with pytest.raises(FormatError, match="something already"):
        LABELME.write(rich(), tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["old"]


def test_instances_with_nothing_are_said_to_be_lost() -> None:
    dataset = rich()
    dataset.instances[-1].visibility[:] = 0
    assert [loss.count for loss in LABELME.losses(dataset)] == [1]


@settings(max_examples=40, deadline=None)
@given(datasets())
def test_any_dataset_comes_back(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> None:
    folder = tmp_path_factory.mktemp("labelme") / "new"
    LABELME.write(dataset, folder)
    same(dataset, LABELME.read(folder), LABELME.holds)


def test_broken_files_are_refused_or_come_back(tmp_path: Path) -> None:
    own = {"id": "x", "track": "t", "attributes": {"a": 1}, "scores": {"nose": 0.5}, "keyed": ["nose"], "mask": {}}
    small = file(
        shape("nose", [[10, 20.5]], vitruvian=own),
        shape("person", [[30, 44], [5, 4]], "rectangle"),
        shape("person", [[0, 0], [1, 0], [1, 1]], "polygon", None),
        vitruvian={"video": "a.mp4", "frame": 3, "ontology": {"name": "o", "categories": []}},
    )
    for mutant in mutants(small):
        survives("labelme", tmp_path / "a.json", mutant, "", tmp_path / "again.json")


def test_cut_off_files_are_refused(path: Path, tmp_path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FormatError, match="line"):
        LABELME.read(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="no labelme file"):
        LABELME.read(tmp_path / "empty")


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    no_traversal("labelme", tmp_path)


def masked(pixels: list[list[int]], corner: tuple[int, int], label: str = "dog", **fields: Any) -> dict[str, Any]:
    bits = np.array(pixels, np.bool_)
    x, y = corner
    corners = [[float(x), float(y)], [x + bits.shape[1] - 1.0, y + bits.shape[0] - 1.0]]
    return {**shape(label, corners, "mask"), "mask": png_mask.encode(bits, zipped=False), **fields}


def test_a_mask_joins_points_and_box_of_its_group(tmp_path: Path) -> None:
    bits = [[0, 1, 1], [1, 1, 0]]
    (tmp_path / "in.json").write_text(
        json.dumps(file(masked(bits, (5, 7)), shape("nose", [[6, 8]]), shape("dog", [[4, 6], [9, 9]], "rectangle")))
    )
    dataset = comes_back("labelme", tmp_path / "in.json", tmp_path / "out.json")
    (dog,) = dataset.instances
    assert (dog.category, dog.labelled, dog.box is not None, dataset.warnings) == ("dog", 1, True, [])
    assert isinstance(dog.mask, dict)
    cells = rle.to_pixels(dog.mask)
    assert cells.shape == (480, 640)
    assert cells[7:9, 5:8].astype(int).tolist() == bits
    assert cells.sum() == 4


def test_only_the_mask_that_was_edited_changes(tmp_path: Path) -> None:
    stated = file(masked([[1, 1]], (5, 7), odd="kept"), shape("nose", [[6, 8]], odd="too"))
    (tmp_path / "in.json").write_text(json.dumps(stated))
    dataset = LABELME.read(tmp_path / "in.json")
    cells = np.zeros((480, 640), np.bool_)
    cells[10:12, 20:23] = True
    dataset.instances[0].mask = rle.from_pixels(cells)
    LABELME.write(dataset, tmp_path / "out.json")
    found = json.loads((tmp_path / "out.json").read_text())["shapes"]
    assert found == [masked([[1, 1, 1], [1, 1, 1]], (20, 10), odd="kept"), stated["shapes"][1]]
    assert LABELME.read(tmp_path / "out.json").instances[0].mask == dataset.instances[0].mask


def test_a_mask_painted_over_elsewhere_counts_more_than_what_was_kept(tmp_path: Path) -> None:
    dataset = rich(videos=False)
    dataset.media = dataset.media[1:2]
    dataset.instances = [i for i in dataset.instances if i.id == "12"]
    dataset.instances[0].media = 0
    LABELME.write(dataset, tmp_path / "in.json")
    document = json.loads((tmp_path / "in.json").read_text())
    assert LABELME.read(tmp_path / "in.json").instances[0].mask == dataset.instances[0].mask
    (mask,) = [s for s in document["shapes"] if s["shape_type"] == "mask"]
    mask |= {k: v for k, v in masked([[1]], (3, 3)).items() if k in {"points", "mask"}}
    (tmp_path / "in.json").write_text(json.dumps(document))
    again = LABELME.read(tmp_path / "in.json").instances[0].mask
    assert isinstance(again, dict)
    assert rle.to_pixels(again).nonzero() == ([3], [3])


@pytest.mark.parametrize(
    "fields",
    [{"mask": None}, {"mask": "aGVsbG8="}, {"points": [[0, 0], [7, 7]]}, {"points": [[639, 0], [640, 0]]},
     {"points": [[-3, 0], [-2, 0]]}],
)  # fmt: skip
def test_masks_that_do_not_fit_are_kept_and_told(fields: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(file(masked([[1, 1]], (5, 7), **fields), shape("nose", [[6, 8]]))))
    dataset = comes_back("labelme", tmp_path / "in.json", tmp_path / "out.json")
    assert dataset.instances[0].mask is None
    assert "kept, but not read" in str(dataset.warnings[0])
