import contextlib
import random
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.coco_files import REAL, coco_file, person
from tests.formats.pose_datasets import datasets, instance, ontology, same
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.formats.coco.read import dataset as coco_dataset
from vitruvian.labels import Category, Dataset, MediaEntry, Ontology, skeleton_from_names


def rich() -> Dataset:
    pair = Category("pair", skeleton_from_names(["b", "a"], edges=[(1, 0)]))
    media = [MediaEntry("x/1.png", 640, 480), MediaEntry("x/2.png", 640, 480),
             MediaEntry("clips/v.mp4", 320, 240, 77, "video"),
             MediaEntry("unused.mp4", 320, 240, 5, "video")]  # fmt: skip
    instances = [
        instance("1", 0, 0, [2, 1, 0, 2]),
        instance("2", 0, 0, [0, 0, 0, 0]),
        instance("3", 2, 76, [2, 2, 2, 2]),
        instance("4", 2, 3, [1, 2]),
    ]
    instances[3].category = "pair"
    return Dataset(Ontology("all", (*ontology().categories, pair)), media, instances)


def equal(a: Dataset, b: Dataset) -> None:
    same(a, b)
    assert a.ontology.categories == b.ontology.categories
    assert a.media == b.media
    assert a.extras == b.extras
    assert [(i.id, i.category, i.extras) for i in a.instances] == [(i.id, i.category, i.extras) for i in b.instances]


def test_what_it_says_it_holds_it_holds(tmp_path: Path) -> None:
    old = rich()
    write(old, tmp_path / "a.nwb")
    assert recognise(tmp_path / "a.nwb").name == "nwb"
    new = read(tmp_path / "a.nwb")
    same(old, new)
    assert new.warnings == []
    assert new.ontology.categories == old.ontology.categories
    for a, b in zip(old.media, new.media, strict=True):
        assert (a.name, a.width, a.height, a.frames, a.kind) == (b.name, b.width, b.height, b.frames, b.kind)
    assert {loss.feature for loss in by_name("nwb").losses(old)} == {"ids", "flips"}
    write(new, tmp_path / "b.nwb")
    equal(new, read(tmp_path / "b.nwb"))


def test_other_libraries_read_it(tmp_path: Path) -> None:
    import pynwb

    write(rich(), tmp_path / "a.nwb")
    with pynwb.NWBHDF5IO(str(tmp_path / "a.nwb"), "r") as io:
        training = io.read().processing["behavior"]["PoseTraining"]
        frame = training.training_frames["frame_0"]
        assert frame.source_video.external_file[0] == "x/1.png"
        first = frame.skeleton_instances["instance_0"]
        assert list(first.skeleton.nodes) == ["snout", "left_ear", "right_ear", "tail"]
        assert first.node_visibility[:].tolist() == [True, False, False, True]
        assert np.isnan(first.node_locations[2]).all()


@pytest.mark.skipif(not (REAL / "sleap" / "tracks").is_dir(), reason="no real files here")
def test_real_labels_as_sleap_io_writes_them(tmp_path: Path) -> None:
    import sleap_io

    old = read(REAL / "sleap" / "tracks" / "clip.2node.slp")
    labels = sleap_io.load_slp(str(REAL / "sleap" / "tracks" / "clip.2node.slp"))
    labels.replace_filenames(new_filenames=[str(REAL / "sleap" / "tracks" / "clip.mp4")])
    labels.labeled_frames = labels.labeled_frames[:12]
    sleap_io.save_nwb(labels, str(tmp_path / "a.nwb"), nwb_format="annotations")
    new = read(tmp_path / "a.nwb")
    assert new.ontology.skeleton(new.ontology.categories[0].name).names == ("head", "thorax")
    assert [i.frame for i in new.instances] == [i.frame for i in old.instances[:24]]
    for a, b in zip(old.instances, new.instances, strict=False):
        np.testing.assert_array_equal(a.xy, b.xy)
        np.testing.assert_array_equal(a.visibility, b.visibility)
    write(new, tmp_path / "b.nwb")
    equal(new, read(tmp_path / "b.nwb"))


def test_coco_to_nwb_and_back(tmp_path: Path) -> None:
    old = coco_dataset(coco_file(person(), person(2)), "in.json")
    write(old, tmp_path / "a.nwb")
    same(old, read(tmp_path / "a.nwb"))


@settings(max_examples=3, deadline=None)
@given(datasets(hidden=True, several=True, tracks=False))
def test_any_dataset_comes_back(old: Dataset) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        write(old, Path(scratch) / "a.nwb")
        new = read(Path(scratch) / "a.nwb")
        same(old, new)
        write(new, Path(scratch) / "b.nwb")
        equal(new, read(Path(scratch) / "b.nwb"))


def test_broken_files_are_refused_or_read(tmp_path: Path) -> None:
    write(rich(), tmp_path / "a.nwb")
    content = (tmp_path / "a.nwb").read_bytes()
    for at in (8, 1000, len(content) // 2):
        (tmp_path / "bad.nwb").write_bytes(content[:at])
        with pytest.raises(FormatError):
            read(tmp_path / "bad.nwb", format="nwb")
    rng = random.Random(2)
    for _ in range(30):
        broken = bytearray(content)
        for _ in range(20):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        (tmp_path / "bad.nwb").write_bytes(broken)
        with contextlib.suppress(FormatError):
            read(tmp_path / "bad.nwb", format="nwb").check()
    behavior = "processing/behavior"
    person = f"{behavior}/PoseTraining/training_frames/frame_0/skeleton_instances/instance_0"
    for place, value in (
        (f"{person}/node_locations", [[1.0]]), (f"{person}/node_locations", [1.0]),
        (f"{person}/node_visibility", [True]),
        (f"{behavior}/Skeletons/animal/edges", [[0, 99]]), (f"{behavior}/Skeletons/animal/nodes", [1, 1]),
        (f"{behavior}/PoseTraining/source_videos", [1]), (f"{person}/animal", [1]),
    ):  # fmt: skip
        (tmp_path / "bad.nwb").write_bytes(content)
        with h5py.File(tmp_path / "bad.nwb", "r+") as file:
            del file[place]
            file[place] = value
        with pytest.raises(FormatError):
            read(tmp_path / "bad.nwb").check()


def test_what_else_a_file_holds_is_reported(tmp_path: Path) -> None:
    write(rich(), tmp_path / "a.nwb")
    with h5py.File(tmp_path / "a.nwb", "r+") as file:
        file.create_group("processing/ophys/Fluorescence").attrs["neurodata_type"] = "Fluorescence"
        file["acquisition/spikes"] = [1, 2]
    assert {w.field for w in read(tmp_path / "a.nwb").warnings} == {"processing/ophys/Fluorescence", "acquisition"}
    with h5py.File(tmp_path / "a.nwb", "r+") as file:
        del file["processing/behavior/PoseTraining"]
    with pytest.raises(FormatError, match="no training labels"):
        read(tmp_path / "a.nwb")
