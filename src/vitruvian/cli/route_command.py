"""``vitruvian route``: queue what a model is unsure of."""

from __future__ import annotations

import click

from vitruvian.actions.route import route
from vitruvian.assist.routing import Budget
from vitruvian.cli.output import json_option, progress, report
from vitruvian.cli.project import choose, label_set_option, open_project, project_argument


@click.command("route")
@project_argument
@label_set_option
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=Budget().share,
    show_default=True,
    help="At most this share of all points, and of all people.",
)
@click.option(
    "--per-frame",
    type=click.IntRange(1),
    default=Budget().per_frame,
    show_default=True,
    help="At most so many points of one frame.",
)
@json_option
def command(project: str, label_set: int | None, share: float, per_frame: int, as_json: bool) -> None:
    """Queue the points of PROJECT that low confidence, blur or a jump makes doubtful, and the people who go missing."""
    with open_project(project) as opened:
        with opened.store.read() as connection:
            chosen = choose(connection, opened.id, label_set, kinds=("model", "import"))
        with progress("Looking for doubtful points") as advance:
            count = route(opened.store, chosen.id, budget=Budget(per_frame=per_frame, share=share), progress=advance)
    report({"label_set": chosen.id, "routed_points": count}, as_json=as_json)
