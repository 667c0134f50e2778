"""The command line: arguments to actions, or straight to formats and metrics offline.

Commands are named in a table and loaded when called, so that reading and writing files needs neither the database
nor the web framework.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import click

from vitruvian.cli.output import report_error
from vitruvian.errors import Cancelled, Unavailable, VitruvianError

COMMANDS = {
    "demo": "Run the leading example on a real sports clip.",
    "serve": "Serve a project's page and API on this machine.",
    "import": "Add images, videos and annotation files to a project.",
    "prelabel": "Let a model mark keypoints in every frame.",
    "route": "Queue the points that blur or low confidence make doubtful.",
    "export": "Write a project's labels to an annotation file.",
    "convert": "Convert an annotation file into another format.",
    "evaluate": "Say how good detections are: AP, PCK, errors by kind.",
    "info": "Say what a project, a file or a preset holds.",
}


class _Later(click.Command):
    """A command known by name and help; its module is imported when it is called."""

    def load(self) -> click.Command:
        try:
            module = importlib.import_module(f"vitruvian.cli.{self.name}_command")
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("vitruvian."):
                raise
            raise Unavailable(
                f"`vitruvian {self.name}` needs the Python package {missing.name!r}, which is not installed",
                hint='pip install "vitruvian[server,models]"',
            ) from missing
        command: click.Command = module.command
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> click.Context:
        return self.load().make_context(info_name, args, parent=parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        return self.load().invoke(ctx)


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _Later(cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="vitruvian", message="%(version)s")
def app() -> None:
    """Vitruvian: mark keypoints, measure how good the marks are, look only where a model is unsure.

    PROJECT is a folder, or the address of a PostgreSQL database. Every command takes --json for scripts.
    Exit codes: 0 done, 2 bad input, 3 not found, 4 conflict, 5 forbidden, 6 try again later, 130 stopped.
    """


def main() -> None:
    """Run the command line; errors become one line on stderr and an exit code."""
    as_json = "--json" in sys.argv
    try:
        app.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(report_error(Cancelled("Stopped"), as_json=as_json))
    except KeyboardInterrupt:
        sys.exit(report_error(Cancelled("Stopped"), as_json=as_json))
    except click.ClickException as error:
        if as_json:
            click.echo(json.dumps({"error": {"code": "usage", "message": error.format_message()}}))
        error.show()
        sys.exit(error.exit_code)
    except VitruvianError as error:
        sys.exit(report_error(error, as_json=as_json))
