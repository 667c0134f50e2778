"""Left and right that look exchanged: the page offers to exchange them, by the pose prior that the server sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.server_process import ServerProcess
from tests.web.test_editor import Desk, on_server, open_editor, saved, sign_in
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels.presets import preset
from vitruvian.store import ontologies, open_store, projects

BODY = json.loads((Path(__file__).parents[1] / "vectors/body.json").read_text())
ARMS = [5, 6, 7, 8, 9, 10]


@pytest.fixture
def desk(tmp_path: Path, page: Page) -> Iterator[Desk]:
    """A picture on which nothing is marked."""
    Image.new("RGB", (160, 300), "gray").save(tmp_path / "somebody.png")
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "match"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, preset("coco")))
        (media,) = import_media(store, project, [tmp_path / "somebody.png"]).added
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=None)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield server, f"/label-sets/{labels}/media/{media}", labels
    server.stop()


def somebody_comes(desk: Desk, page: Page) -> np.ndarray:
    """Another annotator marks a person whose arms are on the wrong sides; returns the points, (17, 3)."""
    server, address, labels = desk
    open_editor(page, server.base + address)
    page.wait_for_function("() => vitruvian.editor.priors.value.has('person')")
    points = np.full((17, 3), 2.0)
    points[:, :2] = np.array(BODY["pose"]) * (1.6, 1) - (36, 0)
    points[ARMS] = points[[BODY["flip"][k] for k in ARMS]]
    new = {"instance": "p", "base": 0, "media": int(address.rsplit("/", 1)[1]), "frame": 0, "category": "person"}
    made = {**new, "points": {str(k): point for k, point in enumerate(points.tolist())}, "box": BODY["box"]}
    answer = server.client.patch(f"/api/v1/label-sets/{labels}/changes", json={"request": "one", "changes": [made]})
    assert answer.status_code == 200, answer.text
    page.wait_for_function("() => vitruvian.editor.instances.value.length === 1")
    expect(page.get_by_test_id("swap-offer")).to_be_empty()
    page.keyboard.press("w")
    return points


def test_arms_on_the_wrong_sides_are_exchanged_by_a_key(desk: Desk, page: Page) -> None:
    points = somebody_comes(desk, page)
    offer = page.get_by_test_id("swap-offer")
    expect(offer).to_contain_text("Left and right of shoulder, elbow and wrist look exchanged.")
    page.keyboard.press("Alt+Shift+X")
    expect(offer).to_be_empty()
    saved(page)
    after = np.array(on_server(desk, "p")["points"]).reshape(17, 3)
    points[ARMS] = points[[BODY["flip"][k] for k in ARMS]]
    assert (after == points).all()


def test_what_is_right_is_not_asked_again(desk: Desk, page: Page) -> None:
    somebody_comes(desk, page)
    offer = page.get_by_test_id("swap-offer")
    offer.get_by_role("button", name="It is right").click()
    expect(offer).to_be_empty()
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(page.get_by_text("left wrist")).to_be_visible()
    expect(offer).to_be_empty()
