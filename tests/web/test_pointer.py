"""Hands on the picture: what annotators miss in other tools, each with a real mouse or finger on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.server_process import ServerProcess
from tests.web.test_editor import Desk, at, drag, on_server, open_editor, saved, sign_in
from tests.web.test_frames import make_clip
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels import Category, Ontology, empty_instance, skeleton_from_names
from vitruvian.store import instances, label_sets, ontologies, open_store, projects

NAMES = ("neck", "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist")
EDGES = ((0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 6))
PLACES = [[96, 30], [120, 36], [140, 60], [150, 92], [72, 36], [52, 60], [42, 92]]
BODY = Ontology("bodies", (Category("person", skeleton_from_names(NAMES, edges=EDGES)),))
FRAME = "?frame=3"
POINTS = "(id) => Array.from(vitruvian.editor.store.get(id).points)"


@pytest.fixture
def desk(tmp_path: Path, page: Page) -> Iterator[Desk]:
    """A clip with one person with two arms in frames 0 to 5, and a person's label set over it."""
    clip = make_clip(tmp_path / "clip.mp4", codec="libx264", options={"g": "12", "bf": "2"}, frames=12)
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "bodies"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, BODY))
        (media,) = import_media(store, project, [clip]).added
        model = store.write(
            lambda c: label_sets.create_label_set(c, project, kind="model", name="m", author="m", ontology=ontology)
        )
        people = []
        for frame in range(6):
            person = empty_instance(f"p{frame}", "person", media, frame, len(NAMES))
            person.xy[:] = PLACES
            person.visibility[:] = 2
            people.append(person)
        store.write(lambda c: instances.insert_instances(c, model, people))
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=model)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server, f"/label-sets/{labels}/media/{media}", labels
    if server.process.poll() is None:
        server.stop()


def points(page: Page, id: str = "p3") -> list[list[float]]:
    flat: list[float] = page.evaluate(POINTS, id)
    return [flat[i : i + 3] for i in range(0, len(flat), 3)]


def near(found: list[float], x: float, y: float) -> bool:
    return abs(found[0] - x) < 0.6 and abs(found[1] - y) < 0.6


def hold(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=3)


def grip(page: Page, name: str) -> tuple[float, float]:
    place: dict[str, float] = page.evaluate(
        "(name) => vitruvian.editor.transform.value.grips.find(({ grip }) => grip === name).at", name
    )
    return at(page, place["x"], place["y"])


def state(page: Page, what: str) -> Any:
    return page.evaluate(f"vitruvian.editor.{what}")


def test_points_show_their_names_in_order_and_one_key_goes_to_the_next(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    before = page.get_by_test_id("stage").screenshot()
    page.mouse.click(*at(page, 96, 30))
    page.keyboard.press("Shift+N")
    page.wait_for_timeout(100)
    assert state(page, "options.value.names") is True
    assert page.get_by_test_id("stage").screenshot() != before
    seen = [0]
    for _ in range(7):
        page.keyboard.press("Tab")
        seen.append(state(page, "selection.value.keypoint"))
    assert seen == [0, 1, 2, 3, 4, 5, 6, 0]


def test_fixing_one_point_never_moves_the_whole_skeleton(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    page.mouse.click(*at(page, 96, 30))
    start = points(page)
    x, y = at(page, 140, 60)
    for dx, dy in ((14, 0), (-13, 3), (0, 14), (9, -11)):
        drag(page, (x + dx, y + dy), (x + dx + 40, y + dy + 30))
    assert points(page) == start
    page.keyboard.press("Escape")
    page.mouse.click(*at(page, 96, 30))
    hx, hy = grip(page, "move")
    scale = state(page, "camera.value.scale")
    drag(page, (hx, hy), (hx + 10 * scale, hy + 6 * scale))
    assert all(near(now, x + 10, y + 6) for now, (x, y, _) in zip(points(page), start, strict=True))
    saved(page)
    assert near(on_server(desk, "p3")["points"][18:], 52, 98)


def test_a_save_or_somebody_elses_change_during_a_drag_throws_no_point_away(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + FRAME)
    waiting: list[Route] = []
    held = True

    def delay(route: Route) -> None:
        if held:
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/changes", delay)
    drag(page, at(page, 150, 92), at(page, 160, 100))
    hold(page, at(page, 42, 92), at(page, 60, 110))
    for _ in range(50):
        if waiting:
            break
        page.wait_for_timeout(100)
    theirs = {"request": "theirs", "changes": [{"instance": "p3", "base": 0, "points": {"0": [100, 20, 2]}}]}
    assert server.client.patch(f"/api/v1/label-sets/{labels}/changes", json=theirs).status_code == 200
    assert waiting
    held = False
    for route in waiting:
        route.continue_()
    page.wait_for_function("() => vitruvian.editor.store.get('p3').points[0] === 100", timeout=8_000)
    assert state(page, "edits.inHand.value") is not None
    page.mouse.move(*at(page, 30, 100), steps=3)
    page.mouse.up()
    saved(page)
    flat = on_server(desk, "p3")["points"]
    now = [flat[i : i + 3] for i in range(0, 21, 3)]
    wanted = [[100, 20], [120, 36], [140, 60], [160, 100], [72, 36], [52, 60], [30, 100]]
    assert all(near(found, x, y) for found, (x, y) in zip(now, wanted, strict=True)), now


def test_undo_while_placing_or_dragging_touches_nothing_else(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    drag(page, at(page, 96, 30), at(page, 90, 24))
    moved = points(page)
    page.keyboard.press("n")
    page.mouse.click(*at(page, 20, 20))
    page.mouse.click(*at(page, 30, 20))
    # Two points of the placement are taken back; a third press leaves it rather than reach for other work.
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert points(page) == moved
    assert page.evaluate("vitruvian.editor.instances.value.length") == 1
    assert (state(page, "frame.value"), state(page, "placing.value")) == (3, None)
    hold(page, at(page, 140, 60), at(page, 170, 20))
    page.keyboard.press("Control+z")
    page.mouse.move(*at(page, 175, 20))
    page.mouse.up()
    assert points(page) == moved
    page.keyboard.press("Control+z")
    assert near(points(page)[0], 96, 30)


def test_a_crosshair_follows_the_point_in_hand(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    hold(page, at(page, 140, 60), at(page, 165, 30))
    ink = """([x, y]) => {
      const canvas = [...document.querySelectorAll('#stage canvas')].at(-1);
      const box = canvas.getBoundingClientRect();
      const k = canvas.width / box.width;
      const alpha = (dx, dy) =>
        canvas.getContext('2d').getImageData((x + dx - box.x) * k - 1, (y + dy - box.y) * k - 1, 3, 3).data
          .some((byte, i) => i % 4 === 3 && byte > 0);
      return [alpha(40, 0), alpha(-40, 0), alpha(0, 40), alpha(0, -40), alpha(30, 30)];
    }"""
    place = at(page, 165, 30)
    page.wait_for_function(
        f"(at) => String(({ink})(at)) === 'true,true,true,true,false'", arg=list(place), timeout=3_000
    )
    page.keyboard.press("Shift+C")
    page.mouse.up()
    assert near(points(page)[2], 165, 30)


def test_arrow_keys_nudge_by_one_pixel_ten_or_a_tenth_one_point_or_several(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    page.mouse.click(*at(page, 150, 92))
    for press in ("ArrowRight", "Shift+ArrowRight", "Alt+ArrowRight", "ArrowUp"):
        page.keyboard.press(press)
    assert [round(v, 6) for v in points(page)[3]] == [161.1, 91, 2]
    loop = [(34, 50), (62, 50), (62, 104), (34, 104)]
    page.mouse.move(*at(page, *loop[0]))
    page.mouse.down()
    for corner in loop[1:]:
        page.mouse.move(*at(page, *corner), steps=4)
    page.mouse.up()
    assert state(page, "selection.value") == {"instance": "p3", "keypoint": 5, "also": [6]}
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("1")
    saved(page)
    flat = on_server(desk, "p3")["points"]
    assert flat[15:] == [52, 70, 1, 42, 102, 1]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert points(page)[5:] == [[52, 60, 2], [42, 92, 2]]


def test_moving_a_joint_carries_what_hangs_on_it(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    page.keyboard.down("Control")
    drag(page, at(page, 120, 36), at(page, 130, 26))
    page.keyboard.up("Control")
    wanted = [[96, 30], [130, 26], [150, 50], [160, 82], [72, 36], [52, 60], [42, 92]]
    assert all(near(found, x, y) for found, (x, y) in zip(points(page), wanted, strict=True))
    saved(page)
    page.keyboard.press("Control+z")
    assert near(points(page)[3], 150, 92)


def test_a_person_is_placed_by_clicks_without_a_drag(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=8")
    page.keyboard.press("n")
    for x, y in PLACES:
        page.mouse.click(*at(page, x, y))
    assert state(page, "placing.value") is None
    saved(page)
    (person,) = server.client.get(f"/api/v1/label-sets/{labels}/instances?first=8&last=8").json()["instances"]
    assert all(near(person["points"][3 * k : 3 * k + 3], x, y) for k, (x, y) in enumerate(PLACES))


def test_a_box_never_steals_a_point(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    page.mouse.click(*at(page, 96, 30))
    page.keyboard.press("b")
    drag(page, at(page, 60, 30), at(page, 150, 92))
    assert state(page, "selected.value.box") is not None
    page.keyboard.press("v")
    box = state(page, "selected.value.box")
    drag(page, at(page, 150, 92), at(page, 158, 100))
    drag(page, at(page, 96, 30), at(page, 100, 40))
    assert state(page, "selected.value.box") == box
    assert near(points(page)[3], 158, 100)
    assert near(points(page)[0], 100, 40)


def test_among_a_thousand_people_a_drag_draws_one_point_and_not_the_crowd(tmp_path: Path, page: Page) -> None:
    clip = make_clip(tmp_path / "clip.mp4", codec="libx264", options={"g": "12", "bf": "2"}, frames=2)
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "crowd"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, BODY))
        (media,) = import_media(store, project, [clip]).added
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=None)
        crowd = []
        for n in range(1200):
            person = empty_instance(f"c{n}", "person", media, 0, len(NAMES))
            person.xy[:] = [[x / 20 + 4 * (n % 40), y / 20 + 4 * (n // 40)] for x, y in PLACES]
            person.visibility[:] = 2
            crowd.append(person)
        crowd[0].xy[:] = PLACES
        store.write(lambda c: instances.insert_instances(c, labels, crowd))
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    open_editor(page, f"{server.base}/label-sets/{labels}/media/{media}")
    page.evaluate(
        """() => {
      vitruvian.editor.select("c0", 3);
      globalThis.strokes = 0;
      for (const name of ["lineTo", "arc", "rect", "fillRect"]) {
        for (const kind of [CanvasRenderingContext2D, Path2D]) {
          const draw = kind.prototype[name];
          if (draw) kind.prototype[name] = function (...of) { globalThis.strokes++; return draw.apply(this, of); };
        }
      }
    }"""
    )
    hold(page, at(page, 150, 92), at(page, 154, 96))
    page.wait_for_timeout(300)
    before = page.evaluate("strokes")
    for step in range(1, 6):
        page.mouse.move(*at(page, 154 - 2 * step, 96))
        page.wait_for_timeout(50)
    drawn = page.evaluate("strokes") - before
    page.mouse.up()
    saved(page)
    assert near(points(page, "c0")[3], 144, 96)
    # The crowd has 8,400 points; a drawn point and its crosshair, limb and ring take some tens of strokes.
    assert 5 <= drawn < 1000
    server.stop()


def test_escape_or_a_lost_pointer_in_mid_drag_puts_everything_back(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    start = points(page)
    hold(page, at(page, 96, 30), at(page, 20, 90))
    page.keyboard.press("Escape")
    page.mouse.up()
    assert points(page) == start
    hold(page, at(page, 96, 30), at(page, 20, 90))
    assert points(page) != start
    page.evaluate("document.getElementById('stage').releasePointerCapture(1)")
    page.mouse.move(*at(page, 25, 92))
    page.wait_for_function("() => vitruvian.editor.edits.inHand.value === null", timeout=3_000)
    page.mouse.up()
    assert points(page) == start
    assert state(page, "history.canUndo.value") is None


def test_the_picture_is_brightened_and_put_back(desk: Desk, page: Page) -> None:
    open_editor(page, desk[0].base + desk[1] + FRAME)
    light = """() => {
      const canvas = document.querySelector('#stage canvas');
      const { data } = canvas.getContext('2d').getImageData(canvas.width / 2 - 50, canvas.height / 2 - 50, 100, 100);
      return data.reduce((sum, byte) => sum + byte, 0);
    }"""
    before = page.evaluate(light)
    page.get_by_role("button", name="Picture", exact=True).click()
    slider = page.get_by_role("slider", name="Brightness")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    page.wait_for_function(f"(before) => ({light})() > before", arg=before, timeout=3_000)
    page.get_by_role("button", name="Picture as it is").click()
    page.wait_for_function(f"(before) => ({light})() === before", arg=before, timeout=3_000)
    page.keyboard.press("Escape")
    expect(slider).to_be_hidden()


def test_fingers_drag_a_point_pinch_the_picture_and_press_long(desk: Desk, browser: Browser) -> None:
    server, address, _ = desk
    context = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
    page = context.new_page()
    sign_in(page, server)
    open_editor(page, server.base + address + FRAME)
    screen = context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    x, y = at(page, 150, 92)
    touch("touchStart", (x + 14, y + 6))
    for step in (0.3, 0.6, 1):
        touch("touchMove", (x + 14 + 60 * step, y + 6 + 30 * step))
    touch("touchEnd")
    scale = state(page, "camera.value.scale")
    assert near(points(page)[3], 150 + 60 / scale, 92 + 30 / scale)
    moved = points(page)

    a, b = at(page, 60, 40), at(page, 130, 90)
    touch("touchStart", a)
    touch("touchStart", a, b)
    touch("touchMove", (a[0] - 60, a[1] - 40), (b[0] + 60, b[1] + 40))
    touch("touchEnd")
    assert state(page, "camera.value.scale") > 1.1 * scale
    assert points(page) == moved

    touch("touchStart", at(page, 96, 30))
    page.wait_for_function("() => vitruvian.editor.store.get('p3').points[2] === 1", timeout=3_000)
    touch("touchEnd")
    saved(page)
    assert on_server(desk, "p3")["points"][2] == 1
    context.close()
