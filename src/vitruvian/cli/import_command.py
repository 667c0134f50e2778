"""``vitruvian import``: media and annotation files into a project."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path, PurePosixPath

import click

from vitruvian import settings
from vitruvian.actions.find_labels import FoundLabels, Gathered, find_labels
from vitruvian.actions.import_labels import import_labels, none_there
from vitruvian.actions.import_media import ImportReport, import_media
from vitruvian.cli.output import json_option, note, progress, report, report_warnings
from vitruvian.cli.project import OpenProject, newest_ontology, open_project, project_argument
from vitruvian.errors import InvalidInput, NotFound
from vitruvian.labels import Ontology
from vitruvian.labels.presets import preset as preset_named
from vitruvian.store import ontologies


@click.command("import")
@project_argument
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--preset", help="Ontology of a project that is made by this import.  [default: coco]")
@click.option("--format", "labels_format", help="Format of the annotation files; recognised when left out.")
@json_option
def command(
    project: str, paths: tuple[Path, ...], preset: str | None, labels_format: str | None, as_json: bool
) -> None:
    """Add files to PROJECT, which is made when it does not exist.

    PATHS are images, videos, annotation files of any known format, folders of all of these, and zip archives of an
    export. What a file is, its content says. Images and videos that annotation files speak of are imported with them
    where they lie near: beside the file, or in images/, data/ and the like. Media stay where they are; those in an
    archive are unpacked into the project's folder. Files that cannot be read are named at the end and stop nothing.
    """
    # A mistake is found before a project is made: what it would leave behind has an ontology that nobody chose.
    chosen = preset_named(preset or "coco")
    for path in paths:
        if not os.path.exists(path):
            raise NotFound("There is no such file or folder", where=str(path), hint="check the path")
    place = settings.place(project)
    gathered = find_labels(paths, format=labels_format, keep=place.folder / "media" if place.folder else None)
    files = [*gathered.media, *(file for labels in gathered.labels for file in _outside(labels, gathered.media))]
    _check_new(place, gathered, files)
    with open_project(project, create_with=preset or "coco") as opened:
        if preset:
            _say_when_it_has_another(opened, project, chosen)
        found = ImportReport()
        if files:
            with progress("Importing") as advance:
                found = import_media(opened.store, opened.id, files, names=_names(gathered), progress=advance)
        imported = [
            import_labels(
                opened.store, opened.id, labels.path, author=settings.person(), dataset=labels.dataset,
                places={n: found.places[u] for n, u in _uris(labels).items() if u in found.places},
            )
            for labels in gathered.labels
        ]  # fmt: skip
    note([str(error) for error in found.failed], title="Left out", shown=len(found.failed))
    note([*gathered.notes, *found.notes])
    note([f"{path}: no annotation file of a known format, so it was skipped" for path in gathered.skipped])
    if not (found.added or found.known or found.failed or imported or gathered.skipped):
        note([f"there are no images or videos in {', '.join(str(p) for p in paths)}"])
    for labels, made in zip(gathered.labels, imported, strict=True):
        if not as_json:
            report_warnings(made.warnings)
        _say_what_is_missing(labels.path, made.missing_media)
    report(
        {
            "project": project,
            "added": len(found.added),
            "known": len(found.known),
            "failed": [error.document() for error in found.failed] if as_json else len(found.failed),
            **({"notes": [*gathered.notes, *found.notes]} if as_json else {}),
            "labels": [
                {"file": str(labels.path), "format": labels.format} if as_json else f"{labels.path} ({labels.format})"
                for labels in gathered.labels
            ],
            "label_sets": [made.label_set for made in imported],
            "instances": sum(made.instances for made in imported),
            **(
                {
                    "skipped": [str(path) for path in gathered.skipped],
                    "missing_media": [name for made in imported for name in made.missing_media],
                    "warnings": [asdict(warning) for made in imported for warning in made.warnings],
                }
                if as_json
                else {}
            ),
        },
        as_json=as_json,
    )
    if not (found.added or found.known or imported) and (found.failed or gathered.skipped):
        sys.exit(found.failed[0].exit_code if found.failed else InvalidInput.exit_code)


def _outside(labels: FoundLabels, folders: list[Path]) -> list[Path]:
    """Return the files of labels that lie in none of the folders that are imported anyway."""
    places = [os.path.abspath(folder) for folder in folders]
    return [f for f in labels.files.values() if not any(Path(os.path.abspath(f)).is_relative_to(p) for p in places)]


def _uris(labels: FoundLabels) -> dict[str, str]:
    return {name: str(file.resolve()) for name, file in labels.files.items()}


def _names(gathered: Gathered) -> dict[str, str]:
    """Return what media are called, by their real paths: as the labels do, where that is a plain name of one file."""
    uris: dict[str, str] = {}
    for labels in gathered.labels:
        for name, uri in _uris(labels).items():
            parts = PurePosixPath(name).parts
            plain = bool(parts) and parts[0] != "/" and ".." not in parts and "\\" not in name
            if plain and PurePosixPath(name).suffix == Path(uri).suffix:
                uris.setdefault(name, uri)
    return {uri: name for name, uri in uris.items()}


def _check_new(place: settings.Place, gathered: Gathered, files: list[Path]) -> None:
    """Refuse labels without media before a project is made for them."""
    if place.folder is None or (place.folder / settings.DATABASE).exists() or files:
        return
    for labels in gathered.labels:
        if labels.dataset.instances:
            raise none_there(labels.path, [entry.name for entry in labels.dataset.media])


def _say_what_is_missing(path: Path, names: list[str]) -> None:
    if names:
        note(
            [
                f"{path}: {len(names)} images or videos that it speaks of are not near it nor in the project, or "
                "several are of that name; their labels were left out:",
            ]
        )
        note(names, title="Missing")


def _say_when_it_has_another(opened: OpenProject, project: str, wanted: Ontology) -> None:
    """Say that --preset changes nothing in a project that has an ontology already."""
    with opened.store.read() as connection:
        there = ontologies.ontology(connection, newest_ontology(connection, opened.id))
    if there.categories != wanted.categories:
        note([f"{project} has its ontology already, so --preset changes nothing; name another project for another"])
