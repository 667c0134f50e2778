"""AlphaTracker: a list of pictures with boxes and points. See docs/formats/alphatracker.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.codec import Reader, register
from vitruvian.formats.json_file import read_json
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, skeleton_from_names

NAME = "alphatracker"
BOX, POINT = "Face", "point"
_HINT = "an entry has a filename and annotations: a Face, then its points"

Record = dict[str, Any]


@register
class AlphaTracker(Reader):
    name = NAME
    title = "AlphaTracker labels (JSON)"
    suffixes = (".alphatracker.json",)
    known = frozenset({"annotations", "filename", "class", "x", "y", "width", "height"})

    def sniff(self, peek: Peek) -> bool:
        return peek.list_has_keys("annotations", "filename", "class") and not peek.list_has_keys("image_id")

    def read(self, path: Path) -> Dataset:
        return read(path)


def read(path: Path) -> Dataset:
    """Read a file; raises FormatError naming the picture and mark that is wrong."""
    document, file = read_json(path), str(path)
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
        raise FormatError("This is no list of pictures", where=file, hint=_HINT)
    found = Remarks(file)
    animals: list[tuple[int, Record, list[Record]]] = []
    media = []
    for at, entry in enumerate(document):
        name, marks = entry.get("filename"), entry.get("annotations", [])
        where = f"{file}: [{at}]"
        if not isinstance(name, str) or not isinstance(marks, list) or not all(isinstance(m, dict) for m in marks):
            raise FormatError("There is no filename, or no list of annotations", where=where, hint=_HINT)
        rest = {key: value for key, value in entry.items() if key not in ("filename", "annotations")}
        media.append(MediaEntry(name, extras={NAME: rest}))
        animals += [(at, *animal) for animal in _animals(marks, where, found, media[-1])]
    count = max((len(points) for _, _, points in animals), default=0)
    # AlphaTracker tells points by their order alone.
    category = Category("animal", skeleton_from_names([str(number + 1) for number in range(count)]))
    instances = [
        _instance(str(number), at, box, points, count, f"{file}: [{at}]")
        for number, (at, box, points) in enumerate(animals, 1)
    ]
    fewer = sum(len(points) < count for _, _, points in animals)
    found.add("", "annotations", f"an animal has fewer than {count} points; those at its end are not labelled", fewer)
    ontology = Ontology(path.stem or NAME, (category,), source=NAME)
    return Dataset(ontology, media, instances, {}, found.warnings())


def _animals(marks: list[Record], where: str, found: Remarks, entry: MediaEntry) -> list[tuple[Record, list[Record]]]:
    """Return each box with the points that follow it."""
    animals: list[tuple[Record, list[Record]]] = []
    others = []
    open_ = False
    for mark in marks:
        if mark.get("class") == BOX:
            animals.append((mark, []))
            open_ = True
        elif mark.get("class") == POINT and open_:
            animals[-1][1].append(mark)
        else:
            # A point without a box, or after a mark of another kind, belongs to no animal that could be told.
            open_ = False
            others.append(mark)
    if others:
        entry.extras[NAME]["others"] = others
        found.add(where, "annotations", "a mark belongs to no Face; it is kept, not read", len(others))
    return animals


def _instance(id: str, media: int, box: Record, points: list[Record], count: int, where: str) -> Instance:
    xy = np.zeros((count, 2))
    if points:
        xy[: len(points)] = [_numbers(point, ("x", "y"), where) for point in points]
    rest = {name: value for name, value in box.items() if name not in ("class", "x", "y", "width", "height")}
    sides = _numbers(box, ("x", "y", "width", "height"), where)
    if min(sides[2:]) < 0:
        raise FormatError("A Face has a negative width or height", where=where, hint=_HINT)
    more = [{name: value for name, value in p.items() if name not in ("class", "x", "y")} for p in points]
    kept = rest | ({"points": more} if any(more) else {})
    return Instance(
        id=id, category="animal", media=media, frame=0, xy=xy, box=np.array(sides),
        visibility=np.where(np.arange(count) < len(points), 2, 0).astype(np.uint8), extras={NAME: kept} if kept else {},
    )  # fmt: skip


def _numbers(record: Record, names: tuple[str, ...], where: str) -> list[float]:
    values = [record.get(name) for name in names]
    found = [float(n) for n in values if isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 1e300]
    if len(found) < len(names):
        raise FormatError(f"{' and '.join(names)} are not all numbers", where=where, hint=_HINT)
    return found
