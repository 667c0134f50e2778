"""Fetch the demo's clip: two people, one of them leaping; BSD-3-Clause, from the PyPI wheel of sports2d."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from vitruvian.errors import Unavailable

PACKAGE = "sports2d==0.8.34"
WHEEL_SHA256 = "733b6db70742636ae9c35d870c22bd416582f579abd5881bee93a14bb0e2655d"
MEMBER = "Sports2D/Demo/demo.mp4"
CLIP_SHA256 = "d9a66417185647b112304b57093f0c180f37a768e6a14daca75ca541f3b78039"
CLIP_NAME = "leap.mp4"


def fetch_demo_clip(folder: Path) -> Path:
    """Return the clip's path in `folder`, downloading it once.

    pip does the download, so that a configured mirror or proxy is honoured; the wheel is neither installed nor are
    its dependencies fetched.

    Raises
    ------
    Unavailable
        The package index cannot be reached, or what came is not the file that was expected.
    """
    clip = folder / CLIP_NAME
    if clip.exists() and _sha256(clip.read_bytes()) == CLIP_SHA256:
        return clip
    with tempfile.TemporaryDirectory() as scratch:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        done = subprocess.run(  # noqa: S603 a fixed command
            [*pip, "--only-binary", ":all:", "--dest", scratch, PACKAGE], capture_output=True, text=True, check=False
        )
        wheels = list(Path(scratch).glob("*.whl"))
        if done.returncode or not wheels:
            said = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise Unavailable(
                f"The demo clip could not be downloaded: {said}",
                where=PACKAGE,
                hint="check that pip can reach a package index, or import a clip of your own with `vitruvian import`",
            )
        if _sha256(wheels[0].read_bytes()) != WHEEL_SHA256:
            raise _unexpected(wheels[0].name)
        with zipfile.ZipFile(wheels[0]) as archive:
            content = archive.read(MEMBER)
    if _sha256(content) != CLIP_SHA256:
        raise _unexpected(MEMBER)
    folder.mkdir(parents=True, exist_ok=True)
    partial = clip.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(clip)
    return clip


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unexpected(name: str) -> Unavailable:
    return Unavailable(
        "The download is not the file that was expected (its sha256 differs); nothing of it is used",
        where=name,
        hint="try again, and check the package mirror if it happens again",
    )
