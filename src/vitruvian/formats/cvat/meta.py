"""The meta of a CVAT file for labels that come from elsewhere: tasks, labels, the drawing of a skeleton."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from vitruvian.formats.cvat import nodes
from vitruvian.formats.cvat.labels import COMPANION
from vitruvian.formats.cvat.nodes import Node, node
from vitruvian.formats.cvat.shapes import OWN, typed, untyped
from vitruvian.labels import Category, Dataset, MediaEntry, Skeleton

#: What shapes of a companion label are, by their role.
TYPES = {"box": "rectangle", "mask": "any"}


def segments(media: Iterable[MediaEntry]) -> list[list[int]]:
    """Return the media by task: each video has one, and so have images that follow one another."""
    found: list[list[int]] = []
    before = ""
    for at, entry in enumerate(media):
        if entry.kind == "image" and before == "image":
            found[-1].append(at)
        else:
            found.append([at])
        before = entry.kind
    return found


def meta(dataset: Dataset, tasks: list[list[int]], labels: list[Node]) -> Node:
    """Return the meta of a new file."""
    listing = node("labels", children=labels)
    if len(tasks) == 1:
        return node("meta", children=[_task(dataset, 0, tasks[0], listing)])
    entries = [_task(dataset, at, media, None) for at, media in enumerate(tasks)]
    name = _named("name", dataset.ontology.name)
    return node("meta", children=[node("project", children=[name, listing, node("tasks", children=entries)])])


def labels(category: Category, inputs: Mapping[str, str], companions: Mapping[str, str]) -> list[Node]:
    """Return the labels of a category: its own, its points', and those of its boxes and masks.

    Parameters
    ----------
    category : Category
    inputs : mapping of str to str
        Attribute name to its input type.
    companions : mapping of str to str
        Role to the name of the label.
    """
    skeleton = category.skeleton
    loose = bool(category.extras.get("cvat", {}).get("loose"))
    kind = "any" if skeleton is None else "points" if loose else "skeleton"
    own = _label(category.name, kind, category.color, _specs(category, inputs))
    made = [own]
    if skeleton is not None and not loose:
        own["children"].append(_named("svg", drawing(skeleton)))
        made += parts(category.name, skeleton)
    for role, name in companions.items():
        companion = _label(name, TYPES[role], category.color, [])
        companion["children"].append(_named(COMPANION, role))
        made.append(companion)
    return made


def parts(name: str, skeleton: Skeleton) -> list[Node]:
    """Return the labels of a skeleton's points."""
    made = []
    for keypoint in skeleton.keypoints:
        label = _label(keypoint.name, "points", keypoint.color, [])
        label["children"].append(_named("parent", name))
        made.append(label)
    return made


def drawing(skeleton: Skeleton) -> str:
    """Return the text of a skeleton's drawing, its points on a circle: nobody said where else they lie."""
    turn = np.linspace(0, 2 * np.pi, len(skeleton), endpoint=False) - np.pi / 2
    x, y = 50 + 40 * np.cos(turn), 50 + 40 * np.sin(turn)
    lines = [
        f'<line x1="{x[a]:.2f}" y1="{y[a]:.2f}" x2="{x[b]:.2f}" y2="{y[b]:.2f}" stroke="black" data-type="edge"'
        f' data-node-from="{a + 1}" stroke-width="0.5" data-node-to="{b + 1}"></line>'
        for a, b in skeleton.edges
    ]
    circles = [
        f'<circle r="1.5" stroke="black" fill="#b3b3b3" cx="{x[at]:.2f}" cy="{y[at]:.2f}" stroke-width="0.1"'
        f' data-type="element node" data-element-id="{at + 1}" data-node-id="{at + 1}"'
        f' data-label-name="{_quoted(name)}"></circle>'
        for at, name in enumerate(skeleton.names)
    ]
    return "".join(lines + circles)


def input_types(values: Mapping[str, list[Any]]) -> dict[str, str]:
    """Return the input type for each attribute of a category; those of mixed values are left out.

    Parameters
    ----------
    values : mapping of str to list
        Attribute name to all values that instances have.
    """
    found = {}
    for name, said in values.items():
        for kind in ("text", "checkbox", "number"):
            if all(fits(name, value, kind) for value in said):
                found[name] = kind
                break
    return found


def fits(name: str, value: Any, input_type: str) -> bool:
    """Whether an attribute comes back as it is when written as text of an input type."""
    if not name.strip() or name.startswith(OWN) or not _plain(name):
        return False
    if not isinstance(value, str | int | float) or (isinstance(value, str) and not _plain(value)):
        return False
    back = typed(untyped(value), input_type)
    return type(back) is type(value) and bool(back == value)


def _plain(said: str) -> bool:
    return nodes.can_hold(said)


def _specs(category: Category, inputs: Mapping[str, str]) -> list[Node]:
    stated = category.extras.get("cvat", {}).get("attributes", [])
    known = [spec for spec in stated if isinstance(spec, dict) and spec.get("name") not in inputs]
    kept = [node("attribute", children=[_named(str(k), str(v)) for k, v in spec.items()]) for spec in known]
    return kept + [
        node("attribute", children=[
            _named("name", name), _named("mutable", "True"), _named("input_type", kind),
            _named("default_value", "false" if kind == "checkbox" else ""), _named("values", ""),
        ])
        for name, kind in inputs.items()
    ]  # fmt: skip


def _label(name: str, kind: str, color: str | None, specs: list[Node]) -> Node:
    made = [_named("name", name)]
    if color is not None:
        made.append(_named("color", color))
    return node("label", children=[*made, _named("type", kind), node("attributes", children=specs)])


def _task(dataset: Dataset, at: int, media: list[int], listing: Node | None) -> Node:
    entry = dataset.media[media[0]]
    video = entry.kind == "video"
    made = [_named("id", str(at + 1)), _named("name", entry.name if video else dataset.ontology.name)]
    made.append(_named("size", str(entry.frames if video else len(media))))
    made.append(_named("mode", "interpolation" if video else "annotation"))
    if listing is not None:
        made.append(listing)
    if video:
        made.append(_named("source", entry.name))
        sides = [_named("width", str(entry.width)), _named("height", str(entry.height))]
        made.append(node("original_size", children=sides))
    return node("task", children=made)


def _named(tag: str, text: str) -> Node:
    return node(tag, text=text)


def _quoted(said: str) -> str:
    said = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return said.replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
