"""What xtcocotools says, asked in an environment of its own: its wheel does not import with NumPy 2.

The environment is made once, under .cache, from the pins in requirements/oracle.txt. What xtcocotools draws with is
left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINS = ROOT / "requirements/oracle.txt"

_PROGRAM = """
import contextlib, io, json, sys, types
for name in ("matplotlib", "matplotlib.pyplot", "matplotlib.collections", "matplotlib.patches"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["matplotlib.collections"].PatchCollection = sys.modules["matplotlib.patches"].Polygon = None
import numpy as np
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval
answers = []
for truth, found, kind, sigmas, use_area in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(truth)
        evaluation = COCOeval(coco, coco.loadRes(found), kind, np.array(sigmas), use_area=use_area)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    answers.append(evaluation.stats.tolist())
print(json.dumps(answers))
"""


@cache
def environment(folder: Path = ROOT / ".cache/xtcocotools") -> Path:
    """Return the Python that xtcocotools is installed for; skips the test where it cannot be had."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made = folder / "made"
    if made.exists() and made.read_text() == PINS.read_text():
        return python
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        pytest.skip("xtcocotools' environment is made by uv, which is not installed")
    shutil.rmtree(folder, ignore_errors=True)
    install = ("pip", "install", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(PINS))
    for command in (("venv", "--python", sys.executable, str(folder)), (*install, "--python", str(python))):
        done = subprocess.run([uv, *command], capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            pytest.skip(f"xtcocotools cannot be installed here: {' '.join(done.stderr.split())[-300:]}")
    made.write_text(PINS.read_text())
    return python


def xtcocotools(*questions: tuple[Path, Path, str, list[float], bool]) -> list[list[float]]:
    """Return xtcocotools' numbers.

    Parameters
    ----------
    questions : tuple
        Truth, results, kind of evaluation such as "keypoints_crowd", sigmas, and whether the truth's areas are taken.
    """
    asked: list[Any] = [[str(truth), str(found), *rest] for truth, found, *rest in questions]
    done = subprocess.run(
        [environment(), "-c", _PROGRAM], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
