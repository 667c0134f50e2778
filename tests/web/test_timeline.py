"""The lanes of a video's tracks: what they show, keys set, carried and taken away, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.projects import ONTOLOGY
from tests.server_process import ServerProcess
from tests.web.numbered import numbered_clip
from tests.web.test_editor import open_editor, saved, sign_in
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels import empty_instance
from vitruvian.store import instances, ontologies, open_store, projects

FRAMES = 90
Desk = tuple[ServerProcess, str, int]


@pytest.fixture
def desk(tmp_path: Path, page: Page) -> Iterator[Desk]:
    """Two people with keys in frames 0, 30 and 60; of the third, the nose only."""
    clip = numbered_clip(tmp_path / "numbered.mp4", FRAMES)
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "tracks"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, ONTOLOGY))
        (media,) = import_media(store, project, [clip]).added
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=None)
        rows = []
        for track, left in (("ann", 40.0), ("bob", 180.0)):
            for frame in (0, 30, 60):
                row = empty_instance(f"{track}{frame}", "person", media, frame, 5)
                row.track = track
                row.xy[:] = np.array([[0, 30], [-10, 50], [10, 50], [-8, 80], [8, 80]]) + np.array([left + frame, 0])
                row.visibility[:] = 2
                row.keyed = np.ones(5, bool)
                rows.append(row)
        store.write(lambda c: instances.insert_instances(c, labels, rows))
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    open_editor(page, f"{server.base}/label-sets/{labels}/media/{media}")
    yield server, f"/label-sets/{labels}/media/{media}", labels
    server.stop()


def rows_of(desk: Desk, track: str) -> dict[int, dict[str, Any]]:
    server, _, labels = desk
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances").json()["instances"]
    return {row["frame"]: row for row in found if row["track"] == track and not row.get("deleted")}


def spot(page: Page, row: str, frame: int) -> tuple[float, float]:
    """Screen position of a frame in the lane of that name."""
    field = page.get_by_test_id("lanes").bounding_box()
    name = page.get_by_role("treeitem", name=row).bounding_box()
    assert field
    assert name
    first, last = page.evaluate("vitruvian.editor.timeline.window.value")
    return field["x"] + field["width"] * (frame + 0.5 - first) / (last - first), name["y"] + name["height"] / 2


def shows(page: Page, frame: int) -> None:
    expect(page.get_by_test_id("frame")).to_have_text(str(frame))
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true", timeout=20_000)


def test_a_lane_opens_into_joints_and_its_keys_are_set_carried_and_deleted(desk: Desk, page: Page) -> None:
    expect(page.get_by_role("treeitem")).to_have_count(2)
    page.get_by_role("button", name="Open person ann").click()
    expect(page.get_by_role("treeitem", name="nose: 3 keys")).to_be_visible()

    page.mouse.dblclick(*spot(page, "left wrist", 45))
    shows(page, 45)
    assert page.evaluate("vitruvian.editor.selection.value.keypoint") == 1
    saved(page)
    row = rows_of(desk, "ann")[45]
    # Half way from 60 to 90 to the left of it, at the place where it was computed.
    assert row["points"][3] == pytest.approx(40 - 10 + 45, abs=0.01)
    assert list(row["keyed"]) == [False, True, False, False, False]

    page.mouse.move(*spot(page, "left wrist", 45))
    page.mouse.down()
    page.mouse.move(*spot(page, "left wrist", 48), steps=3)
    page.mouse.move(*spot(page, "left wrist", 51), steps=3)
    page.mouse.up()
    shows(page, 51)
    saved(page)
    rows = rows_of(desk, "ann")
    assert 45 not in rows
    assert rows[51]["points"][3] == pytest.approx(40 - 10 + 45, abs=0.01)

    page.mouse.click(*spot(page, "left wrist", 51), button="right")
    saved(page)
    assert sorted(rows_of(desk, "ann")) == [0, 30, 60]
    page.keyboard.press("Control+z")
    saved(page)
    assert sorted(rows_of(desk, "ann")) == [0, 30, 51, 60]
    assert sorted(rows_of(desk, "bob")) == [0, 30, 60]


def test_lanes_are_worked_by_keyboard_alone(desk: Desk, page: Page) -> None:
    tree = page.get_by_role("tree")
    first = tree.get_by_role("treeitem", name="person ann")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("treeitem", name="person bob")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name="person bob")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("treeitem", name="nose")).to_be_focused()
    page.evaluate("vitruvian.editor.goTo(20)")
    shows(page, 20)
    page.keyboard.press("Insert")
    saved(page)
    assert list(rows_of(desk, "bob")[20]["keyed"]) == [True, False, False, False, False]
    page.keyboard.press("Alt+ArrowRight")
    shows(page, 21)
    saved(page)
    assert sorted(rows_of(desk, "bob")) == [0, 21, 30, 60]
    page.keyboard.press("Delete")
    saved(page)
    assert sorted(rows_of(desk, "bob")) == [0, 30, 60]


def test_a_click_chooses_track_and_joint_and_goes_there_and_the_wheel_zooms(desk: Desk, page: Page) -> None:
    page.mouse.click(*spot(page, "person bob", 60))
    shows(page, 60)
    assert page.evaluate("vitruvian.editor.selected.value.track") == "bob"
    page.mouse.move(*spot(page, "person bob", 60))
    page.mouse.wheel(0, -700)
    first, last = page.evaluate("vitruvian.editor.timeline.window.value")
    assert (last - first < 45, first < 60 < last) == (True, True)
    page.mouse.click(*spot(page, "person ann", 61))
    shows(page, 61)
    # A step out of the window takes it along.
    page.keyboard.press("Home")
    shows(page, 0)
    first, last = page.evaluate("vitruvian.editor.timeline.window.value")
    assert first == 0
    assert last < 45


def test_scrubbing_in_a_lane_keeps_the_track_selected(desk: Desk, page: Page) -> None:
    page.mouse.move(*spot(page, "person ann", 12))
    page.mouse.down()
    page.mouse.move(*spot(page, "person ann", 40), steps=8)
    page.mouse.move(*spot(page, "person ann", 22), steps=4)
    page.mouse.up()
    shows(page, 22)
    selected = page.evaluate(
        "(({ track, frame, between }) => [track, frame, between])(vitruvian.editor.selected.value)"
    )
    assert selected == ["ann", 22, True]
    saved(page)
    assert sorted(rows_of(desk, "ann")) == [0, 30, 60]


def test_the_half_way_key_goes_between_keys_and_copies_stay_in_their_track(desk: Desk, page: Page) -> None:
    page.mouse.click(*spot(page, "person ann", 0))
    page.evaluate("vitruvian.editor.goTo(50)")
    shows(page, 50)
    page.keyboard.press("m")
    shows(page, 45)
    expect(page.get_by_role("treeitem")).to_have_count(2)


def test_frame_numbers_are_those_of_the_file(desk: Desk, page: Page) -> None:
    """Frames count from 0 everywhere: in the address, on the page, in the lanes, in the picture's own bars."""
    for wanted in (0, 1, 29, 57, FRAMES - 1):
        page.evaluate(f"vitruvian.editor.goTo({wanted})")
        shows(page, wanted)
        strip = page.get_by_role("slider", name="Timeline")
        expect(strip).to_have_attribute("aria-valuenow", str(wanted))
        bits = page.evaluate(
            "(() => { const c = new OffscreenCanvas(320, 96).getContext('2d');"
            " c.drawImage(vitruvian.editor.picture.value.source, 0, 0, 320, 96);"
            " return [0, 1, 2, 3, 4, 5, 6, 7]"
            ".map((b) => c.getImageData(40 * b + 20, 20, 1, 1).data[0] > 128 ? 1 : 0); })()"
        )
        assert int("".join(map(str, bits)), 2) == wanted
    page.mouse.click(*spot(page, "person bob", 60))
    shows(page, 60)
    page.keyboard.press("Alt+t")
    expect(page.get_by_role("tree")).to_have_count(0)
    # The address follows a little later: it may not be written with every frame of a held key.
    page.wait_for_url("**frame=60*")
    page.reload()
    expect(page.get_by_test_id("frame")).to_have_text("60", timeout=20_000)
