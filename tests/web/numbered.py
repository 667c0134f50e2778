"""A clip whose pictures say which frame they are, with labels that say so too, and what a browser shows of both."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from tests.projects import ONTOLOGY
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels import empty_instance
from vitruvian.store import instances, label_sets, ontologies, open_store, projects

WIDTH, HEIGHT, BITS = 320, 96, 8
BAR = WIDTH // BITS
FIRST_X = 20.0

WATCH = (
    """() => {
    // Read off the canvas: the bars of the picture are a number, and so is the place of the white mark of the labels.
    const editor = vitruvian.editor;
    const canvas = document.querySelector("#stage canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const seen = { pairs: [], frames: new Set(), wrong: [] };
    const look = () => {
        if (!editor.picture.value) return;
        const { scale, x, y } = editor.camera.value;
        const ratio = canvas.width / editor.view.value.width;
        const left = Math.round(x * ratio), width = Math.round(WIDTH * scale * ratio);
        const row = (at) => context.getImageData(left, Math.round((y + at * scale) * ratio), width, 1).data;
        const bars = row(20);
        let picture = 0;
        for (let bit = 0; bit < BITS; bit++) {
            const at = 4 * Math.floor(((bit + 0.5) * width) / BITS);
            picture = 2 * picture + (bars[at] > 128 ? 1 : 0);
        }
        const marks = row(72);
        const white = [];
        for (let i = 0; i < width; i++) if (marks[4 * i] > 225 && marks[4 * i + 2] > 225) white.push(i);
        const middle = white.reduce((a, b) => a + b, 0) / white.length / scale / ratio;
        const label = white.length ? Math.round((middle - FIRST) / 2) : -1;
        seen.frames.add(picture);
        if (label !== picture) seen.wrong.push([picture, label]);
        if (seen.frames.size !== seen.pairs.length) seen.pairs.push(picture);
    };
    const loop = () => { look(); globalThis.watching = requestAnimationFrame(loop); };
    loop();
    globalThis.watched = () => ({ frames: [...seen.frames], wrong: seen.wrong, order: seen.pairs });
}""".replace("WIDTH", str(WIDTH))
    .replace("BITS", str(BITS))
    .replace("FIRST", str(FIRST_X))
)


def picture(n: int) -> np.ndarray:
    """Eight bars, white or black: the frame's number in binary. Below them grey, for the labels."""
    pixels = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    for bit in range(BITS):
        on = n >> (BITS - 1 - bit) & 1
        pixels[: HEIGHT // 2, bit * BAR : (bit + 1) * BAR] = 235 if on else 16
    return pixels


def numbered_clip(path: Path, frames: int = 120, *, codec: str = "libx264") -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"g": "24", "bf": "2", "crf": "18"} if codec == "libx264" else {}
        for n in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(n), format="rgb24")))
        container.mux(stream.encode())
    return path


def numbered_project(
    folder: Path, frames: int = 120, *, suffix: str = "mp4", codec: str = "libx264"
) -> tuple[int, int]:
    """The clip, and in each frame a nose two pixels to the right of where it was before. Returns label set, media."""
    clip = numbered_clip(folder / f"numbered.{suffix}", frames, codec=codec)
    with open_store(folder / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "numbers"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, ONTOLOGY))
        (media,) = import_media(store, project, [clip]).added
        model = store.write(
            lambda c: label_sets.create_label_set(
                c, project, kind="model", name="noses", author="noses", ontology=ontology
            )
        )
        noses = []
        for n in range(frames):
            nose = empty_instance(f"n{n}", "person", media, n, 5)
            nose.track = "nose"
            nose.xy[0] = [FIRST_X + 2 * n, 72]
            nose.visibility[0] = 2
            noses.append(nose)
        store.write(lambda c: instances.insert_instances(c, model, noses))
        return start_labels(store, project, author="ada", ontology=ontology, parent=model), media
