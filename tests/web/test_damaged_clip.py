"""A clip whose middle is damaged: the page goes on with whatever can still be shown."""

from __future__ import annotations

from pathlib import Path

import av
from playwright.sync_api import Page

from tests.server_process import ServerProcess
from tests.web.test_frames import SIGNATURE, make_clip
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels.presets import preset
from vitruvian.store import ontologies, open_store, projects


def damage(path: Path, first: int, last: int) -> None:
    """Overwrite the data of some packets, in the order of decoding."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        places = [(p.pos, p.size) for p in packets[first : last + 1]]
    content = bytearray(path.read_bytes())
    for at, size in places:
        content[at or 0 : (at or 0) + size] = b"\xff" * size
    path.write_bytes(content)


def test_what_lies_before_and_after_the_damage_is_shown(tmp_path: Path, page: Page) -> None:
    clip = make_clip(tmp_path / "clip.mp4", codec="libx264", options={"g": "12", "bf": "2"})
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        id = store.write(lambda c: projects.create_project(c, "clips"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, id, preset("coco")))
        (media,) = import_media(store, id, [clip]).added
        labels = start_labels(store, id, author="ada", ontology=ontology, parent=None)
    damage(clip, 26, 30)
    server = ServerProcess(str(tmp_path / "project"))
    try:
        cookies = server.client.cookies.jar
        page.context.add_cookies([{"name": c.name, "value": c.value or "", "url": server.base} for c in cookies])
        page.goto(f"{server.base}/label-sets/{labels}/media/{media}")
        page.wait_for_selector("[data-frame-shown=true]", timeout=30_000)
        assert page.evaluate(SIGNATURE, 20)["source"] == "webcodecs"
        # Straight through the damage, as a person who holds the key; whatever cannot be shown is left behind.
        for n in range(21, 40):
            page.evaluate("(n) => vitruvian.editor.goTo(n)", n)
            page.wait_for_timeout(30)
        for n in (59, 50, 12, 0):
            page.evaluate(SIGNATURE, n)
        # Which of the two it is depends on how much the browser's decoder puts up with.
        assert page.evaluate(SIGNATURE, 40)["source"] in ("server", "webcodecs")
        assert page.get_by_role("alert").count() == 0
    finally:
        server.stop()
