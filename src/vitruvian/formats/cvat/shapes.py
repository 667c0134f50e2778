"""What the shapes of one object in one frame say, in Vitruvian's words."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.cvat import masks, nodes, numbers
from vitruvian.formats.cvat.nodes import Node
from vitruvian.labels import Skeleton

#: Shapes that are read; the others of CVAT's are kept as they are.
READ = ("skeleton", "points", "box", "polygon", "mask", "tag")
KEPT = ("polyline", "ellipse", "cuboid")

#: Attributes that carry what CVAT has no field for.
OWN = "vt:"

#: One shape as `extras` keep it: `at`, its place in the file; `node`; `label`, where it stands at the track.
Shape = dict[str, Any]


@dataclass(slots=True)
class Said:
    """One object in one frame."""

    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    keyed: NDArray[np.bool_] | None = None
    score: NDArray[np.float32] | None = None
    box: NDArray[np.float64] | None = None
    mask: dict[str, Any] | list[Any] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def said(
    shapes: Sequence[Shape],
    skeleton: Skeleton | None,
    inputs: Mapping[str, str],
    size: tuple[int, int],
    between: Mapping[str, Sequence[float]],
    *,
    tracked: bool,
) -> Said:
    """Return what `shapes` say.

    Parameters
    ----------
    shapes : sequence of Shape
    skeleton : Skeleton or None
        Of their category.
    inputs : mapping of str to str
        Input types of the category's attributes.
    size : (int, int)
        Height and width of the picture, 0 where unknown.
    between : mapping of str to sequence of float
        x, y, visibility of points that the file does not list in this frame, but before and after it.
    tracked : bool
        They lie in a track, where they say whether they are keyed.

    Raises
    ------
    FormatError
        A number is none; `where` names the field only.
    """
    count = len(skeleton) if skeleton else 0
    made = Said(np.zeros((count, 2)), np.zeros(count, np.uint8))
    polygons: list[list[float]] = []
    points: list[tuple[int, Node, bool]] = []
    for shape in shapes:
        at: Node = shape["node"]
        tag, gone = at["tag"], flag(at, "outside", made)
        if tag == "skeleton":
            points += _elements(at, skeleton, made)
        elif tag == "points" and skeleton is not None:
            if "part" not in shape:
                _loose(at, made, gone=gone)
            elif shape["part"] in skeleton.index:
                points.append((skeleton.index[shape["part"]], at, True))
        elif not gone:
            _area(at, size, made, polygons)
        _attributes(at, inputs, made)
    if polygons:
        made.mask = polygons
    if skeleton is not None and points:
        _points(points, made, tracked=tracked)
    _fill(made, skeleton, between)
    whole = made.keyed is None or bool(made.keyed.all())
    # All of it outside is the end of the object's presence, which a row of a track says by its keys.
    gone = tracked and bool(points) and not (made.visibility.any() or made.box is not None or made.mask is not None)
    made.keyed = np.ones(count, np.bool_) if whole and gone else None if whole else made.keyed
    return made


def _area(at: Node, size: tuple[int, int], made: Said, polygons: list[list[float]]) -> None:
    if at["tag"] == "box":
        made.box = _box(at, made)
    elif at["tag"] == "mask":
        made.mask = _mask(at, size, made)
    elif at["tag"] == "polygon":
        polygons.append(pairs(at).reshape(-1).tolist())


def _fill(made: Said, skeleton: Skeleton | None, between: Mapping[str, Sequence[float]]) -> None:
    known = [name for name in between if skeleton is not None and name in skeleton.index]
    if skeleton is None or not known:
        return
    spots = [skeleton.index[name] for name in known]
    table = np.array([between[name] for name in known], np.float64)
    made.xy[spots], made.visibility[spots] = table[:, :2], table[:, 2]
    made.keyed = np.ones(len(skeleton), np.bool_) if made.keyed is None else made.keyed
    made.keyed[spots] = False


def flag(at: Node, name: str, made: Said | None = None) -> bool:
    """Return a yes-no attribute, noting when it is neither 0 nor 1."""
    value = at["attrib"].get(name, "0")
    if value not in ("0", "1") and made is not None:
        made.problems.append((name, f"{value[:20]!r} is neither 0 nor 1"))
    return value.strip().lower() in ("1", "true")


def keyframe(at: Node) -> bool:
    """Whether a shape of a track is keyed; one that does not say so is."""
    return flag(at, "keyframe") if "keyframe" in at["attrib"] else True


def integer(at: Node, name: str) -> int:
    """Return a whole number; raises FormatError where it is missing or none."""
    value = at["attrib"].get(name)
    try:
        if value is None:
            raise ValueError("it is missing")
        # A longer one takes Python quadratic time and means nothing.
        if len(value) > 18:
            raise ValueError("it is not a whole number of a sensible size")
        return int(value)
    except ValueError as error:
        raise FormatError(
            _say(value, error), where=f"{at['tag']}: {name}", hint="a whole number is expected"
        ) from error


def _elements(at: Node, skeleton: Skeleton | None, made: Said) -> list[tuple[int, Node, bool]]:
    key, found, seen = keyframe(at), [], set()
    for element in nodes.children(at):
        name = element["attrib"].get("label")
        if element["tag"] != "points":
            if element["tag"] not in ("attribute", nodes.COMMENT, nodes.INSTRUCTION):
                made.problems.append((element["tag"], "a part of a skeleton that is no point is kept, but not read"))
        elif name in seen:
            made.problems.append(("points", "a point stands twice in one skeleton; the first is read"))
        elif skeleton is None or name not in skeleton.index:
            made.problems.append(("points", "a point without a label is kept, but not read"))
        else:
            seen.add(name)
            found.append((skeleton.index[name], element, key))
    return found


def _points(points: Sequence[tuple[int, Node, bool]], made: Said, *, tracked: bool) -> None:
    spots = [spot for spot, _, _ in points]
    texts = [at["attrib"].get("points", "") for _, at, _ in points]
    table = _joined(texts)
    if table is None:
        odd = next((at for _, at, _ in points if len(pairs(at)) != 1), points[0][1])
        where = f"points {odd['attrib'].get('label', '')}: points"
        raise FormatError("It is not one x,y", where=where, hint="a point of a skeleton is x,y")
    out = np.array([flag(at, "outside", made) for _, at, _ in points], np.bool_)
    hidden = np.array([flag(at, "occluded", made) for _, at, _ in points], np.bool_)
    made.visibility[spots] = np.where(out, 0, np.where(hidden, 1, 2))
    made.xy[spots] = np.where(out[:, None], 0.0, table)
    mine = [own(at) for _, at, _ in points]
    if tracked:
        made.keyed = np.zeros(len(made.visibility), np.bool_)
        made.keyed[spots] = [flag(at, "keyframe") if "keyframe" in at["attrib"] else key for _, at, key in points]
    elif any("keyed" in said for said in mine):
        made.keyed = np.ones(len(made.visibility), np.bool_)
        made.keyed[spots] = [said.get("keyed") != "0" for said in mine]
    if any("score" in said for said in mine):
        made.score = np.full(len(made.visibility), np.nan, np.float32)
        made.score[spots] = [_own_number(said.get("score", "nan"), "score") for said in mine]


def _joined(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """Return one point of each text, or None where one of them is something else."""
    try:
        table = np.array(list(map(float, ",".join(texts).split(","))), np.float64)
    except ValueError:
        return None
    plain = table.size == 2 * len(texts) and all(said.count(",") == 1 for said in texts)
    return table.reshape(-1, 2) if plain and np.isfinite(table).all() else None


def _loose(at: Node, made: Said, *, gone: bool) -> None:
    table = pairs(at)
    if len(table) != len(made.xy):
        return
    hidden = flag(at, "occluded", made)
    made.visibility[:] = 0 if gone else 1 if hidden else 2
    mine = own(at)
    visibility = _row(mine, "visibility", made)
    if visibility is not None and not gone and np.isin(visibility, (0, 1, 2)).all():
        made.visibility[:] = visibility
    scores, keyed = _row(mine, "scores", made), _row(mine, "keyed", made)
    made.score = None if scores is None else scores.astype(np.float32)
    made.keyed = None if keyed is None else keyed != 0
    if keyed is None and not keyframe(at):
        made.keyed = np.zeros(len(table), np.bool_)
    made.xy[:] = np.where(made.visibility[:, None] > 0, table, 0.0)


def _row(mine: Mapping[str, str], name: str, made: Said) -> NDArray[np.float64] | None:
    """Return one number for each of the loose points, as Vitruvian writes them where they differ."""
    if name not in mine:
        return None
    try:
        row = np.array(list(map(float, mine[name].split(","))), np.float64)
    except ValueError:
        row = np.zeros(0)
    if len(row) == len(made.visibility):
        return row
    made.problems.append((OWN + name, "it is not one number for each point; kept, but not read"))
    return None


def pairs(at: Node) -> NDArray[np.float64]:
    value = at["attrib"].get("points")
    try:
        if value is None:
            raise ValueError("it is missing")
        return numbers.pairs(value)
    except ValueError as error:
        where = f"{at['tag']} {at['attrib'].get('label', '')}: points"
        raise FormatError(_say(value, error), where=where, hint="points are x,y;x,y") from error


def _box(at: Node, made: Said) -> NDArray[np.float64] | None:
    stated = at["attrib"]
    name = "xtl"
    try:
        left = numbers.finite(stated[name])
        name = "ytl"
        top = numbers.finite(stated[name])
        name = "xbr"
        width = numbers.difference(stated["xbr"], stated["xtl"])
        name = "ybr"
        height = numbers.difference(stated["ybr"], stated["ytl"])
        name = "rotation"
        turned = np.deg2rad(numbers.finite(stated.get("rotation", "0")))
    except (KeyError, ValueError) as error:
        message = "It is missing" if isinstance(error, KeyError) else _say(stated.get(name), error)
        raise FormatError(message, where=f"box: {name}", hint="a number of pixels is expected") from error
    if width < 0 or height < 0:
        made.problems.append(("xbr", "the box's right or bottom side lies before its left or top; not read as a box"))
        return None
    if not turned:
        return np.array([left, top, width, height], np.float64)
    made.problems.append(("rotation", "the box is turned; its upright extent is read"))
    wide = abs(width * np.cos(turned)) + abs(height * np.sin(turned))
    tall = abs(width * np.sin(turned)) + abs(height * np.cos(turned))
    middle = left + width / 2, top + height / 2
    return np.array([middle[0] - wide / 2, middle[1] - tall / 2, wide, tall], np.float64)


def _mask(at: Node, size: tuple[int, int], made: Said) -> dict[str, Any] | None:
    left, top, width, height = (integer(at, name) for name in ("left", "top", "width", "height"))
    value = at["attrib"].get("rle", "")
    try:
        runs = np.array(list(map(int, value.split(","))) if value.strip() else [], np.int64)
        return masks.to_coco(runs, left, top, width, height, size)
    except (ValueError, OverflowError) as error:
        made.problems.append(("rle", f"the mask is kept, but not read: {str(error)[:80]}"))
        return None


def own(at: Node) -> dict[str, str]:
    """Return the attributes of a shape that Vitruvian wrote for itself, without their prefix."""
    named = [(a["attrib"].get("name", ""), a.get("text", "")) for a in nodes.children(at, "attribute")]
    return {name.removeprefix(OWN): said for name, said in named if name.startswith(OWN)}


def _attributes(at: Node, inputs: Mapping[str, str], made: Said) -> None:
    for attribute in nodes.children(at, "attribute"):
        name, value = attribute["attrib"].get("name", ""), attribute.get("text", "")
        if name == OWN + "attributes":
            try:
                more = json.loads(value)
            except (ValueError, RecursionError):
                more = None
            if not isinstance(more, dict):
                made.problems.append((name, "it is no JSON object; kept, but not read"))
                continue
            made.attributes.update((key, kept) for key, kept in more.items() if key not in made.attributes)
        elif name.startswith(OWN):
            made.own.setdefault(name.removeprefix(OWN), value)
        elif name:
            made.attributes.setdefault(name, typed(value, inputs.get(name, "")))


def typed(value: str, input_type: str) -> Any:
    """Return an attribute's value as its input type has it; text where it does not fit."""
    if input_type == "checkbox" and value in ("true", "false"):
        return value == "true"
    if input_type == "number" and len(value) < 400:
        for kind in (int, float):
            try:
                made = kind(value)
            except ValueError:
                continue
            # Another spelling, such as 007, is kept as text, since it would come back otherwise.
            return made if untyped(made) == value and math.isfinite(made) else value
    return value


def untyped(value: Any) -> str:
    """Return how the file spells a value, the inverse of :func:`typed`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _own_number(value: str, name: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise FormatError(f"{value[:40]!r} is not a number", where=f"attribute {OWN}{name}") from error


def own_number(made: Said, name: str) -> float | None:
    """Return a number that Vitruvian wrote for itself, None where there is none."""
    return _own_number(made.own[name], name) if name in made.own else None


def _say(value: str | None, error: ValueError) -> str:
    text = str(error)
    reason = text if text.startswith("it is") else "it is not a number"
    return f"{value[:40]!r}: {reason}" if value is not None else "It is missing"
