"""Start (or find again) a person's label set over a model's, an import's, or over nothing."""

from __future__ import annotations

from sqlalchemy import Connection

from vitruvian.store import label_sets
from vitruvian.store.engine import Store


def start_labels(store: Store, project: int, *, author: str, ontology: int, parent: int | None, name: str = "") -> int:
    """Return the id of `author`'s label set over `parent`, made when there is none.

    Parameters
    ----------
    store : Store
    project : int
    author : str
    ontology : int
        Version that the labels are stored in.
    parent : int or None
        Label set whose instances show through until the author changes them.
    name : str
        Shown to people; the author's name when left out.
    """

    def start(connection: Connection) -> int:
        for row in label_sets.label_sets(connection, project):
            if row.kind == "person" and row.author == author and row.parent == parent and row.ontology == ontology:
                return row.id
        return label_sets.create_label_set(
            connection, project, kind="person", name=name or author, author=author, ontology=ontology, parent=parent
        )

    return store.write(start)
