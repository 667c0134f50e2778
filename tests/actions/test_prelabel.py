"""Pre-labelling: every frame exactly once, through stops, kills and damaged frames."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Connection

from tests.actions.barcode_predictor import BarcodePredictor
from tests.media.clips import number_of, picture, write_clip
from tests.projects import NAMES, ONTOLOGY
from vitruvian.actions.import_media import import_media
from vitruvian.actions.predicted_frames import CHUNK
from vitruvian.actions.prelabel import prelabel
from vitruvian.errors import Cancelled, Conflict, InvalidInput, ModelError, NotFound
from vitruvian.labels import Category, Instance, Ontology, skeleton_from_names
from vitruvian.store import Store, instances, label_sets, ontologies, open_store, projects

FRAMES = 60
CLOSED = {"x264-params": "bframes=3:keyint=20:b-adapt=0:scenecut=0"}


@dataclass
class Begun:
    project: int
    ontology: int
    media: list[int]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", FRAMES, options=CLOSED)


def _begin(store: Store, *paths: Path, ontology: Ontology = ONTOLOGY) -> Begun:
    def make(connection: Connection) -> tuple[int, int]:
        project = projects.create_project(connection, "test")
        return project, ontologies.add_ontology(connection, project, ontology)

    project, version = store.write(make)
    return Begun(project, version, import_media(store, project, paths).added)


def _labels(store: Store, label_set: int) -> list[Instance]:
    with store.read() as connection:
        return instances.instances(connection, label_set)


def _assert_whole(store: Store, label_set: int, frames: range = range(FRAMES)) -> None:
    assert [i.frame for i in _labels(store, label_set)] == [n for n in frames if n % 5]


def test_points_are_placed_by_name(store: Store, clip: Path) -> None:
    begun = _begin(store, clip)
    steps: list[tuple[int, int]] = []
    report = prelabel(
        store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology, name="codes",
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert (report.frames, report.instances, report.failed) == (FRAMES, 48, [])
    assert steps[-1] == (FRAMES, FRAMES)
    _assert_whole(store, report.label_set)
    found = _labels(store, report.label_set)[6]
    assert found.frame == 8
    placed = dict(zip(NAMES, found.xy.tolist(), strict=True))
    assert placed["nose"] == [8, 16]
    assert placed["right_wrist"] == [9, 16]
    assert placed["left_wrist"] == [10, 16]
    assert found.visibility.tolist() == [2, 2, 2, 0, 0]
    assert found.score is not None
    assert found.score.tolist() == pytest.approx([0.9, 0.25, 0.5, np.nan, np.nan], nan_ok=True)
    assert found.box is not None
    assert found.box.tolist() == [8, 8, 30, 60]
    with store.read() as connection:
        row = label_sets.label_set(connection, report.label_set)
    assert (row.kind, row.name, row.extras["done"]) == ("model", "codes", {str(begun.media[0]): FRAMES})


def test_images_and_videos_together(store: Store, clip: Path, tmp_path: Path) -> None:
    for number in (61, 65, 67):
        Image.fromarray(picture(number)).save(tmp_path / f"{number}.png")
    begun = _begin(store, clip, *(tmp_path / f"{number}.png" for number in (61, 65, 67)))
    predictor = BarcodePredictor()
    # A media that is named twice is done once.
    report = prelabel(store, begun.project, begun.media * 2, predictor, ontology=begun.ontology)
    assert sorted(predictor.seen) == [*range(FRAMES), 61, 65, 67]
    assert (report.frames, report.instances) == (FRAMES + 3, 50)


def test_a_stopped_run_goes_on_where_it_was(store: Store, clip: Path) -> None:
    begun = _begin(store, clip)
    asked = iter([False] * 3 + [True])
    with pytest.raises(Cancelled) as caught:
        prelabel(
            store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology,
            cancelled=lambda: next(asked),
        )  # fmt: skip
    label_set = caught.value.details["label_set"]
    _assert_whole(store, label_set, range(3 * CHUNK))
    predictor = BarcodePredictor()
    report = prelabel(
        store, begun.project, begun.media, predictor, ontology=begun.ontology, label_set=label_set
    )  # fmt: skip
    assert sorted(predictor.seen) == list(range(3 * CHUNK, FRAMES))
    assert report.frames == FRAMES
    _assert_whole(store, label_set)
    assert len({i.track for i in _labels(store, label_set)}) >= 1
    again = prelabel(store, begun.project, begun.media, predictor, ontology=begun.ontology, label_set=label_set)
    assert (again.frames, again.instances) == (FRAMES, 0)


def test_a_killed_run_goes_on_with_every_frame_once(address: str, clip: Path) -> None:
    with open_store(address, create=True) as store:
        begun = _begin(store, clip)
        label_set = store.write(
            lambda c: label_sets.create_label_set(
                c, begun.project, kind="model", name="codes", author="codes", ontology=begun.ontology
            )
        )
    command = [sys.executable, "-m", "tests.actions.barcode_predictor", address]
    numbers = map(str, (begun.project, begun.media[0], begun.ontology, label_set))
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([*command, *numbers], cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(2)]
        process.kill()
    assert said == [CHUNK, 2 * CHUNK]
    with open_store(address) as store:
        before = [i.frame for i in _labels(store, label_set)]
        assert before[: len([n for n in range(2 * CHUNK) if n % 5])] == [n for n in range(2 * CHUNK) if n % 5]
        predictor = BarcodePredictor()
        prelabel(store, begun.project, begun.media, predictor, ontology=begun.ontology, label_set=label_set)
        _assert_whole(store, label_set)
        assert min(predictor.seen) in {2 * CHUNK, 3 * CHUNK}


def test_damaged_frames_cost_only_themselves(store: Store, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", 120, options=CLOSED)
    content = bytearray(clip.read_bytes())
    for at in range(3000, 3060):
        content[at] ^= 0xA5
    clip.write_bytes(content)
    begun = _begin(store, clip)
    predictor = BarcodePredictor()
    report = prelabel(store, begun.project, begun.media, predictor, ontology=begun.ontology)
    assert report.frames == 120
    assert len(report.failed) == 1
    assert "cannot be decoded" in report.failed[0].message
    assert set(predictor.seen) >= set(range(100, 120))
    labelled = [i.frame for i in _labels(store, report.label_set)]
    assert set(labelled) >= {n for n in range(100, 120) if n % 5}
    assert len(labelled) == len(set(labelled))


def test_a_file_that_is_gone_stops_nothing_and_can_come_back(store: Store, clip: Path, tmp_path: Path) -> None:
    Image.fromarray(picture(61)).save(tmp_path / "61.png")
    begun = _begin(store, clip, tmp_path / "61.png")
    clip.rename(tmp_path / "away.mp4")
    report = prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology)
    assert (report.frames, report.instances) == (1, 1)
    assert [error.where for error in report.failed] == [str(clip)]
    (tmp_path / "away.mp4").rename(clip)
    report = prelabel(
        store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology, label_set=report.label_set
    )
    assert (report.frames, report.failed) == (FRAMES + 1, [])


def test_an_ontology_without_the_keypoints(store: Store, clip: Path) -> None:
    hands = Ontology("hands", (Category("hand", skeleton_from_names(["thumb", "wrist"])), Category("box")))
    begun = _begin(store, clip, ontology=hands)
    with pytest.raises(ModelError, match="No category") as caught:
        prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology)
    assert "right_wrist" in caught.value.hint
    with store.read() as connection:
        assert not label_sets.label_sets(connection, begun.project)


def test_going_on_with_another_ontology_is_refused(store: Store, clip: Path) -> None:
    begun = _begin(store, clip)
    first = prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology)
    newer = store.write(lambda c: ontologies.add_ontology(c, begun.project, ONTOLOGY))
    with pytest.raises(InvalidInput, match="another version"):
        prelabel(
            store, begun.project, begun.media, BarcodePredictor(), ontology=newer, label_set=first.label_set
        )  # fmt: skip


def test_an_error_of_the_model_ends_the_run_and_keeps_what_was_done(store: Store, clip: Path) -> None:
    begun = _begin(store, clip)

    class Failing(BarcodePredictor):
        def predict(self, frames):  # type: ignore[no-untyped-def]
            if number_of(frames[0]) >= 2 * CHUNK:
                raise ModelError("The weights are damaged")
            return super().predict(frames)

    with pytest.raises(ModelError, match="weights"):
        prelabel(store, begun.project, begun.media, Failing(), ontology=begun.ontology)
    with store.read() as connection:
        (row,) = label_sets.label_sets(connection, begun.project)
    _assert_whole(store, row.id, range(2 * CHUNK))


def test_points_beyond_the_picture_are_not_labelled(store: Store, clip: Path) -> None:
    begun = _begin(store, clip)
    report = prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology)
    labels = {i.frame: i for i in _labels(store, report.label_set)}
    assert labels[48].visibility.tolist() == [2, 2, 2, 0, 0]  # at y = 96, the lower edge
    assert labels[49].visibility.tolist() == [0, 0, 0, 0, 0]
    assert not labels[49].xy.any()
    assert labels[49].score is None or np.isnan(labels[49].score).all()


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_number_of_workers_makes_the_same(store: Store, clip: Path, tmp_path: Path, workers: int) -> None:
    others = []
    for number in range(61, 80):
        Image.fromarray(picture(number)).save(tmp_path / f"{number}.png")
        others.append(tmp_path / f"{number}.png")
    begun = _begin(store, *others[:9], clip, *others[9:])
    steps: list[int] = []
    report = prelabel(
        store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology, workers=workers,
        progress=lambda done, total: steps.append(done),
    )  # fmt: skip
    assert (report.frames, report.instances, steps[-1]) == (FRAMES + 19, 48 + 16, FRAMES + 19)
    assert steps == sorted(steps)
    made = sorted(
        (i.media, i.frame, float(i.box[0]), i.track is None)
        for i in _labels(store, report.label_set)
        if i.box is not None
    )
    videos = {id for id, path in zip(begun.media, [*others[:9], clip, *others[9:]], strict=True) if path == clip}
    wanted = [(id, n, float(n), False) for id in videos for n in range(FRAMES) if n % 5]
    images = [id for id in begun.media if id not in videos]
    wanted += [(id, 0, float(n), True) for id, n in zip(images, range(61, 80), strict=True) if n % 5]
    assert made == sorted(wanted)


def test_one_bad_image_of_many_is_named_and_tried_again(store: Store, tmp_path: Path) -> None:
    for number in range(1, 24):
        Image.fromarray(picture(number)).save(tmp_path / f"{number}.png")
    begun = _begin(store, tmp_path)
    good = (tmp_path / "7.png").read_bytes()
    (tmp_path / "7.png").write_bytes(good[: len(good) // 2])
    report = prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology)
    assert report.frames == 22
    assert [Path(error.where).name for error in report.failed] == ["7.png"]
    (tmp_path / "7.png").write_bytes(good)
    predictor = BarcodePredictor()
    again = prelabel(store, begun.project, begun.media, predictor, ontology=begun.ontology, label_set=report.label_set)
    assert (again.frames, again.instances, again.failed, predictor.seen) == (23, 1, [], [7])


def test_a_person_s_labels_are_no_run_to_go_on_with(store: Store, clip: Path) -> None:
    begun = _begin(store, clip)

    def make(connection: Connection) -> tuple[int, int]:
        mine = label_sets.create_label_set(
            connection, begun.project, kind="person", name="Ada", author="ada", ontology=begun.ontology
        )
        return mine, projects.create_project(connection, "other")

    mine, other = store.write(make)
    with pytest.raises(InvalidInput, match="no model's run"):
        prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology, label_set=mine)
    with pytest.raises(NotFound):
        prelabel(store, other, begun.media, BarcodePredictor(), ontology=begun.ontology, label_set=mine)
    assert _labels(store, mine) == []


def test_two_that_go_on_with_one_run_do_not_mark_frames_twice(store: Store, clip: Path) -> None:
    begun = _begin(store, clip)
    done: list[int] = []

    def meanwhile(upto: int, total: int) -> None:
        if not done:
            done.append(upto)
            with store.read() as connection:
                (row,) = label_sets.label_sets(connection, begun.project)
            prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology, label_set=row.id)

    with pytest.raises(Conflict, match="Another process"):
        prelabel(store, begun.project, begun.media, BarcodePredictor(), ontology=begun.ontology, progress=meanwhile)
    with store.read() as connection:
        (row,) = label_sets.label_sets(connection, begun.project)
    _assert_whole(store, row.id)
