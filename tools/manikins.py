"""A drawn scene of runners and a project around it: pictures for the documentation that need nobody's footage."""

from __future__ import annotations

import math
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

import vitruvian as vt
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels import Instance, empty_instance
from vitruvian.store import instances, label_sets, ontologies, open_store, projects, routes
from vitruvian.store.rows import RouteRow

SIZE = (1280, 720)
FRAMES = 48
KEY_EVERY = 4
CLOTHES = [("#c8553d", "#2f4858", "#e3b28f"), ("#3d7ea6", "#40414a", "#8d5a3b")]
HIDDEN = {3, 8}
"""Of a runner seen from the left: the far ear and the far elbow."""


def runner(phase: float, x: float, ground: float, tall: float) -> NDArray[np.float64]:
    """Return COCO's 17 keypoints, shape (17, 2), of a person who runs to the right; `phase` in turns of the stride."""
    turn = 2 * math.pi * phase
    hip = np.array([x, ground - tall * (0.52 + 0.015 * math.cos(2 * turn))])
    neck = hip + tall * np.array([0.07, -0.30])
    xy = np.zeros((17, 2))
    xy[0] = neck + tall * np.array([0.075, -0.10])
    xy[1], xy[2] = xy[0] + tall * np.array([[-0.012, -0.022], [-0.026, -0.024]])
    xy[3], xy[4] = xy[0] + tall * np.array([[-0.058, -0.010], [-0.066, -0.008]])
    for side, swing in ((0, math.sin(turn)), (1, -math.sin(turn))):
        shoulder = neck + tall * np.array([0.02 - 0.05 * side, 0.01])
        root = hip + tall * np.array([0.02 - 0.04 * side, 0])
        arm, thigh = -0.9 * swing, 0.85 * swing + 0.15
        elbow = shoulder + tall * 0.16 * np.array([math.sin(arm), math.cos(arm)])
        knee = root + tall * 0.24 * np.array([math.sin(thigh), math.cos(thigh)])
        shin = thigh - 0.5 - 0.55 * (1 - swing)
        xy[5 + side] = shoulder
        xy[7 + side] = elbow
        xy[9 + side] = elbow + tall * 0.15 * np.array([math.sin(arm + 1.5), math.cos(arm + 1.5)])
        xy[11 + side] = root
        xy[13 + side] = knee
        xy[15 + side] = knee + tall * 0.24 * np.array([math.sin(shin), math.cos(shin)])
    return xy


def everybody(frame: int) -> list[NDArray[np.float64]]:
    """Return the poses of the two runners in a frame."""
    return [
        runner(frame / 24, 360 + 5.5 * frame, 640, 470),
        runner(frame / 26 + 0.37, 860 + 4.0 * frame, 600, 400),
    ]


def picture(frame: int) -> Image.Image:
    """Draw a frame: sky, track and the runners."""
    width, height = SIZE
    rows = np.linspace(0, 1, height)[:, None, None]
    sky = (1 - rows) * np.array([142, 172, 190]) + rows * np.array([224, 214, 196])
    image = Image.fromarray(np.broadcast_to(sky, (height, width, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for i in range(9):
        left = 190 * i - 2 * frame - 60
        draw.ellipse((left, 330 - 35 * (i % 3), left + 210, 640), fill=(110 + 6 * (i % 4), 134, 104))
    draw.rectangle((0, 520, width, height), fill="#b5715a")
    for i, y in enumerate((520, 556, 612, 690)):
        draw.rectangle((0, y, width, y + 2 + i), fill="#e9ded3")
    image = image.filter(ImageFilter.GaussianBlur(2))
    for pose, clothes in sorted(zip(everybody(frame), CLOTHES, strict=True), key=lambda pair: pair[0][:, 1].max()):
        _draw_runner(image, pose, *clothes)
    return image


def _draw_runner(image: Image.Image, xy: NDArray[np.float64], shirt: str, legs: str, skin: str) -> None:
    draw = ImageDraw.Draw(image)
    tall = xy[:, 1].max() - xy[0, 1]

    def limb(color: str, width: float, *joints: int) -> None:
        line = [tuple(xy[k]) for k in joints]
        draw.line(line, fill=color, width=round(width * tall), joint="curve")
        for (x, y), r in zip(line, [width * tall / 2] * len(line), strict=True):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=color)

    foot = tall * 0.035
    for side in (1, 0):
        limb(skin, 0.045, 13 + side, 15 + side)
        limb(legs, 0.085, 11 + side, 13 + side)
        x, y = xy[15 + side]
        draw.rounded_rectangle((x - foot, y, x + 2.6 * foot, y + 1.3 * foot), foot / 2, fill="#f2efe9")
        if side:
            limb(skin, 0.045, 8, 10)
            limb(shirt, 0.06, 6, 8)
    middle = (xy[5] + xy[6]) / 2
    head = (xy[0] + xy[3]) / 2 + [0, -tall * 0.012]
    r = tall * 0.062
    draw.line([tuple(middle), tuple(head)], fill=skin, width=round(0.06 * tall))
    limb(shirt, 0.15, 5, 11)
    draw.ellipse((head[0] - r, head[1] - 1.15 * r, head[0] + r, head[1] + 1.15 * r), fill=skin)
    draw.pieslice(
        (head[0] - 1.05 * r, head[1] - 1.3 * r, head[0] + 0.9 * r, head[1] + 0.7 * r), 170, 340, fill="#3b2f2a"
    )
    limb(skin, 0.05, 7, 9)
    limb(shirt, 0.065, 5, 7)


def _person(id: str, media: int, frame: int, xy: NDArray[np.float64]) -> Instance:
    person = empty_instance(id, "person", media, frame, 17)
    person.xy[:] = xy
    person.visibility[:] = [1 if k in HIDDEN else 2 for k in range(17)]
    return person


def make_project(folder: Path) -> dict[str, str]:
    """Write an image, a clip and labels over both; return the addresses in the page by name: image, clip, tour."""
    folder.mkdir(parents=True)
    still, clip = folder / "runners.png", folder / "runners.mp4"
    picture(9).save(still)
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.options = "yuv420p", {"g": "12", "crf": "20"}
        for frame in range(FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_image(picture(frame))))
        container.mux(stream.encode())
    with open_store(folder / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "Runners"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, vt.preset("coco")))
        image, video = import_media(store, project, [still, clip]).added
        model = store.write(
            lambda c: label_sets.create_label_set(
                c, project, kind="model", name="people", author="people", ontology=ontology
            )
        )
        people = [_person(f"still{n}", image, 0, xy) for n, xy in enumerate(everybody(9))]
        low, high = people[0].xy.min(axis=0) - 16, people[0].xy.max(axis=0) + 16
        people[0].box = np.concatenate((low, high - low))
        people[1].score = np.full(17, 0.9, np.float32)
        people[1].score[[9, 15]] = 0.31, 0.44
        for frame in range(0, FRAMES, KEY_EVERY):
            for n, xy in enumerate(everybody(frame)):
                person = _person(f"runner{n}frame{frame}", video, frame, xy)
                person.track, person.keyed = str(n + 1), np.ones(17, bool)
                people.append(person)
        reason = [{"kind": "score", "text": "confidence 0.31", "value": 0.31}]
        store.write(lambda c: instances.insert_instances(c, model, people))
        store.write(lambda c: routes.add_routes(c, [RouteRow(0, model, image, 0, "still1", 9, 0.9, reason)]))
        labels = start_labels(store, project, author="ada", ontology=ontology, parent=model)
    return {
        "project": f"/projects/{project}",
        "image": f"/label-sets/{labels}/media/{image}",
        "clip": f"/label-sets/{labels}/media/{video}",
    }
