"""``vitruvian export``: a project's labels into an annotation file."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from vitruvian.actions.export import labels
from vitruvian.cli.losses import allow_loss_option, report_option, tell_losses
from vitruvian.cli.output import json_option, report
from vitruvian.cli.project import choose, label_set_option, open_project, project_argument
from vitruvian.formats import registry as formats


@click.command("export")
@project_argument
@click.argument("target", type=click.Path(path_type=Path))
@label_set_option
@click.option("--to", "--format", "target_format", help="Format of TARGET; known by its ending when left out.")
@allow_loss_option
@report_option
@click.option("--keys-only", is_flag=True, help="Leave out the frames that are computed between the keys of a track.")
@click.option("--force", is_flag=True, help="Replace TARGET when it exists.")
@json_option
def command(
    project: str,
    target: Path,
    label_set: int | None,
    target_format: str | None,
    allow_loss: bool,
    report_file: Path | None,
    keys_only: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write the labels of PROJECT to TARGET: a person's when there are some, otherwise a model's or an import's.

    What the target cannot hold is listed and counted before anything is written, and refused without --allow-loss.
    """
    # Unlike Path.exists this takes any text, however long.
    if os.path.exists(target) and not force:
        raise click.UsageError(f"{target} exists; --force replaces it")
    writer = formats.target(target, format=target_format)
    with open_project(project, read_only=True) as opened:
        with opened.store.read() as connection:
            kinds = ("person", "consensus", "model", "import", "gold")
            chosen = choose(connection, opened.id, label_set, kinds=kinds)
        dataset = labels(opened.store, chosen.id, writer, keys_only=keys_only)
    lost = writer.losses(dataset)
    facts = {"project": project, "label_set": chosen.id, "target": str(target), "to": writer.name}
    tell_losses(
        lost,
        source=f"label set {chosen.name or chosen.id}",
        target=target,
        writer=writer,
        facts=facts,
        report_file=report_file,
        allowed=allow_loss,
        as_json=as_json,
    )
    writer.write(dataset, target)
    facts |= {"media": len(dataset.media), "instances": len(dataset.instances)}
    report({**facts, "lost": [asdict(loss) for loss in lost]} if as_json else facts, as_json=as_json)
