"""Seek and step in the page, with WebCodecs and with the server's pictures, in one run on the same clip.

A step begins every thirtieth of a second, as with a held key; once more they follow one another without a pause.
"""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import Page, sync_playwright

from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels.presets import preset
from vitruvian.store import ontologies, open_store, projects

ROOT = Path(__file__).resolve().parents[1]
FRAMES = 600
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

#: Seconds between two steps of a held key.
HELD = 1 / 30

MEASURE = """async ([frames, pause]) => {
    const { editor, frameKind } = globalThis.vitruvian;
    const took = [];
    for (const n of frames) {
        const begun = performance.now();
        let stop;
        await new Promise((done) => {
            stop = editor.picture.subscribe((picture) => picture?.frame === n && done());
            editor.goTo(n);
        });
        stop();
        took.push(performance.now() - begun);
        const left = 1000 * pause - (performance.now() - begun);
        if (left > 0) await new Promise((done) => setTimeout(done, left));
    }
    return { kind: frameKind.value, took };
}"""


def make_clip(path: Path) -> Path:
    """Write 720p, 30 fps, B-frames, a key frame every 60."""
    random_texture = np.random.default_rng(0).integers(0, 255, (90, 160, 3)).astype(np.uint8)
    texture = np.kron(random_texture, np.ones((8, 8, 1), np.uint8))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"g": "60", "bf": "2", "preset": "veryfast"}
        for n in range(FRAMES):
            picture = np.roll(texture, (3 * n, 5 * n), axis=(0, 1))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def browser_path() -> str:
    spec = importlib.util.spec_from_file_location("chromium", ROOT / "tools/chromium.py")
    if spec is None or spec.loader is None:
        raise SystemExit("tools/chromium.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.find())


def quantiles(page: Page, frames: list[int], pause: float) -> tuple[str, float, float]:
    """Return the kind of source and the median and 95th percentile in milliseconds."""
    page.evaluate(MEASURE, [frames[:1], 0.5])
    found = page.evaluate(MEASURE, [frames, pause])
    took = np.array(found["took"])
    return found["kind"], round(float(np.percentile(took, 50)), 1), round(float(np.percentile(took, 95)), 1)


def main() -> None:
    figures: dict[str, object] = {"name": "video_seek", "frames": FRAMES, "picture": "1280x720"}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        with open_store(project / "vitruvian.db", create=True) as store:
            id = store.write(lambda c: projects.create_project(c, "clips"))
            ontology = store.write(lambda c: ontologies.add_ontology(c, id, preset("coco")))
            (media,) = import_media(store, id, [make_clip(Path(folder) / "clip.mp4")]).added
            labels = start_labels(store, id, author="me", ontology=ontology, parent=None)
        command = [sys.executable, "-m", "vitruvian.cli", "serve", str(project), "--port", "0", "--no-open", "--json"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(server.stdout.readline() if server.stdout else "{}")["address"]
            seeks = random.Random(0).sample(range(FRAMES), 60)  # noqa: S311 not for secrets
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
                context = browser.new_context(viewport={"width": 1280, "height": 800})
                for wanted in ("webcodecs", "server"):
                    page = context.new_page()
                    if wanted == "server":
                        page.add_init_script("delete globalThis.VideoDecoder")
                    editor = f"/label-sets/{labels}/media/{media}"
                    page.goto(f"{address}&next={editor}" if wanted == "webcodecs" else address.split("/?")[0] + editor)
                    page.wait_for_selector("[data-frame-shown=true]", timeout=60_000)
                    for name, frames, pause in (
                        ("seek", seeks, HELD),
                        ("next", list(range(100, 220)), HELD),
                        ("previous", list(range(219, 99, -1)), HELD),
                        ("next_unpaced", list(range(300, 420)), 0.0),
                    ):
                        kind, middle, slow = quantiles(page, frames, pause)
                        figures[f"{kind}_{name}_ms_p50"] = middle
                        figures[f"{kind}_{name}_ms_p95"] = slow
                    page.close()
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    for name in ("seek", "next", "previous"):
        server_ms, page_ms = figures[f"server_{name}_ms_p50"], figures[f"webcodecs_{name}_ms_p50"]
        figures[f"{name}_times_as_fast_as_server"] = round(float(str(server_ms)) / max(float(str(page_ms)), 0.1), 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
