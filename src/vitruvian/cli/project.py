"""What the commands share: opening a project, and choosing a label set in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import Connection

from vitruvian import settings
from vitruvian.errors import NotFound
from vitruvian.labels.presets import preset
from vitruvian.store import Store, label_sets, ontologies, open_store, projects
from vitruvian.store.rows import LabelSetRow

project_argument = click.argument("project")
label_set_option = click.option("--label-set", type=int, help="Its number; the newest that fits when left out.")


@dataclass(frozen=True, slots=True)
class OpenProject:
    """An open database and the project in it."""

    store: Store
    id: int
    folder: Path | None


@contextmanager
def open_project(name: str, *, create_with: str | None = None, read_only: bool = False) -> Iterator[OpenProject]:
    """Open a project; with `create_with` it is made, with that preset, when it does not exist."""
    place = settings.place(name)
    with open_store(place.address, create=create_with is not None, read_only=read_only) as store:
        with store.read() as connection:
            known = projects.projects(connection)
        if not known and create_with is None:
            raise NotFound("There is no project here", where=name, hint="make one with `vitruvian import`")
        id = known[0].id if known else _create(store, place.folder.name if place.folder else "project", create_with)
        yield OpenProject(store, id, place.folder)


def newest_ontology(connection: Connection, project: int) -> int:
    """Return the id of the project's newest ontology; raises NotFound when it has none."""
    found = ontologies.ontologies(connection, project)
    if not found:
        raise NotFound("The project has no ontology", hint="import an annotation file, or media with --preset")
    return found[-1][0]


def choose(connection: Connection, project: int, wanted: int | None, *, kinds: tuple[str, ...]) -> LabelSetRow:
    """Return label set `wanted`, or the newest of the first of `kinds` that there is one of; raises NotFound."""
    if wanted is not None:
        return label_sets.label_set(connection, wanted)
    every = label_sets.label_sets(connection, project)
    for kind in kinds:
        fitting = [row for row in every if row.kind == kind]
        if fitting:
            return fitting[-1]
    raise NotFound(f"The project has no label set of kind {' or '.join(kinds)}", hint="run `vitruvian prelabel` first")


def _create(store: Store, name: str, preset_name: str | None) -> int:
    def create(connection: Connection) -> int:
        id = projects.create_project(connection, name)
        if preset_name:
            ontologies.add_ontology(connection, id, preset(preset_name))
        return id

    return store.write(create)
