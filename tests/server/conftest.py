from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from tests.projects import Project, make_project
from tests.server_process import ServerProcess
from vitruvian.actions.import_media import import_media
from vitruvian.store import open_store


def make_clip(path: Path, frames: int = 30) -> Path:
    """A clip whose frame n is of brightness 8 n, so that a frame can be told by its mean."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.options = {"g": "10", "bf": "2"}
        for n in range(frames):
            picture = np.full((96, 160, 3), 8 * n, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def project_name(address: str, tmp_path: Path) -> str:
    return str(Path(address).parent) if address.endswith(".db") else address


@pytest.fixture
def project(address: str, tmp_path: Path) -> Project:
    with open_store(address, create=True) as store:
        made = make_project(store)
        clip = make_clip(tmp_path / "gray.mp4")
        report = import_media(store, made.id, [clip])
        return replace(made, clip=report.added[0])


@pytest.fixture
def server(project_name: str, project: Project) -> Iterator[ServerProcess]:
    running = ServerProcess(project_name)
    yield running
    running.stop()
