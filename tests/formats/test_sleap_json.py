import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.formats.coco_files import REAL
from vitruvian.errors import FormatError
from vitruvian.formats import read, recognise, write

NAN = float("nan")


def kind(number: int) -> dict[str, Any]:
    return {"py/reduce": [{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [number]}, None, None, None]}


def labels() -> dict[str, Any]:
    """Return labels as SLEAP's first versions saved them: of two nodes, in an order of the skeleton's own."""
    place = {"visible": True, "complete": False}
    mine = {"skeleton": "0", "track": "1", "_points": {"0": {"x": 10.25, "y": 20.5, **place},
            "2": {"x": 30, "y": 40, "visible": False, "complete": True}}}  # fmt: skip
    predicted = {"skeleton": 0, "track": None, "score": 0.75, "tracking_score": 0.5, "_points": {
        "2": {"x": 1, "y": 2, "score": 0.5, **place}, "1": {"x": NAN, "y": NAN, **place}}}  # fmt: skip
    return {
        "version": "1.0.2",
        "skeletons": [{
            "directed": True, "graph": {"name": "fly", "num_edges_inserted": 2}, "multigraph": True,
            "links": [{"edge_insert_idx": 0, "key": 0, "source": 2, "target": 0, "type": kind(1)},
                      {"key": 0, "source": 0, "target": 1, "type": kind(2)},
                      {"edge_insert_idx": 1, "key": 0, "source": 2, "target": 1, "type": {"py/id": 1}}],
            "nodes": [{"id": 2}, {"id": 0}, {"id": 1}],
        }],
        "nodes": [{"name": "wing_l", "weight": 1.0}, {"name": "wing_r", "weight": 1.0}, {"name": "head"}],
        "videos": [{"backend": {"filename": "clips/fly.mp4", "grayscale": True, "bgr": True}}],
        "labels": [{"video": "0", "frame_idx": 7, "_instances": [mine, predicted]},
                   {"video": 0, "frame_idx": 9, "_instances": []}],
        "tracks": [[0, "a"], [3, "a"]],
        "suggestions": {}, "negative_anchors": {"0": [1]},
    }  # fmt: skip


def test_points_are_told_by_the_names_of_their_nodes(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(labels()))
    assert recognise(path).name == "sleap_json"
    found = read(path)
    skeleton = found.ontology.skeleton("fly")
    assert skeleton.names == ("head", "wing_l", "wing_r")
    assert skeleton.edges == ((0, 1), (0, 2))
    assert skeleton.keypoints[1].flip == "wing_r"
    mine, predicted = found.instances
    assert (mine.frame, mine.track, mine.confidence) == (7, "a#2", None)
    assert mine.visibility.tolist() == [1, 2, 0]
    assert mine.xy.tolist() == [[30, 40], [10.25, 20.5], [0, 0]]
    assert mine.extras["sleap_json"]["complete"] == ["head"]
    assert (predicted.confidence, predicted.track) == (0.75, None)
    assert predicted.visibility.tolist() == [2, 0, 0]
    assert predicted.score is not None
    np.testing.assert_array_equal(predicted.score, np.array([0.5, np.nan, np.nan], np.float32))
    assert predicted.extras["sleap_json"]["tracking_score"] == 0.5
    assert (found.media[0].name, found.media[0].frames) == ("clips/fly.mp4", 10)
    assert found.extras["sleap_json"] == {"version": "1.0.2", "negative_anchors": {"0": [1]}, "empty": [[0, 9]]}
    with pytest.raises(FormatError, match="can be read, not written"):
        write(found, tmp_path / "out.json", format="sleap_json")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("labels", 0, "video"), 1), (("labels", 0, "frame_idx"), -1), (("labels", 0, "_instances"), [3]),
        (("labels", 0, "_instances", 0, "skeleton"), 9), (("labels", 0, "_instances", 0, "track"), "9"),
        (("labels", 0, "_instances", 0, "_points"), {"7": {"x": 1, "y": 2}}), (("nodes", 0), {}), (("videos", 0), {}),
        (("labels", 0, "frame_idx"), 10**12), (("labels", 0), []), (("tracks", 0), 3), (("nodes",), 3),
    ],
)  # fmt: skip
def test_broken_files_are_refused(tmp_path: Path, place: tuple[Any, ...], value: Any) -> None:
    content = labels()
    within: Any = content
    for step in place[:-1]:
        within = within[step]
    within[place[-1]] = value
    (tmp_path / "labels.json").write_text(json.dumps(content))
    with pytest.raises(FormatError):
        read(tmp_path / "labels.json", format="sleap_json")


@pytest.mark.skipif(not (REAL / "sleap" / "json_format_v2").is_dir(), reason="no real files here")
def test_a_real_file_says_what_its_slp_says() -> None:
    found = read(REAL / "sleap" / "json_format_v2" / "minimal_instance.json")
    later = read(REAL / "sleap" / "slp_hdf5" / "minimal_instance.slp")
    assert found.ontology.categories == later.ontology.categories
    assert [i.visibility.tolist() for i in found.instances] == [i.visibility.tolist() for i in later.instances]
    # SLEAP carried the places over without moving them.
    assert [i.xy.tolist() for i in found.instances] == [i.xy.tolist() for i in later.instances]
