"""``vitruvian prelabel``: a model marks every frame."""

from __future__ import annotations

import click

from vitruvian.actions.prelabel import prelabel
from vitruvian.assist.people import PeoplePredictor
from vitruvian.cli.output import console, json_option, progress, report
from vitruvian.cli.project import newest_ontology, open_project, project_argument
from vitruvian.store import label_sets, media


@click.command("prelabel")
@project_argument
@click.option("--media", "names", multiple=True, help="Only media of this name; may be given several times.")
@click.option("--label-set", type=int, help="Go on with this run, which was stopped.")
@click.option("--again", is_flag=True, help="Begin a new run even when the last one was stopped half-way.")
@json_option
def command(project: str, names: tuple[str, ...], label_set: int | None, again: bool, as_json: bool) -> None:
    """Let the built-in model mark 17 body keypoints on everybody, in every frame of PROJECT.

    A run that is stopped goes on where it was when the command is given again.
    """
    with open_project(project) as opened:
        with opened.store.read() as connection:
            rows = [m for m in media.all_media(connection, opened.id) if not names or m.name in names]
            ontology = newest_ontology(connection, opened.id)
            if label_set is None and not again:
                label_set = next(
                    (row.id for row in label_sets.label_sets(connection, opened.id)[::-1] if row.kind == "model"), None
                )
        if not rows:
            raise click.UsageError("The project has no media of that name")
        with progress("Marking people") as advance:
            done = prelabel(
                opened.store,
                opened.id,
                [row.id for row in rows],
                PeoplePredictor(),
                ontology=ontology,
                name="people",
                label_set=label_set,
                progress=advance,
            )
    for error in done.failed:
        console.print(f"[yellow]Left out:[/] {error}", soft_wrap=True)
    facts = {"label_set": done.label_set, "frames": done.frames, "instances": done.instances}
    report({**facts, "failed": [e.document() for e in done.failed] if as_json else len(done.failed)}, as_json=as_json)
