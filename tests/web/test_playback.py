"""Playing and scrubbing: the picture and the labels are always of one frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.server_process import ServerProcess
from tests.web.numbered import WATCH, numbered_project
from tests.web.test_editor import open_editor, sign_in

Open = Callable[..., None]


@pytest.fixture
def opened(tmp_path: Path, page: Page) -> Iterator[Open]:
    running: list[ServerProcess] = []

    def open_clip(**clip: Any) -> None:
        labels, media = numbered_project(tmp_path, **clip)
        server = ServerProcess(str(tmp_path / "project"))
        running.append(server)
        sign_in(page, server)
        open_editor(page, f"{server.base}/label-sets/{labels}/media/{media}")

    yield open_clip
    for server in running:
        server.stop()


def watched(page: Page) -> dict[str, Any]:
    seen: dict[str, Any] = page.evaluate("watched()")
    return seen


def shows(page: Page, n: int) -> None:
    expect(page.get_by_test_id("frame")).to_have_text(str(n))
    expect(page.get_by_test_id("stage")).to_have_attribute("data-frame-shown", "true", timeout=20_000)


def test_playing_shows_picture_and_labels_of_one_frame(opened: Open, page: Page) -> None:
    opened()
    page.evaluate(WATCH)
    page.keyboard.press("}")
    page.keyboard.press("Shift+Space")
    page.wait_for_function("() => vitruvian.editor.frame.value === 119", timeout=20_000)
    shows(page, 119)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    seen = watched(page)
    assert seen["wrong"] == []
    assert seen["order"] == sorted(seen["order"])
    assert len(seen["frames"]) > 30


def test_a_clip_that_the_server_decodes_is_played_in_step_too(opened: Open, page: Page) -> None:
    opened(frames=60, suffix="avi", codec="mpeg4")
    expect(page.get_by_test_id("stage")).to_have_attribute("data-source", "server")
    page.evaluate(WATCH)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => vitruvian.editor.frame.value >= 25", timeout=20_000)
    page.get_by_role("button", name="Pause", exact=True).click()
    seen = watched(page)
    assert seen["wrong"] == []
    assert len(seen["frames"]) >= 12


def test_scrubbing_shows_frames_on_the_way_and_ends_under_the_pointer(opened: Open, page: Page) -> None:
    opened()
    page.evaluate(WATCH)
    strip = page.get_by_role("slider", name="Timeline").bounding_box()
    assert strip
    y = strip["y"] + strip["height"] / 2

    def x(frame: float) -> float:
        assert strip
        return strip["x"] + strip["width"] * (frame + 0.5) / 120

    page.mouse.move(x(5), y)
    page.mouse.down()
    for frame in range(5, 110, 3):
        page.mouse.move(x(frame), y)
        page.wait_for_timeout(15)
    page.mouse.move(x(61), y)
    page.wait_for_function("() => vitruvian.editor.picture.value.frame === 61")
    page.mouse.up()
    shows(page, 61)
    seen = watched(page)
    assert seen["wrong"] == []
    assert 61 in seen["frames"]
    assert len(seen["frames"]) > 10


def test_a_part_is_looped_and_the_speed_changed_by_keys_and_by_the_bar(opened: Open, page: Page) -> None:
    opened()
    strip = page.get_by_role("slider", name="Timeline")
    box = strip.bounding_box()
    assert box
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + box["width"] * 40.5 / 120, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 46.5 / 120, box["y"] + 10, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.get_by_test_id("loop")).to_contain_text("40\u201346")
    page.evaluate(WATCH)
    page.get_by_label("Speed").select_option("2")
    page.keyboard.press("Shift+Space")
    page.wait_for_function(
        "() => { globalThis.turns = globalThis.turns || [];"
        " const f = vitruvian.editor.frame.value; if (turns.at(-1) !== f) turns.push(f);"
        " return turns.filter((n, i) => i && n < turns[i - 1]).length >= 2; }",
        timeout=20_000,
        polling="raf",
    )
    page.keyboard.press("Shift+Space")
    assert set(page.evaluate("turns.slice(1)")) <= set(range(40, 47))
    assert watched(page)["wrong"] == []
    page.keyboard.press("Shift+R")
    expect(page.get_by_test_id("loop")).to_have_count(0)
    page.keyboard.press("{")
    expect(page.get_by_label("Speed")).to_have_value("1.5")


COUNT = """() => {
    globalThis.picturesMade = 0;
    globalThis.picturesClosed = 0;
    const Decoder = VideoDecoder;
    globalThis.VideoDecoder = class extends Decoder {
        constructor({ output, error }) {
            super({ output: (frame) => { globalThis.picturesMade++; output(frame); }, error });
        }
    };
    const close = VideoFrame.prototype.close;
    VideoFrame.prototype.close = function () { globalThis.picturesClosed++; return close.call(this); };
}"""

STEPS = """async (count) => {
    const { editor } = vitruvian;
    for (let i = 0; i < count; i++) {
        const last = editor.media.value.frames - 1;
        const turn = i % (2 * last);
        const n = turn < last ? turn + 1 : 2 * last - turn - 1;
        editor.goTo(n);
        while (editor.picture.value?.frame !== n) await new Promise((done) => setTimeout(done));
    }
    return [globalThis.picturesMade, globalThis.picturesClosed];
}"""


def test_a_thousand_steps_leave_no_picture_open_but_the_kept_ones(opened: Open, page: Page) -> None:
    page.add_init_script(f"({COUNT})()")
    opened(frames=250)
    expect(page.get_by_test_id("stage")).to_have_attribute("data-source", "webcodecs")
    page.evaluate("vitruvian.editor.goTo(0)")
    made, closed = page.evaluate(STEPS, 1000)
    assert made > 250
    assert made - closed <= 251
    page.get_by_role("link", name="Back to the project").click()
    page.wait_for_function("() => globalThis.picturesMade === globalThis.picturesClosed", timeout=10_000)


def test_on_a_page_without_a_secure_address_frames_come_from_the_server_and_work_is_saved(
    opened: Open, page: Page
) -> None:
    """What browsers leave out on plain HTTP from another machine."""
    page.add_init_script(
        "for (const name of ['VideoDecoder', 'VideoFrame', 'EncodedVideoChunk']) delete globalThis[name];"
        "delete Crypto.prototype.randomUUID; delete Crypto.prototype.subtle; delete Navigator.prototype.locks;"
        "delete Navigator.prototype.storage; delete Navigator.prototype.serviceWorker;"
    )
    opened(frames=30)
    assert page.evaluate("[typeof crypto.randomUUID, typeof navigator.locks, typeof VideoDecoder]") == ["undefined"] * 3
    expect(page.get_by_test_id("stage")).to_have_attribute("data-source", "server")
    page.keyboard.press("n")
    stage = page.get_by_test_id("stage").bounding_box()
    assert stage
    page.mouse.click(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=20_000)
    assert page.evaluate("vitruvian.editor.instances.value.at(-1).revision") > 0
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    shows(page, 1)
