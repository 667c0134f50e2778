"""The labels of a CVAT file: categories, skeletons with layout and edges, attributes and what type they have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.cvat import nodes
from vitruvian.formats.cvat.nodes import Node
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Keypoint, Skeleton, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton

#: Marks a label that Vitruvian added for the boxes and masks of a skeleton's label.
COMPANION = "vitruvian_companion"

#: A skeleton with more points is a mistake in the file.
MAX_KEYPOINTS = 10_000

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(slots=True)
class Label:
    """One label as the file's meta states it.

    Attributes
    ----------
    name, type : str
        `type` is empty where the file says none.
    color : str or None
    inputs : dict of str to str
        Attribute name to its input type.
    parts : list of Label
        The labels of a skeleton's points.
    svg : Node or None
    stated : bool
        It stands in the meta; the others were only met at shapes.
    companion : bool
        See :data:`COMPANION`.
    specs : list of dict
        Its attributes, each with what the file says of it.
    """

    name: str
    type: str = ""
    color: str | None = None
    inputs: dict[str, str] = field(default_factory=dict)
    parts: list[Label] = field(default_factory=list)
    svg: Node | None = None
    stated: bool = True
    companion: bool = False
    specs: list[dict[str, str]] = field(default_factory=list)


def read_labels(root: Node, notes: Remarks) -> dict[str, Label]:
    """Return the labels by name, skeletons with their parts, in the order of the file."""
    found: dict[str, Label] = {}
    children: list[tuple[str, Label]] = []
    seen: set[tuple[str, str]] = set()
    for meta in nodes.children(root, "meta"):
        for listing in (at for at in nodes.walk(meta) if at["tag"] == "labels"):
            for entry in nodes.children(listing, "label"):
                name, parent = str((nodes.child(entry, "name") or {}).get("text", "")), nodes.text(entry, "parent")
                if not name.strip():
                    notes.add(f"label {len(seen)}", "name", "it has no name; its shapes have to name one")
                    continue
                if (parent, name) in seen:
                    notes.add(f"label {name}", "name", "it is listed twice; the first one is read")
                    continue
                seen.add((parent, name))
                label = _label(entry, name)
                if parent:
                    children.append((parent, label))
                else:
                    found[name] = label
    for parent, label in children:
        if parent in found:
            found[parent].parts.append(label)
        else:
            notes.add(f"label {label.name}", "parent", f"there is no label {parent!r}")
    return found


def category(label: Label, met: dict[str, None], loose: int | None, notes: Remarks) -> Category:
    """Return the category of a label.

    Parameters
    ----------
    label : Label
    met : dict
        Names of the points that its skeletons in the file have, in the order of meeting them.
    loose : int or None
        How many points each of its shapes of loose points has, where they agree.
    notes : Remarks
    """
    extras: dict[str, Any] = {"cvat": {"type": label.type} if label.stated else {}}
    if label.specs:
        extras["cvat"]["attributes"] = label.specs
    names = [part.name for part in label.parts]
    circles, edges = _drawing(label, notes) if label.svg else ([], [])
    if not names:
        names = [name for _, name in circles if name]
    for name in met:
        if name not in names:
            if label.stated:
                notes.add(f"label {label.name}", "points", f"a skeleton has the point {name!r}, which the label lacks")
            names.append(name)
    if loose and not names:
        names = [str(at) for at in range(1, loose + 1)]
        extras["cvat"]["loose"] = True
    names = list(dict.fromkeys(names))
    if len(names) > MAX_KEYPOINTS:
        raise FormatError(
            f"Label {label.name!r} has {len(names)} points",
            where=f"{notes.file}: label {label.name}",
            hint=f"at most {MAX_KEYPOINTS} are read",
        )
    if not names:
        if label.type == "skeleton":
            notes.add(f"label {label.name}", "svg", "it is a skeleton without points")
        return Category(label.name, None, label.color, extras)
    pairs = _edges(label, names, circles, edges, notes)
    # How it was read, to tell later edits apart.
    extras["cvat"] |= {"points": names, "edges": [list(pair) for pair in pairs]}
    return Category(label.name, _skeleton(names, pairs, label), label.color, extras)


def _label(entry: Node, name: str) -> Label:
    color = nodes.text(entry, "color")
    made = Label(name, nodes.text(entry, "type"), color if _COLOR.fullmatch(color) else None)
    made.companion = nodes.child(entry, COMPANION) is not None
    made.svg = nodes.child(entry, "svg")
    for spec in nodes.children(nodes.child(entry, "attributes") or {}, "attribute"):
        said = {at["tag"]: str(at.get("text", "")) for at in nodes.children(spec)}
        if "name" in said:
            made.inputs[said["name"]] = said.get("input_type", "").strip()
            made.specs.append(said)
    return made


def _skeleton(names: list[str], edges: tuple[tuple[int, int], ...], label: Label) -> Skeleton:
    colors = {part.name: part.color for part in label.parts}
    coco = preset_skeleton("coco")
    same = tuple(names) == coco.names
    made = Skeleton(coco.keypoints, (), coco.sigma_kind, coco.sigma_source) if same else skeleton_from_names(names)
    keypoints = tuple(Keypoint(k.name, k.sigma, k.flip, k.group, colors.get(k.name), k.where) for k in made.keypoints)
    return Skeleton(keypoints, edges, made.sigma_kind, made.sigma_source)


def _drawing(label: Label, notes: Remarks) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the circles of the drawing (node id, name or empty) and its edges (node id, node id)."""
    svg = label.svg or {}
    if not svg.get("children"):
        said = str(svg.get("text", "")).strip()
        if not said:
            return [], []
        try:
            svg = nodes.parse([b"<svg>", said.encode(errors="replace"), b"</svg>"], notes.file)
        except FormatError as error:
            notes.add(
                f"label {label.name}", "svg", f"the drawing cannot be read, so there are no edges: {error.message}"
            )
            return [], []
    circles, edges = [], []
    for at in nodes.walk(svg):
        tag, said = str(at["tag"]).rpartition("}")[2], at["attrib"]
        if tag == "circle":
            circles.append((said.get("data-node-id", said.get("data-element-id", "")), said.get("data-label-name", "")))
        elif tag == "line" and "data-node-from" in said:
            edges.append((said["data-node-from"], said.get("data-node-to", "")))
    return circles, edges


def _edges(
    label: Label, names: list[str], circles: list[tuple[str, str]], edges: list[tuple[str, str]], notes: Remarks
) -> tuple[tuple[int, int], ...]:
    index = {name: at for at, name in enumerate(names)}
    if all(name in index for _, name in circles):
        places = {id: index[name] for id, name in circles}
    else:
        # Older drawings name the labels by the server's numbers only; CVAT lists both in the order of the points.
        notes.add(f"label {label.name}", "svg", "circles without data-label-name are taken in the order of their ids")
        ids = [id for _, id in sorted((len(id), id) for id, _ in circles)]
        places = {id: at for at, id in enumerate(ids) if at < len(names)}
    made = [(places[a], places[b]) for a, b in edges if a in places and b in places and places[a] != places[b]]
    if len(made) < len(edges):
        notes.add(f"label {label.name}", "svg", "an edge names a point that does not exist")
    return tuple(dict.fromkeys(made))
