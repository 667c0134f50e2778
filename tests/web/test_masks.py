"""Box, polygon and painted mask of an instance in a real browser: each made, changed and taken away without the others.

The numbers of complaints are those of people who worked with other tools: box that steals presses from points (10), box
tied to the points (14), skeleton and box as two objects (15), an instance that depends on which came first (16).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page
from pycocotools import mask as coco

from tests.projects import ONTOLOGY
from tests.server_process import ServerProcess
from tests.web.test_editor import at, drag, open_editor, saved, sign_in
from vitruvian.actions.import_labels import import_labels
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.geometry import rle
from vitruvian.store import label_sets, ontologies, open_store, projects

WIDTH, HEIGHT = 200, 140


class Desk:
    """A page open at the editor of one picture, and what the server has of it."""

    def __init__(self, page: Page, server: ServerProcess, labels: int, media: int) -> None:
        self.page, self.server, self.labels = page, server, labels
        open_editor(page, f"{server.base}/label-sets/{labels}/media/{media}")

    def click(self, x: float, y: float, **more: Any) -> None:
        self.page.mouse.click(*at(self.page, x, y), **more)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        drag(self.page, at(self.page, *start), at(self.page, *end))

    def keys(self, *chords: str) -> None:
        for chord in chords:
            self.page.keyboard.press(chord)

    def on_server(self) -> list[dict[str, Any]]:
        saved(self.page)
        found = self.server.client.get(f"/api/v1/label-sets/{self.labels}/instances").json()["instances"]
        return [instance for instance in found if not instance["deleted"]]

    def one(self) -> dict[str, Any]:
        (instance,) = self.on_server()
        return instance

    def shape(self, name: str) -> str:
        return self.page.get_by_test_id(f"shape-{name}").inner_text()


def make_picture(folder: Path, name: str = "street.png") -> Path:
    grain = np.random.default_rng(1).integers(60, 190, (HEIGHT, WIDTH, 3), np.uint8)
    Image.fromarray(grain).save(folder / name)
    return folder / name


@pytest.fixture
def desk(tmp_path: Path, page: Page) -> Iterator[Desk]:
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "street"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, ONTOLOGY))
        (media,) = import_media(store, project, [make_picture(tmp_path)]).added
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=None)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    yield Desk(page, server, labels, media)
    server.stop()


def place_points(desk: Desk) -> None:
    desk.keys("n")
    for x, y in ((100, 30), (80, 60), (120, 60), (90, 110), (110, 110)):
        desk.click(x, y)


def draw_box(desk: Desk) -> None:
    desk.keys("b")
    desk.drag((60, 20), (140, 125))
    desk.keys("v")


@pytest.mark.parametrize("points_first", [True, False], ids=["points first", "box first"])
def test_points_and_box_are_one_instance_in_either_order(desk: Desk, points_first: bool) -> None:
    """Complaints 15 and 16."""
    if points_first:
        place_points(desk)
        draw_box(desk)
    else:
        draw_box(desk)
        desk.keys("p")
        for x, y in ((100, 30), (80, 60), (120, 60), (90, 110), (110, 110)):
            desk.click(x, y)
    one = desk.one()
    assert one["points"][2::3] == [2] * 5
    assert one["box"] == pytest.approx([60, 20, 80, 105], abs=1)
    assert (desk.shape("points"), desk.shape("mask")) == ("5 of 5", "none")


def test_the_box_takes_nothing_from_the_points_and_changes_alone(desk: Desk) -> None:
    """Complaints 10 and 14: points on the box's own outline and in its corner are taken before it."""
    place_points(desk)
    desk.keys("b")
    desk.drag((80, 20), (140, 110))
    desk.keys("v", "Escape", "Escape")
    desk.drag((80, 60), (84, 66))
    one = desk.one()
    assert one["points"][3:5] == pytest.approx([84, 66], abs=1)
    assert one["box"] == pytest.approx([80, 20, 60, 90], abs=1)
    desk.drag((140, 20), (150, 12))
    before = one["points"]
    one = desk.one()
    assert one["box"] == pytest.approx([80, 12, 70, 98], abs=1)
    assert one["points"] == before
    desk.page.get_by_role("button", name="Remove the box").click()
    one = desk.one()
    assert (one["box"], one["points"]) == (None, before)


def test_polygon_then_painting_then_undo_by_strokes(desk: Desk) -> None:
    place_points(desk)
    points = desk.one()["points"]
    desk.keys("o")
    for x, y in ((60, 20), (140, 20), (140, 120), (60, 120)):
        desk.click(x, y)
    desk.click(60, 20)
    polygon = desk.one()["mask"]
    assert np.reshape(polygon, (4, 2)) == pytest.approx(np.array([[60, 20], [140, 20], [140, 120], [60, 120]]), abs=1)
    desk.drag((140, 20), (150, 10))
    moved = desk.one()["mask"]
    assert np.reshape(moved, (4, 2))[1] == pytest.approx([150, 10], abs=1)

    desk.keys("k")
    desk.drag((150, 60), (180, 60))
    painted = desk.one()["mask"]
    assert painted["size"] == [HEIGHT, WIDTH]
    more = rle.to_pixels(painted)
    assert more[60, 175]
    assert more[50, 100]
    desk.keys("Shift+K")
    desk.drag((80, 80), (120, 80))
    assert not rle.to_pixels(desk.one()["mask"])[80, 100]
    desk.keys("Control+z")
    assert desk.one()["mask"] == painted
    desk.keys("Control+z")
    assert desk.one()["mask"] == moved
    desk.keys("Control+Shift+z")
    assert desk.one()["mask"] == painted
    assert desk.one()["points"] == points
    assert desk.one()["box"] is None
    desk.page.get_by_role("button", name="Remove the mask").click()
    assert desk.one()["mask"] is None
    assert desk.one()["points"] == points


def test_an_instance_of_a_mask_only_and_a_press_through_it(desk: Desk) -> None:
    """A ball has no keypoints. Its mask lies over a person's point, and the press is the point's."""
    place_points(desk)
    desk.keys("v", "Escape", "Escape")
    desk.page.get_by_label("New ones are").select_option("ball")
    desk.keys("k")
    for _ in range(6):
        desk.keys("]")
    desk.click(80, 60)
    desk.keys("v", "Escape")
    ball = next(i for i in desk.on_server() if i["category"] == "ball")
    assert rle.to_pixels(ball["mask"])[60, 80]
    assert (ball["points"], ball["box"]) == ([], None)
    desk.drag((80, 60), (70, 64))
    person = next(i for i in desk.on_server() if i["category"] == "person")
    assert person["points"][3:5] == pytest.approx([70, 64], abs=1)
    desk.click(86, 55)
    assert desk.page.evaluate("vitruvian.editor.selected.value.category") == "ball"


def coco_file(folder: Path) -> Path:
    """Three people with their masks as three kinds of files have them: packed runs, plain runs, polygons."""
    cells = np.random.default_rng(5).random((HEIGHT, WIDTH)) < 0.3
    packed = coco.encode(np.asfortranarray(cells.astype(np.uint8)))
    masks: list[Any] = [
        {"size": [HEIGHT, WIDTH], "counts": packed["counts"].decode()},
        {"counts": [0, 140, 27_000, 60, 0, 800], "size": [HEIGHT, WIDTH]},
        [[10.10, 20, 60.5, 20.0, 60.25, 90], [1e2, 30, 120, 30, 120, 45.125]],
    ]
    names = ["nose", "left_wrist", "right_wrist", "left_ankle", "right_ankle"]
    annotations = [
        {
            "id": number + 1, "image_id": 1, "category_id": 1, "segmentation": mask, "area": 77.5, "iscrowd": 0,
            "bbox": [5, 5, 30, 40], "num_keypoints": 5,
            "keypoints": [v for k in range(5) for v in (30 + 60 * number + 5 * k, 30 + 15 * k, 2)],
        }
        for number, mask in enumerate(masks)
    ]  # fmt: skip
    file = folder / "people.json"
    file.write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "street.png", "width": WIDTH, "height": HEIGHT}],
                "categories": [{"id": 1, "name": "person", "keypoints": names, "skeleton": []}],
                "annotations": annotations,
            }
        )
    )
    return file


def test_masks_that_nobody_touched_leave_as_they_came(tmp_path: Path, page: Page) -> None:
    picture = make_picture(tmp_path)
    file = coco_file(tmp_path)
    with open_store(tmp_path / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "street"))
        (media,) = import_media(store, project, [picture]).added
        imported = import_labels(store, project, file, author="file").label_set
        ontology = store.write(lambda c: label_sets.label_set(c, imported).ontology)
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=imported)
    server = ServerProcess(str(tmp_path / "project"))
    sign_in(page, server)
    desk = Desk(page, server, labels, media)
    for number in range(3):
        desk.drag((30 + 60 * number, 30), (33 + 60 * number, 32))
    saved(page)
    out = server.client.get(f"/api/v1/label-sets/{labels}/export").text
    server.stop()
    before, after = (json.loads(text)["annotations"] for text in (file.read_text(), out))
    for old, new in zip(before, after, strict=True):
        assert new["keypoints"][:2] == pytest.approx([old["keypoints"][0] + 3, old["keypoints"][1] + 2], abs=1)
        assert json.dumps(new["segmentation"]) == json.dumps(old["segmentation"])
        assert new["area"] == 77.5
