import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.coco_files import REAL
from tests.formats.pose_datasets import datasets, instance, ontology, same
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, read, recognise, write
from vitruvian.labels import Dataset, MediaEntry

LABELS = """scorer,rick,rick,rick,rick
bodyparts,paw1LH_top,paw1LH_top,tail_top,tail_top
coords,x,y,x,y
labeled-data/img00.png,77.25,36.25,253.5,101.900392541708
labeled-data/img01.png,,,59.75,71.25
"""
VISIBLE = """scorer,rick,rick,rick,rick,rick,rick
bodyparts,paw,paw,paw,tail,tail,tail
coords,x,y,visible,x,y,visible
labeled-data/clip/img00.png,77.25,36.25,2,253.5,101.9,1
labeled-data/clip/img01.png,,,0,59.75,71.25,2
labeled-data/clip/img02.png,,,0,,,0
labeled-data/clip/img03.png,,,,,,
"""
PREDICTED = """scorer,heatmap_tracker,heatmap_tracker,heatmap_tracker
bodyparts,paw,paw,paw
coords,x,y,likelihood
0,1.5,2.5,0.99
1,3.5,4.5,0.012345678901
"""


def put(folder: Path, text: str, name: str = "CollectedData.csv") -> Path:
    (folder / name).write_bytes(text.encode())
    return folder / name


@pytest.mark.parametrize(
    ("text", "name", "format"),
    [
        (LABELS, "CollectedData.csv", "lightning_pose"),
        (LABELS, "CollectedData_lTop.csv", "lightning_pose"),
        (LABELS, "CollectedData_rick.csv", "deeplabcut"),
        (VISIBLE, "CollectedData_rick.csv", "lightning_pose"),
        (PREDICTED, "clip.csv", "lightning_pose"),
        (PREDICTED.replace("heatmap_tracker", "DLC_resnet50"), "clip.csv", "deeplabcut"),
    ],
)
def test_it_is_told_apart_from_deeplabcut(tmp_path: Path, text: str, name: str, format: str) -> None:
    assert recognise(put(tmp_path, text, name)).name == format


def test_visible_is_visibility(tmp_path: Path) -> None:
    found = read(put(tmp_path, VISIBLE))
    assert [(i.media, i.visibility.tolist()) for i in found.instances] == [(0, [2, 1]), (1, [0, 2]), (2, [0, 0])]
    assert len(found.media) == 4
    assert found.warnings == []
    wrong = read(put(tmp_path, VISIBLE.replace("36.25,2", "36.25,7").replace("71.25,2", "71.25,0")))
    assert [i.visibility.tolist() for i in wrong.instances] == [[2, 1], [0, 0], [0, 0]]
    assert [w.field for w in wrong.warnings] == ["paw", "tail"]


@pytest.mark.parametrize("text", [LABELS, VISIBLE, PREDICTED, VISIBLE.replace("36.25,2", "36.25,7")])
def test_what_was_not_edited_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    write(read(put(tmp_path, text)), tmp_path / "out.csv", format="lightning_pose")
    assert (tmp_path / "out.csv").read_bytes() == text.encode()


def test_an_edit_changes_its_cells_only(tmp_path: Path) -> None:
    found = read(put(tmp_path, VISIBLE))
    found.instances[0].place(0, 77.25, 36.25, 1)
    write(found, tmp_path / "out.csv", format="lightning_pose")
    assert (tmp_path / "out.csv").read_text() == VISIBLE.replace("36.25,2", "36.25,1")
    found = read(put(tmp_path, LABELS))
    found.instances[1].place(0, 1, 2, 1)
    write(found, tmp_path / "CollectedData.csv", format="lightning_pose")
    again = read(tmp_path / "CollectedData.csv")
    assert [i.visibility.tolist() for i in again.instances] == [[2, 2], [1, 2]]


def test_another_skeleton_drops_adds_and_moves_columns(tmp_path: Path) -> None:
    found = read(put(tmp_path, LABELS), format="lightning_pose")
    names = ("tail_top", "paw1LH_top", "new")
    skeleton = found.ontology.skeleton("animal")
    found.ontology = ontology(names, ())
    for each in found.instances:
        picks = [skeleton.index.get(name, -1) for name in names]
        each.xy = np.vstack((each.xy, [[0, 0]]))[picks]
        each.visibility = np.append(each.visibility, 0).astype(np.uint8)[picks]
    found.instances[0].place(2, 5, 6)
    write(found, tmp_path / "out.csv", format="lightning_pose")
    same(found, read(tmp_path / "out.csv", format="lightning_pose"))


def test_what_it_says_it_holds_it_holds(tmp_path: Path) -> None:
    media = [MediaEntry("a/1.png"), MediaEntry("b.png"), MediaEntry("c.png")]
    old = Dataset(ontology(edges=()), media, [instance("1", 0, 0, [2, 1, 0, 2]), instance("2", 2, 0, [0, 0, 0, 0])])
    write(old, tmp_path / "out.csv", format="lightning_pose")
    new = read(tmp_path / "out.csv", format="lightning_pose")
    same(old, new)
    assert {loss.feature for loss in by_name("lightning_pose").losses(new)} <= {"ids", "flips"}


def test_two_animals_in_a_frame_are_refused(tmp_path: Path) -> None:
    media = [MediaEntry("a.png")]
    old = Dataset(ontology(), media, [instance("1", 0, 0, [2] * 4), instance("2", 0, 0, [2] * 4)])
    with pytest.raises(FormatError, match="same frame"):
        write(old, tmp_path / "out.csv", format="lightning_pose")
    assert list(tmp_path.iterdir()) == []


def test_scores_of_a_video(tmp_path: Path) -> None:
    marked = instance("1", 0, 2, [2] * 4, score=np.array([0.5, 0.1, np.nan, 1], np.float32))
    old = Dataset(ontology(), [MediaEntry("out", frames=4, kind="video")], [marked])
    write(old, tmp_path / "out.csv", format="lightning_pose")
    new = read(tmp_path / "out.csv", format="lightning_pose")
    same(old, new, scores=True)
    assert new.media[0].frames == 4


@settings(max_examples=40, deadline=None)
@given(datasets(hidden=True, several=False, tracks=False))
def test_any_dataset_comes_back(old: Dataset) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        write(old, Path(scratch) / "out.csv", format="lightning_pose")
        new = read(Path(scratch) / "out.csv", format="lightning_pose")
        same(old, new)
        write(new, Path(scratch) / "again.csv", format="lightning_pose")
        assert (Path(scratch) / "again.csv").read_bytes() == (Path(scratch) / "out.csv").read_bytes()


def test_every_mutation_is_read_or_refused(tmp_path: Path) -> None:
    rng = random.Random(5)
    for text in (LABELS, VISIBLE, PREDICTED):
        for _ in range(150):
            broken = bytearray(text.encode())
            for _ in range(rng.randrange(1, 4)):
                broken[rng.randrange(len(broken))] = rng.choice(b'0,\n"-x\xff.')
            try:
                read(_bytes(tmp_path, broken), format="lightning_pose").check()
            except FormatError:
                continue


def _bytes(folder: Path, content: bytes) -> Path:
    (folder / "bad.csv").write_bytes(content)
    return folder / "bad.csv"


def test_individuals_are_deeplabcuts(tmp_path: Path) -> None:
    text = LABELS.replace("bodyparts", "individuals,a,a,a,a\nbodyparts")
    assert recognise(put(tmp_path, text)).name == "deeplabcut"
    with pytest.raises(FormatError, match="one animal only"):
        read(put(tmp_path, text), format="lightning_pose")


@pytest.mark.skipif(not (REAL / "lightning-pose").is_dir(), reason="no real files here")
def test_a_real_file_comes_back(tmp_path: Path) -> None:
    (path,) = (REAL / "lightning-pose").rglob("*.csv")
    assert recognise(path).name == "lightning_pose"
    found = read(path)
    assert (len(found.media), len(found.instances), found.warnings) == (90, 90, [])
    write(found, tmp_path / "out.csv", format="lightning_pose")
    assert (tmp_path / "out.csv").read_bytes() == path.read_bytes()
