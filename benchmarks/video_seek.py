"""Seek and step in the page, with WebCodecs and with the server's pictures, and seeks of bare mediabunny, in one run.

All on the same clip and server. A step begins every thirtieth of a second, as with a held key; once more they follow
one another without a pause. Bare mediabunny is `VideoSampleSink.getSample` on an open file: no page, no labels, nothing
drawn. It and the page take turns at the same seeks.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from _video import ROOT, desk, numbered_clip
from playwright.sync_api import Page

FRAMES = 600

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


def bare_player() -> str:
    """Return mediabunny and `bareVideo` of web/tests/bench/bare_video.ts as one script."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bare.js"
        rolldown = ROOT / "web/node_modules/rolldown/bin/cli.mjs"
        command = ["node", str(rolldown), "tests/bench/bare_video.ts", "--format", "iife", "--file", str(out)]
        done = subprocess.run(command, cwd=ROOT / "web", capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr or done.stdout)
        return out.read_text()


def times(page: Page, frames: list[int], pause: float) -> tuple[str, list[float]]:
    """Return the kind of source and the milliseconds of each frame."""
    page.evaluate(MEASURE, [frames[-1:], 0.5])
    found = page.evaluate(MEASURE, [frames, pause])
    return found["kind"], found["took"]


def quantiles(took: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return round(float(np.percentile(took, 50)), 1), round(float(np.percentile(took, 95)), 1)


def main() -> None:
    figures: dict[str, object] = {"name": "video_seek", "frames": FRAMES, "picture": "1280x720"}
    drawn = random.Random(0).sample(range(FRAMES), 80)  # noqa: S311 not for secrets
    steps = {
        "next": (list(range(100, 180)), HELD),
        "previous": (list(range(179, 99, -1)), HELD),
        "next_unpaced": (list(range(300, 380)), 0.0),
    }
    found: dict[str, list[float]] = {}
    with desk(numbered_clip(FRAMES)) as table:
        context = table.context()
        for wanted in ("webcodecs", "server"):
            page = table.open(context, *(["delete globalThis.VideoDecoder"] if wanted == "server" else []))
            if wanted == "webcodecs":
                page.evaluate(bare_player())
                page.evaluate("(address) => bareVideo.open(address)", f"/api/v1/media/{table.media}/file")
            for turn in range(0, len(drawn), 20):
                seeks = drawn[turn : turn + 20]
                kind, took = times(page, seeks, 0.0)
                found.setdefault(f"{kind}_seek", []).extend(took)
                if wanted == "webcodecs":
                    bare = page.evaluate("(frames) => bareVideo.seek(frames)", [n / 30 for n in seeks])
                    found.setdefault("mediabunny_seek", []).extend(bare)
            for name, (frames, pause) in steps.items():
                kind, took = times(page, frames, pause)
                found[f"{kind}_{name}"] = took
            page.close()
    for name, took in found.items():
        figures[f"{name}_ms_p50"], figures[f"{name}_ms_p95"] = quantiles(took)
    for name in ("seek", "next", "previous"):
        server_ms, page_ms = figures[f"server_{name}_ms_p50"], figures[f"webcodecs_{name}_ms_p50"]
        figures[f"{name}_times_as_fast_as_server"] = round(float(str(server_ms)) / max(float(str(page_ms)), 0.1), 2)
    for quantile in ("p50", "p95"):
        page_ms, bare_ms = figures[f"webcodecs_seek_ms_{quantile}"], figures[f"mediabunny_seek_ms_{quantile}"]
        figures[f"seek_over_mediabunny_{quantile}"] = round(float(str(page_ms)) / float(str(bare_ms)), 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
