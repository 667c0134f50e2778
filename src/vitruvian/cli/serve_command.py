"""``vitruvian serve``: a project's page."""

from __future__ import annotations

import hashlib
import json
import webbrowser
from pathlib import Path

import click

from vitruvian import settings
from vitruvian.cli.output import console, json_option
from vitruvian.cli.project import open_project, project_argument
from vitruvian.server.run import serve


@click.command("serve")
@project_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the browser.")
@json_option
def command(project: str, host: str, port: int, opens: bool, as_json: bool) -> None:
    """Serve PROJECT's page until Ctrl+C; nobody else on the network can reach it, unless --host lets them."""
    with open_project(project) as opened:

        def ready(address: str) -> None:
            if as_json:
                click.echo(json.dumps({"address": address}))
            else:
                console.print(
                    f"Vitruvian serves {project} at\n\n  [bold]{address}[/]\n\nCtrl+C stops it.", soft_wrap=True
                )
            if opens and not as_json:
                webbrowser.open(address)

        folder = opened.folder or _session_folder(opened.store.address)
        try:
            serve(opened.store, author=settings.person(), folder=folder, host=host, port=port, ready=ready)
        except KeyboardInterrupt:  # the way that its own words name
            console.print("Stopped")


def _session_folder(database: str) -> Path:
    """Return where the session secret of a PostgreSQL project lies, which has no folder of its own."""
    # The address has its password hidden, so that a new one signs nobody out.
    return settings.cache_folder() / "sessions" / hashlib.sha256(database.encode()).hexdigest()[:16]
