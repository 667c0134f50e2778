from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from tests.formats.coco_files import REAL
from vitruvian.errors import FormatError
from vitruvian.formats import matlab, read, recognise, write


def mat_file(path: Path, **changes: Any) -> Path:
    nodes = np.array(["head", "neck", "tail"], object).reshape(-1, 1)
    positions = np.full((3, 2, 4), np.nan, np.float32)
    positions[:, :, 1] = [[1, 1], [10.5, 20.25], [np.nan, np.nan]]
    positions[:, :, 3] = 5
    content = {
        "boxPath": "C:\\clips\\fly.h5", "skeleton": {"nodes": nodes, "edges": np.array([[1, 2], [2, 3]], np.uint8)},
        "positions": positions, "session": 18.0,
    }  # fmt: skip
    savemat(path, content | changes, do_compression=True)
    return path


def test_matlab_counts_pixels_and_nodes_from_one(tmp_path: Path) -> None:
    path = mat_file(tmp_path / "fly.labels.mat")
    assert recognise(path).name == "leap"
    found = read(path)
    skeleton = found.ontology.skeleton("animal")
    assert (skeleton.names, skeleton.edges) == (("head", "neck", "tail"), ((0, 1), (1, 2)))
    assert [(m.name, m.kind, m.frames) for m in found.media] == [("C:\\clips\\fly.h5", "video", 4)]
    assert [i.frame for i in found.instances] == [1, 3]
    assert found.instances[0].xy.tolist() == [[0, 0], [9.5, 19.25], [0, 0]]
    assert found.instances[0].visibility.tolist() == [2, 2, 0]
    assert found.extras["leap"]["session"] == 18.0
    with pytest.raises(FormatError, match="can be read, not written"):
        write(found, tmp_path / "b.mat", format="leap")


def test_a_skeleton_alone_becomes_an_ontology(tmp_path: Path) -> None:
    names = np.array(["head", "tail"], object).reshape(-1, 1)
    savemat(tmp_path / "s.mat", {"nodes": 2.0, "nodeNames": names, "edges": np.array([[2, 1]], np.uint8)})
    assert recognise(tmp_path / "s.mat").name == "leap"
    found = read(tmp_path / "s.mat")
    assert found.ontology.skeleton("animal").edges == ((1, 0),)
    assert found.instances == []


@pytest.mark.parametrize(
    "changes",
    [
        {"positions": np.zeros((2, 2, 4))}, {"positions": "x"}, {"skeleton": 3.0},
        {"skeleton": {"nodes": np.array(["a", "b", "c"], object), "edges": np.array([[1, 9]])}},
        {"skeleton": {"nodes": np.array(["a", "b", "b"], object), "edges": np.array([[1, 2]])}},
    ],
)  # fmt: skip
def test_broken_files_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        read(mat_file(tmp_path / "a.mat", **changes), format="leap")


@pytest.mark.skipif(not (REAL / "sleap" / "mat").is_dir(), reason="no real files here")
def test_real_labels_are_what_scipy_reads_less_one() -> None:
    from scipy.io import loadmat

    path = REAL / "sleap" / "mat" / "labels.mat"
    found = read(path)
    theirs = loadmat(str(path), simplify_cells=True)
    assert list(found.ontology.skeleton("animal").names) == theirs["skeleton"]["nodes"].tolist()
    places = theirs["positions"].astype(np.float64).transpose(2, 0, 1) - 1
    assert [i.frame for i in found.instances] == np.flatnonzero(np.isfinite(places).all(2).any(1)).tolist()
    for each in found.instances:
        np.testing.assert_array_equal(np.where(each.visibility[:, None] > 0, each.xy, np.nan), places[each.frame])
    # Tables are objects of Matlab's: only Matlab knows what they hold.
    assert [w.field for w in found.warnings] == ["history", "skeleton joints", "skeleton segments"]
    assert matlab.names(path)[:3] == ["boxPath", "savePath", "skeletonPath"]
