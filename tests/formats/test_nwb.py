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
    with pytest.raises(FormatError, match="no labels and no predictions"):
        read(tmp_path / "a.nwb")


def predicted(path: Path, *, clock: str = "whole", old: bool = False) -> Path:
    """Write predictions of two mice as other software does, group by group: ndx-pose 0.1 (nodes) or later (a link)."""
    places = np.array([[1.5, 2], [np.nan, np.nan], [3, 4.25], [5, 6]])
    times = {"whole": [0, 2, 3, 7], "rate": None, "video": [10, 10.5, 11, 12.5], "rank": [0.1, 0.35, 0.5, 0.9]}[clock]
    write(Dataset(ontology(["snout", "tail"], [(0, 1)]), [], []), path)
    with h5py.File(path, "r+") as file:
        behavior = file["processing/behavior"]
        del behavior["PoseTraining"]
        if old:
            del behavior["Skeletons"]
        for mouse in ("a", "b"):
            group = behavior.create_group(f"track={mouse}")
            group.attrs["neurodata_type"], group["scorer"] = "PoseEstimation", f"net {mouse}"
            group["original_videos"] = ["clips/m.mp4"]
            if old:
                group["nodes"], group["edges"] = ["snout", "tail"], np.array([[0, 1]], np.uint8)
            else:
                group["animal"] = h5py.SoftLink("/processing/behavior/Skeletons/animal")
            if clock == "video":
                video = file.require_group("acquisition/camera")
                video.attrs["neurodata_type"] = "ImageSeries"
                if "external_file" not in video:
                    video["external_file"], video["dimension"] = ["clips/m.mp4"], [640, 480]
                    video["starting_time"] = 9.0
                    video["starting_time"].attrs["rate"] = 2.0
                group["source_video"] = h5py.SoftLink("/acquisition/camera")
            for shift, node in enumerate(("snout", "tail")):
                series = group.create_group(node)
                series.attrs["neurodata_type"] = "PoseEstimationSeries"
                series["data"], series["confidence"] = places + shift, [0.1, np.nan, 0.5, 1]
                if times is None:
                    series["starting_time"] = 4.0
                    series["starting_time"].attrs["rate"] = 25.0
                else:
                    series["timestamps"] = np.array(times, float)
    return path


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    ("clock", "frames"),
    [("whole", [0, 3, 7]), ("rate", [0, 2, 3]), ("video", [2, 4, 7]), ("rank", [0, 2, 3])],
)
def test_predictions_come_with_tracks_scores_and_frames_from_times(
    tmp_path: Path, clock: str, frames: list[int], old: bool
) -> None:
    found = read(predicted(tmp_path / "a.nwb", clock=clock, old=old))
    assert [(m.name, m.kind) for m in found.media] == [("clips/m.mp4", "video")]
    (category,) = found.ontology.categories
    assert category.skeleton is not None
    assert (category.skeleton.names, category.skeleton.edges) == (("snout", "tail"), ((0, 1),))
    assert [(i.frame, i.track) for i in found.instances] == [(frame, track) for frame in frames for track in "ab"]
    assert found.instances[0].xy.tolist() == [[1.5, 2], [2.5, 3]]
    assert found.instances[0].score is not None
    assert found.instances[0].score.tolist() == [np.float32(0.1)] * 2
    write(found, tmp_path / "b.nwb")
    new = read(tmp_path / "b.nwb")
    same(found, new, scores=True)
    assert [i.extras for i in new.instances] == [i.extras for i in found.instances]
    assert [e["scorer"] for e in new.extras["nwb"]["estimations"]] == ["net a", "net b"]
    # A frame more, and one less, change no other.
    found.instances[-1].frame += 4
    del found.instances[0]
    write(found, tmp_path / "c.nwb")
    same(found, read(tmp_path / "c.nwb"), scores=True)


def test_labels_and_predictions_stand_beside_one_another(tmp_path: Path) -> None:
    old = rich()
    score = np.array([0.25, 0.5, 0.75, 1], np.float32)
    old.instances += [instance(str(n), 2, n, [2, 2, 0, 2], track=track, score=score)
                      for n, track in ((5, "m"), (5, None), (6, "m"))]  # fmt: skip
    assert {loss.feature for loss in by_name("nwb").losses(old)} == {"ids", "flips"}
    write(old, tmp_path / "a.nwb")
    new = read(tmp_path / "a.nwb")
    assert sorted((i.media, i.frame, i.track or "") for i in new.instances) == sorted(
        (i.media, i.frame, i.track or "") for i in old.instances
    )
    scored = [i for i in new.instances if i.score is not None]
    assert [np.array_equal(i.score, score) for i in scored if i.score is not None] == [True] * 3
    old.instances[0].track = "lost"
    old.instances[-1].visibility[0] = 1
    assert {loss.feature for loss in by_name("nwb").losses(old)} == {"ids", "flips", "tracks", "hidden"}
    old.instances[-1].frame = 5
    with pytest.raises(FormatError, match="'m' stands twice in frame 5"):
        write(old, tmp_path / "b.nwb")


def test_other_libraries_read_predictions(tmp_path: Path) -> None:
    import pynwb

    write(read(predicted(tmp_path / "a.nwb")), tmp_path / "b.nwb")
    with pynwb.NWBHDF5IO(str(tmp_path / "b.nwb"), "r") as io:
        container = io.read().processing["behavior"]["track=a"]
        assert list(container.skeleton.nodes) == ["snout", "tail"]
        series = container.pose_estimation_series["tail"]
        assert series.timestamps[:].tolist() == [0, 2, 3, 7]
        assert series.confidence[:].tolist()[::2] == [0.1, 0.5]


def test_a_recording_is_not_overwritten(tmp_path: Path) -> None:
    write(rich(), tmp_path / "a.nwb")
    with h5py.File(tmp_path / "a.nwb", "r+") as file:
        file["acquisition/spikes"] = [1, 2]
    before = (tmp_path / "a.nwb").read_bytes()
    with pytest.raises(FormatError, match="holds acquisition besides poses"):
        write(rich(), tmp_path / "a.nwb")
    assert (tmp_path / "a.nwb").read_bytes() == before


@pytest.mark.parametrize("value", [[1.0], [[1.0]], [[np.nan, 1]] * 3])
@pytest.mark.parametrize("place", ["data", "timestamps", "confidence"])
def test_broken_predictions_are_refused(tmp_path: Path, place: str, value: object) -> None:
    with h5py.File(predicted(tmp_path / "a.nwb"), "r+") as file:
        group = file["processing/behavior/track=a/tail"]
        del group[place]
        group[place] = value
    with pytest.raises(FormatError):
        read(tmp_path / "a.nwb")


def test_predictions_of_deeplabcut_name_their_animal_in_every_node(tmp_path: Path) -> None:
    with h5py.File(predicted(tmp_path / "a.nwb", old=True), "r+") as file:
        behavior = file["processing/behavior"]
        del behavior["track=b"]
        behavior.move("track=a", "PoseEstimation")
        group = behavior["PoseEstimation"]
        group["source_software"] = "DeepLabCut"
        del group["nodes"]
        group["nodes"] = ["ind1_snout", "ind1_tail"]
        for node in ("snout", "tail"):
            group.move(node, f"ind1_{node}")
    found = read(tmp_path / "a.nwb")
    assert found.ontology.skeleton("animal").names == ("snout", "tail")
    assert [(i.frame, i.track) for i in found.instances] == [(0, "ind1"), (3, "ind1"), (7, "ind1")]
    write(found, tmp_path / "b.nwb")
    same(found, read(tmp_path / "b.nwb"), scores=True)
    with h5py.File(tmp_path / "b.nwb") as file:
        assert {"ind1_snout", "ind1_tail"} <= set(file["processing/behavior/PoseEstimation"])


def test_two_containers_of_one_name_stay_two(tmp_path: Path) -> None:
    with h5py.File(predicted(tmp_path / "a.nwb"), "r+") as file:
        file.copy("processing/behavior/track=a", "processing/other/track=a", expand_soft=False)
    found = read(tmp_path / "a.nwb")
    assert {i.track for i in found.instances} == {"a", "b", "a#2"}
    write(found, tmp_path / "b.nwb")
    same(found, read(tmp_path / "b.nwb"), scores=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(not (REAL / "sleap" / "tracks").is_dir(), reason="no real files here")
def test_real_predictions_as_sleap_io_writes_them(tmp_path: Path) -> None:
    import sleap_io
    from sleap_io.io.nwb_predictions import write_nwb

    labels = sleap_io.load_slp(str(REAL / "sleap" / "tracks" / "clip.2node.slp"), open_videos=False)
    labels.labeled_frames = labels.labeled_frames[5:40]
    for frame in labels.labeled_frames:
        frame.instances = [
            sleap_io.PredictedInstance.from_numpy(
                each.numpy(), skeleton=each.skeleton, point_scores=np.full(2, 0.3), score=0.5, track=each.track
            )
            for each in frame.instances
        ]
    write_nwb(labels, str(tmp_path / "a.nwb"), pose_estimation_metadata={"video_timestamps": np.arange(100.0)})
    found = read(tmp_path / "a.nwb")
    theirs = {(f.frame_idx, each.track.name): each.numpy() for f in labels for each in f.instances}
    assert {(i.frame, i.track) for i in found.instances} == theirs.keys()
    for each in found.instances:
        shown = np.where(each.visibility[:, None] > 0, each.xy, np.nan)
        np.testing.assert_array_equal(shown, theirs[each.frame, each.track or ""])
    write(found, tmp_path / "b.nwb")
    same(found, read(tmp_path / "b.nwb"), scores=True)
