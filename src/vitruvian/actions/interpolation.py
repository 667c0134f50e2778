"""How positions between keys are found: a setting of a label set."""

from __future__ import annotations

from sqlalchemy import Connection

from vitruvian.errors import InvalidInput
from vitruvian.geometry.interpolation import INTERPOLATIONS, Interpolation
from vitruvian.store import label_sets
from vitruvian.store.engine import Store

#: Among what is noted about a label set.
SETTING = "interpolation"


def interpolation(connection: Connection, label_set: int) -> Interpolation:
    """Return the label set's own choice, else its nearest parent's, else "pchip"; raises NotFound."""
    for id in label_sets.lineage(connection, label_set):
        kind: Interpolation | None = label_sets.label_set(connection, id).extras.get(SETTING)
        if kind in INTERPOLATIONS:
            return kind
    return "pchip"


def set_interpolation(store: Store, label_set: int, kind: str) -> None:
    """Choose how positions between keys are found.

    Raises
    ------
    InvalidInput
        Neither "linear" nor "pchip".
    NotFound
        No such label set.
    """
    if kind not in INTERPOLATIONS:
        raise InvalidInput(f"There is no interpolation {kind!r}", hint=f"choose one of {', '.join(INTERPOLATIONS)}")

    def write(connection: Connection) -> None:
        extras = label_sets.locked(connection, label_set).extras
        label_sets.set_extras(connection, label_set, {**extras, SETTING: kind})

    store.write(write)
