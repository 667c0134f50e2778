"""A proposal for a drawn box, over HTTP: 1080p image and video, after the model was made ready.

Beside it, from the same run, what the model alone takes for the same box in this process. A person draws box after box
on a frame (`image`), or a first box on each frame (`video`: every frame is a new one, so decoding it counts).
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import av
import numpy as np
from PIL import Image

from vitruvian.actions.import_media import import_media
from vitruvian.assist.movenet import Thunder
from vitruvian.labels.presets import preset
from vitruvian.store import ontologies, open_store, projects

RUNS = 60
WIDTH, HEIGHT = 1920, 1080


def picture(n: int) -> np.ndarray:
    """Return a 1080p picture of coarse noise, which costs the decoder what a photo does."""
    coarse = np.random.default_rng(n % 8).integers(0, 255, (HEIGHT // 20, WIDTH // 20, 3), dtype=np.uint8)
    return np.repeat(np.repeat(coarse, 20, axis=0), 20, axis=1)


def make_project(folder: Path) -> tuple[int, int, int]:
    """Make a project with an image and a clip; return ontology, image, clip."""
    Image.fromarray(picture(0)).save(folder / "photo.jpg")
    with av.open(str(folder / "clip.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for n in range(RUNS + 1):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(n), format="rgb24")))
        container.mux(stream.encode())
    with open_store(folder / "project/vitruvian.db", create=True) as store:
        project = store.write(lambda c: projects.create_project(c, "boxes"))
        ontology = store.write(lambda c: ontologies.add_ontology(c, project, preset("coco")))
        image, clip = import_media(store, project, [folder / "photo.jpg", folder / "clip.mp4"]).added
    return ontology, image, clip


def boxes() -> list[list[float]]:
    rng = np.random.default_rng(3)
    return [[*rng.uniform(0, 800, 2), *rng.uniform(100, 500, 2)] for _ in range(RUNS)]


class Client:
    """One kept connection that is signed in, as a browser has."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self.connection.request("GET", f"/?{parts.query}")
        answer = self.connection.getresponse()
        answer.read()
        self.headers = {
            "Cookie": (answer.getheader("Set-Cookie") or "").partition(";")[0], "Content-Type": "application/json",
        }  # fmt: skip

    def post(self, path: str, body: dict[str, object]) -> float:
        """Return the milliseconds to the whole answer."""
        content = json.dumps(body)
        begun = time.perf_counter()
        self.connection.request("POST", path, content, self.headers)
        answer = self.connection.getresponse()
        said = answer.read()
        taken = 1000 * (time.perf_counter() - begun)
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {said[:300]!r}")
        return taken


def quantiles(name: str, taken: list[float]) -> dict[str, float]:
    return {
        f"{name}_p5_ms": round(float(np.percentile(taken, 5)), 1),  # hardly disturbed by other work on the machine
        f"{name}_p50_ms": round(float(np.percentile(taken, 50)), 1),
        f"{name}_p95_ms": round(float(np.percentile(taken, 95)), 1),
    }


def main() -> None:
    """Measure and print one line of JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ontology, image, clip = make_project(folder)
        command = [sys.executable, "-m", "vitruvian.cli", "serve", str(folder / "project"), "--no-open", "--json"]
        with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True, env=os.environ) as server:
            client = Client(json.loads(next(iter(server.stdout or ())))["address"])
            wanted: dict[str, object] = {"category": "person", "ontology": ontology}
            ready = client.post(f"/api/v1/media/{image}/frames/0/propose/ready", wanted)
            still, alone, moving = [], [], []
            frame, model = picture(0), Thunder()
            model.points(frame, np.array([boxes()[0]]))
            client.post(f"/api/v1/media/{clip}/frames/{RUNS}/propose/ready", wanted)
            for n, box in enumerate(boxes()):  # in turn, so that other work on the machine falls on all alike
                still.append(client.post(f"/api/v1/media/{image}/frames/0/propose", {**wanted, "box": box}))
                begun = time.perf_counter()
                model.points(frame, np.array([box]))
                alone.append(1000 * (time.perf_counter() - begun))
                moving.append(client.post(f"/api/v1/media/{clip}/frames/{n}/propose", {**wanted, "box": box}))
            server.terminate()
    figures = {
        "name": "propose",
        "boxes": RUNS,
        "ready_ms": round(ready, 1),
        **quantiles("image", still),
        **quantiles("video", moving),
        **quantiles("model_alone", alone),
    }
    print(json.dumps({**figures, "ratio_p50": round(figures["image_p50_ms"] / figures["model_alone_p50_ms"], 2)}))


if __name__ == "__main__":
    main()
