"""``vitruvian prelabel``: a model marks every frame."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

import click
from sqlalchemy import Connection

from vitruvian.actions.prelabel import WORKERS, prelabel
from vitruvian.assist.people import PeoplePredictor
from vitruvian.cli.output import json_option, note, progress, report
from vitruvian.cli.project import newest_ontology, open_project, project_argument
from vitruvian.errors import Cancelled, NotFound
from vitruvian.store import label_sets, media
from vitruvian.store.rows import LabelSetRow, MediaRow

#: Of the label sets that the built-in model makes.
NAME = "people"


@click.command("prelabel")
@project_argument
@click.option("--media", "names", multiple=True, help="Only media of this name; may be given several times.")
@click.option("--label-set", type=int, help="Go on with this run, rather than with the newest.")
@click.option("--again", is_flag=True, help="Begin a new run; what earlier ones have marked stays.")
@click.option("--workers", type=click.IntRange(1), default=WORKERS, show_default=True, help="Threads that predict.")
@json_option
def command(
    project: str, names: tuple[str, ...], label_set: int | None, again: bool, workers: int, as_json: bool
) -> None:
    """Let the built-in model mark 17 body keypoints on everybody, in every frame of PROJECT.

    Ctrl+C stops a run; the same command goes on with it. Frames that it has marked are not marked twice.
    """
    if again and label_set is not None:
        raise click.UsageError("--again begins a new run and --label-set goes on with one; give one of them")
    with open_project(project) as opened:
        with opened.store.read() as connection:
            rows = [m for m in media.all_media(connection, opened.id) if not names or m.name in names]
            missing = set(names) - {m.name for m in rows}
            if missing:
                raise NotFound(f"The project has no media named {min(missing)!r}", hint="see `vitruvian info PROJECT`")
            if not rows:
                raise NotFound("The project has no media", where=project, hint="add some with `vitruvian import`")
            run = None if again else _run(connection, opened.id, label_set)
            ontology = run.ontology if run else newest_ontology(connection, opened.id)
        _say_where_it_begins(run, rows)
        try:
            with progress("Marking people") as advance:
                done = prelabel(
                    opened.store,
                    opened.id,
                    [row.id for row in rows],
                    PeoplePredictor(),
                    ontology=ontology,
                    name=NAME,
                    label_set=run.id if run else None,
                    progress=advance,
                    workers=workers,
                )
        except KeyboardInterrupt:
            chosen = [f"--label-set {run.id}"] if run and label_set is not None else []
            go_on = shlex.join(["vitruvian", "prelabel", project, *(w for n in names for w in ("--media", n))])
            raise Cancelled(
                "Stopped; what was marked is kept", where=project, hint=f"go on with `{' '.join([go_on, *chosen])}`"
            ) from None
    note([str(error) for error in done.failed], title="Left out", shown=len(done.failed))
    facts = {"label_set": done.label_set, "frames": done.frames, "instances": done.instances}
    report({**facts, "failed": [e.document() for e in done.failed] if as_json else len(done.failed)}, as_json=as_json)
    if done.failed and not done.frames:
        sys.exit(done.failed[0].exit_code)


def _run(connection: Connection, project: int, wanted: int | None) -> LabelSetRow | None:
    """Return the run to go on with: the one that is wanted, or the newest of this model; None when there is none."""
    if wanted is not None:
        return label_sets.label_set(connection, wanted)
    every = label_sets.label_sets(connection, project)
    return next((row for row in every[::-1] if row.kind == "model" and row.name == NAME), None)


def _say_where_it_begins(run: LabelSetRow | None, rows: Sequence[MediaRow]) -> None:
    total, done = sum(row.frames for row in rows), run.extras.get("done", {}) if run else {}
    marked = sum(min(done.get(str(row.id), 0), row.frames) for row in rows)
    if run and marked >= total:
        note([f"label set {run.id} has marked these {total} frames already; --again marks them anew"])
    elif run and marked:
        note([f"going on with label set {run.id}, which has marked {marked} of {total} frames"])
