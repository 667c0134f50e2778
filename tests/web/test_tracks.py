"""Tracks with keys per joint, in a real browser on a real server: three complaints about other programs, and flow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.assist.test_flow import clip, shifts
from tests.projects import ONTOLOGY
from tests.server_process import ServerProcess
from tests.web.test_editor import at, drag, open_editor, saved, sign_in
from vitruvian import read
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels import empty_instance
from vitruvian.store import instances, ontologies, open_store, projects

FRAMES = 25
POSE = np.array([[200.0, 100.0], [160.0, 160.0], [240.0, 160.0], [180.0, 220.0], [220.0, 220.0]])
KEYS = (0, 10, 20)
Desk = tuple[ServerProcess, str, int]


@pytest.fixture
def desk(tmp_path: Path, page: Page) -> Iterator[Desk]:
    """A moving texture; on it a person whose points are keyed in frames 0, 10 and 20, where the picture puts them."""
    path = tmp_path / "moving.mp4"
    moves = shifts(FRAMES)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 480, 360, "yuv420p"
        stream.options = {"g": "5", "bf": "0"}
        for picture in clip(moves):
            rgb = np.repeat(picture[:, :, None], 3, axis=2)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "tracks"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, ONTOLOGY))
        (media,) = import_media(store, project, [path]).added
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=None)
        rows = []
        for frame in KEYS:
            row = empty_instance(f"k{frame}", "person", media, frame, 5)
            row.track, row.revision = "ann", 1
            row.xy[:], row.visibility[:], row.keyed = POSE + moves[frame], 2, np.ones(5, bool)
            rows.append(row)
        store.write(lambda c: instances.insert_instances(c, labels, rows))
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server, f"/label-sets/{labels}/media/{media}", labels
    server.stop()


def start(desk: Desk, page: Page, frame: int) -> None:
    server, address, _ = desk
    open_editor(page, f"{server.base}{address}?frame={frame}")
    page.get_by_test_id("stage").focus()
    page.keyboard.press("w")


def rows(desk: Desk) -> dict[int, dict[str, Any]]:
    """The track's rows on the server, by frame."""
    server, _, labels = desk
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances").json()["instances"]
    return {i["frame"]: i for i in found if i["track"] == "ann" and not i["deleted"]}


def exported(desk: Desk, folder: Path, **more: object) -> dict[int, list[float]]:
    """Points of an export in COCO's format, by frame."""
    server, _, labels = desk
    (folder / "out.json").write_bytes(server.client.get(f"/api/v1/label-sets/{labels}/export", params=more).content)
    return {
        i.frame: np.column_stack([i.xy, i.visibility]).reshape(-1).tolist() for i in read(folder / "out.json").instances
    }


def turn(page: Page, frame: int) -> None:
    page.evaluate(
        "async (frame) => { vitruvian.editor.goTo(frame);"
        " while (!vitruvian.editor.ready) await new Promise((done) => setTimeout(done, 10)); }",
        frame,
    )


def shown(page: Page) -> dict[str, Any] | None:
    found: dict[str, Any] | None = page.evaluate(
        "(() => { const i = vitruvian.editor.instances.value[0];"
        " return i ? { id: i.id, track: i.track, between: !!i.between, points: [...i.points],"
        " keyed: [...(i.keyed ?? [])] } : null; })()"
    )
    return found


def test_complaint_22_a_pose_is_copied_into_the_same_track(desk: Desk, page: Page) -> None:
    start(desk, page, 4)
    page.keyboard.press("Alt+c")
    expect(page.get_by_test_id("frame")).to_have_text("5")
    turn(page, 23)
    assert shown(page) is None
    page.keyboard.press("c")
    saved(page)
    now = rows(desk)
    assert sorted(now) == [0, 5, 10, 20, 23]
    assert now[23]["points"] == now[20]["points"]
    assert now[5]["keyed"] == [1] * 5


def test_complaint_23_m_goes_half_way_between_two_keys(desk: Desk, page: Page) -> None:
    start(desk, page, 0)
    page.keyboard.press("m")
    expect(page.get_by_test_id("frame")).to_have_text("5")
    page.keyboard.press(">")
    expect(page.get_by_test_id("frame")).to_have_text("10")
    page.keyboard.press("<")
    expect(page.get_by_test_id("frame")).to_have_text("0")


def test_complaint_24_ends_and_keys_lose_no_point_and_the_export_says_the_same(
    desk: Desk, page: Page, tmp_path: Path
) -> None:
    start(desk, page, 5)
    seen = shown(page)
    assert seen
    assert seen["between"]
    nose = seen["points"][:2]
    drag(page, at(page, *nose), at(page, nose[0], nose[1] - 20))
    seen = shown(page)
    assert seen
    assert seen["keyed"] == [1, 0, 0, 0, 0]
    turn(page, 14)
    page.keyboard.press("Alt+e")
    saved(page)
    whole = exported(desk, tmp_path)
    assert sorted(whole) == [*range(14), 20]
    assert all(points[2::3] == [2] * 5 for points in whole.values())
    assert whole[5][1] == pytest.approx(nose[1] - 20, abs=1)
    for frame in (3, 12, 13):
        turn(page, frame)
        seen = shown(page)
        assert seen
        assert seen["points"] == pytest.approx(whole[frame], abs=1e-6)
    assert sorted(exported(desk, tmp_path, keys_only=True)) == [0, 5, 10, 13, 20]
    page.reload()
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true", timeout=30_000)
    turn(page, 16)
    assert shown(page) is None


def test_points_are_carried_through_a_gap_by_what_the_picture_shows(desk: Desk, page: Page) -> None:
    start(desk, page, 4)
    page.keyboard.press("Alt+p")
    expect(page.get_by_text("points carried")).to_be_visible(timeout=20_000)
    saved(page)
    now = rows(desk)
    assert sorted(now) == [*range(11), 20]
    moves = shifts(FRAMES)
    for frame in range(1, 10):
        found = np.array(now[frame]["points"]).reshape(5, 3)[:, :2]
        keyed = np.array(now[frame]["keyed"], bool)
        assert keyed.sum() >= 4
        assert np.linalg.norm(found - POSE - moves[frame], axis=1)[keyed].max() < 1.5
        assert all(score > 0.3 for score, key in zip(now[frame]["scores"], keyed, strict=True) if key)
    page.keyboard.press("Control+z")
    saved(page)
    assert sorted(rows(desk)) == list(KEYS)
