import json
from pathlib import Path
from typing import Any

import pytest

from tests.formats.coco_files import REAL
from vitruvian.errors import FormatError
from vitruvian.formats import read, recognise, write


def node(name: str) -> dict[str, Any]:
    return {"py/object": "sleap.skeleton.Node", "py/state": {"py/tuple": [name, 1.0]}}


def kind(number: int) -> dict[str, Any]:
    return {"py/reduce": [{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [number]}]}


def skeleton() -> dict[str, Any]:
    """Return a skeleton as jsonpickle writes it: what stood there before is a number."""
    return {
        "directed": True,
        "graph": {"name": "fly", "num_edges_inserted": 2},
        "links": [
            {"edge_insert_idx": 1, "key": 0, "source": node("head"), "target": node("wing_r"), "type": kind(1)},
            {"edge_insert_idx": 0, "key": 0, "source": {"py/id": 1}, "target": node("wing_l"), "type": {"py/id": 3}},
            {"key": 0, "source": {"py/id": 4}, "target": {"py/id": 2}, "type": kind(2)},
            {"key": 0, "source": {"py/id": 2}, "target": {"py/id": 4}, "type": {"py/id": 5}},
        ],
        "multigraph": True,
        "nodes": [{"id": {"py/id": 4}}, {"id": {"py/id": 1}}, {"id": {"py/id": 2}}, {"id": node("alone")}],
    }


@pytest.mark.parametrize("shape", ["plain", "nx_graph", "settings"])
def test_a_skeleton_becomes_an_ontology(tmp_path: Path, shape: str) -> None:
    path = tmp_path / "fly.json"
    whole: dict[str, Any] = {
        "plain": skeleton(),
        "nx_graph": {"nx_graph": skeleton(), "description": "x"},
        "settings": {"data": {"labels": {"skeletons": [skeleton()]}}, "model": {}},
    }
    path.write_text(json.dumps(whole[shape]))
    assert recognise(path).name == "sleap_skeleton"
    found = read(path)
    (category,) = found.ontology.categories
    assert category.name == "fly"
    assert category.skeleton is not None
    # Nodes keep the order of their list, edges that in which they were made.
    assert category.skeleton.names == ("wing_l", "head", "wing_r", "alone")
    assert category.skeleton.edges == ((1, 0), (1, 2))
    assert [k.flip for k in category.skeleton.keypoints] == ["wing_r", None, "wing_l", None]
    assert (found.media, found.instances, found.warnings) == ([], [], [])


def test_it_is_read_only(tmp_path: Path) -> None:
    (tmp_path / "fly.json").write_text(json.dumps(skeleton()))
    found = read(tmp_path / "fly.json")
    with pytest.raises(FormatError, match="can be read, not written"):
        write(found, tmp_path / "out.json", format="sleap_skeleton")
    write(found, tmp_path / "coco.json")
    assert read(tmp_path / "coco.json").ontology.skeleton("fly") == found.ontology.skeleton("fly")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("nodes", 0, "id"), {"py/id": 3}), (("nodes", 0, "id"), {"py/id": 99}), (("nodes",), {}), (("links",), None),
        (("links", 0, "type"), {"py/id": 77}), (("links", 0, "source"), 3), (("nodes", 3, "id"), {"py/id": 1}),
        (("nodes",), [{"id": {"py/id": 1}}]),
    ],
)  # fmt: skip
def test_broken_skeletons_are_refused(tmp_path: Path, place: tuple[Any, ...], value: Any) -> None:
    content = skeleton()
    within: Any = content
    for step in place[:-1]:
        within = within[step]
    within[place[-1]] = value
    (tmp_path / "fly.json").write_text(json.dumps(content))
    with pytest.raises(FormatError):
        read(tmp_path / "fly.json", format="sleap_skeleton")


@pytest.mark.skipif(not (REAL / "sleap" / "skeleton").is_dir(), reason="no real files here")
def test_real_skeletons_are_what_sleap_io_makes_of_them() -> None:
    import sleap_io

    for path in sorted((REAL / "sleap" / "skeleton").glob("*.json")):
        ours = read(path).ontology.categories[0]
        theirs = sleap_io.load_skeleton(str(path))
        assert ours.skeleton is not None
        assert (ours.name, list(ours.skeleton.names)) == (theirs.name, theirs.node_names)
        assert sorted(ours.skeleton.edges) == sorted(map(tuple, theirs.edge_inds))
