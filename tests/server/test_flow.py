"""Points carried by optical flow, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from tests.assist.test_flow import START, clip, shifts
from tests.projects import Project, make_project
from tests.server_process import ServerProcess
from vitruvian.actions.import_media import import_media
from vitruvian.store import open_store


@pytest.fixture
def project(address: str, tmp_path: Path) -> Project:
    path = tmp_path / "moving.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 480, 360, "yuv420p"
        for picture in clip(shifts(10)):
            rgb = np.repeat(picture[:, :, None], 3, axis=2)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
    with open_store(address, create=True) as store:
        made = make_project(store)
        return replace(made, clip=import_media(store, made.id, [path]).added[0])


def test_points_come_back_for_each_frame(server: ServerProcess, project: Project) -> None:
    path = shifts(10)
    end = [*(START + path[-1]).tolist()[:2], None]
    asked = {"first": 0, "last": 9, "start": START.tolist(), "end": end}
    answer = server.client.post(f"/api/v1/media/{project.clip}/flow", json=asked)
    assert answer.status_code == 200, answer.text
    frames = answer.json()["frames"]
    assert [one["frame"] for one in frames] == list(range(1, 10))
    for one in frames:
        found = np.array(one["points"])
        assert np.linalg.norm(found[:, :2] - START - path[one["frame"]], axis=1).max() < 1.5
        assert (found[:, 2] > 0.5).all()


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"first": 0, "last": 10}, 404, "has frames 0 to 9"),
        ({"first": 5, "last": 5}, 404, "not 5 to 5"),
        ({"first": 0, "last": 3, "start": []}, 422, ""),
        ({"first": 0, "last": 3, "start": [[1, 2, 3]]}, 422, ""),
        ({"first": 0, "last": 3, "end": [[1, 2]]}, 422, "as many of each"),
    ],
)
def test_what_cannot_be_carried_is_told(
    server: ServerProcess, project: Project, asked: dict[str, object], status: int, says: str
) -> None:
    refused = server.client.post(f"/api/v1/media/{project.clip}/flow", json={"start": START.tolist(), **asked})
    assert refused.status_code == status
    assert says in refused.json()["error"]["message"]
    assert (
        server.client.post("/api/v1/media/99/flow", json={"first": 0, "last": 1, "start": [[1, 2]]}).status_code == 404
    )
