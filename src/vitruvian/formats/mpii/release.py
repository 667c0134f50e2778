"""MPII's Matlab file: RELEASE, with a picture for each entry of annolist and a person for each of annorect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats import matlab
from vitruvian.formats.json_file import write_atomically
from vitruvian.formats.matlab import nothing
from vitruvian.formats.mpii.people import CATEGORY, COUNT, Record, ontology, points_of
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, Instance, MediaEntry

NAME = "mpii"
HINT = "MPII's file has a struct RELEASE with annolist, whose entries have image and annorect"

#: Fields of a struct, by name.
Fields = dict[str, Any]


def read(path: Path) -> Dataset:
    """Read the Matlab file.

    Raises
    ------
    FormatError
        It is no Matlab file of version 5, is not MPII's, or a point is none; names entry and field.
    """
    variables = matlab.read(path)
    release = _one(variables.get("RELEASE"), f"{path}: RELEASE")
    annolist = _structs(release.get("annolist"), f"{path}: RELEASE.annolist")
    found = Remarks(str(path))
    media: list[MediaEntry] = []
    instances: list[Instance] = []
    for at, entry in enumerate(annolist):
        where = f"{path}: annolist {at + 1}"
        name = _one(entry.get("image"), f"{where}: image").get("name")
        if not isinstance(name, str):
            raise FormatError("This entry names no picture", where=f"{where}: image.name", hint=HINT)
        people = _structs(entry.get("annorect", nothing()), f"{where}: annorect")
        kept = {**entry, "annorect": _emptied(entry.get("annorect"))} if "annorect" in entry else entry
        media.append(MediaEntry(name, extras={NAME: kept}))
        for row, person in enumerate(people):
            here = f"{where}: annorect {row + 1}"
            xy, visibility, ids = _said(person, here)
            if len(set(ids)) < len(ids):
                found.add(here, "annopoints", "a point stands there twice; the last one counts")
            instances.append(Instance(f"{at + 1}#{row + 1}", CATEGORY, at, 0, xy, visibility, extras={NAME: person}))
    top = {**release, "annolist": _emptied(release.get("annolist"))}
    others = {name: value for name, value in variables.items() if name != "RELEASE"}
    return Dataset(
        ontology(path.stem.strip()), media, instances, {NAME: {"top": top, "others": others}}, found.warnings()
    )


def write(dataset: Dataset, path: Path) -> None:
    """Write the Matlab file; raises as `Codec.write` does."""
    dataset.check()
    source = dataset.extras.get(NAME, {})
    people: dict[int, list[Fields]] = {}
    for instance in dataset.instances:
        if not instance.deleted:
            people.setdefault(instance.media, []).append(_person(instance, dataset))
    entries = [_entry(entry, people.get(at, [])) for at, entry in enumerate(dataset.media)]
    top: Fields = dict(source.get("top", {"annolist": None, "img_train": None, "version": "Vitruvian"}))
    top["annolist"] = _joined(entries, top["annolist"])
    training = top.get("img_train")
    known = training["numbers"] if isinstance(training, dict) and "numbers" in training else []
    if not source or (isinstance(training, dict) and len(known) < len(entries)):
        numbers = [*known, *[1.0] * (len(entries) - len(known))]
        top["img_train"] = {"dims": [1, len(numbers)], "dtype": "float64", "numbers": numbers}
    write_atomically(path, matlab.write({**source.get("others", {}), "RELEASE": _joined([top], None)}))


def _structs(value: Any, where: str) -> list[Fields]:
    """Return the structs of an array; none for an empty array of any kind."""
    if isinstance(value, dict) and "fields" in value:
        return [dict(zip(value["fields"], item, strict=True)) for item in value["items"]]
    if isinstance(value, dict) and 0 in value["dims"]:
        return []
    raise FormatError("There is no struct", where=where, hint=HINT)


def _one(value: Any, where: str) -> Fields:
    structs = _structs(value, where)
    if len(structs) != 1:
        raise FormatError(f"{len(structs)} structs where one is expected", where=where, hint=HINT)
    return structs[0]


def _emptied(value: Any) -> Any:
    return {**value, "items": []} if isinstance(value, dict) and "items" in value else value


def _joined(structs: list[Fields], before: Any) -> Any:
    """Return an array of structs, shaped as the one `before` it was emptied; `before` itself where there are none."""
    if not structs and before is not None:
        return before if "fields" not in before or 0 in before["dims"] else {**before, "dims": [1, 0]}
    dims, fields = [1, len(structs)], []
    if isinstance(before, dict) and "fields" in before:
        fields = list(before["fields"])
        size = int(np.prod(before["dims"]))
        dims = before["dims"] if size == len(structs) else dims[::-1] if before["dims"][1] == 1 < size else dims
    fields = list(dict.fromkeys([*fields, *(name for struct in structs for name in struct)]))
    items = [[struct.get(name, nothing()) for name in fields] for struct in structs]
    return {"dims": list(dims), "fields": fields, "items": items}


def _number(value: Any) -> float | None:
    if isinstance(value, dict) and len(value.get("numbers", ())) == 1:
        value = float(value["numbers"][0])
    if isinstance(value, str):
        value = {"0": 0.0, "1": 1.0}.get(value)
    return value if isinstance(value, float) and np.isfinite(value) else None


def _points(person: Fields, where: str) -> list[tuple[int, Fields]]:
    """Return the points of a person, each with its id."""
    listed = person.get("annopoints", nothing())
    if isinstance(listed, dict) and 0 in listed["dims"]:
        return []
    points = _structs(_one(listed, f"{where}: annopoints").get("point", nothing()), f"{where}: annopoints.point")
    out = []
    for at, point in enumerate(points):
        id, here = _number(point.get("id")), f"{where}: annopoints.point {at + 1}"
        if id is None or id not in range(COUNT):
            raise FormatError(f"The id is not a number from 0 to {COUNT - 1}", where=f"{here}: id", hint=HINT)
        if _number(point.get("x")) is None or _number(point.get("y")) is None:
            raise FormatError("There are not two numbers", where=f"{here}: x, y", hint=HINT)
        out.append((int(id), point))
    return out


def _said(person: Fields, where: str) -> tuple[NDArray[np.float64], NDArray[np.uint8], list[int]]:
    """Return places, from 0, and visibility of a person's points, and their ids in the file's order."""
    xy, visibility = np.zeros((COUNT, 2)), np.zeros(COUNT, np.uint8)
    points = _points(person, where)
    for id, point in points:
        # Matlab counts pixels from 1.
        xy[id] = (_number(point["x"]) or 0.0) - 1, (_number(point["y"]) or 0.0) - 1
        visibility[id] = 1 if _number(point.get("is_visible")) == 0 else 2
    return xy, visibility, [id for id, _ in points]


def _person(instance: Instance, dataset: Dataset) -> Fields:
    xy, visibility = points_of(instance, dataset.ontology.category(instance.category).skeleton)
    person: Record = instance.extras.get(NAME, {})
    before, seen, _ = _said(person, "")
    moved = (visibility != seen) | ((visibility > 0) & (before != xy).any(axis=1))
    if not moved.any():
        return person if person else {"annopoints": nothing(), **_middle(instance, xy, visibility)}
    points: list[Fields] = []
    kept = dict(_points(person, ""))
    for id in [*kept, *(id for id in range(COUNT) if id not in kept)]:
        if not visibility[id]:
            continue
        point = kept.get(id, {})
        if moved[id] or not point:
            x, y = (float(n) + 1 for n in xy[id])
            point = {**point, "x": x, "y": y, "id": point.get("id", float(id))}
            if visibility[id] != seen[id]:
                point["is_visible"] = float(visibility[id] == 2)
        points.append(point)
    listed = person.get("annopoints")
    if isinstance(listed, dict) and listed.get("items"):
        other = dict(zip(listed["fields"], listed["items"][0], strict=True))
        annopoints = _joined([{**other, "point": _joined(points, _emptied(other.get("point")))}], _emptied(listed))
    else:
        annopoints = _joined([{"point": _joined(points, None)}], None)
    fresh = {} if person else _middle(instance, xy, visibility)
    return {**person, "annopoints": annopoints, **fresh}


def _middle(instance: Instance, xy: NDArray[np.float64], visibility: NDArray[np.uint8]) -> Fields:
    """Return scale and middle of a new person, from the box or the extent of the points."""
    if instance.box is not None:
        low, size = instance.box[:2], instance.box[2:]
    elif visibility.any():
        low, size = xy[visibility > 0].min(axis=0), np.ptp(xy[visibility > 0], axis=0)
    else:
        return {"scale": nothing(), "objpos": nothing()}
    x, y = (float(n) + 1 for n in low + size / 2)
    return {"scale": float(size.max()) / 200, "objpos": _joined([{"x": x, "y": y}], None)}


def _entry(entry: MediaEntry, people: list[Fields]) -> Fields:
    known: Fields = entry.extras.get(NAME, {})
    if not known:
        image = _joined([{"name": entry.name}], None)
        annorect = _joined(people, None) if people else nothing()
        return {"image": image, "annorect": annorect, "frame_sec": nothing(), "vididx": nothing()}
    out = dict(known)
    image = _one(known["image"], "image")
    if image.get("name") != entry.name:
        out["image"] = _joined([{**image, "name": entry.name}], _emptied(known["image"]))
    if people or "annorect" in known:
        out["annorect"] = _joined(people, known.get("annorect"))
    return out
