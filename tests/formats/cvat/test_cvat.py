import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import coco_file, person, real_files
from tests.formats.cvat.files import IMAGES, NESTED, SKELETON, VIDEO, document, stored, tree
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.formats.coco.read import dataset as coco_dataset
from vitruvian.labels import (
    Category,
    Dataset,
    Instance,
    Keypoint,
    MediaEntry,
    Ontology,
    Skeleton,
    empty_instance,
)

CVAT = by_name("cvat")


def read_text(folder: Path, content: str) -> Dataset:
    return CVAT.read(stored(folder, content))


def changed_lines(before: bytes, after: bytes) -> list[str]:
    old = {line.strip() for line in before.decode().splitlines()}
    return [line.strip() for line in after.decode().splitlines() if line.strip() not in old]


def same(a: Dataset, b: Dataset) -> None:
    """Everything that the format promises to hold."""
    assert [(m.name, m.kind, m.width, m.height, m.frames) for m in a.media] == [
        (m.name, m.kind, m.width, m.height, m.frames) for m in b.media
    ]
    for mine, other in zip(a.ontology, b.ontology, strict=True):
        assert (mine.name, mine.color) == (other.name, other.color)
        assert (mine.skeleton is None) == (other.skeleton is None)
        if mine.skeleton and other.skeleton:
            assert mine.skeleton.edges == other.skeleton.edges
            assert [(k.name, k.color) for k in mine.skeleton.keypoints] == [
                (k.name, k.color) for k in other.skeleton.keypoints
            ]
    assert sorted(i.id for i in a.instances) == sorted(i.id for i in b.instances)
    by_id = {i.id: i for i in b.instances}
    for i in a.instances:
        j = by_id[i.id]
        for name in ("category", "media", "frame", "track", "mask", "confidence", "area", "crowd", "attributes"):
            assert getattr(i, name) == getattr(j, name), name
            assert type(getattr(i, name)) is type(getattr(j, name)), name
        assert i.visibility.tolist() == j.visibility.tolist()
        assert i.xy[i.visibility > 0].tolist() == j.xy[j.visibility > 0].tolist()
        assert (i.box is None) == (j.box is None)
        if i.box is not None and j.box is not None:
            assert i.box.tolist() == j.box.tolist()
        for name, usual in (("keyed", True), ("score", np.nan)):
            ours, theirs = (getattr(x, name) for x in (i, j))
            full = np.full(len(i.visibility), usual)
            assert np.array_equal(full if ours is None else ours, full if theirs is None else theirs, equal_nan=True)


def rich() -> Dataset:
    skeleton = Skeleton(
        (Keypoint("nose", color="#ff0000"), Keypoint('left "hand" <1>'), Keypoint("c")), ((0, 1), (2, 0))
    )
    hand = Skeleton((Keypoint("nose"), Keypoint("tip")))
    ontology = Ontology(
        "rich", (Category("person", skeleton, "#00ff00"), Category("hand & foot", hand), Category("mug"))
    )
    media = [
        MediaEntry("a.jpg", 640, 480),
        MediaEntry("b/c.jpg"),
        MediaEntry("clip.mp4", 320, 240, 50, "video"),
        MediaEntry("empty.mp4", 0, 0, 7, "video"),
        MediaEntry("d.jpg", 10, 20),
    ]

    def made(id: str, category: str, media: int, frame: int = 0, **fields: Any) -> Instance:
        count = {"person": 3, "hand & foot": 2, "mug": 0}[category]
        i = empty_instance(id, category, media, frame, count)
        for name, value in fields.items():
            setattr(i, name, value)
        if "visibility" in fields:
            i.visibility = np.array(fields["visibility"], np.uint8)
            i.xy = np.where(i.visibility[:, None] > 0, np.arange(2.0 * count).reshape(-1, 2) / 7 + 1, 0.0)
        return i

    rle = {"size": [20, 10], "counts": [22, 3, 17, 3, 155]}
    instances = [
        made("12", "person", 0, visibility=[2, 1, 0], box=np.array([0.1, 0.2, 0.2, 0.7]), track="t 1", crowd=True,
             mask=[[1, 2, 3, 4, 5.5, 6], [7, 8, 9, 10, 11, 12]], area=12.5, confidence=0.25,
             attributes={"n": 3, "s": "x\ny", "b": True, "mixed": 1, "deep": {"a": [1, None]}, "bad\x00": "y"}),
        made("3", "person", 0, visibility=[0, 0, 0], attributes={"n": 3.5, "s": "", "b": False, "mixed": "1"}),
        made("7", "hand & foot", 1, visibility=[1, 2], score=np.array([0.1, np.nan], np.float32)),
        made("8", "mug", 0), made("9", "mug", 4, mask=rle, track="5"),
        made("10", "mug", 4, box=np.array([-1.5, 2, 0, 1e-9])),
        made("x", "person", 2, 4, visibility=[2, 2, 2], track="1", keyed=np.array([True, False, True])),
        made("y", "person", 2, 9, visibility=[0, 2, 1], track="1", keyed=np.array([False] * 3), box=np.arange(4.0)),
        made("z", "person", 2, 9, visibility=[2, 2, 2]),
        made("w", "mug", 2, 9, track="a", box=np.arange(4.0) + 1),
        made("v", "mug", 2, 10, track="a", mask=[[1, 2, 3, 4, 5, 6]]),
        made("u", "mug", 2, 11, track="a"), made("s", "mug", 2, 12, box=np.ones(4)),
        made("q", "person", 4, visibility=[2, 2, 2], keyed=np.array([True, False, True])),
    ]  # fmt: skip
    return Dataset(ontology, media, instances)


@pytest.mark.parametrize("content", [IMAGES, VIDEO, NESTED])
def test_an_unedited_file_comes_back(tmp_path: Path, content: str) -> None:
    found = read_text(tmp_path, content)
    write(found, tmp_path / "out.xml", format="cvat")
    assert tree((tmp_path / "out.xml").read_bytes()) == tree(content)


def test_reads_skeletons_and_what_stands_beside(tmp_path: Path) -> None:
    found = read_text(tmp_path, IMAGES)
    one = found.instances[0]
    assert found.ontology.skeleton("person").names == ("nose", "left_wrist", "right_wrist")
    assert found.ontology.skeleton("person").edges == ((1, 2), (0, 1))
    assert [k.color for k in found.ontology.skeleton("person").keypoints] == ["#d12345", "#350dea", "#479ffe"]
    assert one.xy.tolist() == [[54.47, 94.81], [68.02, 162.34], [0, 0]]
    assert one.visibility.tolist() == [2, 1, 0]
    assert one.attributes == {"mood": "sad", "age": 31, "seated": True}
    assert one.box is not None
    assert one.box.tolist() == [40, 20, 100, 50.5]
    assert found.instances[1].box is not None
    assert found.instances[1].box.tolist() == [797.33, 870.92, 168.19, 58.02]
    assert found.instances[2].mask == [[561.30, 916.23, 561.30, 842.77, 554.72, 761.63]]
    assert [w.field for w in found.warnings] == ["polyline", "ellipse"]
    assert [m.name for m in found.media] == ["a/filename000.jpg", "b.jpg", "c.jpg"]
    lost = {loss.what for loss in by_name("coco").losses(found)}
    assert {"the field cvat z_order", "the field cvat group_id", "the field cvat source"} <= lost


def test_loose_points_are_a_category_when_they_agree(tmp_path: Path) -> None:
    found = read_text(tmp_path, IMAGES)
    wheels = [i for i in found.instances if i.category == "wheel"]
    assert [i.visibility.tolist() for i in wheels] == [[2, 2], [1, 1]]
    more = IMAGES.replace("1.5,2;3,4", "1.5,2;3,4;5,6")
    found = read_text(tmp_path, more)
    assert not [i for i in found.instances if i.category == "wheel"]
    assert ("points", 2) in [(w.field, w.count) for w in found.warnings]
    assert tree(CVAT.dumps(found)) == tree(more)


def test_a_mask_is_counted_by_columns(tmp_path: Path) -> None:
    found = read_text(tmp_path, IMAGES)
    mask = next(i.mask for i in found.instances if isinstance(i.mask, dict))
    flat = np.repeat(np.arange(len(mask["counts"])) % 2, mask["counts"])
    picture = flat.reshape(1600, 1200).T
    assert picture[888:890, 707:710].tolist() == [[0, 1, 1], [0, 0, 0]]
    assert picture.sum() == 2


def test_tracks_keep_to_the_frames_of_the_file(tmp_path: Path) -> None:
    found = read_text(tmp_path, VIDEO)
    assert [(m.name, m.kind, m.width, m.height, m.frames) for m in found.media] == [("clip.mp4", "video", 640, 480, 27)]
    people = [i for i in found.instances if i.category == "person"]
    assert [(i.frame, i.track) for i in people] == [(0, "0"), (1, "0"), (2, "0"), (5, "0"), (6, "0")]
    assert [None if i.keyed is None else i.keyed.tolist() for i in people[:4]] == [
        None, [False] * 3, [True, False, True], [True] * 3,
    ]  # fmt: skip
    assert people[3].visibility.tolist() == [0, 0, 0]
    assert people[2].box is not None
    assert people[2].box.tolist() == [2, 2, 28.2, 78]
    assert [i.frame for i in found.instances if i.track == "1"] == [0, 1, 9]


def test_nested_tracks(tmp_path: Path) -> None:
    found = {i.frame: i for i in read_text(tmp_path, NESTED).instances}
    assert sorted(found) == [0, 2, 4]
    assert found[2].xy.tolist() == [[3, 2], [12, 20], [0, 0]]
    assert found[2].keyed is not None
    assert found[2].keyed.tolist() == [False, False, False]
    assert found[4].visibility.tolist() == [2, 0, 0]


def test_images_of_a_video_task_are_its_frames(tmp_path: Path) -> None:
    body = f'  <image id="12" name="frame_000012" width="640" height="480">\n{SKELETON}\n  </image>'
    content = document("interpolation", body, more="\n      <source>clip.mp4</source>")
    found = read_text(tmp_path, content)
    assert [(m.name, m.frames) for m in found.media] == [("clip.mp4", 27)]
    assert [(i.frame, i.track) for i in found.instances] == [(12, None)]
    assert tree(CVAT.dumps(found)) == tree(content)


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    found = read_text(tmp_path, IMAGES)
    before = CVAT.dumps(found)
    one = found.instances[0]
    one.xy[0, 0] = 55
    one.visibility[1] = 2
    one.attributes["mood"] = "glad"
    assert one.box is not None
    one.box[2] = 101
    assert changed_lines(before, CVAT.dumps(found)) == [
        '<points label="nose" source="manual" outside="0" occluded="0" points="55.00,94.81">',
        '<points label="left_wrist" source="manual" outside="0" occluded="0" points="68.02,162.34">',
        '<attribute name="mood">glad</attribute>',
        '<box label="car" source="manual" occluded="1" xtl="40.00" ytl="20.00" xbr="141.00" ybr="70.50"'
        ' z_order="0" group_id="3">',
    ]  # fmt: skip
    same(found, read_text(tmp_path, CVAT.dumps(found).decode()))


def test_edits_of_every_kind_are_read_back(tmp_path: Path) -> None:
    for content in (IMAGES, VIDEO, NESTED):
        found = read_text(tmp_path, content)
        for at, i in enumerate(found.instances):
            if len(i.xy):
                i.place(0, 3.25, at, 1)
                i.place(1, 0, 0, 0)
                i.keyed = None if found.media[i.media].kind == "image" else np.arange(len(i.xy)) == at % 3
            i.box = None if i.box is not None else np.array([1.0, 2, 3, at])
            i.confidence, i.crowd, i.area = at / 8, at % 2 == 1, 5.0
            i.mask = None if at % 3 else [[1.0, 2.0, 3.0, 4.0, 5.0, 6.25]]
            i.attributes = {"mood": "new", "extra": {"deep": at}}
        found.instances[1].deleted = True
        back = read_text(tmp_path, CVAT.dumps(found).decode())
        kept = [i for i in found.instances if not i.deleted]
        assert len(back.instances) == len(kept)
        for i in kept:
            match = [
                j
                for j in back.instances
                if (j.media, j.frame, j.category, j.confidence, j.attributes)
                == (i.media, i.frame, i.category, i.confidence, i.attributes)
            ]
            assert len(match) == 1
            match[0].id = i.id
        same(Dataset(found.ontology, found.media, kept), back)


def test_added_copied_and_moved_instances(tmp_path: Path) -> None:
    for content in (IMAGES, VIDEO):
        found = read_text(tmp_path, content)
        first = found.instances[0]
        new = empty_instance("new", "person", first.media, 3, 3) if content is VIDEO else None
        if new is not None:
            new.track = first.track
            new.place(1, 5, 6)
            found.instances.append(new)
        else:
            new = empty_instance("new", "car", 1, 0, 0)
            new.box = np.array([1.0, 2, 3, 4])
            found.instances += [
                new,
                Instance("copy", first.category, 1, 0, first.xy, first.visibility, extras=first.extras),
            ]
            found.instances[3].media = 2
        back = read_text(tmp_path, CVAT.dumps(found).decode())
        assert len(back.instances) == len(found.instances)
        assert [i.id for i in back.instances].count("new") == 1
        added = next(i for i in back.instances if i.id == "new")
        assert (added.category, added.frame, added.track) == (new.category, new.frame, new.track)
        rest = [line for line in tree(content)[4] if line[0] == "meta"]
        assert rest == [line for line in tree(CVAT.dumps(found))[4] if line[0] == "meta"]


def test_a_new_category_joins_the_labels(tmp_path: Path) -> None:
    found = read_text(tmp_path, IMAGES)
    mug = Category("mug", Skeleton((Keypoint("rim"), Keypoint("foot")), ((0, 1),)))
    found.ontology = Ontology("more", (*found.ontology.categories, mug))
    made = empty_instance("m", "mug", 0, 0, 2)
    made.place(0, 3, 4)
    made.box = np.array([1.0, 2, 3, 4])
    found.instances.append(made)
    found.instances[0].box = None
    back = read_text(tmp_path, CVAT.dumps(found).decode())
    assert [c.name for c in back.ontology] == [c.name for c in found.ontology]
    assert back.ontology.skeleton("mug") == mug.skeleton
    assert next(i for i in back.instances if i.id == "m").box is not None


def test_a_point_keeps_its_place_when_its_neighbours_go(tmp_path: Path) -> None:
    found = read_text(tmp_path, NESTED)
    next(i for i in found.instances if i.frame == 4).deleted = True
    middle = next(i for i in read_text(tmp_path, CVAT.dumps(found).decode()).instances if i.frame == 2)
    assert middle.xy.tolist() == [[3, 2], [12, 20], [0, 0]]
    assert middle.keyed is not None
    assert not middle.keyed.any()


def test_shapes_that_change_their_kind(tmp_path: Path) -> None:
    found = read_text(tmp_path, CVAT.dumps(rich()).decode())
    by_id = {i.id: i for i in found.instances}
    by_id["12"].mask = {"size": [480, 640], "counts": [5, 3, 307192]}
    by_id["12"].attributes["b"] = 1
    by_id["9"].mask = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]] * 2
    by_id["10"].box = None
    by_id["8"].box = np.ones(4)
    by_id["y"].box = None
    same(found, read_text(tmp_path, CVAT.dumps(found).decode()))


def test_a_companion_without_its_skeleton_is_a_category(tmp_path: Path) -> None:
    content = CVAT.dumps(rich()).decode()
    alone = re.sub(r' group_id="\d+"', "", content)
    found = read_text(tmp_path, alone)
    assert "person box" in found.ontology.index
    assert tree(CVAT.dumps(found)) == tree(alone)
    for i in (found := read_text(tmp_path, content)).instances:
        i.deleted = i.track == "1"
    assert [c.name for c in read_text(tmp_path, CVAT.dumps(found).decode()).ontology] == [
        c.name for c in rich().ontology
    ]


def test_what_it_holds_comes_back(tmp_path: Path) -> None:
    labels = rich()
    write(labels, tmp_path / "out.xml", format="cvat")
    back = CVAT.read(tmp_path / "out.xml")
    same(labels, back)
    assert {loss.feature for loss in CVAT.losses(labels)} <= {"flips", "sigmas", "groups", "where"}
    assert tree(CVAT.dumps(back)) == tree((tmp_path / "out.xml").read_bytes())


def test_coco_and_back(tmp_path: Path) -> None:
    labels = coco_dataset(coco_file(person(track_id=3), person(2, score=0.5)), "in.json")
    write(labels, tmp_path / "out.xml", format="cvat")
    same(labels, CVAT.read(tmp_path / "out.xml"))


@pytest.mark.parametrize("path", real_files()[:12], ids=lambda path: path.name)
def test_real_files_of_coco_and_back(tmp_path: Path, path: Path) -> None:
    labels = read(path)
    for i in labels.instances:
        i.xy[i.visibility == 0] = 0
    write(labels, tmp_path / "out.xml", format="cvat")
    back = CVAT.read(tmp_path / "out.xml")
    for dataset in (labels, back):
        for i in dataset.instances:
            if isinstance(i.mask, dict) and isinstance(i.mask["counts"], str | bytes):
                i.mask = None
    assert len(back.instances) == len(labels.instances)
    for i, j in zip(
        labels.instances,
        sorted(back.instances, key=lambda j: [i.id for i in labels.instances].index(j.id)),
        strict=True,
    ):
        assert i.visibility.tolist() == j.visibility.tolist()
        assert i.xy.tolist() == j.xy.tolist()


def test_a_packed_mask_is_written_as_runs(tmp_path: Path) -> None:
    labels = rich()
    labels.instances = [i for i in labels.instances if i.id == "9"]
    plain = dict(labels.instances[0].mask)  # type: ignore[arg-type]
    # 22, 3, 17, then each less the one two before: 0 and 138.
    labels.instances[0].mask = {"size": [20, 10], "counts": "f03a00Z4"}
    back = read_text(tmp_path, CVAT.dumps(labels).decode())
    assert back.instances[0].mask == plain


@pytest.mark.parametrize("name", ["annotations.xml", "labels.data", "export.zip", "folder"])
def test_a_file_a_zip_and_a_folder(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    if name == "folder":
        target.mkdir()
        stored(target, IMAGES)
    elif name == "export.zip":
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("images/a.jpg", b"not one")
            archive.writestr("annotations.xml", IMAGES)
    else:
        target.write_text(IMAGES)
    assert recognise(target).name == "cvat"
    found = read(target)
    assert len(found.instances) == 7
    write(found, target, format="cvat")
    same(found, read(target))


numbers = st.floats(-1e7, 1e7, allow_nan=False)
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    names = draw(st.lists(words.filter(lambda w: w.strip() and w.isprintable()), min_size=1, max_size=4, unique=True))
    skeleton = Skeleton(tuple(Keypoint(name) for name in names))
    media = [MediaEntry("a.jpg", 30, 20), MediaEntry("v.mp4", 30, 20, 9, "video"), MediaEntry("b.jpg", 30, 20)]
    instances = []
    for at in range(draw(st.integers(0, 4))):
        i = empty_instance(str(at), draw(st.sampled_from(["person", "mug"])), draw(st.integers(0, 2)), 0, 0)
        i.frame = draw(st.integers(0, 8)) if i.media == 1 else 0
        count = len(names) if i.category == "person" else 0
        i.visibility = np.array(draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)), np.uint8)
        i.xy = np.array([[draw(numbers), draw(numbers)] for _ in range(count)], np.float64).reshape(count, 2)
        i.xy[i.visibility == 0] = 0
        i.track = draw(st.none() | st.just(f"track {at}"))
        if draw(st.booleans()):
            i.box = np.abs(np.array([draw(numbers) for _ in range(4)]))
        if draw(st.booleans()):
            cells = np.array(
                draw(st.lists(st.booleans(), min_size=600, max_size=600)) if at == 0 else [at % 2 == 0] * 600
            )
            edges = np.concatenate(([0], np.flatnonzero(np.diff(cells)) + 1, [600]))
            counts = np.diff(edges).tolist()
            i.mask = {"size": [20, 30], "counts": [0, *counts] if cells[0] else counts}
        if draw(st.booleans()):
            i.score = np.array(draw(st.lists(st.floats(0, 1, width=32), min_size=count, max_size=count)), np.float32)
        values = words | st.integers() | st.booleans() | st.none() | numbers
        i.attributes = draw(st.dictionaries(words, values, max_size=3))
        i.confidence = draw(st.none() | numbers)
        instances.append(i)
    return Dataset(Ontology("o", (Category("person", skeleton), Category("mug"))), media, instances)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(labels=datasets())
def test_generated_labels_come_back(tmp_path: Path, labels: Dataset) -> None:
    same(labels, read_text(tmp_path, CVAT.dumps(labels).decode()))


def test_bad_characters_and_masks_are_refused(tmp_path: Path) -> None:
    labels = rich()
    labels.media[0].name = "a\x00.jpg"
    with pytest.raises(FormatError, match="XML cannot hold"):
        write(labels, tmp_path / "out.xml", format="cvat")
    assert list(tmp_path.iterdir()) == []
    for mask in ([[1, 2, 3]], {"size": [2, 2], "counts": [9]}, {"size": [1e9, 1e9], "counts": "x"}, [["a", "b"]]):
        labels = rich()
        labels.instances[0].mask = mask
        with pytest.raises(FormatError, match="instance 12: mask"):
            CVAT.dumps(labels)
