"""Clips that say their frame's number, a server that holds them, and the page open on one."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels import Instance
from vitruvian.labels.instance import empty_instance
from vitruvian.labels.presets import preset
from vitruvian.store import instances, ontologies, open_store, projects
from vitruvian.store import media as stored_media

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache/benchmarks"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

#: From so many frames on, a clip is made as fast as can be.
LONG = 5000

#: Bits of the frame's number, each a bar along the top of the picture, white or black.
BITS = 16

#: A function `shownNumber(source)` for the page: the number that a picture shows.
READ_NUMBER = f"""(() => {{
    const canvas = new OffscreenCanvas({BITS}, 16);
    const context = canvas.getContext("2d", {{ willReadFrequently: true }});
    globalThis.shownNumber = (source, width, height) => {{
        context.drawImage(source, 0, 0, width, height / 8, 0, 0, {BITS}, 16);
        const {{ data }} = context.getImageData(0, 8, {BITS}, 1);
        let number = 0;
        for (let bit = 0; bit < {BITS}; bit++) number = 2 * number + (data[4 * bit] > 128 ? 1 : 0);
        return number;
    }};
}})()"""


def numbered_clip(frames: int, width: int = 1280, height: int = 720) -> Path:
    """Return a clip of 30 fps with B-frames and a key frame every 60; it is made once and kept."""
    path = CACHE / f"numbered-{frames}-{width}x{height}.mp4"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    texture = np.random.default_rng(0).integers(0, 255, (height // 8, width // 8, 3)).astype(np.uint8)
    texture = np.kron(texture, np.ones((8, 8, 1), np.uint8))
    twice = np.tile(texture, (2, 2, 1))
    unfinished = path.with_suffix(".part.mp4")
    with av.open(str(unfinished), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"g": "60", "bf": "2", "preset": "veryfast" if frames < LONG else "ultrafast"}
        for n in range(frames):
            y, x = 3 * n % height, 5 * n % width
            picture = twice[y : y + height, x : x + width].copy()
            for bit in range(BITS):
                on = n >> (BITS - 1 - bit) & 1
                picture[: height // 8, bit * width // BITS : (bit + 1) * width // BITS] = 235 if on else 16
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    unfinished.rename(path)
    return path


class Desk:
    """A running server with one clip, and a browser."""

    def __init__(self, browser: Browser, address: str, editor: str, media: int) -> None:
        self.browser = browser
        self.sign_in = address
        self.base = address.partition("/?")[0]
        self.editor = self.base + editor
        self.media = media

    def context(self) -> BrowserContext:
        """A window that is signed in; its pages open at once."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(self.sign_in)
        page.close()
        return context

    def open(self, context: BrowserContext, *scripts: str) -> Page:
        """The editor on the clip, its first frame shown; `scripts` run before the page's own."""
        page = context.new_page()
        for script in scripts:
            page.add_init_script(script)
        page.goto(self.editor)
        page.wait_for_selector("[data-frame-shown=true]", timeout=60_000)
        return page


def person_in_every_frame(media: int, frames: int) -> list[Instance]:
    """A track of keys: one person of whom every point is fixed in every frame."""
    found = []
    for n in range(frames):
        instance = empty_instance(f"row-{n}", "person", media, n, 17)
        for k in range(17):
            instance.place(k, 100.25 + (n + 7 * k) % 250, 60.5 + 9 * k)
        instance.track = "walker"
        instance.keyed = np.ones(17, bool)
        found.append(instance)
    return found


@contextmanager
def desk(clip: Path, *, labelled: bool = False) -> Iterator[Desk]:
    """Import the clip into a new project, serve it, and start a browser; `labelled`, it has a person in every frame."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        with open_store(project / "vitruvian.db", create=True) as store:
            id = store.write(lambda c: projects.create_project(c, "clips"))
            ontology = store.write(lambda c: ontologies.add_ontology(c, id, preset("coco")))
            (media,) = import_media(store, id, [clip]).added
            labels = start_labels(store, id, author="me", ontology=ontology, parent=None)
            if labelled:
                with store.read() as connection:
                    frames = stored_media.media(connection, media).frames
                people = person_in_every_frame(media, frames)
                store.write(lambda c: instances.insert_instances(c, labels, people))
        command = [sys.executable, "-m", "vitruvian.cli", "serve", str(project), "--port", "0", "--no-open", "--json"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(server.stdout.readline() if server.stdout else "{}")["address"]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
                yield Desk(browser, address, f"/label-sets/{labels}/media/{media}", media)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)


def browser_path() -> str:
    spec = importlib.util.spec_from_file_location("chromium", ROOT / "tools/chromium.py")
    if spec is None or spec.loader is None:
        raise SystemExit("tools/chromium.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.find())
