"""What the commands that write annotation files share: losses are told, and refused unless they are allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from vitruvian.cli.output import note
from vitruvian.errors import InvalidInput
from vitruvian.formats import Codec, Loss
from vitruvian.formats.json_file import encode_json, write_atomically

to_option = click.option("--to", "target_format", help="Format of TARGET; known by its ending when left out.")
allow_loss_option = click.option("--allow-loss", is_flag=True, help="Write although TARGET cannot hold everything.")
report_option = click.option(
    "--report", "report_file", type=click.Path(path_type=Path), help="Write what is lost to this JSON file."
)


def tell_losses(
    lost: Sequence[Loss],
    *,
    source: str,
    target: Path,
    writer: Codec,
    facts: dict[str, Any],
    report_file: Path | None,
    allowed: bool,
    as_json: bool,
) -> None:
    """Say what `writer` cannot hold, before anything is written.

    Parameters
    ----------
    lost : sequence of Loss
    source : str
        What the labels come from, in words.
    target : Path
        Where they are to go.
    writer : Codec
    facts : dict
        What the report says besides the losses.
    report_file : Path or None
        Where to write the report, whether or not anything is lost.
    allowed : bool
        Losses are told but not refused.
    as_json : bool
        Nothing is printed here: the caller's document lists the losses.

    Raises
    ------
    InvalidInput
        Something is lost and that is not allowed; its details list what.
    """
    listed = [asdict(loss) for loss in lost]
    if report_file is not None:
        write_atomically(report_file, encode_json({**facts, "lost": listed}))
    if not as_json:
        note([str(loss) for loss in lost], title="Lost")
    if lost and not allowed:
        things = "one thing" if len(lost) == 1 else f"{len(lost)} things"
        raise InvalidInput(
            f"{writer.title} cannot hold {things} that {source} says; nothing was written",
            where=str(target),
            hint="--allow-loss writes it all the same, --report FILE lists them",
            details={"lost": listed},
        )
