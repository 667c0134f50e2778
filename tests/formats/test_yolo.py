import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.formats.coco_files import REAL, coco_file, person, real_files, two_videos
from vitruvian.errors import FormatError, InvalidInput
from vitruvian.formats import by_name, dumps, read, recognise, write
from vitruvian.formats.coco.read import dataset as coco
from vitruvian.formats.peek import Peek
from vitruvian.labels import Category, Dataset, MediaEntry, Ontology, empty_instance, skeleton_from_names

YAML = """\
# Animals of the house
path: ../datasets/house  # elsewhere
train: images/train
val: images/val
test:

kpt_shape: [3, 3]
flip_idx: [0, 2, 1]
names:
  0: cat
  1: dog
kpt_names:
  0: [nose, left_ear, right_ear]
  1: [nose, left_ear, right_ear]
roboflow: {workspace: w, version: 3}
"""
A = "1 0.5 0.50 0.250000 0.5 0.1 0.20 2 0.3 0.4 1 0 0 0 \r\n\r\n0 0.25 0.25 0.5 0.5 0.1 0.1 2.000000 0.2 0.2 2 0 0 0"
B = "0 0.123457 0.654321 0.1 0.1 0.111111 0.222222 2 0.3 0.4 1 0 0 0\n"


def picture(path: Path, size: tuple[int, int] = (640, 480), **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size).save(path, **options)


def folder(at: Path, files: dict[str, str], pictures: tuple[str, ...] = ()) -> Path:
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(text.encode())
    for name in pictures:
        picture(at / name)
    return at


def house(at: Path) -> Path:
    files = {"house.yaml": YAML, "labels/train/a.txt": A, "labels/val/sub/b.txt": B, "labels/train/none.txt": ""}
    pictures = ("images/train/a.jpg", "images/val/sub/b.png", "images/train/none.jpg", "images/train/bare.jpg")
    return folder(at, files, pictures)


def texts(at: Path) -> dict[str, str]:
    found = {p.relative_to(at).as_posix(): p.read_bytes() for p in sorted(at.rglob("*")) if p.is_file()}
    return {name: content.decode() for name, content in found.items() if name.endswith((".txt", ".yaml"))}


def same(a: Dataset, b: Dataset) -> None:
    assert [m.name for m in a.media] == [m.name for m in b.media]
    assert [(m.width, m.height) for m in a.media] == [(m.width, m.height) for m in b.media]
    assert len(a.instances) == len(b.instances)
    for one, two in zip(a.instances, b.instances, strict=True):
        assert (one.category, one.media) == (two.category, two.media)
        assert one.visibility.tolist() == two.visibility.tolist()
        assert one.xy.tolist() == two.xy.tolist()
        if one.box is not None and two.box is not None:
            assert one.box.tolist() == two.box.tolist()


def test_reads_points_boxes_splits_and_sizes(tmp_path: Path) -> None:
    found = read(house(tmp_path))
    assert [m.name for m in found.media] == ["a.jpg", "bare.jpg", "none.jpg", "sub/b.png"]
    assert [m.extras["yolo"]["split"] for m in found.media] == ["train", "train", "train", "val"]
    assert {(m.width, m.height) for m in found.media} == {(640, 480)}
    dog, cat, other = found.instances
    assert (dog.category, cat.category, other.media) == ("dog", "cat", 3)
    assert dog.visibility.tolist() == [2, 1, 0]
    assert dog.xy.tolist() == [[64, 96], [192, 192], [0, 0]]
    assert dog.box is not None
    assert dog.box.tolist() == [240, 120, 160, 240]
    skeleton = found.ontology.skeleton("cat")
    assert skeleton.names == ("nose", "left_ear", "right_ear")
    assert [k.flip for k in skeleton.keypoints] == [None, "right_ear", "left_ear"]
    assert found.warnings == []


def test_what_was_not_edited_goes_back_letter_by_letter(tmp_path: Path) -> None:
    found = read(house(tmp_path / "in"))
    write(found, tmp_path / "out", format="yolo")
    assert texts(tmp_path / "out") == texts(tmp_path / "in")
    # Without the pictures, sizes.csv stands in for them.
    same(read(tmp_path / "out"), found)
    assert [m.name for m in read(tmp_path / "out" / "house.yaml").media][1] == "bare.jpg"


def test_what_was_stored_in_between_goes_back_too(tmp_path: Path) -> None:
    found = read(house(tmp_path / "in"))
    for one in (found, *found.media, *found.instances):
        one.extras = json.loads(json.dumps(one.extras))
    found.ontology = Ontology("project", found.ontology.categories, 9)
    write(found, tmp_path / "out", format="yolo")
    assert texts(tmp_path / "out") == texts(tmp_path / "in")


def test_an_edit_changes_its_own_numbers_only(tmp_path: Path) -> None:
    found = read(house(tmp_path / "in"))
    dog, cat, other = found.instances
    dog.place(2, 320.0, 12.5, 1)
    cat.category = "dog"
    other.deleted = True
    fresh = empty_instance("new", "cat", 0, 0, 3)
    fresh.place(0, 10.1, 20.7)
    fresh.place(1, 30.3, 40.9)
    found.instances.append(fresh)
    write(found, tmp_path / "out", format="yolo")
    after = texts(tmp_path / "out")
    assert after["labels/val/sub/b.txt"] == ""
    rows = after["labels/train/a.txt"].splitlines()
    assert rows[0] == "1 0.5 0.50 0.250000 0.5 0.1 0.20 2 0.3 0.4 1 0.5 0.026041666666666668 1 "[: len(rows[0])]
    assert rows[1] == ""
    assert rows[2] == "1" + A.splitlines()[2][1:]
    again = read(tmp_path / "out").instances[2]
    assert again.xy.tolist() == fresh.xy.tolist()
    assert again.visibility.tolist() == [2, 2, 0]


@pytest.mark.parametrize(
    ("train", "images", "labels"),
    [
        ("../train/images", "train/images", "train/labels"),
        ("images", "images", "labels"),
        ("images/train", "images/train", "labels/train"),
        ("./images/train/", "images/train", "labels/train"),
        ("pictures", "pictures", "pictures"),
        ("nowhere", "images", "labels"),
        ("[images]", "images", "labels"),
    ],
)
def test_every_usual_layout(tmp_path: Path, train: str, images: str, labels: str) -> None:
    yaml = f"train: {train}\nval: {train}\nnc: 1\nnames: ['cat']\nkpt_shape: [1, 2]\n"
    folder(tmp_path, {"data.yaml": yaml, f"{labels}/a.txt": "0 .5 .5 1 1 .5 .5\n"}, (f"{images}/a.jpg",))
    (tmp_path / "README.dataset.txt").write_text("made by hand")
    for path in (tmp_path, tmp_path / "data.yaml"):
        assert recognise(path).name == "yolo"
        (instance,) = read(path).instances
        assert instance.xy.tolist() == [[320, 240]]
        assert instance.visibility.tolist() == [2]


def test_a_list_of_pictures(tmp_path: Path) -> None:
    yaml = "train: train.txt\nval: train.txt\nnames: [cat]\nkpt_shape: [1, 3]\n"
    listed = "./images/x/a.jpg\n\n/etc/passwd\n../b.jpg\n"
    line = "0 .5 .5 1 1 .5 .5 1\n"
    folder(tmp_path / "in", {"d.yaml": yaml, "train.txt": listed, "labels/x/a.txt": line}, ("images/x/a.jpg",))
    found = read(tmp_path / "in")
    assert [m.name for m in found.media] == ["x/a.jpg"]
    assert [w.count for w in found.warnings if "leads out" in w.message] == [2]
    write(found, tmp_path / "out", format="yolo")
    assert texts(tmp_path / "out") == texts(tmp_path / "in")
    same(read(tmp_path / "out"), found)


def test_a_turned_picture_has_the_size_that_is_shown(tmp_path: Path) -> None:
    house(tmp_path)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(tmp_path / "images/train/a.jpg", exif=exif)
    assert (read(tmp_path).media[0].width, read(tmp_path).media[0].height) == (480, 640)


def test_missing_pictures_are_reported_and_their_lines_kept(tmp_path: Path) -> None:
    house(tmp_path / "in")
    (tmp_path / "in/images/val/sub/b.png").unlink()
    found = read(tmp_path / "in")
    assert len(found.instances) == 2
    assert ["no size is stated" in w.message for w in found.warnings] == [True]
    write(found, tmp_path / "out", format="yolo")
    assert texts(tmp_path / "out") == texts(tmp_path / "in")
    shutil.rmtree(tmp_path / "in/images")
    with pytest.raises(FormatError, match=r"None of 3 lines could be read.*sizes\.csv"):
        read(tmp_path / "in")


def test_a_folder_without_labels_says_so(tmp_path: Path) -> None:
    house(tmp_path)
    shutil.rmtree(tmp_path / "labels")
    assert ["not one label" in w.message for w in read(tmp_path).warnings] == [True]
    shutil.rmtree(tmp_path / "images")
    with pytest.raises(FormatError, match="No pictures and no label files"):
        read(tmp_path)
    (tmp_path / "house.yaml").unlink()
    with pytest.raises(FormatError, match="no YAML file"):
        read(tmp_path, format="yolo")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("0 .5 .5 1 1 .1 .1 0.9 .2 .2 0.5 0 0 0", "read as a score"),
        ("0 .5 .5 1 1 .1 .1 2 .2 .2 2 0 0 0 0.75", "read as a confidence"),
        ("0 .5 .5 1 1", "a box without points"),
        ("7 .5 .5 1 1 .1 .1 2 .2 .2 2 0 0 0", "no class 7"),
        ("0 .5 .5 1 1 1.5 .1 2 .2 .2 2 0 0 0", "outside of its picture"),
        ("0 .5 .5 1 1 .5 .1 2 .2 .2 0 0 0 0", "other than 0 0"),
    ],
)
def test_deviating_lines_are_read_and_reported(tmp_path: Path, line: str, says: str) -> None:
    house(tmp_path / "in")
    (tmp_path / "in/labels/train/a.txt").write_text(line)
    found = read(tmp_path / "in")
    assert len(found.instances) == 2
    assert [says in w.message for w in found.warnings] == [True]
    write(found, tmp_path / "out", format="yolo")
    assert texts(tmp_path / "out") == texts(tmp_path / "in")
    for visibility in (1, 2):
        edited = found.instances[0]
        edited.place(0, 1, 2, visibility)
        write(found, tmp_path / f"edited{visibility}", format="yolo")
        again = read(tmp_path / f"edited{visibility}").instances[0]
        assert again.xy[0].tolist() == [1, 2]
        assert again.visibility.tolist() == edited.visibility.tolist()


@pytest.mark.parametrize(
    "line",
    ["0 .5 .5 1", "x .5 .5 1 1", "0.5 .5 .5 1 1", "-1 .5 .5 1 1", "0 nan 0 0 0", "0 .5 .5 1 inf", "0 .5 .5 -1 1",
     "1e300 .5 .5 1 1", "0 1e308 1e308 1e308 1e308", "0 .5 .5 1 1 " + "nan " * 9, "0 .5 .5 1 1 " + "1e300 " * 9],
)  # fmt: skip
def test_lines_that_make_no_sense_are_kept_and_reported(tmp_path: Path, line: str) -> None:
    house(tmp_path / "in")
    (tmp_path / "in/labels/train/a.txt").write_text(line)
    found = read(tmp_path / "in")
    assert len(found.instances) == 1
    assert [w.record for w in found.warnings] == ["labels/train/a.txt, line 1"]
    write(found, tmp_path / "out", format="yolo")
    assert texts(tmp_path / "out") == texts(tmp_path / "in")


FIELDS = {"path", "train", "val", "kpt_shape", "flip_idx", "names", "kpt_names"}
ODD: list[Any] = [
    None, True, 0, -1, 7, 1.5, 10**30, float("nan"), "", "x", "/", "/etc", "..", "../..", "a\0b", "\ud83d", [], [[]],
    [1], [0, 0, 0], [17, 3], [10**9, 3], [3, 4], [-1, 2], {}, {"a": 1}, {0: []}, {0: None}, {-1: "x"}, {10**30: "x"},
    {0: "cat", 1: "cat"}, {0: ["a"], 1: ["a", "a"]}, ["cat", "cat"], [None], {0: ["a", "b", "c", "d"]}, [2, 1, 0],
]  # fmt: skip


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_broken_yaml_file_is_refused_or_kept(tmp_path: Path, field: str) -> None:
    import yaml

    house(tmp_path / "in")
    content = yaml.safe_load(YAML)
    for at, odd in enumerate(ODD):
        (tmp_path / "in/house.yaml").write_text(yaml.safe_dump({**content, field: odd}))
        try:
            found = read(tmp_path / "in", format="yolo")
        except FormatError as error:
            assert str(tmp_path / "in") in error.where  # noqa: PT017
            continue
        write(found, tmp_path / f"out{at}", format="yolo")
        before = texts(tmp_path / "in")
        assert {**before, **texts(tmp_path / f"out{at}")} == before


@pytest.mark.parametrize("text", ["", "- a\n", "names: [", "a: &a [*a]\nnames: {0: *a}", "\x00", "names: 2024-99-99\n"])
def test_a_yaml_file_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(FormatError, match=r"data\.yaml"):
        read(tmp_path, format="yolo")


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=200))
def test_any_bytes_as_a_label_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    place = house(tmp_path_factory.mktemp("yolo") / "in")
    (place / "labels/train/a.txt").write_bytes(data)
    try:
        found = read(place)
    except FormatError as error:
        assert "UTF-8" in error.message  # noqa: PT017
        return
    write(found, place.parent / "out", format="yolo")
    assert (place.parent / "out/labels/train/a.txt").read_bytes() == data


def test_from_coco_and_back(tmp_path: Path) -> None:
    source = coco(coco_file(person(), person(2, keypoints=[0.1, 0.7, 1, 639.9999, 479.123, 2, 0, 0, 0])), "in.json")
    write(source, tmp_path / "out", format="yolo")
    found = read(tmp_path / "out")
    same(source, found)
    assert found.ontology.skeleton("person").names == ("nose", "left_wrist", "right_wrist")
    assert found.warnings == []
    with (tmp_path / "out/sizes.csv").open() as file:
        assert list(csv.reader(file)) == [["image", "width", "height"], ["images/train/a.jpg", "640", "480"]]
    assert len(dumps(source, format="yolo")) > 100


def rich() -> Dataset:
    long = skeleton_from_names(["nose", "left_ear", "right_ear"])
    short = skeleton_from_names(["lip"])
    ontology = Ontology("all", (Category("cat", long), Category("mug", short), Category("car")))
    media = [MediaEntry("a.jpg", 333, 777), MediaEntry("sub/b.jpg", 1000, 10), MediaEntry("unused.png", 5, 5)]
    instances = []
    for id, category, at, count in (("1", "cat", 0, 3), ("2", "mug", 1, 1), ("3", "car", 1, 0), ("4", "cat", 0, 3)):
        instance = empty_instance(id, category, at, 0, count)
        instance.box = np.array([1.1, 2.2, 3.3, 4.4])
        if id != "4":
            for keypoint in range(count):
                instance.place(keypoint, 0.1 + keypoint, 7.7, 1 + keypoint % 2)
        instances.append(instance)
    return Dataset(ontology, media, instances)


def test_all_that_is_promised_comes_back(tmp_path: Path) -> None:
    source = rich()
    write(source, tmp_path / "out", format="yolo")
    found = read(tmp_path / "out")
    order = [i for at in range(3) for i in source.instances if i.media == at]
    same(Dataset(source.ontology, source.media, order), found)
    for before, after in zip(source.ontology, found.ontology, strict=True):
        assert before.name == after.name
        names = [c.skeleton.names if c.skeleton else None for c in (before, after)]
        assert names[0] == names[1]
    # There is one flip_idx for all, and these skeletons agree.
    assert [k.flip for k in found.ontology.skeleton("cat").keypoints] == [None, "right_ear", "left_ear"]


def test_losses_name_what_is_padded_or_cannot_be_said() -> None:
    source = rich()
    source.instances[0].box = np.array([300.0, 0, 100, 5])
    source.instances[2].box = None
    features = {loss.feature for loss in by_name("yolo").losses(source)}
    assert {"skeletons", "outside", "nothing", "ids", "no_box"} <= features
    assert not {"hidden", "flips"} & features
    pair = skeleton_from_names(["lip", "rim"])
    source.ontology = Ontology("all", (source.ontology.category("cat"), Category("mug", pair), Category("car")))
    assert "flips" in {loss.feature for loss in by_name("yolo").losses(source)}


def test_two_numbers_a_point_cannot_say_hidden(tmp_path: Path) -> None:
    yaml = "train: images\nval: images\nnames: [cat]\nkpt_shape: [1, 2]\n"
    folder(tmp_path, {"d.yaml": yaml, "labels/a.txt": "0 .5 .5 1 1 .5 .5\n0 .5 .5 1 1 0 0\n"}, ("images/a.jpg",))
    found = read(tmp_path)
    assert [i.visibility.tolist() for i in found.instances] == [[2], [0]]
    found.instances[0].place(0, 1, 1, 1)
    assert "hidden" in {loss.feature for loss in by_name("yolo").losses(found)}


def test_an_edited_ontology_keeps_the_other_fields_of_the_yaml_file(tmp_path: Path) -> None:
    found = read(house(tmp_path / "in"))
    renamed = tuple(
        Category("puppy" if c.name == "dog" else c.name, c.skeleton, extras=c.extras) for c in found.ontology
    )
    found.ontology = Ontology("new", renamed)
    for instance in found.instances:
        instance.category = instance.category.replace("dog", "puppy")
    write(found, tmp_path / "out", format="yolo")
    after, before = texts(tmp_path / "out"), texts(tmp_path / "in")
    assert after["labels/train/a.txt"] == before["labels/train/a.txt"]
    assert "roboflow: {workspace: w, version: 3}" in after["house.yaml"]
    assert "1: puppy" in after["house.yaml"]
    assert read(tmp_path / "out").instances[0].category == "puppy"


def test_frames_of_videos_become_pictures(tmp_path: Path) -> None:
    source = coco(two_videos(), "in.json")
    write(source, tmp_path / "out", format="yolo")
    names = [m.name for m in read(tmp_path / "out").media]
    assert names == ["a.mp4/000000.jpg", "a.mp4/000009.jpg", "b.mp4/000004.jpg", "z.jpg"]


@pytest.mark.parametrize("name", ["/etc/a.jpg", "../a.jpg", "a/../../b.jpg", "C:\\a.jpg", "http://x/a.jpg", "a\0.jpg"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    source = coco(coco_file(person()), "in.json")
    source.media[0].name = name
    with pytest.raises(FormatError, match="leads out"):
        write(source, tmp_path / "out", format="yolo")
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    source = rich()
    folder(tmp_path / "full", {"mine.txt": "mine"})
    with pytest.raises(FormatError, match="there already"):
        write(source, tmp_path / "full", format="yolo")
    with pytest.raises(FormatError, match="name the folder"):
        write(source, tmp_path / "data.yaml", format="yolo")
    source.media[1].name = "a.png"
    with pytest.raises(FormatError, match="Another media"):
        write(source, tmp_path / "out", format="yolo")
    source = rich()
    source.media[0].width = 0
    with pytest.raises(FormatError, match="size is not known"):
        write(source, tmp_path / "out", format="yolo")
    (tmp_path / "empty").mkdir()
    write(rich(), tmp_path / "empty", format="yolo")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "full"]


def test_other_yaml_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("Task: t\nscorer: s\nbodyparts:\n- a\n")
    assert not by_name("yolo").sniff(Peek(tmp_path / "config.yaml"))
    assert not by_name("yolo").sniff(Peek(tmp_path))


numbers = st.floats(0, 600, allow_nan=False).map(lambda x: round(x, 6))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cat", "mug"]),
            st.lists(st.tuples(numbers, numbers, st.integers(0, 2)), min_size=3, max_size=3),
            st.tuples(numbers, numbers, numbers, numbers),
        ),
        max_size=5,
    ),
    st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)),
)
def test_any_labels_come_back(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[Any], size: tuple[int, int]
) -> None:
    source = rich()
    source.media = [MediaEntry("a.jpg", *size)]
    source.instances = []
    for at, (category, points, box) in enumerate(drawn):
        instance = empty_instance(str(at), category, 0, 0, len(source.ontology.skeleton(category)))
        instance.box = np.array(box)
        for keypoint, (x, y, v) in enumerate(points[: len(instance.visibility)]):
            instance.place(keypoint, x, y, v)
        source.instances.append(instance)
    place = tmp_path_factory.mktemp("yolo")
    write(source, place / "out", format="yolo")
    found = read(place / "out")
    same(source, found)
    write(found, place / "again", format="yolo")
    assert texts(place / "again") == texts(place / "out")


@pytest.mark.skipif(not REAL.exists(), reason="no real files here")
def test_real_coco_files_come_back_through_yolo(tmp_path: Path) -> None:
    tried = 0
    for at, path in enumerate(real_files()):
        if path.stat().st_size > 200_000:
            continue
        source = read(path)
        if any(m.kind == "video" for m in source.media):
            continue
        boxed = [i for i in source.instances if i.box is not None or i.visibility.any()]
        if not boxed or not all(source.media[i.media].width for i in boxed):
            continue
        try:
            write(source, tmp_path / str(at), format="yolo")
        except InvalidInput as error:
            assert "Another media" in str(error) or "leads out" in str(error), path  # noqa: PT017
            continue
        found = read(tmp_path / str(at))
        assert len(found.instances) == len(boxed)
        by_place = {media: [i for i in boxed if i.media == media] for media in {i.media for i in boxed}}
        names = {m.name: k for k, m in enumerate(found.media)}
        for media, before in by_place.items():
            after = [i for i in found.instances if i.media == names[source.media[media].name]]
            for one, two in zip(before, after, strict=True):
                assert one.visibility.tolist() == two.visibility.tolist()
                assert np.allclose(one.xy, two.xy, rtol=0, atol=1e-9), path
        tried += 1
    assert tried > 10
    assert json.dumps(tried)
