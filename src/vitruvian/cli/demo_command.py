"""``vitruvian demo``: the leading example, from a clip to the page on its doubtful points."""

from __future__ import annotations

import json
import time
import webbrowser
from pathlib import Path

import click

from vitruvian import settings
from vitruvian.actions.fetch_demo_clip import fetch_demo_clip
from vitruvian.actions.import_media import import_media
from vitruvian.actions.prelabel import prelabel
from vitruvian.actions.route import route
from vitruvian.actions.start_labels import start_labels
from vitruvian.assist.people import PeoplePredictor
from vitruvian.cli.output import console, json_option, progress
from vitruvian.cli.project import OpenProject, newest_ontology, open_project
from vitruvian.server.run import serve
from vitruvian.store import label_sets, media, routes


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("vitruvian-demo"))
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the browser.")
@json_option
def command(folder: Path, port: int, opens: bool, as_json: bool) -> None:
    """Run the leading example in FOLDER: a sports clip of two people, one of them leaping.

    The clip is fetched once; a model marks 17 keypoints on everybody in every frame; the doubtful points are queued;
    the page opens on that queue. A second run goes straight to the page.
    """
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def took(stage: str) -> None:
        nonlocal clock
        seconds[stage] = round(time.perf_counter() - clock, 2)
        clock = time.perf_counter()

    console.print("Fetching the clip")
    clip = fetch_demo_clip(settings.cache_folder())
    took("fetch")
    with open_project(str(folder), create_with="coco") as opened:
        console.print("Importing it")
        import_media(opened.store, opened.id, [clip])
        took("import")
        model = _model_run(opened)
        took("prelabel")
        with opened.store.read() as connection:
            waiting = len(routes.routes(connection, model, state=None))
        if not waiting:
            with progress("Looking for doubtful points") as advance:
                waiting = route(opened.store, model, progress=advance)
        took("route")
        with opened.store.read() as connection:
            ontology = newest_ontology(connection, opened.id)
            clips = media.all_media(connection, opened.id)
        mine = start_labels(opened.store, opened.id, author=settings.person(), ontology=ontology, parent=model)
        page = f"/label-sets/{mine}/media/{clips[0].id}?tour"

        def ready(address: str) -> None:
            entry = f"{address}&next={page}"
            if as_json:
                facts = {"address": entry, "frames": sum(m.frames for m in clips), "routed_points": waiting}
                click.echo(json.dumps({**facts, "label_set": mine, "seconds": seconds}))
                return
            console.print(
                f"\n{waiting} doubtful points wait at\n\n  [bold]{entry}[/]\n\n"
                "Tab: the next one, Enter: it is right, drag: put it right. Ctrl+C stops the server.",
                soft_wrap=True,
            )
            if opens:
                webbrowser.open(entry)

        try:
            serve(opened.store, author=settings.person(), folder=opened.folder, port=port, ready=ready)
        except KeyboardInterrupt:  # the way that its own words name
            console.print("Stopped")


def _model_run(opened: OpenProject) -> int:
    with opened.store.read() as connection:
        rows = media.all_media(connection, opened.id)
        ontology = newest_ontology(connection, opened.id)
        known = next((s.id for s in label_sets.label_sets(connection, opened.id) if s.kind == "model"), None)
        done = label_sets.label_set(connection, known).extras.get("done", {}) if known else {}
    if known and all(done.get(str(row.id), 0) >= row.frames for row in rows):
        return known
    console.print("Marking 17 keypoints on everybody in every frame (about a minute)")
    with progress("Marking people") as advance:
        report = prelabel(
            opened.store,
            opened.id,
            [row.id for row in rows],
            PeoplePredictor(),
            ontology=ontology,
            name="people",
            label_set=known,
            progress=advance,
        )
    return report.label_set
