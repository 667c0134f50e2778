"""What commands print: words and progress on stderr, results on stdout, JSON when asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vitruvian.errors import VitruvianError
from vitruvian.labels import FileWarning

#: Words for people. stdout is kept for results, so that a pipe gets nothing else.
console = Console(stderr=True, highlight=False)

#: Tables that are results.
results = Console(highlight=False)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")

Advance = Callable[[int, int], None]


def report(facts: dict[str, Any], *, as_json: bool) -> None:
    """Print a result: one JSON line, or one `name  value` line per fact."""
    if as_json:
        click.echo(json.dumps(facts, default=str))
        return
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        for row, part in enumerate(value if isinstance(value, list) else [value]):
            click.echo(f"{name.replace('_', ' ') if row == 0 else '':<{width}}  {part}")


def report_error(error: VitruvianError, *, as_json: bool) -> int:
    """Print an error in plain words (or as JSON on stdout) and return the exit code."""
    if as_json:
        click.echo(json.dumps({"error": error.document()}))
    lines = [f"[bold red]Error:[/] {_plain(error.message)}"]
    lines += [f"  where: {_plain(error.where)}"] if error.where else []
    lines += [f"  what to do: {_plain(error.hint)}"] if error.hint else []
    for line in lines:
        console.print(line, soft_wrap=True)
    return error.exit_code


def report_warnings(warnings: list[FileWarning], *, shown: int = 10) -> None:
    """Print the first warnings and how many more there are."""
    note([str(warning) for warning in warnings], shown=shown)


def note(texts: Sequence[str], *, title: str = "Note", shown: int = 10) -> None:
    """Print the first of some remarks and how many more there are."""
    for text in texts[:shown]:
        console.print(f"[yellow]{title}:[/] {_plain(text)}", soft_wrap=True)
    if len(texts) > shown:
        console.print(f"[yellow]{title}:[/] and {len(texts) - shown} more (--json lists all)")


@contextmanager
def progress(title: str) -> Iterator[Advance]:
    """Show a progress bar; yields ``advance(done, total)``. Quiet where stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def _plain(text: str) -> str:
    # A file's name may hold what a terminal takes for commands, and what rich takes for colours.
    return escape("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text))
