"""Shapes for what was edited or never lay in a CVAT file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.cvat import masks, numbers
from vitruvian.formats.cvat.nodes import Node, node
from vitruvian.formats.cvat.shapes import OWN
from vitruvian.labels import Instance, Skeleton

#: What a shape is of its object; a track holds shapes of one of these.
ROLES = {"skeleton": "points", "points": "points", "tag": "points", "box": "box", "mask": "mask", "polygon": "mask"}


def stated(
    frame: int | None, usual: Mapping[str, str], geometry: dict[str, str], *, hidden: bool = False
) -> dict[str, str]:
    """Return the XML attributes of a shape in the order in which CVAT writes them.

    Parameters
    ----------
    frame : int or None
        Of a track; None in an image.
    usual : mapping of str to str
        label, source and z_order.
    geometry : dict of str to str
    hidden : bool
    """
    occluded = {"occluded": str(int(hidden))}
    if frame is None:
        return {"label": usual["label"], "source": usual["source"], **occluded, **geometry, "z_order": usual["z_order"]}
    first = {"frame": str(frame), "keyframe": "1", "outside": "0"}
    return {**first, **occluded, **geometry, "z_order": usual["z_order"]}


def points_part(instance: Instance, skeleton: Skeleton, frame: int | None, usual: Mapping[str, str]) -> Node:
    """Return the skeleton of an instance with all of its points."""
    made = stated(frame, usual, {})
    for name in ("occluded", "outside"):
        made.pop(name, None)
    if frame is not None:
        made["keyframe"] = str(int(instance.keyed is None or bool(instance.keyed.any())))
    return node("skeleton", made, children=[point(instance, skeleton, at, frame) for at in range(len(skeleton))])


def point(instance: Instance, skeleton: Skeleton, at: int, frame: int | None) -> Node:
    """Return one point of a skeleton."""
    made = node("points", {"label": skeleton.names[at]})
    made["attrib"] |= {"source": "manual"} if frame is None else {"keyframe": "1"}
    made["attrib"] |= {"outside": "0", "occluded": "0", "points": ""}
    put(made, instance, at, tracked=frame is not None)
    return made


def put(made: Node, instance: Instance, at: int, *, tracked: bool) -> None:
    """Write one point of `instance` over a points element; numbers that did not change keep their spelling."""
    said, seen = made["attrib"], int(instance.visibility[at])
    said["outside"] = str(int(seen == 0))
    if seen or not said.get("points"):
        said["points"] = spelled(said.get("points", ""), instance.xy[at].tolist())
    if seen:
        said["occluded"] = str(int(seen == 1))
    keyed = instance.keyed is None or bool(instance.keyed[at])
    if tracked:
        said["keyframe"] = str(int(keyed))
    else:
        own(made, "keyed", None if keyed else "0")
    score = np.nan if instance.score is None else instance.score[at]
    own(made, "score", None if np.isnan(score) else str(score))


def loose_part(instance: Instance, frame: int | None, usual: Mapping[str, str]) -> Node:
    """Return the points of an instance as loose points."""
    made = node("points", stated(frame, usual, {"points": ""}))
    put_loose(made, instance)
    return made


def put_loose(made: Node, instance: Instance) -> None:
    """Write the points of `instance` over a shape of loose points."""
    said, seen = made["attrib"], instance.visibility
    if "outside" in said:
        said["outside"] = str(int(not seen.any()))
    old = said.get("points", "").split(";")
    rows = instance.xy.tolist()
    old = old if len(old) == len(rows) else [""] * len(rows)
    kept = [was if was and not v else spelled(was, row) for was, row, v in zip(old, rows, seen, strict=True)]
    said["points"] = ";".join(kept)
    hidden = bool((seen == 1).all())
    said["occluded"] = str(int(hidden))
    mixed = not hidden and bool((seen != 2).any()) and said.get("outside") != "1"
    own(made, "visibility", ",".join(map(str, seen.tolist())) if mixed else None)
    scored = instance.score is not None and not np.isnan(instance.score).all()
    own(made, "scores", ",".join(map(str, instance.score)) if scored and instance.score is not None else None)
    keyed = instance.keyed
    if "keyframe" in said and (keyed is None or keyed.all() or not keyed.any()):
        said["keyframe"], keyed = str(int(keyed is None or bool(keyed.all()))), None
    partly = keyed is not None and not keyed.all()
    own(made, "keyed", ",".join(str(int(k)) for k in keyed) if partly and keyed is not None else None)


def spelled(was: str, place: list[float]) -> str:
    """Return x,y, each as it was spelled where it did not change."""
    old = was.split(",")
    if len(old) != 2:
        return ",".join(map(numbers.number, place))
    return ",".join(_spelled(before, value) for before, value in zip(old, place, strict=True))


def _spelled(before: str, value: float) -> str:
    try:
        return before if float(before) == value else numbers.number(value)
    except ValueError:
        return numbers.number(value)


def put_box(made: Node, instance: Instance) -> None:
    """Write the box of `instance` over a box element."""
    if instance.box is None:
        return
    x, y, width, height = instance.box.tolist()
    made["attrib"] |= {"xtl": numbers.number(x), "ytl": numbers.number(y)}
    made["attrib"] |= {"xbr": numbers.total(x, width), "ybr": numbers.total(y, height)}
    made["attrib"].pop("rotation", None)
    if "outside" in made["attrib"]:
        made["attrib"]["outside"] = "0"


def box_part(instance: Instance, frame: int | None, usual: Mapping[str, str]) -> Node:
    """Return the box of an instance; one that is outside where it has none."""
    made = node("box", stated(frame, usual, dict.fromkeys(("xtl", "ytl", "xbr", "ybr"), "0.00")))
    if instance.box is None:
        made["attrib"]["outside"] = "1"
    put_box(made, instance)
    return made


def mask_parts(instance: Instance, frame: int | None, usual: Mapping[str, str], size: tuple[int, int]) -> list[Node]:
    """Return a mask, or a polygon for each part, of an instance.

    Raises
    ------
    FormatError
        The mask is neither COCO's RLE nor polygons.
    """
    try:
        return _mask_parts(instance.mask, frame, usual, size)
    except (ValueError, TypeError, OverflowError) as error:
        hint = "COCO's RLE, or polygons as lists of x and y, are expected"
        where = f"instance {instance.id}: mask"
        raise FormatError(f"The mask cannot be written: {error}", where=where, hint=hint) from error


def _mask_parts(
    mask: dict[str, Any] | list[Any] | None, frame: int | None, usual: Mapping[str, str], size: tuple[int, int]
) -> list[Node]:
    if isinstance(mask, dict):
        # The size comes back from the picture's, or else from a rectangle as large as the mask's own picture.
        whole = not all(size) or list(size) != list(mask.get("size", ()))
        runs, (left, top, width, height) = masks.to_cvat(mask, whole=whole)
        geometry = {"rle": ", ".join(map(str, runs.tolist())), "left": str(left), "top": str(top)}
        return [node("mask", stated(frame, usual, geometry | {"width": str(width), "height": str(height)}))]
    made = []
    for polygon in mask or []:
        table = np.array(polygon, np.float64)
        if table.ndim != 1 or len(table) % 2 or not np.isfinite(table).all():
            raise ValueError("a polygon is no flat list of finite x, y")
        made.append(node("polygon", stated(frame, usual, {"points": numbers.listed(table.reshape(-1, 2))})))
    return made


def own(made: Node, name: str, value: str | None) -> None:
    """Set or take away an attribute that Vitruvian writes for itself."""
    attribute(made, OWN + name, value)


def attribute(made: Node, name: str, value: str | None) -> None:
    """Set an `<attribute>` of a shape, or take it away."""
    found = [at for at in made.get("children", ()) if at["tag"] == "attribute" and at["attrib"].get("name") == name]
    if value is None:
        if found:
            made["children"] = [at for at in made["children"] if not any(at is gone for gone in found)]
        return
    if not found:
        found = [node("attribute", {"name": name})]
        made.setdefault("children", []).append(found[0])
    found[0]["text"] = value
