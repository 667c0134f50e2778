"""What an annotator does, in a real browser on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.projects import ONTOLOGY
from tests.server_process import ServerProcess
from tests.web.test_frames import make_clip
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels import empty_instance
from vitruvian.store import instances, label_sets, ontologies, open_store, projects, routes
from vitruvian.store.rows import RouteRow

Desk = tuple[ServerProcess, str, int]


def make_project(folder: Path) -> tuple[int, int]:
    """A clip of 60 frames with a model's person in frames 0 to 9, and two doubtful points. Returns label set, media."""
    clip = make_clip(folder / "clip.mp4", codec="libx264", options={"g": "12", "bf": "2"})
    with open_store(folder / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "match"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, ONTOLOGY))
        (media,) = import_media(store, project, [clip]).added
        model = store.write(
            lambda c: label_sets.create_label_set(
                c, project, kind="model", name="people", author="people", ontology=ontology
            )
        )
        people = []
        for frame in range(10):
            person = empty_instance(f"p{frame}", "person", media, frame, 5)
            person.xy[:] = [[96, 20], [60, 60], [130, 60], [80, 110], [112, 110]]
            person.visibility[:] = 2
            people.append(person)
        reason = [{"kind": "score", "text": "confidence 0.21", "value": 0.21}]
        doubtful = [RouteRow(0, model, media, frame, f"p{frame}", 1, 0.9, reason) for frame in (2, 5)]
        store.write(lambda c: instances.insert_instances(c, model, people))
        store.write(lambda c: routes.add_routes(c, doubtful))
        return start_labels(store, project, author="ada", ontology=ontology, parent=model), media


@pytest.fixture
def desk(tmp_path: Path, page: Page) -> Iterator[tuple[ServerProcess, str, int]]:
    labels, media = make_project(tmp_path)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server, f"/label-sets/{labels}/media/{media}", labels
    if server.process.poll() is None:
        server.stop()


def sign_in(page: Page, server: ServerProcess) -> None:
    page.context.add_cookies(
        [{"name": name, "value": value, "url": server.base} for name, value in server.cookies.items()]
    )


def open_editor(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true", timeout=30_000)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Screen position of a pixel of the picture."""
    camera = page.evaluate("(() => { const c = vitruvian.editor.camera.value; return [c.scale, c.x, c.y]; })()")
    screen = page.evaluate(
        "([x, y]) => { const c = vitruvian.editor.camera.value;"
        " const o = vitruvian.editor.imageAt({ x: 0, y: 0 });"
        " return [(x - o.x) * c.scale, (y - o.y) * c.scale]; }",
        [x, y],
    )
    box = page.get_by_test_id("stage").bounding_box()
    assert box
    assert camera[0] > 0
    return box["x"] + screen[0], box["y"] + screen[1]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def saved(page: Page) -> None:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=20_000)


def on_server(desk: Desk, id: str) -> dict[str, Any]:
    server, _, labels = desk
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances").json()["instances"]
    return next(i for i in found if i["id"] == id)


def test_the_tour_fixes_one_point_and_accepts_another(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address)
    expect(page.get_by_test_id("queue-open")).to_have_text("2")
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("route-reason")).to_have_text("confidence 0.21")
    expect(page.get_by_test_id("frame")).to_have_text("2")
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true")
    drag(page, at(page, 60, 60), at(page, 50, 64))
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("frame")).to_have_text("5")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("queue-open")).to_have_text("0")
    saved(page)
    states = server.client.get(f"/api/v1/label-sets/{labels}/routes?state=all").json()["routes"]
    assert [r["state"] for r in states] == ["fixed", "accepted"]
    x, y, v = on_server(desk, "p2")["points"][3:6]
    assert (abs(x - 50) < 1, abs(y - 64) < 1, v) == (True, True, 2)


def test_placing_a_person_by_clicks_in_order(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=20")
    page.get_by_test_id("stage").focus()
    page.keyboard.press("n")
    page.mouse.click(*at(page, 96, 20))
    page.keyboard.press("1")
    page.mouse.click(*at(page, 60, 60))
    page.keyboard.press("s")
    page.mouse.click(*at(page, 80, 110))
    page.mouse.click(*at(page, 112, 110))
    saved(page)
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances?first=20&last=20").json()["instances"]
    (person,) = found
    assert person["points"][2::3] == [2, 1, 0, 2, 2]
    assert abs(person["points"][9] - 80) < 1
    page.keyboard.press("Control+z")
    saved(page)
    found = server.client.get(f"/api/v1/label-sets/{labels}/instances?first=20&last=20").json()["instances"]
    assert found[0]["points"][2::3] == [2, 1, 0, 2, 0]


def test_drag_visibility_delete_and_undo(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address + "?frame=3")
    drag(page, at(page, 96, 20), at(page, 100, 26))
    page.keyboard.press("1")
    saved(page)
    x, _, v = on_server(desk, "p3")["points"][:3]
    assert (abs(x - 100) < 1, v) == (True, 1)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    saved(page)
    assert on_server(desk, "p3")["points"][:3] == [96, 20, 2]
    page.keyboard.press("Shift+Delete")
    saved(page)
    page.keyboard.press("Control+z")
    saved(page)
    assert on_server(desk, "p3")["deleted"] is False


def test_a_box_is_drawn(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=30")
    page.keyboard.press("b")
    drag(page, at(page, 20, 20), at(page, 90, 100))
    saved(page)
    (found,) = server.client.get(f"/api/v1/label-sets/{labels}/instances?first=30&last=30").json()["instances"]
    assert [round(side) for side in found["box"]] == [20, 20, 70, 80]


def test_frames_are_stepped_by_keys(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    open_editor(page, server.base + address)
    for key, frame in (("f", "1"), ("f", "2"), ("d", "1"), ("PageDown", "11"), ("End", "59"), ("Home", "0")):
        page.keyboard.press(key)
        expect(page.get_by_test_id("frame")).to_have_text(frame)
        expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true")


def test_two_people_move_the_same_point_and_one_chooses(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    page.route("**/events?*", lambda route: route.abort())  # it has not heard of the other's move yet
    open_editor(page, server.base + address + "?frame=6")
    theirs = {"request": "other", "changes": [{"instance": "p6", "base": 0, "points": {"0": [10, 10, 2]}}]}
    assert server.client.patch(f"/api/v1/label-sets/{labels}/changes", json=theirs).status_code == 200
    drag(page, at(page, 96, 20), at(page, 70, 30))
    expect(page.get_by_test_id("conflict")).to_contain_text("nose")
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    x, y, _ = on_server(desk, "p6")["points"][:3]
    assert (abs(x - 70) < 1, abs(y - 30) < 1) == (True, True)


def test_the_project_page_leads_to_the_queue(desk: Desk, page: Page) -> None:
    server, _, _ = desk
    page.goto(server.base)
    page.get_by_role("button", name="Review 2 doubtful points").click()
    expect(page.get_by_test_id("route-reason")).to_be_visible(timeout=20_000)


def test_an_address_without_anything_says_so(desk: Desk, page: Page) -> None:
    server, _, _ = desk
    page.goto(server.base + "/nowhere")
    expect(page.get_by_role("heading")).to_have_text("There is nothing at this address")
    page.goto(server.base + "/label-sets/99/media/1")
    expect(page.get_by_role("heading")).to_have_text("There is no label set 99")
