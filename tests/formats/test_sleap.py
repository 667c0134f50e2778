import contextlib
import json
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.coco_files import REAL, coco_file, person
from tests.formats.pose_datasets import datasets, instance, ontology, same
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.formats.coco.read import dataset as coco_dataset
from vitruvian.labels import Category, Dataset, Keypoint, MediaEntry, Ontology, Skeleton

REAL_FILES = [*sorted((REAL / "sleap").rglob("*.slp")), *sorted((REAL / "poses").glob("*.slp"))]
NAN = float("nan")


def sleap_file(path: Path, *, format_id: float = 1.2) -> Path:
    """Write a file table by table, as SLEAP itself does: two people and a prediction in two frames."""
    skeleton = {
        "directed": True,
        "graph": {"name": "fly", "num_edges_inserted": 1},
        "links": [
            {"edge_insert_idx": 0, "key": 0, "source": 2, "target": 0,
             "type": {"py/reduce": [{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [1]}]}},
            {"key": 0, "source": 0, "target": 1,
             "type": {"py/reduce": [{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [2]}]}},
        ],
        "multigraph": True,
        "nodes": [{"id": 2}, {"id": 0}, {"id": 1}],
    }  # fmt: skip
    metadata = {
        "version": "2.0.0",
        "skeletons": [skeleton],
        "nodes": [{"name": name, "weight": 1.0} for name in ("wing_l", "wing_r", "head")],
        "videos": [], "tracks": [], "suggestions": [], "negative_anchors": {}, "provenance": {"made_by": "hand"},
    }  # fmt: skip
    video = {"backend": {"filename": "clips/fly.mp4", "grayscale": True, "bgr": True, "dataset": "", "input_format": "",
                         "shape": [90, 384, 512, 1]}}  # fmt: skip
    frames = [(0, 0, 4, 0, 2), (1, 0, 7, 2, 3), (2, 0, 8, 3, 3)]
    instances: list[tuple[Any, ...]] = [
        (0, 1, 0, 0, 1, -1, 0.75, 0, 3),
        (1, 0, 0, 0, 1, 0, NAN, 0, 3),
        (2, 0, 1, 0, 0, -1, NAN, 3, 6),
    ]
    fields = ["instance_id:i8", "instance_type:u1", "frame_id:u8", "skeleton:u4", "track:i4", "from_predicted:i8",
              "score:f4", "point_id_start:u8", "point_id_end:u8"]  # fmt: skip
    if format_id >= 1.2:
        instances, fields = [(*row, 0.5) for row in instances], [*fields, "tracking_score:f4"]
    points = [(10.25, 20.5, True, True), (30, 40, False, False), (NAN, NAN, False, False), (1, 2, True, False),
              (NAN, NAN, False, False), (5, 6, False, True)]  # fmt: skip
    predicted = [(10, 20, True, False, 0.1), (30, 40, True, False, 0.5), (NAN, NAN, False, False, 0.0)]
    point = [("x", "f8"), ("y", "f8"), ("visible", "?"), ("complete", "?")]
    frame = [
        (n, "u4" if n == "video" else "u8")
        for n in ("frame_id", "video", "frame_idx", "instance_id_start", "instance_id_end")
    ]
    with h5py.File(path, "w") as file:
        group = file.create_group("metadata")
        group.attrs["format_id"] = format_id
        group.attrs["json"] = np.bytes_(json.dumps(metadata).encode())
        file["videos_json"] = [np.bytes_(json.dumps(video).encode())]
        file["tracks_json"] = [np.bytes_(b'[0,"a"]'), np.bytes_(b'[0,"a"]'), np.bytes_(b'[0,"unused"]')]
        file["suggestions_json"] = [np.bytes_(b'{"video": "0", "frame_idx": 55}')]
        file["frames"] = np.array(frames, frame)
        file["instances"] = np.array(instances, [tuple(f.split(":")) for f in fields])
        file["points"] = np.array(points, point)
        file["pred_points"] = np.array(predicted, [*point, ("score", "f8")])
    return path


def equal(a: Dataset, b: Dataset) -> None:
    """Assert that nothing differs but the name of the file."""
    assert a.ontology.categories == b.ontology.categories
    assert [c.extras for c in a.ontology] == [c.extras for c in b.ontology]
    assert a.media == b.media
    assert a.extras == b.extras
    assert len(a.instances) == len(b.instances)
    for old, new in zip(a.instances, b.instances, strict=True):
        for name in ("id", "category", "media", "frame", "track", "confidence", "extras"):
            assert getattr(old, name) == getattr(new, name), name
        np.testing.assert_array_equal(old.xy, new.xy)
        np.testing.assert_array_equal(old.visibility, new.visibility)
        assert (old.score is None) == (new.score is None)
        if old.score is not None and new.score is not None:
            np.testing.assert_array_equal(old.score, new.score)


def test_points_keep_hidden_scores_tracks_and_origin(tmp_path: Path) -> None:
    path = sleap_file(tmp_path / "a.slp")
    assert recognise(path).name == "sleap"
    found = read(path)
    skeleton = found.ontology.skeleton("fly")
    assert skeleton.names == ("head", "wing_l", "wing_r")
    assert skeleton.edges == ((0, 1),)
    assert skeleton.keypoints[1].flip == "wing_r"
    assert found.media[0].name == "clips/fly.mp4"
    assert (found.media[0].width, found.media[0].height, found.media[0].frames) == (512, 384, 90)
    predicted, mine, other = found.instances
    assert mine.visibility.tolist() == [2, 1, 0]
    assert mine.xy.tolist() == [[10.25, 20.5], [30, 40], [0, 0]]
    assert other.visibility.tolist() == [2, 0, 1]
    assert (predicted.confidence, mine.confidence, mine.score) == (0.75, None, None)
    assert predicted.score is not None
    assert predicted.score.tolist() == [np.float32(0.1), 0.5, 0]
    # Two tracks of one name stay two.
    assert [i.track for i in found.instances] == ["a#2", "a#2", "a"]
    assert mine.extras["sleap"]["from_predicted"] == predicted.id
    assert [i.frame for i in found.instances] == [4, 4, 7]


@pytest.mark.parametrize("format_id", [1.1, 1.2, 1.3])
def test_what_was_not_edited_comes_back_as_it_was(tmp_path: Path, format_id: float) -> None:
    found = read(sleap_file(tmp_path / "a.slp", format_id=format_id))
    write(found, tmp_path / "b.slp")
    again = read(tmp_path / "b.slp")
    equal(found, again)
    assert found.extras["sleap"]["frames"] == [[0, 4], [0, 7], [0, 8]]
    assert [(s["media"], s["frame"]) for s in found.extras["sleap"]["suggestions"]] == [(0, 55)]
    assert found.extras["sleap"]["tracks"] == [["a", "a"], ["a#2", "a"], ["unused", "unused"]]


def test_a_point_with_one_coordinate_is_kept_and_reported(tmp_path: Path) -> None:
    path = change(sleap_file(tmp_path / "a.slp"), tmp_path / "b.slp", "points", "y", 0, NAN)
    found = read(path)
    assert found.instances[1].visibility.tolist() == [0, 1, 0]
    assert [w.field for w in found.warnings] == ["points"]
    write(found, tmp_path / "c.slp")
    with h5py.File(tmp_path / "c.slp") as file:
        assert file["points"]["x"][0] == 10.25
    equal(found, read(tmp_path / "c.slp"))


def test_an_old_file_sits_half_a_pixel_off(tmp_path: Path) -> None:
    old, new = (read(sleap_file(tmp_path / f"{n}.slp", format_id=n)) for n in (1.0, 1.1))
    shown = new.instances[1].visibility > 0
    assert (new.instances[1].xy - old.instances[1].xy)[shown].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    # What SLEAP predicted was counted from the middle of pixels already.
    assert new.instances[0].xy.tolist() == old.instances[0].xy.tolist() == [[10, 20], [30, 40], [0, 0]]


def test_an_edit_changes_nothing_else(tmp_path: Path) -> None:
    found = read(sleap_file(tmp_path / "a.slp"))
    found.instances[1].place(2, 7.5, 8, 1)
    found.instances[0].place(0, 1, 1)
    write(found, tmp_path / "b.slp")
    equal(found, read(tmp_path / "b.slp"))


def rich() -> Dataset:
    pair = Skeleton((Keypoint("b", flip="a"), Keypoint("a", flip="b"), Keypoint("z")), ((1, 0), (2, 0)))
    made = Ontology(
        "all", (*ontology().categories, Category("pair", pair), Category("none", Skeleton((Keypoint("n"),))))
    )
    media = [MediaEntry("x/1.png", 640, 480), MediaEntry("x/2.png", 640, 480),
             MediaEntry("v.mp4", 320, 240, 77, "video"), MediaEntry("unused.mp4", 320, 240, 5, "video")]  # fmt: skip
    score = np.array([0.5, 0.25, NAN, 1], np.float32)
    instances = [
        instance("1", 0, 0, [2, 1, 0, 2], track="one"),
        instance("2", 0, 0, [0, 0, 0, 0]),
        instance("3", 2, 76, [2, 2, 2, 2], score=score, confidence=0.5, track="two"),
        instance("4", 2, 3, [1, 2, 1], confidence=0.25),
    ]
    instances[3].category = "pair"
    return Dataset(made, media, instances)


def test_what_it_says_it_holds_it_holds(tmp_path: Path) -> None:
    old = rich()
    write(old, tmp_path / "a.slp")
    new = read(tmp_path / "a.slp")
    same(old, new, scores=True)
    assert new.ontology.categories == old.ontology.categories
    for a, b in zip(old.media, new.media, strict=True):
        assert (a.name, a.width, a.height, a.frames, a.kind) == (b.name, b.width, b.height, b.frames, b.kind)
    assert [i.confidence for i in new.instances] == [i.confidence for i in old.instances]
    assert [loss.feature for loss in by_name("sleap").losses(old)] == ["ids"]


def test_coco_to_sleap_and_back(tmp_path: Path) -> None:
    old = coco_dataset(coco_file(person(), person(2, track_id=5)), "in.json")
    write(old, tmp_path / "a.slp")
    new = read(tmp_path / "a.slp")
    same(old, new)
    assert new.ontology.skeleton("person").edges == ((0, 1), (0, 2))
    write(new, tmp_path / "b.json")
    same(old, read(tmp_path / "b.json"))


@settings(max_examples=20, deadline=None)
@given(datasets(hidden=True, several=True, tracks=True))
def test_any_dataset_comes_back(old: Dataset) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        write(old, Path(scratch) / "a.slp")
        new = read(Path(scratch) / "a.slp")
        same(old, new)
        write(new, Path(scratch) / "b.slp")
        equal(new, read(Path(scratch) / "b.slp"))


def test_pictures_inside_a_file_are_those_of_the_source(tmp_path: Path) -> None:
    import sleap_io
    from PIL import Image

    names = [str(tmp_path / f"{n}.png") for n in range(3)]
    for n, name in enumerate(names):
        Image.fromarray(np.full((20, 30, 3), n * 40, np.uint8)).save(name)
    skeleton = sleap_io.Skeleton(["a", "b"], name="fly")
    video = sleap_io.Video.from_filename(names)
    one = sleap_io.Instance.from_numpy(np.array([[1, 2], [3, 4.0]]), skeleton=skeleton)
    labels = sleap_io.Labels([sleap_io.LabeledFrame(video, 2, [one])])
    labels.save(str(tmp_path / "a.pkg.slp"), embed="all", verbose=False)
    found = read(tmp_path / "a.pkg.slp")
    assert [(m.name, m.width, m.height) for m in found.media] == [(name, 30, 20) for name in names]
    assert found.instances[0].media == 2
    write(found, tmp_path / "b.slp")
    same(found, read(tmp_path / "b.slp"))


def change(path: Path, out: Path, name: str, field: str, row: int, value: float) -> Path:
    shutil.copy(path, out)
    with h5py.File(out, "r+") as file:
        table = file[name][()]
        table[field][row] = value
        file[name][...] = table
    return out


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("frames", "instance_id_end", 2**60), ("frames", "instance_id_start", 99), ("frames", "frame_idx", 2**63),
        ("frames", "video", 7), ("instances", "point_id_end", 2**40), ("instances", "point_id_end", 1),
        ("instances", "skeleton", 9), ("instances", "track", 9), ("instances", "from_predicted", 99),
    ],
)  # fmt: skip
def test_a_number_that_points_nowhere_is_refused(tmp_path: Path, name: str, field: str, value: float) -> None:
    path = sleap_file(tmp_path / "a.slp")
    with pytest.raises(FormatError):
        read(change(path, tmp_path / "b.slp", name, field, 1, value))


def test_broken_files_are_refused_or_read(tmp_path: Path) -> None:
    path = sleap_file(tmp_path / "a.slp")
    content = path.read_bytes()
    for at in (8, 100, 2000, len(content) - 10):
        (tmp_path / "bad.slp").write_bytes(content[:at])
        with pytest.raises(FormatError):
            read(tmp_path / "bad.slp", format="sleap")
    (tmp_path / "bad.slp").write_text("{}")
    with pytest.raises(FormatError):
        read(tmp_path / "bad.slp", format="sleap")
    rng = random.Random(11)
    for _ in range(60):
        broken = bytearray(content)
        for _ in range(3):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        (tmp_path / "bad.slp").write_bytes(broken)
        with contextlib.suppress(FormatError):
            read(tmp_path / "bad.slp", format="sleap").check()
    for name in ("videos_json", "frames", "instances", "points", "pred_points", "metadata", "tracks_json"):
        shutil.copy(path, tmp_path / "bad.slp")
        with h5py.File(tmp_path / "bad.slp", "r+") as file:
            del file[name]
        with contextlib.suppress(FormatError):
            read(tmp_path / "bad.slp").check()
        with h5py.File(tmp_path / "bad.slp", "r+") as file:
            file[name] = [1, 2, 3]
        with contextlib.suppress(FormatError):
            read(tmp_path / "bad.slp").check()
    for text in (
        b"[]",
        b"{}",
        b"{",
        b'{"backend": {"filename": 7}}',
        b'{"backend": {"filenames": 7, "filename": "a"}}',
    ):
        shutil.copy(path, tmp_path / "bad.slp")
        with h5py.File(tmp_path / "bad.slp", "r+") as file:
            del file["videos_json"]
            file["videos_json"] = [np.bytes_(text)]
        with contextlib.suppress(FormatError):
            read(tmp_path / "bad.slp").check()


def test_a_file_that_reaches_out_is_refused(tmp_path: Path) -> None:
    path = sleap_file(tmp_path / "a.slp")
    with h5py.File(path, "r+") as file:
        del file["points"]
        file["points"] = h5py.ExternalLink("b.slp", "/points")
    with pytest.raises(FormatError, match="lies in another file"):
        read(path)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    old = rich()
    old.instances[0].xy[0, 0] = NAN
    with pytest.raises(Exception, match="finite"):
        write(old, tmp_path / "a.slp")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", REAL_FILES, ids=lambda path: path.name)
def test_real_files_come_back(tmp_path: Path, path: Path) -> None:
    found = read(path)
    found.check()
    assert found.instances
    write(found, tmp_path / "out.slp")
    equal(found, read(tmp_path / "out.slp"))


def test_places_are_taken_as_they_are_and_come_back_exactly(tmp_path: Path) -> None:
    import sleap_io

    path = sleap_file(tmp_path / "a.slp")
    with h5py.File(path, "r+") as file:
        points = file["points"][()]
        points["x"][:2], points["y"][:2] = [1e-20, 1 / 3], [-0.5, 1e9 + 0.1]
        file["points"][...] = points
    found = read(path)
    assert found.instances[1].xy[:2].tolist() == [[1e-20, -0.5], [1 / 3, 1e9 + 0.1]]
    write(found, tmp_path / "b.slp")
    with h5py.File(tmp_path / "b.slp") as file:
        np.testing.assert_array_equal(file["points"]["x"], points["x"])
        np.testing.assert_array_equal(file["points"]["y"], points["y"])
    # COCO's numbers for the same points are the same, for sleap-io as for us.
    labels = sleap_io.load_slp(str(sleap_file(tmp_path / "c.slp")), open_videos=False)
    sleap_io.save_coco(labels, str(tmp_path / "c.json"))
    theirs = json.loads((tmp_path / "c.json").read_text())["annotations"]
    ours = read(tmp_path / "c.slp").instances
    for each, record in zip(ours, theirs, strict=True):
        shown = each.visibility == 2  # it drops hidden ones
        places = np.array(record["keypoints"]).reshape(-1, 3)[:, :2]
        np.testing.assert_array_equal(places[shown], each.xy[shown])
