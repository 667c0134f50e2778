"""Frames of a project page with 100,000 images while it is scrolled, and what its server takes for a page of the list.

Scrolled by a wheel's steps, then by jumps as a dragged scroll bar makes them. Beside it, in turns, the same steps in an
empty list of the same length on the same page: what the machine itself takes between two frames. The longest task is
counted in processor time of the page's main thread, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import numpy as np
from _page import FLAGS
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Connection, insert

from vitruvian.labels import empty_instance
from vitruvian.labels.presets import preset
from vitruvian.store import instances, label_sets, ontologies, open_store, projects, schema
from vitruvian.store.media_states import MediaState
from vitruvian.store.rows import now

MEDIA = 100_000
LABELLED = 20_000
FRAMES = 200
TURNS = 3
STEPS = {"wheel": 120, "jump": 40_000}

#: Scroll `host` by so many pixels a frame, forth and back; returns the milliseconds between frames.
SCROLL = """async ([host, step, frames]) => {
    const list = document.querySelector(host);
    const taken = [];
    const turn = (then) => requestAnimationFrame(then);
    let last = await new Promise(turn);
    let by = step;
    for (let n = 0; n < frames; n++) {
        if (list.scrollTop + by < 0 || list.scrollTop + by > list.scrollHeight - list.clientHeight) by = -by;
        list.scrollTop += by;
        const now = await new Promise(turn);
        taken.push(now - last);
        last = now;
    }
    return taken;
}"""

#: An empty list, as long as the real one and over it.
EMPTY = """() => {
    const real = document.querySelector("[data-testid=media-grid]");
    const { left, top, width, height } = real.getBoundingClientRect();
    const empty = document.createElement("div");
    empty.id = "empty";
    const place = { left, top, width, height };
    for (const [side, length] of Object.entries(place)) empty.style[side] = `${length}px`;
    Object.assign(empty.style, { position: "fixed", overflowY: "auto" });
    empty.append(document.createElement("div"));
    empty.firstChild.style.height = `${real.scrollHeight}px`;
    document.body.append(empty);
}"""


def make_project(folder: Path) -> tuple[int, int]:
    """Make the project; return it and its label set."""
    picture = folder / "picture.jpg"
    noise = np.random.default_rng(0).integers(0, 255, (36, 64, 3), dtype=np.uint8)
    Image.fromarray(np.repeat(np.repeat(noise, 10, axis=0), 10, axis=1)).save(picture)

    def fill(connection: Connection) -> tuple[int, int]:
        project = projects.create_project(connection, "A hundred thousand")
        ontology = ontologies.add_ontology(connection, project, preset("coco"))
        mine = label_sets.create_label_set(
            connection, project, kind="person", name="me", author="me", ontology=ontology
        )
        row = {"project_id": project, "kind": "image", "uri": str(picture), "width": 640, "height": 360, "frames": 1,
               "created_at": now()}  # fmt: skip
        rows = [{**row, "name": f"photo {n:06}.jpg", "sha256": f"{n:064x}"} for n in range(MEDIA)]
        connection.execute(insert(schema.media), rows)
        every = MEDIA // LABELLED
        instances.insert_instances(
            connection, mine, [empty_instance(f"p{n}", "person", 1 + every * n, 0, 17) for n in range(LABELLED)]
        )
        return project, mine

    with open_store(folder / "project/vitruvian.db", create=True) as store:
        return store.write(fill)


def listing(address: str, cookie: str, project: int, labels: int) -> dict[str, float]:
    """Return the milliseconds that the server takes for pages of the list."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    places = np.random.default_rng(1).integers(0, MEDIA - 100, 40)
    found: dict[str, float] = {}
    queries = {"page": "", "name": "&name=777"}
    for name, more in {**queries, **{state: f"&state={state}" for state in get_args(MediaState)}}.items():
        taken = []
        for place in places if name == "page" else places[:10]:
            within = place // 10 if name in ("labelled", "unlabelled") else 0 if more else place
            begun = time.perf_counter()
            path = f"/api/v1/projects/{project}/media?limit=100&label_set={labels}&offset={within}{more}"
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                sys.exit(f"{path}: {answer.status}")
            taken.append(1000 * (time.perf_counter() - begun))
        found[f"server_{name}_ms_p50"] = round(float(np.median(taken)), 1)
        if name == "page":
            found["server_page_ms_p95"] = round(float(np.percentile(taken, 95)), 1)
    return found


def scrolled(page: Page, host: str, step: int) -> tuple[list[float], float]:
    """Return milliseconds between frames, and the processor's for the longest task of the page's main thread."""
    browser = page.context.browser
    if browser is None:
        raise RuntimeError("The page has no browser")
    browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing", "__metadata"])
    taken: list[float] = page.evaluate(SCROLL, [host, step, FRAMES])
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [event.get("tdur", 0) for event in events if (event["pid"], event["tid"]) in mains]
    return taken, max(tasks) / 1000


def scrolling(page: Page) -> dict[str, float]:
    """Scroll both lists in turns."""
    found: dict[str, float] = {}
    page.get_by_role("button", name="photo 000000.jpg").wait_for()
    page.evaluate(EMPTY)
    page.evaluate(SCROLL, ["[data-testid=media-grid]", 120, 60])
    for name, step in STEPS.items():
        for which, host in (("list", "[data-testid=media-grid]"), ("empty", "#empty")):
            turns = []
            for _ in range(TURNS):
                page.evaluate("(host) => { document.querySelector(host).scrollTop = 0; }", host)
                page.evaluate("(host) => { document.querySelector('#empty').hidden = host !== '#empty'; }", host)
                page.wait_for_timeout(300)
                turns.append(scrolled(page, host, step))
            longest = [max(taken) for taken, _ in turns]
            found[f"{name}_{which}_ms_p50"] = round(float(np.median([np.median(taken) for taken, _ in turns])), 1)
            found[f"{name}_{which}_ms_p95"] = round(float(np.median([np.percentile(t, 95) for t, _ in turns])), 1)
            found[f"{name}_{which}_longest_ms"] = round(max(longest), 1)
            found[f"{name}_{which}_longest_of_best_turn_ms"] = round(min(longest), 1)
            found[f"{name}_{which}_longest_task_ms"] = round(max(work for _, work in turns), 1)
    return found


def main() -> None:
    """Measure and print one line of JSON."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        project, labels = make_project(Path(name))
        command = [sys.executable, "-m", "vitruvian.cli", "serve", f"{name}/project", "--no-open", "--json"]
        with subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True) as server:
            address = json.loads(next(iter(server.stdout or ())))["address"]
            chromium = Path("/usr/bin/chromium")
            flags = [flag for flag in FLAGS if flag not in ("--disable-frame-rate-limit", "--disable-gpu-vsync")]
            browser = playwright.chromium.launch(executable_path=chromium if chromium.exists() else None, args=flags)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(address)
            page.goto(f"{address.split('/?')[0]}/projects/{project}")
            cookie = "; ".join(f"{one.get('name')}={one.get('value')}" for one in page.context.cookies())
            frames = scrolling(page)
            cards = page.locator("[data-position]").count()
            browser.close()
            pages = listing(address, cookie, project, labels)
            server.terminate()
    print(json.dumps({"name": "project_page", "media": MEDIA, "cards_in_the_page": cards, **frames, **pages}))


if __name__ == "__main__":
    main()
