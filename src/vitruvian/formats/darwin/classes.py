"""The skeletons of a team's classes, which V7 puts beside the annotations in ``.v7/metadata.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vitruvian.formats.grouped import text
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, skeleton_from_names

FILE = ".v7/metadata.json"
#: Where a class states its skeleton, the names of the two outer fields in use.
OUTER, INNER = ("skeleton_metadata", "metadata"), "_skeleton"


def categories_of(files: Mapping[str, Any], notes: Remarks) -> Iterator[Category]:
    """Yield a category for each class of type skeleton that states its nodes.

    Parameters
    ----------
    files : mapping of str to JSON value
        The other files of a folder, by their relative names.
    notes : Remarks
        Is told of nodes and edges that are none.
    """
    seen: set[str] = set()
    for name, document in files.items():
        if name != FILE and not name.endswith(f"/{FILE}"):
            continue
        classes = document.get("classes") if isinstance(document, dict) else None
        for at, entry in enumerate(classes if isinstance(classes, list) else ()):
            title = text(entry.get("name")) if isinstance(entry, dict) else None
            stated = _skeleton(entry) if title is not None and entry.get("type") == "skeleton" else None
            if title is None or stated is None or title in seen:
                continue
            seen.add(title)
            names = _names(stated.get("nodes"))
            if not names:
                notes.add(
                    f"class {at}",
                    "nodes",
                    "they are no list of nodes with different names",
                    file=f"{notes.file}/{name}",
                )
                continue
            edges, odd = _edges(stated.get("edges"), {name: at for at, name in enumerate(names)})
            if odd:
                notes.add(
                    f"class {at}",
                    "edges",
                    "an edge does not lead from one node to another",
                    file=f"{notes.file}/{name}",
                )
            yield Category(title, skeleton_from_names(names, edges=edges))


def _skeleton(entry: dict[str, Any]) -> dict[str, Any] | None:
    for outer in OUTER:
        about = entry.get(outer)
        stated = about.get(INNER) if isinstance(about, dict) else None
        if isinstance(stated, dict):
            return stated
    return None


def _names(nodes: Any) -> list[str]:
    listed = nodes if isinstance(nodes, list) else []
    names = [name for node in listed if isinstance(node, dict) and (name := text(node.get("name"))) is not None]
    return names if len(set(names)) == len(names) == len(listed) else []


def _edges(value: Any, index: Mapping[str, int]) -> tuple[tuple[tuple[int, int], ...], bool]:
    listed = value if isinstance(value, list) else []
    ends = [(_node(e.get("from"), index), _node(e.get("to"), index)) for e in listed if isinstance(e, dict)]
    found = [(a, b) for a, b in ends if a is not None and b is not None and a != b]
    return tuple(dict.fromkeys(found)), len(found) < len(listed) or not isinstance(value, list | None)


def _node(name: Any, index: Mapping[str, int]) -> int | None:
    return index.get(name) if isinstance(name, str) else None
