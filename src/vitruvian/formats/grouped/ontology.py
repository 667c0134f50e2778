"""The ontology as a field of Vitruvian's own, for formats that know at most the names of keypoints."""

from __future__ import annotations

from typing import Any

from vitruvian.errors import OntologyError
from vitruvian.formats.grouped.said import Record
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Ontology, ontology_from_document


def plain(ontology: Ontology) -> Record:
    """Return the JSON form without what the categories keep of other files."""
    document = ontology.document()
    for category in document["categories"]:
        category["extras"] = {}
    return document


def declared(value: Any, notes: Remarks) -> tuple[Category, ...]:
    """Return the categories of an ontology that a file holds; none, with a note, where it is none."""
    if value is None:
        return ()
    try:
        return ontology_from_document(value).categories
    except OntologyError as error:
        notes.add("", "ontology", f"it is not one, and was not read ({error.message[:200]})")
        return ()


def kept(ontology: Ontology, source: Any) -> Any:
    """Return what a file is to hold of the ontology.

    That is what it held before (None for nothing) unless the ontology was edited since, and all of it in a new file.
    `source` is what :func:`remember` returned.
    """
    now = plain(ontology)
    if isinstance(source, dict) and source.get("read_as") == now:
        return source.get("stated")
    return now


def remember(ontology: Ontology, stated: Any) -> Record:
    """Return what the reader keeps to tell later whether the ontology was edited."""
    return {"stated": stated, "read_as": plain(ontology)}


def before(source: Any) -> dict[str, Category]:
    """Return the categories as they were read, by name; `source` is what :func:`remember` returned."""
    try:
        return {category.name: category for category in ontology_from_document(source["read_as"])}
    except (OntologyError, KeyError, TypeError):
        return {}


def name_of(value: Any, otherwise: str) -> str:
    """Return the name of an ontology that a file holds."""
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) and name.strip() else otherwise
