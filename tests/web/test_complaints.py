"""What annotators complain of in other tools, one scenario each; docs/complaints.md lists them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.server_process import ServerProcess
from tests.web.test_editor import Desk, at, desk, drag, on_server, open_editor, saved, sign_in
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels.presets import preset
from vitruvian.store import ontologies, open_store, projects

__all__ = ["desk"]

#: A person as COCO orders the points, in a picture of 640 x 480.
PERSON = [
    (320, 60), (330, 50), (310, 50), (345, 60), (295, 60), (370, 120), (270, 120), (395, 180), (245, 180),
    (410, 240), (230, 240), (350, 250), (290, 250), (355, 340), (285, 340), (360, 430), (280, 430),
]  # fmt: skip
LEFT_SHOULDER, LEFT_ELBOW = 5, 7


@pytest.fixture
def photo(tmp_path: Path, page: Page) -> Iterator[Desk]:
    """One grey picture of 640 x 480 for COCO's person, without any labels."""
    assert cv2.imwrite(str(tmp_path / "grey.png"), np.full((480, 640, 3), 110, np.uint8))
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "photo"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, preset("coco")))
        (media,) = import_media(store, project, [tmp_path / "grey.png"]).added
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=None)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server, f"/label-sets/{labels}/media/{media}", labels
    server.stop()


def place(page: Page, points: list[tuple[int, int]]) -> None:
    page.keyboard.press("n")
    for x, y in points:
        page.mouse.click(*at(page, x, y))


def made(desk: Desk) -> list[dict[str, Any]]:
    server, _, labels = desk
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances").json()["instances"]
    return [instance for instance in found if not instance["deleted"]]


def contrast(page: Page, x: float, y: float, reach: int = 2) -> float:
    """How far the screen around a place of the picture is from its grey, 0 to 255: a small cut of a screenshot."""
    page.mouse.move(*at(page, 5, 475))
    page.wait_for_timeout(200)
    left, top = at(page, x, y)
    clip = {"x": left - reach, "y": top - reach, "width": 2 * reach + 1, "height": 2 * reach + 1}
    shot = cv2.imdecode(np.frombuffer(page.screenshot(clip=clip), np.uint8), cv2.IMREAD_COLOR)
    return float(np.abs(shot.astype(np.float64) - 110).max())


def test_one_key_mirrors_a_person_seen_from_behind_and_one_undo_takes_it_back(photo: Desk, page: Page) -> None:
    server, address, _ = photo
    open_editor(page, server.base + address)
    place(page, PERSON)
    saved(page)
    (before,) = made(photo)
    page.keyboard.press("x")
    saved(page)
    (after,) = made(photo)
    pairs = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
    points = np.array(before["points"]).reshape(17, 3)
    assert np.array_equal(np.array(after["points"]).reshape(17, 3), points[pairs])
    page.keyboard.press("Control+z")
    saved(page)
    assert made(photo)[0]["points"] == before["points"]


def test_one_key_mirrors_an_arm_and_leaves_the_rest(photo: Desk, page: Page) -> None:
    server, address, _ = photo
    open_editor(page, server.base + address)
    place(page, PERSON)
    saved(page)
    points = np.array(made(photo)[0]["points"]).reshape(17, 3)
    page.mouse.click(*at(page, *PERSON[LEFT_ELBOW]))
    page.keyboard.press("Shift+X")
    saved(page)
    now = np.array(made(photo)[0]["points"]).reshape(17, 3)
    assert set(np.flatnonzero((now != points).any(1))) >= {LEFT_ELBOW, LEFT_ELBOW + 1}
    assert np.array_equal(now[LEFT_ELBOW], points[LEFT_ELBOW + 1])
    assert np.array_equal(now[11:], points[11:])


def test_every_person_has_its_own_connected_points_and_lines_come_as_they_are_placed(photo: Desk, page: Page) -> None:
    server, address, _ = photo
    open_editor(page, server.base + address)
    place(page, PERSON[:8])
    (x0, y0), (x1, y1) = PERSON[LEFT_SHOULDER], PERSON[LEFT_ELBOW]
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    drawn = contrast(page, *middle)
    page.keyboard.press("Enter")
    assert drawn > 40
    page.keyboard.press("Shift+E")
    assert contrast(page, *middle) < 5
    page.keyboard.press("Shift+E")
    place(page, [(x - 200, y) for x, y in PERSON[:8]])
    page.keyboard.press("Enter")
    saved(page)
    first, second = made(photo)
    assert first["id"] != second["id"]
    assert sum(v > 0 for v in first["points"][2::3]) == sum(v > 0 for v in second["points"][2::3]) == 8


def test_one_key_hides_all_labels_and_brings_them_back(photo: Desk, page: Page) -> None:
    server, address, _ = photo
    open_editor(page, server.base + address)
    place(page, PERSON)
    page.keyboard.press("Escape")
    shown = contrast(page, *PERSON[LEFT_ELBOW])
    page.keyboard.press("Shift+L")
    gone = contrast(page, *PERSON[LEFT_ELBOW])
    page.keyboard.press("Shift+L")
    assert (shown > 40, gone < 5, contrast(page, *PERSON[LEFT_ELBOW]) > 40) == (True, True, True)


def test_a_hidden_point_is_set_by_one_key_and_looks_hollow(photo: Desk, page: Page) -> None:
    server, address, _ = photo
    open_editor(page, server.base + address)
    place(page, PERSON)
    page.keyboard.press("Escape")
    ankle = PERSON[15]
    # Enlarged, so that the inside of the mark is wider than the cut.
    page.evaluate("([x, y]) => vitruvian.editor.setCamera({ scale: 3, x: 400 - 3 * x, y: 300 - 3 * y })", ankle)
    filled = contrast(page, *ankle, reach=0)
    page.mouse.click(*at(page, *ankle))
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+E")
    assert filled > 40
    assert contrast(page, *ankle, reach=0) < filled / 2
    saved(page)
    assert made(photo)[0]["points"][2::3] == [*[2] * 15, 1, 2]


def test_a_point_that_lies_beyond_the_picture_is_seen_and_brought_back(photo: Desk, page: Page) -> None:
    server, address, _ = photo
    open_editor(page, server.base + address)
    place(page, PERSON)
    saved(page)
    (person,) = made(photo)
    # As a model's might be: the left ankle is below the lower edge.
    outside = {"instance": person["id"], "base": person["revision"], "points": {"15": [360, 500, 2]}}
    answer = server.client.patch(f"{changes(photo)}", json={"request": "beyond", "changes": [outside]})
    assert answer.status_code == 200
    page.goto("about:blank")
    open_editor(page, server.base + address)
    page.keyboard.press("-")
    assert contrast(page, 360, 500) > 40
    drag(page, at(page, 360, 500), at(page, 360, 430))
    saved(page)
    x, y, v = made(photo)[0]["points"][45:48]
    assert (abs(x - 360) < 1.5, abs(y - 430) < 1.5, v) == (True, True, 2)


def changes(desk: Desk) -> str:
    return f"/api/v1/label-sets/{desk[2]}/changes"


def test_labels_stay_on_their_frames_whatever_lies_unlabelled_between(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=20")
    for frame, x in ((20, 40), (33, 120), (27, 80)):
        page.evaluate("(n) => vitruvian.editor.goTo(n)", frame)
        page.wait_for_selector("[data-frame-shown=true]")
        page.keyboard.press("n")
        page.mouse.click(*at(page, x, 50))
        page.keyboard.press("Enter")
        saved(page)
    page.reload()
    page.wait_for_selector("[data-frame-shown=true]")
    first = "?first=20&last=59"
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances{first}").json()["instances"]
    places = {i["frame"]: round(i["points"][0] / 10) * 10 for i in found if not i["deleted"]}
    assert places == {20: 40, 27: 80, 33: 120}
    for frame, x in places.items():
        shown = f"vitruvian.editor.store.at(vitruvian.editor.media.value.id, {frame}).map((i) => i.points[0])"
        assert [round(place / 10) * 10 for place in page.evaluate(shown)] == [x]


def test_a_skeleton_in_use_is_never_changed_in_silence(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=3")
    ontology = server.client.get("/api/v1/ontologies/1").json()
    for method in ("PUT", "PATCH", "POST", "DELETE"):
        assert server.client.request(method, "/api/v1/ontologies/1", json=ontology).status_code == 405
    assert server.client.get("/api/v1/ontologies/1").json() == ontology
    assert on_server(desk, "p3")["points"][:3] == [96, 20, 2]
