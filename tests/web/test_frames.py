"""The page and the server agree on which picture frame n is, for every kind of clip."""

from __future__ import annotations

import os
import random
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.server_process import ServerProcess
from vitruvian.actions.import_media import import_media
from vitruvian.actions.start_labels import start_labels
from vitruvian.labels.presets import preset
from vitruvian.media import VIDEOS, VideoReader
from vitruvian.store import ontologies, open_store, projects

SHARED = Path(os.environ.get("VITRUVIAN_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"

SIGNATURE = """async (n) => {
    const session = globalThis.vitruvian;
    session.editor.goTo(n);
    const begun = performance.now();
    while (session.editor.picture.value?.frame !== n) {
        if (performance.now() - begun > 20000) throw new Error("frame " + n + " did not come");
        await new Promise((done) => setTimeout(done, 5));
    }
    const canvas = new OffscreenCanvas(48, 32);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(session.editor.picture.value.source, 0, 0, 48, 32);
    const { data } = context.getImageData(0, 0, 48, 32);
    return { source: session.frameKind.value, pixels: Array.from(data).filter((_, i) => i % 4 !== 3) };
}"""


def make_clip(path: Path, *, codec: str, options: dict[str, str], uneven: bool = False, frames: int = 60) -> Path:
    """A clip in which each frame has its own pattern of bright and dark squares."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 192, 128, "yuv420p"
        stream.options = options
        at = 0
        for n in range(frames):
            random_n = np.random.default_rng(n)
            squares = random_n.integers(20, 236, (4, 6, 3)).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.kron(squares, np.ones((32, 32, 1), np.uint8)), format="rgb24")
            frame.pts = at
            at += 1 + (n % 3 if uneven else 0)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def clips(folder: Path) -> list[Path]:
    made = [
        make_clip(folder / "b-frames.mp4", codec="libx264", options={"g": "24", "bf": "3"}),
        make_clip(folder / "one-key-frame.mp4", codec="libx264", options={"g": "600", "bf": "2"}),
        make_clip(folder / "uneven.mkv", codec="libx264", options={"g": "12", "bf": "2"}, uneven=True),
        make_clip(folder / "vp9.webm", codec="libvpx-vp9", options={"g": "20", "deadline": "realtime"}),
        make_clip(folder / "old.avi", codec="mpeg4", options={"g": "12"}),
    ]
    real = (p for p in SHARED.rglob("*") if p.suffix.lower() in VIDEOS) if SHARED.exists() else ()
    return made + sorted(real)


def test_page_and_server_show_the_same_frames(tmp_path: Path, page: Page) -> None:
    project = tmp_path / "project"
    with open_store(project / "vitruvian.db", create=True) as store:
        id = store.write(lambda c: projects.create_project(c, "clips"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, id, preset("coco")))
        paths = clips(tmp_path)
        media = {path: import_media(store, id, [path]) for path in paths}
        labels = start_labels(store, id, author="ada", ontology=ontology, parent=None)
    server = ServerProcess(str(project))
    wrong: list[str] = []
    kinds: dict[str, str] = {}
    try:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": server.base} for name, value in server.cookies.items()]
        )
        for path, report in media.items():
            if not report.added:
                continue
            page.goto(f"{server.base}/label-sets/{labels}/media/{report.added[0]}")
            page.wait_for_selector("[data-frame-shown=true]", timeout=30_000)
            with VideoReader(path) as video:
                count = len(video)
                assert page.evaluate("globalThis.vitruvian.editor.media.value.frames") == count
                wanted = random.Random(0).sample(range(count), min(6, count))
                for n in [0, count - 1, *wanted]:
                    shown = page.evaluate(SIGNATURE, n)
                    kinds[path.name] = shown["source"]
                    pixels = np.array(shown["pixels"], np.float64).reshape(32, 48, 3)
                    near = {k: difference(video.frame(k), pixels) for k in (n - 1, n, n + 1) if 0 <= k < count}
                    # Neighbours of a still scene may be the same picture; no other may be closer than the wanted one.
                    if near[n] > min(near.values()) + 0.25 or near[n] > 14:
                        wrong.append(f"{path.name} frame {n} ({shown['source']}): {near}")
    finally:
        server.stop()
    assert wrong == []
    assert kinds["b-frames.mp4"] == kinds["one-key-frame.mp4"] == kinds["vp9.webm"] == "webcodecs"
    assert kinds["old.avi"] == "server"


def difference(frame: np.ndarray, pixels: np.ndarray) -> float:
    small = cv2.resize(frame, (48, 32), interpolation=cv2.INTER_AREA)
    return float(np.abs(small - pixels).mean())


@pytest.fixture(autouse=True)
def patience(page: Page) -> None:
    page.set_default_timeout(30_000)
