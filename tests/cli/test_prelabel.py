"""``vitruvian prelabel`` as a script and as a person at a terminal would call it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_cli import picture, vitruvian
from tests.media.clips import write_clip
from vitruvian import settings
from vitruvian.store import instances, label_sets, open_store

pytest.importorskip("vitruvian_models")
FRAMES = 48


def _runs(project: Path) -> list[tuple[int, int]]:
    """Return each model run's id and how many frames it has marked."""
    with open_store(settings.place(str(project)).address, read_only=True) as store, store.read() as connection:
        rows = [row for row in label_sets.label_sets(connection, 1) if row.kind == "model"]
        for row in rows:
            assert all(i.frame < FRAMES for i in instances.instances(connection, row.id))
        return [(row.id, sum(row.extras["done"].values())) for row in rows]


def test_ctrl_c_leaves_a_run_that_goes_on_and_is_not_repeated(tmp_path: Path) -> None:
    project = tmp_path / "my project"
    begun = vitruvian("import", project, write_clip(tmp_path / "clip.mp4", FRAMES))
    assert begun.returncode == 0, begun.stderr
    command = [sys.executable, "-m", "vitruvian.cli", "prelabel", str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not any(done for _, done in _runs(project)) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert f"go on with `vitruvian prelabel '{project}'`" in said
    ((run, done),) = _runs(project)
    assert 0 < done < FRAMES

    on = vitruvian("prelabel", project, "--json")
    assert (on.returncode, json.loads(on.stdout)["frames"]) == (0, FRAMES)
    assert f"going on with label set {run}, which has marked {done} of {FRAMES} frames" in on.stderr
    again = vitruvian("prelabel", project, "--json")
    assert json.loads(again.stdout)["instances"] == 0
    assert f"label set {run} has marked these {FRAMES} frames already; --again" in again.stderr
    assert _runs(project) == [(run, FRAMES)]


def test_again_begins_a_new_run(tmp_path: Path) -> None:
    project = tmp_path / "project"
    vitruvian("import", project, picture(tmp_path / "a.png"))
    first = json.loads(vitruvian("prelabel", project, "--json").stdout)["label_set"]
    second = json.loads(vitruvian("prelabel", project, "--again", "--json").stdout)["label_set"]
    assert _runs(project) == [(first, 1), (second, 1)]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--media", "b.png"], 3, "no media named 'b.png'"),
        (["--label-set", "7"], 3, "no label set 7"),
        (["--label-set", "1", "--again"], 2, "give one of them"),
        (["--workers", "0"], 2, "--workers"),
    ],
)
def test_errors(arguments: list[str], code: int, says: str, tmp_path: Path) -> None:
    vitruvian("import", tmp_path / "project", picture(tmp_path / "a.png"))
    done = vitruvian("prelabel", tmp_path / "project", *arguments, "--json")
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (code, True, False)
    assert says in json.loads(done.stdout)["error"]["message"]


def test_when_nothing_can_be_read_the_exit_code_says_so(tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    vitruvian("import", tmp_path / "project", image)
    image.unlink()
    done = vitruvian("prelabel", tmp_path / "project", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["failed"][0]["message"] == "The image is no longer there"
