"""``vitruvian export``: a project's labels into an annotation file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from vitruvian.actions.export import labels
from vitruvian.cli.output import json_option, note, report
from vitruvian.cli.project import choose, label_set_option, open_project, project_argument
from vitruvian.formats import registry as formats


@click.command("export")
@project_argument
@click.argument("target", type=click.Path(path_type=Path))
@label_set_option
@click.option("--format", "format_name", help="Format of TARGET; known by its ending when left out.")
@click.option("--force", is_flag=True, help="Replace TARGET when it exists.")
@json_option
def command(
    project: str, target: Path, label_set: int | None, format_name: str | None, force: bool, as_json: bool
) -> None:
    """Write the labels of PROJECT to TARGET: a person's when there are some, otherwise a model's or an import's."""
    if target.exists() and not force:
        raise click.UsageError(f"{target} exists; --force replaces it")
    codec = formats.target(target, format=format_name)
    with open_project(project, read_only=True) as opened:
        with opened.store.read() as connection:
            kinds = ("person", "consensus", "model", "import", "gold")
            chosen = choose(connection, opened.id, label_set, kinds=kinds)
        dataset = labels(opened.store, chosen.id)
    lost = codec.losses(dataset)
    codec.write(dataset, target)
    if not as_json:
        note([str(loss) for loss in lost], title="Not in the file")
    counts = {"media": len(dataset.media), "instances": len(dataset.instances)}
    facts = {"target": target, "label_set": chosen.id, **counts}
    report({**facts, "lost": [asdict(loss) for loss in lost]} if as_json else facts, as_json=as_json)
