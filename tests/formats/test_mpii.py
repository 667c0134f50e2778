import copy
import struct
import uuid
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import loadmat, savemat

from tests.formats.coco_files import REAL
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, matlab, read, recognise, write
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset, Instance, MediaEntry
from vitruvian.labels.presets import preset


def structs(*items: dict[str, Any]) -> Any:
    out = np.empty((1, len(items)), [(name, object) for name in items[0]])
    for at, item in enumerate(items):
        out[0, at] = tuple(item.values())
    return out


EMPTY = np.zeros((0, 0))


def point(id: int, x: float, y: float, seen: Any = EMPTY) -> dict[str, Any]:
    return {"x": x, "y": y, "id": float(id), "is_visible": seen}


def human(*points: Any, **fields: Any) -> dict[str, Any]:
    return {"x1": 627.0, "y1": 100.0, "x2": 706.0, "y2": 198.0,
            "annopoints": structs({"point": structs(*points)}) if points else EMPTY, "scale": 3.0209,
            "objpos": structs({"x": 594.0, "y": 257.0}), **fields}  # fmt: skip


def picture(name: str, people: Any) -> dict[str, Any]:
    return {"image": structs({"name": name}), "annorect": people, "frame_sec": 3.0, "vididx": EMPTY}


def release() -> dict[str, Any]:
    annolist = structs(
        picture("a.jpg", structs(human(point(0, 620, 394.5, 1.0), point(9, 3, 4), point(6, 5, 6, "0")), human())),
        picture("b.jpg", EMPTY),
        picture("c.jpg", structs(human(point(15, 7, 8, 0.0)))),
    )
    cells = np.empty((3, 1), object)
    cells[:, 0] = [np.array([[1.0], [2.0]]), EMPTY, 1.0]
    act = structs({"cat_name": "sports", "act_name": "curling", "act_id": 12.0})
    return {"RELEASE": structs({"annolist": annolist, "img_train": np.array([[1, 1, 0]], np.uint8), "version": "12",
                                "single_person": cells, "act": act, "flag": np.array([[True]])})}  # fmt: skip


def saved(path: Path, content: dict[str, Any]) -> Path:
    savemat(path, content, do_compression=True)
    return path


def test_the_matlab_file_comes_back(tmp_path: Path) -> None:
    path = saved(tmp_path / "mpii.mat", release())
    assert recognise(path).name == "mpii"
    found = read(path)
    assert [m.name for m in found.media] == ["a.jpg", "b.jpg", "c.jpg"]
    assert [(i.media, i.labelled) for i in found.instances] == [(0, 3), (0, 0), (2, 1)]
    first = found.instances[0]
    assert first.xy[[0, 9]].tolist() == [[619, 393.5], [2, 3]]
    assert first.visibility[[0, 9, 6, 15]].tolist() == [2, 2, 1, 0]
    assert found.ontology.skeleton("person").names[9] == "head_top"
    assert found.warnings == []
    write(found, tmp_path / "out.mat")
    assert matlab.read(tmp_path / "out.mat") == matlab.read(path)
    again = loadmat(tmp_path / "out.mat")["RELEASE"][0, 0]
    assert again["annolist"][0, 0]["annorect"][0, 0]["annopoints"][0, 0]["point"][0, 0]["x"][0, 0] == 620


def test_only_what_was_edited_changes(tmp_path: Path) -> None:
    found = read(saved(tmp_path / "mpii.mat", release()))
    first, second, third = found.instances
    first.place(0, 10, 20.5, 1)
    first.place(9, 0, 0, 0)
    first.place(2, 30, 40)
    second.place(1, 50, 60)
    third.deleted = True
    write(found, tmp_path / "out.mat")
    wanted = release()
    annolist = wanted["RELEASE"]["annolist"][0, 0]
    people = annolist["annorect"][0, 0]
    people["annopoints"][0, 0] = structs(
        {"point": structs(point(0, 11.0, 21.5, 0.0), point(6, 5, 6, "0"), point(2, 31.0, 41.0, 1.0))}
    )
    people["annopoints"][0, 1] = structs({"point": structs(point(1, 51.0, 61.0, 1.0))})
    got: Any = matlab.read(tmp_path / "out.mat")
    want: Any = matlab.read(saved(tmp_path / "want.mat", wanted))
    got, want = (t["RELEASE"]["items"][0][0] for t in (got, want))
    rects = [t["items"][0][t["fields"].index("annorect")] for t in (got, want)]
    at = rects[0]["fields"].index("annopoints")
    assert rects[0]["items"][0] == rects[1]["items"][0]
    (new,) = rects[0]["items"][1][at]["items"]
    assert new[0]["items"] == [[51.0, 61.0, 1.0, 1.0]]
    assert got["items"][1] == want["items"][1]
    assert got["items"][2][1]["dims"] == [1, 0]
    assert [i.labelled for i in read(tmp_path / "out.mat").instances] == [3, 1]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 99), count=st.integers(0, 5), name=st.sampled_from(["mpii", "coco", "halpe26"]))
def test_whatever_is_written_is_read_back(tmp_path: Path, seed: int, count: int, name: str) -> None:
    ontology = preset(name)
    skeleton = ontology.skeleton("person")
    random = np.random.default_rng(seed)
    made = []
    for row in range(count):
        seen = random.integers(0, 3, len(skeleton)).astype(np.uint8) * np.uint8(row != 2)
        xy = random.uniform(-9, 900, (len(skeleton), 2)) * (seen > 0)[:, None]
        made.append(Instance(f"{row}", "person", row % 2, 0, xy, seen))
    labels = Dataset(ontology, [MediaEntry("a.jpg"), MediaEntry("b.jpg"), MediaEntry("c.jpg")], made)
    path = tmp_path / f"{uuid.uuid4().hex}.mat"
    write(labels, path)
    found = read(path)
    assert [m.name for m in found.media] == ["a.jpg", "b.jpg", "c.jpg"]
    names = found.ontology.skeleton("person").names
    shared = [n for n in names if n in skeleton.index]
    ours, theirs = [names.index(n) for n in shared], [skeleton.index[n] for n in shared]
    made.sort(key=lambda i: i.media)
    gone = 0
    for a, b in zip(found.instances, made, strict=True):
        np.testing.assert_allclose(a.xy[ours], b.xy[theirs], rtol=0, atol=1e-9)
        assert a.visibility[ours].tolist() == b.visibility[theirs].tolist()
        gone += b.labelled - a.labelled
    assert sum(loss.count for loss in by_name("mpii").losses(labels) if "no name for" in loss.what) == gone


@pytest.mark.parametrize("odd", ["text", 7.0, 99.0, -1.0, np.inf, EMPTY, np.zeros((2, 2)), structs({"a": 1.0})])
@pytest.mark.parametrize("field", ["annolist", "image", "annorect", "annopoints", "point", "x", "id", "is_visible"])
def test_odd_values_are_kept_or_refused_in_words(tmp_path: Path, field: str, odd: Any) -> None:
    content = copy.deepcopy(release())
    at = content["RELEASE"]
    for step in ("annolist", "annorect", "annopoints", "point", ""):
        if field in at.dtype.names:
            at[0, 0][field] = odd
            break
        at = at[0, 0][step]
    path = saved(tmp_path / "in.mat", content)
    told = str(path)
    try:
        found = read(path, format="mpii")
    except FormatError as error:
        told = error.where
    else:
        write(found, tmp_path / "out.mat")
        assert matlab.read(tmp_path / "out.mat") == matlab.read(path)
    assert told.startswith(str(path))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bytes_that_were_changed_are_refused_or_read(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "in.mat"
    if not path.exists():
        savemat(path, release())
        (tmp_path / "whole").write_bytes(path.read_bytes())
    content = bytearray((tmp_path / "whole").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(128, len(content) - 1))] = data.draw(st.sampled_from([0, 1, 4, 127, 128, 255]))
    path.write_bytes(content[: data.draw(st.integers(100, len(content)))])
    told = str(path)
    try:
        read(path, format="mpii")
    except FormatError as error:
        told = error.where
    assert told.startswith(str(path))


def test_bombs_and_strangers(tmp_path: Path) -> None:
    header = saved(tmp_path / "in.mat", release()).read_bytes()[:128]
    packed = zlib.compressobj(9)
    bomb = packed.compress(b"\x0e\0\0\0\0\0\0\x7f" + b"\0" * (1 << 20)) + packed.flush()
    inner = b""
    for _ in range(100):
        # A cell of one cell, a hundred deep.
        body = struct.pack("<8I", 6, 8, 1, 0, 5, 8, 1, 1) + struct.pack("<2I", 1, 0) + inner
        inner = struct.pack("<2I", 14, len(body)) + body
    wide = struct.pack("<10I", 6, 8, 1, 0, 5, 8, 2**30, 2**30, 1, 0)
    for content, says in (
        (struct.pack("<2I", 15, len(bomb)) + bomb, "broken"),
        (inner, "too deep"),
        (struct.pack("<2I", 14, len(wide)) + wide, "more values"),
        (struct.pack("<2I", 14, 2**31) + wide, "wrong size"),
        (b"", "no struct"),
    ):
        (tmp_path / "in.mat").write_bytes(header + content)
        with pytest.raises(FormatError, match=says):
            read(tmp_path / "in.mat", format="mpii")
    (tmp_path / "in.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(200))
    with pytest.raises(FormatError, match="-v7"):
        read(tmp_path / "in.mat", format="mpii")
    saved(tmp_path / "in.mat", {"joints": np.zeros((14, 3, 2))})
    assert not by_name("mpii").sniff(Peek(tmp_path / "in.mat"))


@pytest.mark.skipif(not (REAL / "poses/lspet.mat").exists(), reason="no real files")
def test_real_matlab_files_are_read_as_scipy_reads_them(tmp_path: Path) -> None:
    found: Any = matlab.read(REAL / "poses/lspet.mat")["joints"]
    joints = np.array(found["numbers"]).reshape(found["dims"], order="F")
    np.testing.assert_array_equal(joints, loadmat(REAL / "poses/lspet.mat")["joints"])
    actors = matlab.read(REAL / "mmpose/shelf/actorsGT.mat")
    (tmp_path / "out.mat").write_bytes(matlab.write(actors))
    assert matlab.read(tmp_path / "out.mat") == actors
