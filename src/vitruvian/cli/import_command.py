"""``vitruvian import``: media and annotation files into a project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from vitruvian import settings
from vitruvian.actions.import_labels import import_labels
from vitruvian.actions.import_media import ImportReport, import_media
from vitruvian.cli.output import json_option, note, progress, report, report_warnings
from vitruvian.cli.project import OpenProject, newest_ontology, open_project, project_argument
from vitruvian.errors import NotFound
from vitruvian.formats.codec import codecs
from vitruvian.labels import Ontology
from vitruvian.labels.presets import preset as preset_named
from vitruvian.store import ontologies


@click.command("import")
@project_argument
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--preset", help="Ontology of a project that is made by this import.  [default: coco]")
@click.option("--format", "labels_format", help="Format of the annotation files; found by their ending when left out.")
@json_option
def command(
    project: str, paths: tuple[Path, ...], preset: str | None, labels_format: str | None, as_json: bool
) -> None:
    """Add files to PROJECT, which is made when it does not exist.

    PATHS are images, videos, folders of them, and annotation files. Media stay where they are. Files that cannot be
    read are named at the end and stop nothing.
    """
    endings = {ending for codec in codecs() for ending in codec.suffixes}
    labels = [p for p in paths if os.path.isfile(p) and p.suffix.lower() in endings]
    pictures = [p for p in paths if p not in labels]
    # A mistake is found before a project is made: what it would leave behind has an ontology that nobody chose.
    chosen = preset_named(preset or "coco")
    for path in paths:
        if not os.path.exists(path):
            raise NotFound("There is no such file or folder", where=str(path), hint="check the path")
    with open_project(project, create_with=preset or "coco") as opened:
        if preset:
            _say_when_it_has_another(opened, project, chosen)
        found = ImportReport()
        if pictures:
            with progress("Importing") as advance:
                found = import_media(opened.store, opened.id, pictures, progress=advance)
        imported = [
            import_labels(opened.store, opened.id, path, author=settings.person(), format=labels_format)
            for path in labels
        ]
    note([str(error) for error in found.failed], title="Left out", shown=len(found.failed))
    note(found.notes)
    if not (found.added or found.known or found.failed or imported):
        note([f"there are no images or videos in {', '.join(str(p) for p in pictures)}"])
    for made in imported:
        if not as_json:
            report_warnings(made.warnings)
        if made.missing_media:
            note(
                [
                    f"{len(made.missing_media)} images that the file speaks of are not in the project, or several "
                    f"are of that name, such as {made.missing_media[0]}; their labels were left out"
                ]
            )
    report(
        {
            "project": project,
            "added": len(found.added),
            "known": len(found.known),
            "failed": [error.document() for error in found.failed] if as_json else len(found.failed),
            **({"notes": found.notes} if as_json else {}),
            "label_sets": [made.label_set for made in imported],
            "instances": sum(made.instances for made in imported),
        },
        as_json=as_json,
    )
    if found.failed and not (found.added or found.known or imported):
        sys.exit(found.failed[0].exit_code)


def _say_when_it_has_another(opened: OpenProject, project: str, wanted: Ontology) -> None:
    """Say that --preset changes nothing in a project that has an ontology already."""
    with opened.store.read() as connection:
        there = ontologies.ontology(connection, newest_ontology(connection, opened.id))
    if there.categories != wanted.categories:
        note([f"{project} has its ontology already, so --preset changes nothing; name another project for another"])
