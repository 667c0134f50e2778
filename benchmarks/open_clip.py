"""From the address to the first picture of a clip of 10,000 frames, beside one of 300.

The time is the browser's own, from the start of the navigation to the moment when the first picture is the editor's;
each opening is a new page of a browser that has the program in its cache. The clips are served from a project that has
imported them, and have a person in every frame.
"""

from __future__ import annotations

import json

import numpy as np
from _video import desk, numbered_clip

OPENINGS = 7

SHOWN = """
globalThis.firstPicture = new Promise((done) => {
    const look = () => {
        if (globalThis.vitruvian?.editor?.picture.value) done(performance.now());
        else requestAnimationFrame(look);
    };
    look();
});
"""


def main() -> None:
    """Measure and print one line of JSON."""
    figures: dict[str, object] = {"name": "open_clip", "picture": "480x270", "openings": OPENINGS}
    for frames in (10_000, 300):
        with desk(numbered_clip(frames, 480, 270), labelled=True) as table:
            context = table.context()
            took = []
            for _ in range(OPENINGS + 1):
                page = table.open(context, SHOWN)
                took.append(page.evaluate("firstPicture"))
                page.close()
        # The first fills the cache.
        figures[f"first_picture_ms_p50_{frames}_frames"] = round(float(np.median(took[1:])))
        figures[f"first_picture_ms_least_{frames}_frames"] = round(min(took[1:]))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
