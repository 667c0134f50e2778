"""Labels out of a project: in every format, and nothing lost unawares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import vitruvian
from tests.projects import make_project
from vitruvian import read
from vitruvian.actions.save_changes import InstanceChange, SaveRequest, save_changes
from vitruvian.store import open_store


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clip with scored points in ten frames."""
    folder = tmp_path / "project"
    folder.mkdir()
    with open_store(folder / "vitruvian.db", create=True) as store:
        make_project(store)
    return folder


def test_a_loss_is_told_and_refused_until_it_is_allowed(project: Path, tmp_path: Path) -> None:
    out, told = tmp_path / "yolo", tmp_path / "lost.json"
    refused = vitruvian("export", project, out, "--to", "yolo", "--report", told)
    assert (refused.returncode, out.exists()) == (2, False)
    assert "Lost: scores of points: 50 (first: instance p0)" in refused.stderr
    assert "--allow-loss" in refused.stderr
    report = json.loads(told.read_text())
    assert (report["project"], report["to"]) == (str(project), "yolo")
    assert {loss["feature"]: loss["count"] for loss in report["lost"]}["scores"] == 50
    done = vitruvian("export", project, out, "--to", "yolo", "--allow-loss", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lost"] == report["lost"]
    assert len(read(out).instances) == 10


def test_what_holds_everything_is_written_at_once(project: Path, tmp_path: Path) -> None:
    told = tmp_path / "lost.json"
    done = vitruvian("export", project, tmp_path / "out.json", "--report", told)
    assert (done.returncode, "Lost" in done.stderr) == (0, False)
    assert json.loads(told.read_text())["lost"] == []
    assert len(read(tmp_path / "out.json").instances) == 10


def test_frames_between_keys_are_filled_or_left_out(project: Path, tmp_path: Path) -> None:
    with open_store(project / "vitruvian.db") as store:
        rows = [
            InstanceChange(f"t{frame}", 0, media=1, frame=frame, category="person", track="one", keyed={},
                           points={0: (10.0 * frame, 5, 2)})
            for frame in (0, 4)
        ]  # fmt: skip
        save_changes(store, 2, "ada", SaveRequest("r1", rows))
    for option, frames in ((), [0, 1, 2, 3, 4]), (("--keys-only",), [0, 4]):
        out = tmp_path / f"out{len(frames)}.json"
        done = vitruvian("export", project, out, "--label-set", "2", "--allow-loss", *option)
        assert done.returncode == 0, done.stderr
        mine = [i for i in read(out).instances if i.track == "one"]
        assert [i.frame for i in mine] == frames
        assert [i.xy[0].tolist() for i in mine] == [[10.0 * frame, 5] for frame in frames]


def test_a_script_gets_the_losses_of_what_was_refused(project: Path, tmp_path: Path) -> None:
    refused = vitruvian("export", project, tmp_path / "yolo", "--to", "yolo", "--json")
    assert (refused.returncode, (tmp_path / "yolo").exists()) == (2, False)
    lost = json.loads(refused.stdout)["error"]["details"]["lost"]
    assert {"feature": "scores", "what": "scores of points", "count": 50, "example": "instance p0"} in lost


def test_a_format_that_is_read_only_is_refused(project: Path, tmp_path: Path) -> None:
    refused = vitruvian("export", project, tmp_path / "out.mat", "--to", "leap")
    assert (refused.returncode, "read, not written" in refused.stderr) == (2, True)
