import contextlib
import csv
import pickle
import random
import shutil
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings

from tests.formats.coco_files import REAL, coco_file, person
from tests.formats.pose_datasets import NAMES, datasets, instance, ontology, same
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, dumps, read, recognise, write
from vitruvian.formats.coco.read import dataset as coco_dataset
from vitruvian.formats.deeplabcut.hdf import read_hdf
from vitruvian.formats.hdf5 import plain_pickle
from vitruvian.formats.pose_table import read_csv
from vitruvian.labels import Dataset, MediaEntry

SIMPLE = """scorer,Ada,Ada,Ada,Ada,Ada,Ada
bodyparts,snout,snout,leftear,leftear,tail,tail
coords,x,y,x,y,x,y
labeled-data/mouse/img05.png,185.25173502386923,610.36,208,638.481982444433,,
labeled-data/mouse/img20.png,,,,,,
labeled-data/mouse/img23.png,1.0,2.0,,,3.5,4e-05
"""
SEVERAL = """scorer,,,Ada,Ada,Ada,Ada,Ada,Ada,Ada,Ada,Ada,Ada
individuals,,,m1,m1,m1,m1,m2,m2,m2,m2,single,single
bodyparts,,,snout,snout,ear,ear,snout,snout,ear,ear,corner,corner
coords,,,x,y,x,y,x,y,x,y,x,y
labeled-data,mouse,img05.png,0,1,2,3,4,5,6,7,,
labeled-data,mouse,img20.png,12,13,,,,,16,17,18.5,19
"""
PREDICTED = """scorer,DLC_resnet50,DLC_resnet50,DLC_resnet50
bodyparts,snout,snout,snout
coords,x,y,likelihood
0,1.5,2.5,0.9987654321
1,,,0.1
2,3.0,4.0,0.5
"""
CONFIG = """# Project definitions (do not edit)
Task: mouse
scorer: Ada
project_path: /home/ada/mouse
video_sets:
  /home/ada/mouse.mp4:
    crop: 0, 640, 0, 480
bodyparts:
- snout
- leftear
- tail
skeleton: [['snout', 'leftear'], ['snout', 'nothing']]
pcutoff: 0.4
"""


def put(folder: Path, text: str, name: str = "CollectedData_Ada.csv") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode())
    return folder / name


def project(folder: Path, config: str = CONFIG, table: str = SIMPLE) -> Path:
    put(folder, config, "config.yaml")
    put(folder / "labeled-data" / "mouse", table)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_body_parts_keep_their_order_and_empty_is_not_labelled(tmp_path: Path) -> None:
    found = read(put(tmp_path, SIMPLE))
    assert found.ontology.skeleton("animal").names == ("snout", "leftear", "tail")
    assert [m.name for m in found.media] == [f"labeled-data/mouse/img{n}.png" for n in ("05", "20", "23")]
    first, last = found.instances
    assert first.xy.tolist() == [[185.25173502386923, 610.36], [208, 638.481982444433], [0, 0]]
    assert (first.visibility.tolist(), last.visibility.tolist(), last.media) == ([2, 2, 0], [2, 0, 2], 2)
    assert found.warnings == []


def test_individuals_are_tracks_and_unique_parts_a_category(tmp_path: Path) -> None:
    found = read(put(tmp_path, SEVERAL))
    assert [c.name for c in found.ontology] == ["animal", "single"]
    assert found.media[0].name == "labeled-data/mouse/img05.png"
    assert [(i.media, i.track, i.category) for i in found.instances] == [
        (0, "m1", "animal"), (0, "m2", "animal"), (1, "m1", "animal"), (1, "m2", "animal"), (1, "single", "single"),
    ]  # fmt: skip


def test_predictions_are_frames_of_a_video_with_scores(tmp_path: Path) -> None:
    found = read(put(tmp_path, PREDICTED, "clipDLC_resnet50_mouse1shuffle1.csv"))
    assert (found.media[0].name, found.media[0].kind, found.media[0].frames) == ("clip", "video", 3)
    assert [(i.frame, i.visibility.tolist()) for i in found.instances] == [(0, [2]), (1, [0]), (2, [2])]
    assert found.instances[0].score is not None
    assert found.instances[0].score[0] == np.float32(0.9987654321)


@pytest.mark.parametrize(
    "text", [SIMPLE, SEVERAL, PREDICTED, SIMPLE.replace("\n", "\r\n"), PREDICTED.replace("\n1,", "\n7,")]
)
def test_what_was_not_edited_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    found = read(put(tmp_path, text), format="deeplabcut")
    csv_file, hdf_file = (tmp_path / "out" / f"CollectedData_Ada.{ending}" for ending in ("csv", "h5"))
    write(found, csv_file, format="deeplabcut")
    assert csv_file.read_bytes() == text.encode()
    write(found, hdf_file, format="deeplabcut")
    same(found, read(hdf_file), scores=True)
    assert read_hdf(hdf_file).columns == read_csv(csv_file).columns


def test_an_edit_changes_its_cells_only(tmp_path: Path) -> None:
    found = read(put(tmp_path, SIMPLE))
    found.instances[0].place(2, 7.25, 8.5)
    found.instances[1].place(0, 0, 0, 0)
    write(found, tmp_path / "out.csv", format="deeplabcut")
    wanted = SIMPLE.replace("638.481982444433,,", "638.481982444433,7.25,8.5").replace("1.0,2.0", ",")
    assert (tmp_path / "out.csv").read_text() == wanted


def test_another_skeleton_drops_adds_and_moves_columns(tmp_path: Path) -> None:
    found = read(put(tmp_path, SIMPLE), format="deeplabcut")
    names = ("tail", "snout", "new")
    skeleton = found.ontology.skeleton("animal")
    found.ontology = ontology(names, ())
    for each in found.instances:
        picks = [skeleton.index.get(name, -1) for name in names]
        each.xy = np.vstack((each.xy, [[0, 0]]))[picks]
        each.visibility = np.append(each.visibility, 0).astype(np.uint8)[picks]
    found.instances[0].place(2, 5, 6)
    write(found, tmp_path / "out.csv", format="deeplabcut")
    same(found, read(tmp_path / "out.csv", format="deeplabcut"))


def test_a_project_comes_back_with_its_config(tmp_path: Path) -> None:
    place = project(tmp_path / "in")
    assert recognise(place).name == "deeplabcut"
    found = read(place)
    assert found.ontology.skeleton("animal").edges == ((0, 1),)
    assert [w.field for w in found.warnings] == ["skeleton"]
    write(found, tmp_path / "out", format="deeplabcut")
    written = files(tmp_path / "out")
    hdf = written.pop("labeled-data/mouse/CollectedData_Ada.h5")
    assert written == files(place)
    assert hdf.startswith(b"\x89HDF")
    same(found, read(tmp_path / "out"))
    with pytest.raises(FormatError, match="something already"):
        write(found, tmp_path / "out", format="deeplabcut")


def test_another_skeleton_changes_the_config(tmp_path: Path) -> None:
    found = read(project(tmp_path / "in"))
    found.ontology = ontology(("tail", "snout", "paw"), ((0, 2),))
    for each in found.instances:
        each.xy, each.visibility = each.xy[[2, 0, 1]], each.visibility[[2, 0, 1]]
    write(found, tmp_path / "out", format="deeplabcut")
    again = read(tmp_path / "out")
    same(found, again)
    assert again.ontology.skeleton("animal") == found.ontology.skeleton("animal")
    config = (tmp_path / "out" / "config.yaml").read_text()
    assert "pcutoff: 0.4" in config
    assert "crop: 0, 640, 0, 480" in config


def test_the_h5_file_is_the_authoritative_one(tmp_path: Path) -> None:
    write(read(project(tmp_path / "in")), tmp_path / "out", format="deeplabcut")
    table = tmp_path / "out" / "labeled-data" / "mouse" / "CollectedData_Ada.csv"
    table.write_text(SIMPLE.replace("610.36", "99"))
    found = read(tmp_path / "out")
    assert found.instances[0].xy[0, 1] == 610.36
    assert any("differs from the h5" in w.message for w in found.warnings)
    table.unlink()
    same(found, read(tmp_path / "out"))


def test_a_scorer_or_body_part_that_config_does_not_know(tmp_path: Path) -> None:
    found = read(project(tmp_path, CONFIG.replace("scorer: Ada", "scorer: Bob")))
    assert (len(found.instances), [w.field for w in found.warnings][1]) == (0, "scorer")
    text = SIMPLE.replace("scorer,Ada", "scorer,Eve").replace("leftear", "paw")
    found = read(project(tmp_path, table=text))
    assert found.ontology.skeleton("animal").names == ("snout", "leftear", "tail", "paw")
    assert {"scorer", "bodyparts"} <= {w.field for w in found.warnings}


def rich() -> Dataset:
    media = [MediaEntry("labeled-data/a/1.png"), MediaEntry("labeled-data/b/2.png"), MediaEntry("labeled-data/b/3.png")]
    return Dataset(
        ontology(), media,
        [instance("1", 0, 0, [2, 2, 0, 2], track="one"), instance("2", 0, 0, [0, 2, 2, 2], track="two"),
         instance("3", 2, 0, [2, 2, 2, 2], track="two")],
    )  # fmt: skip


def test_what_it_says_it_holds_it_holds(tmp_path: Path) -> None:
    old = rich()
    write(old, tmp_path / "out", format="deeplabcut")
    new = read(tmp_path / "out")
    same(old, new)
    assert new.ontology.skeleton("animal") == old.ontology.skeleton("animal")
    assert new.warnings == []
    assert not by_name("deeplabcut").losses(new) or {loss.feature for loss in by_name("deeplabcut").losses(new)} <= {
        "ids", "flips",
    }  # fmt: skip
    assert dumps(old, format="deeplabcut").startswith(b"PK")


def test_coco_to_deeplabcut_and_back(tmp_path: Path) -> None:
    old = coco_dataset(coco_file(person(), person(2)), "in.json")
    write(old, tmp_path / "out", format="deeplabcut")
    new = read(tmp_path / "out")
    assert [m.name for m in new.media] == ["labeled-data/pictures/a.jpg"]
    assert [i.track for i in new.instances] == ["individual1", "individual2"]
    assert new.instances[0].xy.tolist() == old.instances[0].xy.tolist()
    assert {"hidden", "boxes", "areas"} <= {loss.feature for loss in by_name("deeplabcut").losses(old)}
    assert new.ontology.skeleton("animal").edges == ((0, 1), (0, 2))


def test_frames_of_videos_become_pictures_of_a_project(tmp_path: Path) -> None:
    old = Dataset(ontology(), [MediaEntry("clips/run.mp4", frames=90, kind="video")], [instance("1", 0, 12, [2] * 4)])
    write(old, tmp_path / "out", format="deeplabcut")
    assert [m.name for m in read(tmp_path / "out").media] == ["labeled-data/run/img0012.png"]
    write(old, tmp_path / "one.csv", format="deeplabcut")
    assert [i.frame for i in read(tmp_path / "one.csv").instances] == [12]
    old.media.append(MediaEntry("x.png"))
    with pytest.raises(FormatError, match="pictures, or one video"):
        write(old, tmp_path / "two.csv", format="deeplabcut")


@pytest.mark.parametrize("name", ["../x.png", "a/../../x.png", "/etc/x.png", "C:/x.png", "labeled-data/../x/y.png"])
def test_no_path_leads_out_of_the_project(tmp_path: Path, name: str) -> None:
    old = Dataset(ontology(), [MediaEntry(name)], [instance("1", 0, 0, [2] * 4)])
    with pytest.raises(FormatError, match="leads out"):
        write(old, tmp_path / "out", format="deeplabcut")
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    place = project(tmp_path / "in")
    outside = put(tmp_path, SIMPLE, "outside.csv")
    (place / "labeled-data" / "mouse" / "CollectedData_Ada.csv").unlink()
    (place / "labeled-data" / "mouse" / "CollectedData_Ada.csv").symlink_to(outside)
    with pytest.raises(FormatError, match="leads out"):
        read(place)


def test_a_track_that_stands_twice_in_a_frame_is_refused(tmp_path: Path) -> None:
    old = rich()
    old.instances[1].track = "one"
    with pytest.raises(FormatError, match="stands in the same frame"):
        write(old, tmp_path / "out", format="deeplabcut")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None)
@given(datasets(hidden=False, several=True, tracks=True))
def test_any_dataset_comes_back(old: Dataset) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        write(old, Path(scratch) / "out.csv", format="deeplabcut")
        new = read(Path(scratch) / "out.csv", format="deeplabcut")
        if not old.instances:
            return
        same(old, new)
        write(new, Path(scratch) / "again.csv", format="deeplabcut")
        assert (Path(scratch) / "again.csv").read_bytes() == (Path(scratch) / "out.csv").read_bytes()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "header rows"),
        ("scorer,Ada\n", "header rows"),
        ("scorer\nbodyparts\ncoords\n", "no columns"),
        (SIMPLE.replace("610.36", "here"), "'here' is no number"),
        (SIMPLE.replace("3.5,4e-05", "3.5,4e-05,9"), "8 cells where 7"),
        (SIMPLE.replace("leftear", "snout"), "stands twice"),
        (SIMPLE.replace("bodyparts,snout,snout", "bodyparts,,"), "no body part"),
        (PREDICTED.replace("\n2,", "\n1,"), "stands twice"),
        (PREDICTED.replace("\n2,", "\n99999999999999999999,"), "beyond any video"),
        (SIMPLE.replace("610.36", "1" * 200_000), "not csv"),
    ],
)
def test_a_broken_table_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read(put(tmp_path, text), format="deeplabcut")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (SIMPLE.replace("610.36", ""), "snout"),
        (SIMPLE.replace("610.36", "inf"), "snout"),
        (SIMPLE.replace("3.5,4e-05", "3.5"), "cells"),
        (SIMPLE.replace("img20", "img05"), "index"),
        (SIMPLE.replace("labeled-data/mouse/img20", "/etc/passwd"), "index"),
    ],
)
def test_what_deviates_is_reported_and_comes_back(tmp_path: Path, text: str, field: str) -> None:
    found = read(put(tmp_path, text))
    assert field in {w.field for w in found.warnings}
    write(found, tmp_path / "out.csv", format="deeplabcut")
    assert [len(row) for row in csv.reader((tmp_path / "out.csv").read_text().splitlines())] == [7] * 6
    if field != "cells":
        assert (tmp_path / "out.csv").read_text() == text


@pytest.mark.parametrize(
    "config",
    ["", "[]", "{", "scorer: [", "scorer: {}", "scorer: Ada\nbodyparts: 7", "scorer: Ada\nbodyparts: [a, a]",
     "scorer: Ada\nbodyparts: [[a]]", "scorer: Ada\nbodyparts: [' ']", "a: &a [x]\nscorer: *b", "\x00", "[" * 5000,
     "scorer: !!python/object/apply:os.system [true]"],
)  # fmt: skip
def test_a_broken_config_says_what_is_wrong(tmp_path: Path, config: str) -> None:
    with pytest.raises(FormatError, match=r"config\.yaml"):
        read(project(tmp_path, config), format="deeplabcut")


def hdf(tmp_path: Path, text: str = SIMPLE) -> Path:
    write(read(put(tmp_path, text)), tmp_path / "table.h5", format="deeplabcut")
    return tmp_path / "table.h5"


def test_a_pickle_in_an_h5_file_is_never_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "sprung",)  # type: ignore[return-value]

    for protocol in range(5):
        with pytest.raises(FormatError, match="could run code"):
            plain_pickle(pickle.dumps([Trap()], protocol), "here")
        names = [("Ada", "snout", "x"), ("Ada", "é" * 300, "y")]
        assert plain_pickle(pickle.dumps({1: names, "b": [1.5, None, True]}, protocol), "here") == {
            1: names, "b": [1.5, None, True],
        }  # fmt: skip
    path = hdf(tmp_path)
    with h5py.File(path, "r+") as file:
        for name in ("axis0_level0", "axis1"):
            file["df_with_missing"][name].attrs["name"] = np.bytes_(pickle.dumps(Trap(), 0))
        file["df_with_missing"].attrs["encoding"] = np.bytes_(pickle.dumps(Trap(), 0))
    with pytest.raises(FormatError):
        read(path)
    path = hdf(tmp_path)
    with h5py.File(path, "r+") as file:
        file["df_with_missing"].attrs["pandas_type"] = np.bytes_(b"frame_table")
        file["df_with_missing"].attrs["table_type"] = np.bytes_(b"appendable_frame")
        for name in ("info", "non_index_axes"):
            file["df_with_missing"].attrs[name] = np.bytes_(pickle.dumps(Trap(), 0))
    with pytest.raises(FormatError, match="could run code"):
        read(path)
    assert not (tmp_path / "sprung").exists()


def test_an_h5_file_that_is_cut_off_or_lies(tmp_path: Path) -> None:
    path = hdf(tmp_path)
    content = path.read_bytes()
    rng = random.Random(7)
    for at in [8, 100, 1000, len(content) // 2, len(content) - 1]:
        (tmp_path / "cut.h5").write_bytes(content[:at])
        with pytest.raises(FormatError):
            read(tmp_path / "cut.h5", format="deeplabcut")
    for _ in range(150):
        broken = bytearray(content)
        for _ in range(4):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        (tmp_path / "bad.h5").write_bytes(broken)
        with contextlib.suppress(FormatError):
            read(tmp_path / "bad.h5", format="deeplabcut").check()
    for name, value in (("axis0_label1", [99] * 6), ("block0_values", [[1.0]]), ("axis0_level1", [[1, 2], [3, 4]])):
        shutil.copy(path, tmp_path / "lie.h5")
        with h5py.File(tmp_path / "lie.h5", "r+") as file:
            del file["df_with_missing"][name]
            file["df_with_missing"][name] = value
        with pytest.raises(FormatError):
            read(tmp_path / "lie.h5", format="deeplabcut")


def test_an_h5_file_that_reaches_out_or_is_absurdly_large(tmp_path: Path) -> None:
    path = hdf(tmp_path)
    (tmp_path / "secret").write_bytes(b"\0" * 800)
    with h5py.File(path, "r+") as file:
        file["link"] = h5py.ExternalLink("secret.h5", "/x")
    with pytest.raises(FormatError, match="lies in another file"):
        read(path)
    path = hdf(tmp_path)
    with h5py.File(path, "r+") as file:
        file.create_dataset("out", (100,), "f8", external=[(str(tmp_path / "secret"), 0, 800)])
    with pytest.raises(FormatError, match="lies in another file"):
        read(path)
    path = hdf(tmp_path)
    with h5py.File(path, "r+") as file:
        file.create_dataset("huge", (2**40,), "f8", chunks=(1024,))
    with pytest.raises(FormatError, match="larger than 1 GB"):
        read(path)


def test_every_mutation_of_a_csv_is_read_or_refused(tmp_path: Path) -> None:
    rng = random.Random(3)
    for text in (SIMPLE, SEVERAL, PREDICTED):
        for _ in range(150):
            broken = bytearray(text.encode())
            for _ in range(rng.randrange(1, 4)):
                broken[rng.randrange(len(broken))] = rng.choice(b'0,\n"-x\xff.')
            (tmp_path / "bad.csv").write_bytes(broken)
            try:
                found = read(tmp_path / "bad.csv", format="deeplabcut")
                found.check()
            except FormatError:
                continue


@pytest.mark.skipif(not (REAL / "deeplabcut").is_dir(), reason="no real files here")
def test_real_projects_come_back(tmp_path: Path) -> None:
    for n, place in enumerate(sorted((REAL / "deeplabcut").iterdir())):
        assert recognise(place).name == "deeplabcut"
        found = read(place)
        assert found.warnings == []
        out = tmp_path / str(n)
        write(found, out, format="deeplabcut")
        for name, content in files(out).items():
            if name.endswith(".h5"):
                old, new = read_hdf(place / name), read_hdf(out / name)
                assert (old.columns, old.index, old.cells, old.kind) == (new.columns, new.index, new.cells, new.kind)
            else:
                assert content == (place / name).read_bytes(), name


@pytest.mark.skipif(not (REAL / "sleap" / "dlc").is_dir(), reason="no real files here")
def test_real_tables_come_back(tmp_path: Path) -> None:
    for path in sorted((REAL / "sleap").glob("dlc*/**/*.csv")):
        assert recognise(path).name == "deeplabcut"
        found = read(path)
        write(found, tmp_path / "out.csv", format="deeplabcut")
        again = read(tmp_path / "out.csv")
        same(found, again)
        if not found.warnings:
            assert (tmp_path / "out.csv").read_bytes() == path.read_bytes()


def test_names_are_those_of_the_skeleton() -> None:
    assert ontology().skeleton("animal").names == NAMES


def test_a_folder_without_config_is_read_table_by_table(tmp_path: Path) -> None:
    put(tmp_path / "in" / "one", SIMPLE, "first.csv")
    put(tmp_path / "in" / "two", SIMPLE.replace("mouse/", "rat/"), "CollectedData_Ada.csv")
    put(tmp_path / "in" / "two", SIMPLE.replace("mouse/", "dog/"), "older.csv")
    assert recognise(tmp_path / "in").name == "deeplabcut"
    found = read(tmp_path / "in")
    assert [m.name for m in found.media] == [f"labeled-data/{v}/img{n}.png" for v in ("mouse", "rat")
                                             for n in ("05", "20", "23")]  # fmt: skip
    # Beside CollectedData no other table holds labels.
    assert [(Path(w.file).name, w.field) for w in found.warnings] == [("older.csv", "file")]
    write(found, tmp_path / "out", format="deeplabcut")
    same(found, read(tmp_path / "out"))
    (tmp_path / "in" / "two" / "CollectedData_Ada.csv").unlink()
    (tmp_path / "in" / "two" / "CollectedData_Ada.csv").symlink_to(tmp_path / "in" / "one" / "first.csv")
    assert len(read(tmp_path / "in").media) == 6
    (tmp_path / "secret.csv").write_text(SIMPLE)
    (tmp_path / "in" / "one" / "CollectedData_Ada.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(FormatError, match="leads out of the folder"):
        read(tmp_path / "in")


def test_a_config_may_have_another_name(tmp_path: Path) -> None:
    place = project(tmp_path / "in")
    (place / "config.yaml").rename(place / "old_config.yaml")
    assert recognise(place / "old_config.yaml").name == "deeplabcut"
    assert (
        read(place / "old_config.yaml").ontology.categories[0].skeleton
        == read(project(tmp_path / "other")).ontology.categories[0].skeleton
    )


@pytest.mark.skipif(not (REAL / "sleap" / "dlc").is_dir(), reason="no real files here")
def test_every_real_file_and_folder_comes_back_equal(tmp_path: Path) -> None:
    files = [p for root in ("sleap/dlc", "sleap/dlc_multiple_datasets", "deeplabcut")
             for p in sorted((REAL / root).rglob("*")) if p.suffix in (".csv", ".h5", ".yaml")]  # fmt: skip
    folders = [REAL / "sleap" / "dlc_multiple_datasets", REAL / "sleap" / "dlc", *(REAL / "deeplabcut").iterdir(),
               *(REAL / "deeplabcut").glob("*/labeled-data")]  # fmt: skip
    assert len(files) > 12
    for number, path in enumerate([*files, *folders]):
        found = read(path)
        target = tmp_path / str(number) / (path.name if path.suffix in (".csv", ".h5") else "out")
        write(found, target, format="deeplabcut")
        new = read(target)
        same(found, new)
        assert [i.category for i in new.instances] == [i.category for i in found.instances]
    several = read(REAL / "sleap" / "dlc_multiple_datasets")
    assert (len(several.media), len(several.instances)) == (3, 5)
    parts = read(REAL / "sleap" / "dlc" / "labeled-data" / "video" / "maudlc_testdata_v2.csv").ontology
    assert [(c.name, c.skeleton and c.skeleton.names) for c in parts] == [
        ("animal", ("A", "B", "C")), ("single", ("D", "E"))
    ]  # fmt: skip
