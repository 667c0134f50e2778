"""Lay over the shapes of one object, as a file states them, what its instance says otherwise."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.cvat import meta, nodes, parts
from vitruvian.formats.cvat.nodes import Node
from vitruvian.formats.cvat.shapes import OWN, Said, Shape, own_number, typed, untyped
from vitruvian.labels import Instance, Skeleton


def edited(
    shapes: list[Shape],
    instance: Instance,
    said: Said,
    skeleton: Skeleton | None,
    inputs: Mapping[str, str],
    size: tuple[int, int],
    frame: int | None,
) -> tuple[list[Shape], list[Node]]:
    """Return the shapes as they are to be written, and new ones that have no place in the file yet.

    Parameters
    ----------
    shapes : list of Shape
        As the file states them; left as they are.
    instance : Instance
    said : Said
        What `shapes` say.
    skeleton : Skeleton or None
    inputs : mapping of str to str
    size : (int, int)
        Height and width of the picture.
    frame : int or None
        None in an image.
    """
    points, boxes, areas = points_differ(instance, said), _differ(instance.box, said.box), instance.mask != said.mask
    words = _spelled(instance.attributes) != _spelled(said.attributes) or own_of(instance, frame) != _own_said(
        said, frame
    )
    if not (points.any() or boxes or areas or words):
        return shapes, []
    kept = copy.deepcopy(shapes)
    usual = usual_of(instance, kept)
    fresh: list[Node] = []
    if points.any() and skeleton is not None:
        fresh += _points(kept, instance, skeleton, points, frame, usual)
    if boxes:
        kept, more = _box(kept, instance, frame, usual)
        fresh += more
    if areas:
        old = [shape for shape in kept if parts.ROLES[shape["node"]["tag"]] == "mask"]
        kept = [shape for shape in kept if not any(shape is gone for gone in old)]
        new = parts.mask_parts(instance, frame, usual, size)
        for was, made in zip(old, new, strict=False):
            kept.append({**was, "node": _in_place(made, was["node"])})
        fresh += new[len(old) :]
    if not kept and not fresh:
        fresh.append(empty(instance, skeleton, frame, usual))
    if fresh and all(shape["node"]["tag"] == "tag" for shape in kept):
        kept = []  # a tag says that there is no shape
    places = [shape["at"] for shape in kept]
    gone = [shape["node"] for shape in shapes if shape["at"] not in places]
    if any(nodes.children(node, "attribute") for node in gone):
        # What stood at a shape that is no more is said by another.
        words = True
        said = replace(said, own={name: value for name, value in said.own.items() if name == "id"})
        parts.own(kept[0]["node"] if kept else fresh[0], "id", said.own.get("id"))
    if words:
        _words(kept, fresh, instance, said, inputs, frame)
    return kept, fresh


def points_differ(instance: Instance, said: Said) -> NDArray[np.bool_]:
    """Return which points say something else than the shapes, shape (K,)."""
    count = len(instance.visibility)
    moved = (instance.xy != said.xy).any(axis=1) & (instance.visibility > 0)
    keyed = [np.ones(count, np.bool_) if at.keyed is None else at.keyed for at in (instance, said)]
    blank = np.full(count, np.nan, np.float32)
    score = [blank if at.score is None else at.score for at in (instance, said)]
    scored = (score[0] != score[1]) & ~(np.isnan(score[0]) & np.isnan(score[1]))
    return np.asarray(moved | (instance.visibility != said.visibility) | (keyed[0] != keyed[1]) | scored)


def usual_of(instance: Instance, shapes: list[Shape]) -> dict[str, str]:
    """Return label, source and z_order for a new shape beside others."""
    record = instance.extras.get("cvat")
    record = record if isinstance(record, dict) else {}
    usual = {"label": instance.category, "source": str(record.get("source", "manual"))}
    usual["z_order"] = str(record.get("z_order", "0"))
    if shapes:
        usual["z_order"] = shapes[0]["node"]["attrib"].get("z_order", usual["z_order"])
    return usual


def fresh(
    instance: Instance,
    skeleton: Skeleton | None,
    inputs: Mapping[str, str],
    size: tuple[int, int],
    frame: int | None,
    *,
    loose: bool,
) -> list[Node]:
    """Return all shapes of an instance that no CVAT file ever held; the first stands for the object."""
    usual = usual_of(instance, [])
    made: list[Node] = []
    if skeleton is not None:
        made.append(
            parts.loose_part(instance, frame, usual) if loose else parts.points_part(instance, skeleton, frame, usual)
        )
    if instance.box is not None:
        made.append(parts.box_part(instance, frame, usual))
    made += parts.mask_parts(instance, frame, usual, size)
    if not made:
        made.append(empty(instance, skeleton, frame, usual))
    _words([], made, instance, Said(np.zeros((0, 2)), np.zeros(0, np.uint8)), inputs, frame)
    parts.own(made[0], "id", instance.id)
    return made


def empty(instance: Instance, skeleton: Skeleton | None, frame: int | None, usual: Mapping[str, str]) -> Node:
    """Return the shape of an instance that has none."""
    if skeleton is not None:
        return parts.points_part(instance, skeleton, frame, usual)
    if frame is not None:
        return parts.box_part(instance, frame, usual)
    return nodes.node("tag", {"label": usual["label"], "source": usual["source"]})


def own_of(instance: Instance, frame: int | None) -> dict[str, Any]:
    """Return what CVAT has no field for and Vitruvian writes as attributes."""
    made: dict[str, Any] = {"confidence": instance.confidence, "area": instance.area}
    made["crowd"] = instance.crowd or None
    # In a track its own id says it.
    made["track"] = instance.track if frame is None else None
    return {name: value for name, value in made.items() if value is not None}


def _own_said(said: Said, frame: int | None) -> dict[str, Any]:
    made: dict[str, Any] = {"confidence": own_number(said, "confidence"), "area": own_number(said, "area")}
    made["crowd"] = said.own.get("crowd") == "true" or None
    made["track"] = said.own.get("track") if frame is None else None
    return {name: value for name, value in made.items() if value is not None}


def _points(
    shapes: list[Shape],
    instance: Instance,
    skeleton: Skeleton,
    changed: NDArray[np.bool_],
    frame: int | None,
    usual: Mapping[str, str],
) -> list[Node]:
    whole = next((s["node"] for s in shapes if s["node"]["tag"] == "skeleton"), None)
    loose = next((s["node"] for s in shapes if s["node"]["tag"] == "points" and "part" not in s), None)
    if loose is not None:
        parts.put_loose(loose, instance)
        return []
    by_name: dict[str, Node] = {s["part"]: s["node"] for s in reversed(shapes) if "part" in s}
    if whole is not None:
        for element in reversed(nodes.children(whole, "points")):
            by_name[element["attrib"].get("label", "")] = element
    missing: list[Node] = []
    for at in np.flatnonzero(changed).tolist():
        if skeleton.names[at] in by_name:
            parts.put(by_name[skeleton.names[at]], instance, at, tracked=frame is not None)
        else:
            missing.append(parts.point(instance, skeleton, at, frame))
    if whole is not None:
        if frame is not None and "keyframe" in whole["attrib"]:
            whole["attrib"]["keyframe"] = str(int(instance.keyed is None or bool(instance.keyed.any())))
        for made in missing:
            _before_attributes(whole, made)
        return []
    if by_name:
        # Points of nested tracks find the track of their name.
        return missing
    return [parts.points_part(instance, skeleton, frame, usual)]


def _before_attributes(whole: Node, made: Node) -> None:
    below = whole.setdefault("children", [])
    at = next((n for n, c in enumerate(below) if c["tag"] == "attribute"), len(below))
    if 0 < at == len(below):
        made["tail"], below[-1]["tail"] = below[-1].get("tail", ""), below[0].get("tail", "")
    elif at:
        made["tail"] = below[at - 1].get("tail", "")
    below.insert(at, made)


def _box(
    shapes: list[Shape], instance: Instance, frame: int | None, usual: Mapping[str, str]
) -> tuple[list[Shape], list[Node]]:
    old = next((shape for shape in shapes if shape["node"]["tag"] == "box"), None)
    if old is None:
        return shapes, [parts.box_part(instance, frame, usual)]
    if instance.box is not None:
        parts.put_box(old["node"], instance)
        return shapes, []
    if "outside" in old["node"]["attrib"]:
        old["node"]["attrib"]["outside"] = "1"
        return shapes, []
    return [shape for shape in shapes if shape is not old], []


def _spelled(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    # True is 1 to Python, and NaN is not NaN; neither is so in a file.
    return sorted((name, repr(value)) for name, value in attributes.items())


def _in_place(made: Node, was: Node) -> Node:
    """Return a new shape with what another one says beside its geometry, to stand where that stood."""
    for name in ("label", "group_id", "source", "z_order", "keyframe"):
        if name in was["attrib"]:
            made["attrib"][name] = was["attrib"][name]
    return {**was, "tag": made["tag"], "attrib": made["attrib"]}


def _words(
    shapes: list[Shape],
    new: list[Node],
    instance: Instance,
    said: Said,
    inputs: Mapping[str, str],
    frame: int | None,
) -> None:
    """Write attributes, the first shape's in front; those that text cannot hold go into one as JSON."""
    every = [shape["node"] for shape in shapes] + new
    named = {name: value for name, value in instance.attributes.items() if meta.fits(name, value, inputs.get(name, ""))}
    rest = {name: value for name, value in instance.attributes.items() if name not in named}
    _natural(every, named, inputs)
    for made in every[1:]:
        parts.own(made, "attributes", None)
    parts.own(every[0], "attributes", _json(rest, instance) if rest else None)
    values = own_of(instance, frame)
    before = _own_said(said, frame)
    for name in ("track", "confidence", "area", "crowd"):
        if values.get(name) != before.get(name):
            for made in every[1:]:
                parts.own(made, name, None)
            parts.own(every[0], name, untyped(values[name]) if name in values else None)


def _natural(every: list[Node], named: dict[str, Any], inputs: Mapping[str, str]) -> None:
    left = dict(named)
    for made in every:
        for found in nodes.children(made, "attribute"):
            name = found["attrib"].get("name", "")
            if name.startswith(OWN):
                continue
            if name not in named:
                parts.attribute(made, name, None)
            # The first of a name is the one that is read.
            elif name in left and repr(typed(found.get("text", ""), inputs.get(name, ""))) != repr(left.pop(name)):
                found["text"] = untyped(named[name])
    for name, value in left.items():
        parts.attribute(every[0], name, untyped(value))


def _json(rest: dict[str, Any], instance: Instance) -> str:
    try:
        return json.dumps(rest)
    except (TypeError, ValueError, RecursionError) as error:
        where = f"instance {instance.id}: attributes"
        raise FormatError(f"An attribute cannot be written: {error}", where=where, hint="use what JSON has") from error


def _differ(new: NDArray[np.float64] | None, old: NDArray[np.float64] | None) -> bool:
    return (new is None) != (old is None) or (new is not None and old is not None and not np.array_equal(new, old))
