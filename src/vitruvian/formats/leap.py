"""LEAP: labels and skeletons in Matlab files. See docs/formats/leap.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats import matlab
from vitruvian.formats.codec import Reader, register
from vitruvian.formats.peek import Peek
from vitruvian.formats.pose_rows import MAX_FRAMES
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, skeleton_from_names

NAME = "leap"
_HINT = "LEAP's labels have positions and a skeleton with nodes, its skeletons nodeNames and edges"


@register
class Leap(Reader):
    name = NAME
    title = "LEAP labels and skeletons (Matlab)"
    suffixes = (".labels.mat",)

    def sniff(self, peek: Peek) -> bool:
        if not peek.head.startswith(b"MATLAB 5.0"):
            return False
        names = set(matlab.names(peek.path))
        return {"positions", "skeleton"} <= names or {"nodeNames", "edges"} <= names

    def read(self, path: Path) -> Dataset:
        return read(path)


def read(path: Path) -> Dataset:
    """Read labels, or a skeleton as an ontology without labels; raises FormatError naming the variable."""
    variables, file = matlab.read(path), str(path)
    found = Remarks(file)
    if "positions" not in variables:
        nodes = _texts(variables.get("nodeNames"), f"{file}: nodeNames")
        category = _category(nodes, variables.get("edges"), file)
        rest = {name: value for name, value in variables.items() if name not in ("nodes", "nodeNames", "edges")}
        return Dataset(_ontology(path, category), [], [], {NAME: rest} if rest else {}, found.warnings())
    skeleton = _struct(variables.get("skeleton"))
    nodes = _texts(skeleton.get("nodes", skeleton.get("joints")), f"{file}: skeleton: nodes")
    category = _category(nodes, skeleton.get("edges"), file)
    positions = _positions(variables["positions"], len(nodes), file)
    box = variables.get("boxPath")
    entry = MediaEntry(box if isinstance(box, str) else path.stem, frames=max(len(positions), 1), kind="video")
    instances = _instances(positions, category.name, found)
    own = ("positions", "skeleton", "boxPath", "?")
    kept: dict[str, Any] = {name: value for name, value in variables.items() if name not in own}
    kept |= {f"skeleton {name}": value for name, value in skeleton.items() if name not in ("nodes", "edges")}
    for name in [name for name, value in kept.items() if isinstance(value, dict) and "class" in value]:
        described = kept.pop(name)["class"]
        found.add("", name, f"only Matlab can read a {described}; it is left out")
    return Dataset(_ontology(path, category), [entry], instances, {NAME: kept} if kept else {}, found.warnings())


def _ontology(path: Path, category: Category) -> Ontology:
    return Ontology(path.stem or NAME, (category,), source=NAME)


def _instances(positions: NDArray[np.float64], category: str, found: Remarks) -> list[Instance]:
    finite = np.isfinite(positions)
    there = np.asarray(finite[..., 0] & finite[..., 1])
    half = int((finite[..., 0] ^ finite[..., 1]).sum())
    found.add("", "positions", "only one of x and y is there; it is not read as a point", half)
    # Matlab counts pixels from 1, and LEAP's confidence maps do so.
    xy = np.where(there[..., None], positions - 1, 0.0)
    visibility = np.where(there, 2, 0).astype(np.uint8)
    return [
        Instance(str(number), category, 0, frame, xy[frame], visibility[frame])
        for number, frame in enumerate(np.flatnonzero(there.any(axis=1)).tolist(), 1)
    ]


def _positions(value: Any, nodes: int, file: str) -> NDArray[np.float64]:
    """Return the places, shape (frames, nodes, 2)."""
    found = _numbers(value, f"{file}: positions")
    if found.ndim == 2:
        # Matlab drops the third dimension of a single frame.
        found = found[..., None]
    if found.ndim != 3 or found.shape[:2] != (nodes, 2) or found.shape[2] >= MAX_FRAMES:
        raise FormatError(f"Positions of shape {found.shape} for {nodes} nodes", where=f"{file}: positions", hint=_HINT)
    return found.transpose(2, 0, 1)


def _category(nodes: list[str], edges: Any, file: str) -> Category:
    where = f"{file}: skeleton: edges"
    pairs = _numbers(edges, where) if isinstance(edges, dict) and edges.get("numbers") else np.zeros((0, 2))
    if pairs.ndim != 2 or pairs.shape[1] != 2 or (pairs != np.floor(pairs)).any():
        raise FormatError("The edges are no pairs of nodes", where=where, hint=_HINT)
    joined = [(int(a) - 1, int(b) - 1) for a, b in pairs.tolist() if a != b]
    try:
        return Category("animal", skeleton_from_names(nodes, edges=joined))
    except OntologyError as error:
        raise FormatError(error.message, where=f"{file}: skeleton", hint=error.hint) from error


def _numbers(value: Any, where: str) -> NDArray[np.float64]:
    if isinstance(value, float):
        value = {"dims": [1, 1], "numbers": [value]}
    if not isinstance(value, dict) or "numbers" not in value:
        raise FormatError("There are no numbers", where=where, hint=_HINT)
    return np.array(value["numbers"], np.float64).reshape(value["dims"], order="F")


def _texts(value: Any, where: str) -> list[str]:
    cells = value.get("cells") if isinstance(value, dict) else None
    if not cells or not all(isinstance(cell, str) for cell in cells):
        raise FormatError("There are no names of nodes", where=where, hint=_HINT)
    return list(cells)


def _struct(value: Any) -> dict[str, Any]:
    """Return the only struct of a value by its fields; none where it is no struct."""
    items = value.get("items") if isinstance(value, dict) else None
    return dict(zip(value["fields"], items[0], strict=True)) if items and len(items) == 1 else {}
