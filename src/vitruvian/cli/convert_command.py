"""``vitruvian convert``: one annotation file into another, offline."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from vitruvian.cli.output import json_option, report, report_warnings
from vitruvian.formats import registry as formats


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--from", "source_format", help="Format of SOURCE; recognised from its content when left out.")
@click.option("--to", "target_format", help="Format of TARGET; known by its ending when left out.")
@click.option("--force", is_flag=True, help="Replace TARGET when it exists.")
@json_option
def command(
    source: Path, target: Path, source_format: str | None, target_format: str | None, force: bool, as_json: bool
) -> None:
    """Convert annotation file SOURCE into TARGET; nothing that both formats can hold is lost."""
    # Unlike Path.exists this takes any text, however long.
    if os.path.exists(target) and not force:
        raise click.UsageError(f"{target} exists; --force replaces it")
    dataset = formats.read(source, format=source_format)
    formats.write(dataset, target, format=target_format)
    if not as_json:
        report_warnings(dataset.warnings)
    facts = {
        "source": source,
        "target": target,
        "media": len(dataset.media),
        "instances": len(dataset.instances),
    }
    report({**facts, "warnings": [asdict(w) for w in dataset.warnings]} if as_json else facts, as_json=as_json)
