"""Ontology: what is to be marked in a project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vitruvian.errors import LabelError, OntologyError
from vitruvian.labels.skeleton import Skeleton, skeleton_from_document


@dataclass(frozen=True)
class Category:
    """A kind of object, with a skeleton or (boxes and masks only) without.

    Attributes
    ----------
    name : str
    skeleton : Skeleton or None
    color : str or None
        ``#rrggbb``.
    extras : dict
        Fields of an imported file that Vitruvian has no word for, kept verbatim (``id``, ``supercategory`` ...).
    """

    name: str
    skeleton: Skeleton | None = None
    color: str | None = None
    extras: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Ontology:
    """Ordered categories under a name and a version; immutable: a change is a new version.

    Raises
    ------
    OntologyError
        Two categories share a name, or there is a category without one.
    """

    name: str
    categories: tuple[Category, ...]
    version: int = 1
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for category in self.categories:
            if not category.name.strip():
                raise OntologyError("A category has no name", where=self.name, hint="give it one")
            if category.name in seen:
                raise OntologyError(
                    f"Two categories are called {category.name!r}", where=self.name, hint="category names are unique"
                )
            seen.add(category.name)

    def __iter__(self) -> Iterator[Category]:
        return iter(self.categories)

    @cached_property
    def index(self) -> dict[str, int]:
        """Category name to its position."""
        return {c.name: i for i, c in enumerate(self.categories)}

    @cached_property
    def max_keypoints(self) -> int:
        """The largest K among the categories: the width of a Poses table over this ontology."""
        return max((len(c.skeleton) for c in self.categories if c.skeleton), default=0)

    def category(self, name: str) -> Category:
        """Return the category called `name`; raises LabelError when there is none."""
        if name not in self.index:
            known = ", ".join(self.index)
            raise LabelError(f"Unknown category {name!r}", where=self.name, hint=f"this ontology has: {known}")
        return self.categories[self.index[name]]

    def skeleton(self, category: str) -> Skeleton:
        """Return the skeleton of a category; raises LabelError when it has none."""
        skeleton = self.category(category).skeleton
        if skeleton is None:
            raise LabelError(f"Category {category!r} has no keypoints", where=self.name)
        return skeleton

    def document(self) -> dict[str, Any]:
        """Return the JSON form, the inverse of :func:`ontology_from_document`."""
        return {
            "name": self.name,
            "version": self.version,
            "source": self.source,
            "categories": [
                {
                    "name": c.name,
                    "color": c.color,
                    "skeleton": c.skeleton.document() if c.skeleton else None,
                    "extras": c.extras,
                }
                for c in self.categories
            ],
        }


def ontology_from_document(document: dict[str, Any]) -> Ontology:
    """Read an ontology from its JSON form; raises OntologyError when it is not one."""
    try:
        return Ontology(
            name=str(document["name"]),
            version=int(document.get("version", 1)),
            source=str(document.get("source", "")),
            categories=tuple(
                Category(
                    name=c["name"],
                    color=_color(c.get("color")),
                    skeleton=skeleton_from_document(c["skeleton"]) if c.get("skeleton") else None,
                    extras=c.get("extras") or {},
                )
                for c in document["categories"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise OntologyError(
            "This is not an ontology: a field is missing or of a wrong type",
            where="ontology",
            hint="see docs/ontology.md for its fields",
        ) from error


def _color(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("a colour is text")
    return value
