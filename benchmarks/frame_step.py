"""Steps of one frame, forward and back, on a 720p clip: how long, whether exact, and what stays in memory.

A step begins every thirtieth of a second, as with a held key, and its time ends when the picture is the editor's. Each
picture says its number in bars, which the page reads back. Every VideoFrame that the decoder gives out and every one
that is closed is counted; the heap is JavaScript's after a collection of garbage.
"""

from __future__ import annotations

import json

import numpy as np
from _video import READ_NUMBER, desk, numbered_clip
from playwright.sync_api import CDPSession, Page

FRAMES = 600
STEPS = 120

#: Counts pictures as they come out of the decoder and as they are closed.
COUNT = """
globalThis.pictures = { opened: 0, closed: 0, most: 0 };
const Decoder = globalThis.VideoDecoder;
globalThis.VideoDecoder = class extends Decoder {
    constructor({ output, error }) {
        super({
            error,
            output: (frame) => {
                pictures.opened++;
                pictures.most = Math.max(pictures.most, pictures.opened - pictures.closed);
                output(frame);
            },
        });
    }
};
const close = VideoFrame.prototype.close;
VideoFrame.prototype.close = function () {
    if (this.codedWidth) pictures.closed++;
    close.call(this);
};
"""

STEP = """async ([frames, pause]) => {
    const { editor } = vitruvian;
    const { width, height } = editor.media.value;
    const took = [];
    const wrong = [];
    for (const n of frames) {
        const begun = performance.now();
        let stop;
        await new Promise((done) => {
            stop = editor.picture.subscribe((picture) => picture?.frame === n && done());
            editor.goTo(n);
        });
        stop();
        took.push(performance.now() - begun);
        const shown = shownNumber(editor.picture.value.source, width, height);
        if (shown !== n) wrong.push([n, shown]);
        const left = pause - (performance.now() - begun);
        if (left > 0) await new Promise((done) => setTimeout(done, left));
    }
    return { took, wrong };
}"""


def memory(page: Page, session: CDPSession) -> dict[str, float]:
    """Pictures open now, the most there were, and the heap in megabytes."""
    session.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    found: dict[str, float] = page.evaluate("({ open: pictures.opened - pictures.closed, most: pictures.most })")
    return {**found, "heap": round(metrics["JSHeapUsedSize"] / 1e6, 2)}


def main() -> None:
    """Measure and print one line of JSON."""
    figures: dict[str, object] = {"name": "frame_step", "frames": FRAMES, "picture": "1280x720"}
    wrong = 0
    with desk(numbered_clip(FRAMES)) as table:
        page = table.open(table.context(), COUNT, READ_NUMBER)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        page.evaluate(STEP, [[99], 500])
        for name, frames in (("next", range(100, 100 + STEPS)), ("previous", range(98 + STEPS, 98, -1))):
            found = page.evaluate(STEP, [list(frames), 1000 / 30])
            figures[f"{name}_ms_p50"] = round(float(np.percentile(found["took"], 50)), 1)
            figures[f"{name}_ms_p95"] = round(float(np.percentile(found["took"], 95)), 1)
            wrong += len(found["wrong"])
        before = memory(page, session)
        there_and_back = [*range(100, 600), *range(598, 98, -1)]
        wrong += len(page.evaluate(STEP, [there_and_back, 0])["wrong"])
        after = memory(page, session)
        figures["wrong_pictures"] = wrong
        figures["steps_for_memory"] = len(there_and_back)
        for name in ("open", "most", "heap"):
            unit = "heap_megabytes" if name == "heap" else f"pictures_{name}"
            figures[f"{unit}_before"], figures[f"{unit}_after"] = before[name], after[name]
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
