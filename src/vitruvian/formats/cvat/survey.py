"""A first pass over a file: its tasks, and which labels, points and loose points its shapes have."""

from __future__ import annotations

from dataclasses import dataclass, field

from vitruvian.formats.cvat import nodes
from vitruvian.formats.cvat.nodes import Node
from vitruvian.formats.cvat.shapes import KEPT, READ

#: Loose points of more are kept, but not read: every other instance would get as many columns.
MAX_LOOSE = 1000

#: Pixels or frames beyond this are a mistake in the file.
MAX_COUNT = 2**31


@dataclass(slots=True)
class Task:
    """A task, job or part of a project: what its frames are.

    Attributes
    ----------
    id, name, source : str
        `source` is the video's file name; empty for images.
    width, height, frames : int
        Of the video, 0 where the file does not say.
    """

    id: str = ""
    name: str = ""
    source: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0


@dataclass(slots=True)
class Survey:
    """What the shapes of a file refer to.

    Attributes
    ----------
    labels : dict
        Names in the order of meeting them.
    parts : dict of str to dict
        Label to the names of its skeletons' points.
    loose : dict of str to set of int
        Label to how many points its shapes of loose points have.
    """

    labels: dict[str, None] = field(default_factory=dict)
    parts: dict[str, dict[str, None]] = field(default_factory=dict)
    loose: dict[str, set[int]] = field(default_factory=dict)

    def meet(self, shape: Node, label: str) -> None:
        """Note what a shape of `label` refers to."""
        if shape["tag"] in READ + KEPT:
            self.labels.setdefault(label)
        if shape["tag"] == "skeleton":
            parts = self.parts.setdefault(label, {})
            for part in nodes.children(shape, "points"):
                parts.setdefault(part["attrib"].get("label", ""))
        elif shape["tag"] == "track":
            self.parts.setdefault(label, {}).setdefault(shape["attrib"].get("label", ""))
        elif shape["tag"] == "points":
            listed = shape["attrib"].get("points", "")
            self.loose.setdefault(label, set()).add(listed.count(";") + 1 if listed.strip() else 0)

    def agreed(self, label: str) -> int | None:
        """Return how many loose points all shapes of a label have, None where they have none or do not agree."""
        counts = self.loose.get(label, set())
        if label in self.parts or len(counts) != 1:
            return None
        (count,) = counts
        return count if 0 < count <= MAX_LOOSE else None


def tasks(root: Node) -> list[Task]:
    """Return the tasks of a file; a single nameless one where it states none."""
    found: list[Task] = []
    for meta in nodes.children(root, "meta"):
        for entry in nodes.children(meta):
            if entry["tag"] in ("task", "job"):
                found.append(_task(entry, meta))
            elif entry["tag"] == "project":
                found += [_task(task, meta) for task in nodes.children(nodes.child(entry, "tasks") or {}, "task")]
    return found or [Task()]


def survey(root: Node) -> Survey:
    """Return what the shapes refer to."""
    found = Survey()
    for holder in nodes.children(root):
        if holder["tag"] not in ("image", "track"):
            continue
        track = holder["attrib"].get("label") if holder["tag"] == "track" else None
        if track is not None:
            found.labels.setdefault(track)
        for shape in nodes.children(holder):
            found.meet(shape, track if track is not None else shape["attrib"].get("label", ""))
    for parts in found.parts.values():
        for name in [name for name in parts if not name.strip()]:
            del parts[name]
    return found


def count(said: str) -> int:
    """Return a stated number of pixels or frames; 0 where it is none."""
    said = said.strip()
    plain = said.isascii() and said.isdecimal() and len(said) < 11
    return int(said) if plain and int(said) < MAX_COUNT else 0


def _task(entry: Node, meta: Node) -> Task:
    # Some exports of a job have the size beside it.
    size = nodes.child(entry, "original_size") or nodes.child(meta, "original_size")
    return Task(
        nodes.text(entry, "id"),
        _raw(entry, "name"),
        _raw(entry, "source") if nodes.text(entry, "mode") != "annotation" else "",
        count(nodes.text(size, "width")),
        count(nodes.text(size, "height")),
        count(nodes.text(entry, "size")),
    )


def _raw(entry: Node, tag: str) -> str:
    # A name may begin or end with a space.
    return str((nodes.child(entry, tag) or {}).get("text", "")) if nodes.text(entry, tag) else ""
