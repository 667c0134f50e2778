import json
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.coco_files import REAL
from tests.formats.pose_datasets import instance, ontology, same
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.labels import Dataset, MediaEntry

NAN = float("nan")


def analysis_file(path: Path) -> Path:
    """Write a file as SLEAP before sleap-io did: turned for Matlab, without names of axes."""
    tracks = np.full((2, 2, 3, 4), NAN)
    tracks[0, :, :, 1] = [[10.5, 20, NAN], [11.5, 21, NAN]]
    tracks[1, :, :, 1] = [[30, 31, 32], [40, 41, 42]]
    tracks[1, :, :, 3] = [[33, 34, 35], [43, 44, 45]]
    with h5py.File(path, "w") as file:
        file["tracks"] = tracks
        file["track_occupancy"] = np.array([[0, 0], [1, 1], [0, 0], [0, 1]], np.uint8)
        file["point_scores"] = np.where(np.isnan(tracks[:, 0]), NAN, 0.1)
        file["instance_scores"] = [[NAN, 0.75, NAN, NAN], [NAN, 0.5, NAN, 0.25]]
        file["tracking_scores"] = [[NAN, NAN, NAN, NAN], [NAN, 1.5, NAN, NAN]]
        file["track_names"] = [b"female", b"male"]
        file["node_names"] = [b"head", b"wing_l", b"wing_r"]
        file["edge_names"] = [[b"head", b"wing_l"], [b"head", b"wing_r"]]
        file["edge_inds"] = [[0, 1], [0, 2]]
        file["labels_path"], file["video_path"], file["video_ind"] = "a.slp", "clips/fly.mp4", 0
        file["provenance"] = json.dumps({"model": "x"})
    return path


def everything(dataset: Dataset) -> list[object]:
    labels = [
        (i.media, i.frame, i.track, i.confidence, i.extras, i.xy.tolist(), i.visibility.tolist(), str(i.score))
        for i in dataset.instances
    ]
    return [dataset.ontology.categories, dataset.media, dataset.extras, labels]


def test_arrays_become_instances_of_their_tracks(tmp_path: Path) -> None:
    path = analysis_file(tmp_path / "a.analysis.h5")
    assert recognise(path).name == "sleap_analysis"
    found = read(path)
    skeleton = found.ontology.skeleton("animal")
    assert (skeleton.names, skeleton.edges) == (("head", "wing_l", "wing_r"), ((0, 1), (0, 2)))
    assert [(m.name, m.kind, m.frames) for m in found.media] == [("clips/fly.mp4", "video", 4)]
    assert [(i.frame, i.track, i.confidence) for i in found.instances] == [
        (1, "female", 0.75), (1, "male", 0.5), (3, "male", 0.25)
    ]  # fmt: skip
    assert found.instances[0].xy.tolist() == [[10.5, 11.5], [20, 21], [0, 0]]
    assert found.instances[0].visibility.tolist() == [2, 2, 0]
    assert found.instances[1].extras["sleap_analysis"]["tracking_score"] == 1.5
    assert found.warnings == []
    write(found, tmp_path / "b.h5", format="sleap_analysis")
    assert everything(read(tmp_path / "b.h5")) == everything(found)
    with h5py.File(path) as old, h5py.File(tmp_path / "b.h5") as new:
        for name in old:
            np.testing.assert_array_equal(old[name][()], new[name][()], err_msg=name)


@pytest.mark.parametrize("preset", ["matlab", "standard"])
@pytest.mark.skipif(not (REAL / "sleap" / "tracks").is_dir(), reason="no real files here")
def test_real_labels_as_sleap_io_writes_and_reads_them(tmp_path: Path, preset: str) -> None:
    import sleap_io

    source = REAL / "sleap" / "tracks" / "clip.2node.slp"
    labels = sleap_io.load_slp(str(source), open_videos=False)
    sleap_io.save_analysis_h5(labels, str(tmp_path / "a.h5"), preset=preset)
    slp, found = read(source), read(tmp_path / "a.h5")
    where = {(i.frame, i.track): i.xy for i in slp.instances}
    assert len(found.instances) == len(where) == 3000
    for each in found.instances:
        np.testing.assert_array_equal(where[each.frame, each.track], each.xy)
    write(found, tmp_path / "b.h5", format="sleap_analysis")
    assert everything(read(tmp_path / "b.h5")) == everything(found)
    write(slp, tmp_path / "c.h5", format="sleap_analysis")
    theirs = [
        (frame.frame_idx, each.track.name, each.numpy())
        for frame in sleap_io.load_analysis_h5(str(tmp_path / "c.h5"))
        for each in frame.instances
    ]
    assert len(theirs) == 3000
    for frame, track, points in theirs:
        np.testing.assert_array_equal(where[frame, track], points)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["a", "b", None]), st.lists(st.sampled_from([0, 2]),
                min_size=4, max_size=4)), max_size=6, unique_by=lambda row: row[:2]), st.booleans())  # fmt: skip
def test_what_it_holds_comes_back(rows: list[tuple[int, str | None, list[int]]], pictures: bool) -> None:
    media = [MediaEntry(f"{n}.png", 64, 48) for n in range(7)]
    if not pictures:
        media = [MediaEntry("v.mp4", 320, 240, 40, "video")]
    score = np.array([0.1, 0.25, NAN, 1], np.float32)
    old = Dataset(ontology(), media, [
        instance(str(n), frame * pictures, frame * (not pictures), seen, track=track, score=score, confidence=0.5)
        for n, (frame, track, seen) in enumerate(rows)
    ])  # fmt: skip
    old.instances.sort(key=lambda i: (i.media, i.frame, i.track is None, i.track))
    assert {loss.feature for loss in by_name("sleap_analysis").losses(old)} <= {"ids", "unused_media"}
    with tempfile.TemporaryDirectory() as scratch:
        write(old, Path(scratch) / "a.h5", format="sleap_analysis")
        new = read(Path(scratch) / "a.h5")
    new.instances.sort(key=lambda i: (i.media, i.frame, i.track is None, i.track))
    same(old, new, scores=True)
    assert [(m.width, m.height, m.frames, m.kind) for m in new.media] == [
        (m.width, m.height, m.frames, m.kind) for m in old.media
    ]
    assert [i.confidence for i in new.instances] == [i.confidence for i in old.instances]
    assert new.ontology.categories == old.ontology.categories


def test_a_track_that_stands_twice_in_a_frame_and_several_videos_are_refused(tmp_path: Path) -> None:
    video = MediaEntry("v.mp4", 320, 240, 40, "video")
    twice = [instance(n, 0, 3, [2, 2, 2, 2], track="a") for n in ("1", "2")]
    with pytest.raises(FormatError, match="'a' stands twice in frame 3"):
        write(Dataset(ontology(), [video], twice), tmp_path / "a.h5", format="sleap_analysis")
    with pytest.raises(FormatError, match="one video"):
        write(Dataset(ontology(), [video, video], []), tmp_path / "a.h5", format="sleap_analysis")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("tracks", [1.0]), ("track_occupancy", [[1]]), ("node_names", [b"a", b"a", b"b"]), ("node_names", [b"a"]),
        ("point_scores", [[[b"x"]]]), ("track_names", [b"one"]),
    ],
)  # fmt: skip
def test_broken_files_are_refused(tmp_path: Path, place: str, value: object) -> None:
    path = analysis_file(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        del file[place]
        file[place] = value
    with pytest.raises(FormatError):
        read(path)
