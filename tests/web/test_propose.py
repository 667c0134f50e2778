"""A model's proposal for a box that a person draws, with the real model."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.web.test_editor import Desk, at, desk, open_editor, saved

__all__ = ["desk"]

MADE = "vitruvian.editor.store.at(1, 20).map(({ id, box, points }) => ({ id, box, points: [...points] }))"


def draw(page: Page) -> None:
    page.mouse.move(*at(page, 20, 15))
    page.mouse.down()
    page.mouse.move(*at(page, 120, 100), steps=4)
    page.mouse.up()


def test_a_box_becomes_a_person_and_a_drag_moves_one_point(desk: Desk, page: Page) -> None:
    server, address, labels = desk
    open_editor(page, server.base + address + "?frame=20")
    with page.expect_response("**/propose/ready"):
        page.keyboard.press("a")
    expect(page.get_by_role("button", name="A model marks what is in a box")).to_have_attribute("aria-pressed", "true")
    draw(page)
    page.wait_for_function("() => vitruvian.editor.selected.value !== null", timeout=10_000)
    saved(page)
    (made,) = page.evaluate(MADE)
    (kept,) = server.client.get(f"/api/v1/label-sets/{labels}/instances?first=20&last=20").json()["instances"]
    assert kept["points"] == made["points"]
    assert [n is None for n in kept["scores"]] == [v == 0 for v in kept["points"][2::3]]
    place = next(k for k in range(5) if made["points"][3 * k + 2])
    page.keyboard.press("v")
    page.evaluate("([id, k]) => vitruvian.editor.select(id, k)", [made["id"], place])
    page.get_by_test_id("stage").focus()
    page.keyboard.press("ArrowRight")
    saved(page)
    (moved,) = page.evaluate(MADE)
    changed = [k for k in range(15) if moved["points"][k] != made["points"][k]]
    assert changed == [3 * place]


def test_while_it_is_awaited_work_goes_on_and_a_failure_leaves_the_box(desk: Desk, page: Page) -> None:
    server, address, _ = desk
    held: list[Route] = []
    page.route("**/propose", lambda route: held.append(route))
    open_editor(page, server.base + address + "?frame=20")
    page.keyboard.press("a")
    draw(page)
    box = page.get_by_test_id("awaited")
    expect(box).to_be_visible()
    page.mouse.click(*at(page, 140, 110))
    expect(box).to_be_visible()
    refusal = {"code": "model", "message": "The model weights are not installed", "where": "", "hint": "pip install it"}
    held[0].fulfill(status=422, json={"error": refusal})
    expect(page.get_by_role("status").filter(has_text="pip install it")).to_be_visible()
    expect(box).to_have_count(0)
    saved(page)
    (made,) = page.evaluate(MADE)
    assert made["box"]
    assert not any(made["points"])
