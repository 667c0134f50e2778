"""Milliseconds from a save's answer until other people's pages have been told of it, on a record of 100,000 changes.

Baseline of the same run: what it takes a page to ask for the frame's labels, which is what each page would do over and
over if it were not told. Idle cost is the server's processor time while everybody listens and nobody saves.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from sqlalchemy import Connection, insert

from vitruvian.labels import empty_instance
from vitruvian.labels.presets import preset
from vitruvian.store import instances, label_sets, media, ontologies, open_store, projects, schema
from vitruvian.store.rows import MediaRow, now

LISTENERS = 20
SAVES = 100
CHANGES = 100_000
IDLE_SECONDS = 10


def make_project(address: Path) -> tuple[int, int]:
    """Make a project whose label set has a long history; return label set and media."""

    def make(connection: Connection) -> tuple[int, int]:
        project = projects.create_project(connection, "together")
        ontology = ontologies.add_ontology(connection, project, preset("coco"))
        clip = media.add_media(connection, project, MediaRow(0, "image", "a.png", "a.png", "0" * 64, 1920, 1080))
        mine = label_sets.create_label_set(
            connection, project, kind="person", name="me", author="me", ontology=ontology
        )
        instances.insert_instances(connection, mine, [empty_instance(f"p{n}", "person", clip, 0, 17) for n in range(8)])
        old = {"label_set_id": mine, "media_id": clip, "frame": 0, "author": "me", "at": now(-3600), "revision": 1,
               "request_id": "old", "before": "{}", "after": "{}"}  # fmt: skip
        connection.execute(insert(schema.change), [{**old, "instance_id": f"old {n}"} for n in range(CHANGES)])
        return mine, clip

    with open_store(address, create=True) as store:
        return store.write(make)


class Listener(threading.Thread):
    """Keeps when each revision of each instance was told."""

    def __init__(self, port: int, headers: dict[str, str], path: str) -> None:
        super().__init__(daemon=True)
        self.heard: dict[tuple[str, int], float] = {}
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path, headers=headers)
        self._lines = connection.getresponse()
        self.start()

    def run(self) -> None:
        for line in self._lines:
            if line.startswith(b"data: "):
                at = time.perf_counter()
                for told in json.loads(line[6:])["instances"]:
                    self.heard.setdefault((told["id"], told["revision"]), at)


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print one line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        labels, clip = make_project(Path(folder) / "vitruvian.db")
        command = [sys.executable, "-m", "vitruvian.cli", "serve", folder, "--no-open", "--json", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            address = urlsplit(json.loads(next(iter(server.stdout or ())))["address"])
            connection = http.client.HTTPConnection("127.0.0.1", address.port or 0)
            connection.request("GET", f"/?{address.query}")
            answer = connection.getresponse()
            answer.read()
            headers = {"Cookie": (answer.getheader("Set-Cookie") or "").partition(";")[0]}
            headers["Content-Type"] = "application/json"

            def ask(method: str, path: str, body: str | None = None) -> bytes:
                connection.request(method, path, body, headers)
                got = connection.getresponse()
                said = got.read()
                if got.status != 200:
                    sys.exit(f"{path}: {got.status} {said[:300]!r}")
                return said

            mine = f"/api/v1/label-sets/{labels}"
            mark = json.loads(ask("GET", mine))["mark"]
            listeners = [Listener(address.port or 0, headers, f"{mine}/events?after={mark}") for _ in range(LISTENERS)]
            asked, answered = [], {}
            pauses = np.random.default_rng(0).uniform(0, 0.4, SAVES)
            for n, pause in enumerate(pauses):
                time.sleep(pause)
                begun = time.perf_counter()
                ask("GET", f"{mine}/instances?media={clip}")
                asked.append(time.perf_counter() - begun)
                change = {"instance": f"p{n % 8}", "base": n // 8, "points": {"3": [n, 5, 2]}}
                ask("PATCH", f"{mine}/changes", json.dumps({"request": f"save {n}", "changes": [change]}))
                answered[f"p{n % 8}", n // 8 + 1] = time.perf_counter()
            time.sleep(3)
            before = processor_seconds(server.pid)
            time.sleep(IDLE_SECONDS)
            idle = processor_seconds(server.pid) - before
            server.terminate()
    delays = [1000 * (one.heard[key] - at) for one in listeners for key, at in answered.items() if key in one.heard]
    figures = {
        "name": "events",
        "listeners": LISTENERS,
        "saves": SAVES,
        "missed": LISTENERS * SAVES - len(delays),
        "told_ms_p50": round(float(np.median(delays))),
        "told_ms_p95": round(float(np.percentile(delays, 95))),
        "told_ms_most": round(max(delays)),
        "asking_ms_p50": round(1000 * float(np.median(asked)), 1),
        "idle_processor_percent": round(100 * idle / IDLE_SECONDS, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
