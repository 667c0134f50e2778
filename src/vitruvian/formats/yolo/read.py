"""Read a YOLO folder. Every line is kept verbatim in `extras`, read or not."""

from __future__ import annotations

import io
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.yolo import description, layout, lines
from vitruvian.formats.yolo.description import Record
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology

#: So many numbers are looked at together.
_CHUNK = 4_000_000
_NO_SIZE = "the picture is not there and no size is stated; its lines are kept, but not read"


_SENSELESS = "its numbers are no positions; the line is kept, but not read"


class _Reader:
    def __init__(self, file: Path, found: Remarks) -> None:
        self.root = file.parent
        self.found = found
        self.text = description.read_text(file)
        self.document = description.load(self.text, str(file))
        self.ontology, self.names = description.ontology(self.document, str(file), found)
        self.count, self.dims = description.shape(self.document, str(file))
        self.media: list[MediaEntry] = []
        self.rows: list[tuple[int, int, str, list[float]]] = []
        self.lines = 0

    def pictures(self) -> None:
        """Read the media, and the lines that can be read."""
        sizes = layout.stated_sizes(self.root, self.found)
        by_label = {layout.label_of(path): (path, size) for path, size in sizes.items()}
        for picture in layout.pictures(self.root, self.document, sizes, self.found):
            width = height = 0
            path, stated = by_label.get(picture.label, ("", (0, 0)))
            name = picture.name
            if picture.image:
                width, height = layout.measured(self.root / picture.image)
                if not width:
                    self.found.add(picture.image, "size", "the picture cannot be read")
            else:
                name += PurePosixPath(path).suffix
            if not width:
                width, height = stated
            extras: Record = {"image": picture.image or path, "label": picture.label}
            if picture.split:
                extras["split"] = picture.split
            entry = MediaEntry(name, width, height, extras={"yolo": extras})
            self.media.append(entry)
            if not picture.labelled:
                extras["labelled"] = False
                continue
            self.file(entry, len(self.media) - 1)

    def file(self, entry: MediaEntry, at: int) -> None:
        extras: Record = entry.extras["yolo"]
        label = extras["label"]
        other: list[list[Any]] = []
        fitting = (*lines.widths(self.count, self.dims), 5)
        for row, line in enumerate(io.StringIO(layout.text(self.root / label), newline="")):
            stated = lines.numbers(line)
            wrong = ""
            if stated is None:
                wrong = "something in the line is no number; the line is kept, but not read"
            elif not stated:
                other.append([row, line])
                continue
            elif len(stated) not in fitting:
                wrong = f"a line has {len(stated)} numbers; kpt_shape asks for {fitting[0]}; it is kept, but not read"
            elif not (0 <= stated[0] < 1e9 and stated[0].is_integer()):
                wrong = "the class is no whole number of 0 or more; the line is kept, but not read"
            elif not entry.width:
                wrong = _NO_SIZE
            self.lines += 1
            if wrong or stated is None:
                self.found.add(f"{label}, line {row + 1}", "size" if wrong == _NO_SIZE else "line", wrong)
                other.append([row, line])
            else:
                self.rows.append((at, row, line, stated))
        if other:
            extras["lines"] = other

    def categories(self) -> None:
        """Add a category for each class number that the YAML file does not name."""
        more: list[Category] = []
        for at, row, _, stated in self.rows:
            number = int(stated[0])
            if number in self.names:
                continue
            where = f"{self.media[at].extras['yolo']['label']}, line {row + 1}"
            self.found.add(where, "class", f"names has no class {number}")
            name = f"class {number}"
            while name in self.ontology.index:
                name += "'"
            self.names[number] = name
            skeleton = description.skeleton([str(k) for k in range(self.count)], None)
            more.append(Category(name, skeleton, extras={"yolo": {"class": number, "implied": True}}))
        if more:
            self.ontology = Ontology(self.ontology.name, (*self.ontology.categories, *more))

    def instances(self) -> list[Instance]:
        self.categories()
        made: list[Instance | None] = []
        sizes = np.array([(m.width, m.height) for m in self.media], np.float64).reshape(-1, 2)
        step = max(_CHUNK // (6 + self.count * self.dims), 1)
        for start in range(0, len(self.rows), step):
            rows = self.rows[start : start + step]
            table = lines.table([r[3] for r in rows], sizes[[r[0] for r in rows]], self.count, self.dims)
            self.remarks(rows, table, sizes)
            made += (self.instance(row, table, at) if table.good[at] else None for at, row in enumerate(rows))
        for instance, (at, row, line, _) in zip(made, self.rows, strict=True):
            if instance is None:
                self.media[at].extras["yolo"].setdefault("lines", []).append([row, line])
        return [i for i in made if i is not None]

    def instance(self, row: tuple[int, int, str, list[float]], table: lines.Table, at: int) -> Instance:
        media, number, line, stated = row
        category = self.names[int(stated[0])]
        skeleton = self.ontology.category(category).skeleton
        own = len(skeleton) if skeleton else 0
        confidence = float(table.confidence[at])
        return Instance(
            id=f"{self.media[media].extras['yolo']['label']}:{number + 1}",
            category=category,
            media=media,
            frame=0,
            xy=table.xy[at, :own].copy(),
            visibility=table.visibility[at, :own].copy(),
            score=table.score[at, :own].copy() if table.scored[at] else None,
            box=table.box[at].copy(),
            confidence=None if np.isnan(confidence) else confidence,
            extras={"yolo": {"line": line, "row": number}},
        )

    def remarks(self, rows: list[tuple[int, int, str, list[float]]], table: lines.Table, sizes: Any) -> None:
        size = sizes[[r[0] for r in rows]]
        labelled = table.visibility > 0
        owns = np.array([self._keypoints(int(r[3][0])) for r in rows])
        beyond = np.arange(self.count) >= owns[:, None]
        outside = ((table.xy < 0) | (table.xy > size[:, None])).any(axis=2) & labelled
        short = (np.array([len(r[3]) for r in rows]) == 5) & (self.count > 0)
        unlabelled = (table.xy != 0).any(axis=2) & ~labelled
        for which, field, message in (
            (~table.good, "line", _SENSELESS),
            (table.scored, "visibility", "a visibility is not 0, 1 or 2; it is read as a score"),
            (
                ~np.isnan(table.confidence),
                "line",
                "one number more than kpt_shape asks for; it is read as a confidence",
            ),
            (short, "line", "a box without points; they are read as not labelled"),
            ((beyond & labelled).any(axis=1), "keypoints", "points are labelled that kpt_names has no name for"),
            ((outside & ~beyond).any(axis=1), "keypoints", "a labelled point lies outside of its picture"),
            (
                (unlabelled & ~beyond).any(axis=1),
                "keypoints",
                "a point that is not labelled has a place other than 0 0",
            ),
        ):
            # Of a line that makes no sense nothing more is said.
            hits = np.flatnonzero(which & (table.good | (message == _SENSELESS)))
            if len(hits):
                at, row, _, _ = rows[hits[0]]
                self.found.add(f"{self.media[at].extras['yolo']['label']}, line {row + 1}", field, message, len(hits))

    def _keypoints(self, number: int) -> int:
        skeleton = self.ontology.category(self.names[number]).skeleton
        return len(skeleton) if skeleton else 0


def read(path: Path) -> Dataset:
    """Read a YOLO folder, or the YAML file in it.

    Raises
    ------
    FormatError
        There is no YAML file, it is none, or nothing in the folder can be read as labels.
    """
    file = layout.find_description(path)
    found = Remarks(str(file))
    reader = _Reader(file, found)
    reader.pictures()
    if not reader.media:
        raise FormatError(
            "No pictures and no label files are where the YAML file says", where=f"{file}: train, val, test",
            hint="labels lie in labels/ beside images/, and the YAML file in the folder above",
        )  # fmt: skip
    instances = reader.instances()
    if reader.lines and not instances:
        reasons = "; ".join(str(w) for w in found.warnings()[:5])
        raise FormatError(
            f"None of {reader.lines} lines could be read: {reasons}", where=str(file),
            hint="put the pictures at their places, or a sizes.csv with image,width,height beside the YAML file",
        )  # fmt: skip
    if not instances:
        found.add("", "labels", "there is not one label in the whole folder")
    extras: Record = {"yaml": {"name": file.name, "text": reader.text}}
    listed = _lists(reader)
    if listed:
        extras["lists"] = listed
    return Dataset(reader.ontology, reader.media, instances, {"yolo": extras}, found.warnings())


def _lists(reader: _Reader) -> dict[str, str]:
    """Return the text files that list pictures, by path."""
    places = layout.places(reader.root, reader.document, Remarks(""))
    return {str(place): layout.text(reader.root / place) for _, place in places if place.suffix == ".txt"}
