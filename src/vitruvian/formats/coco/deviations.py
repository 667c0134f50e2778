"""What a COCO file does otherwise than COCO says, collected as warnings: one per kind, with a count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.coco.points import BODY, Points, is_whole_body, number, stated
from vitruvian.labels import FileWarning

Record = dict[str, Any]

Types = tuple[frozenset[type], str]
_NUMBER: Types = (frozenset({int, float}), "it is not a number")
_ID: Types = (frozenset({int, str}), "it is neither a whole number nor text")
_TEXT: Types = (frozenset({str}), "it is not text")
#: The types that COCO's fields have, by kind of record, and what to say of others. NoneType stands for "not there".
TYPES: dict[str, dict[str, Types]] = {
    "annotation": {
        "id": _ID,
        "area": _NUMBER,
        "iscrowd": (frozenset({int, bool}), "it is not 0 or 1"),
        "num_keypoints": _NUMBER,
        "segmentation": (frozenset({list, dict, type(None)}), "it is neither polygons nor RLE"),
        "track_id": (frozenset({int, str, type(None)}), "it is neither a whole number nor text"),
        "attributes": (frozenset({dict}), "it is not an object"),
        "score": _NUMBER,
    },
    "image": {"id": _ID, "file_name": _TEXT, "width": _NUMBER, "height": _NUMBER},
    "category": {"id": _ID, "name": _TEXT},
}


class Deviations:
    """Collects deviations of one file.

    Parameters
    ----------
    file : str
        Named in every warning.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.annotations: list[Record] = []
        self.results = False
        self._found: dict[tuple[str, str, str], FileWarning] = {}

    def add(self, kind: str, id: Any, field: str, message: str, count: int = 1) -> None:
        """Note a deviation; the first record of its kind is named, the others are counted."""
        key = (kind, field, message)
        known = self._found.get(key)
        record = "" if kind == "file" else f"{kind} {id}"
        more = (known.count if known else 0) + count
        self._found[key] = FileWarning(self.file, known.record if known else record, field, message, more)

    def name(self, record: Record, kind: str = "annotation") -> Any:
        """Return what to call a record: its id, or its row among the annotations, from 0, where it has none."""
        if record.get("id") is not None or kind != "annotation":
            return record.get("id")
        return f"#{next((row for row, other in enumerate(self.annotations) if other is record), 0)}"

    def warnings(self) -> list[FileWarning]:
        """Return what was found, in the order of finding."""
        return list(self._found.values())

    def records(self, document: Record, name: str) -> list[Record]:
        """Return the list of records called `name`, noting when it is missing or no list.

        Raises
        ------
        FormatError
            An entry of it is not an object.
        """
        value = document.get(name)
        if not isinstance(value, list):
            self.add("file", None, name, "it is not a list" if name in document else "the list is missing")
            return []
        for at, record in enumerate(value):
            if not isinstance(record, dict):
                raise FormatError(
                    f"Entry {at} of {name} is not an object",
                    where=f"{self.file}: {name}: entry {at}",
                    hint=f"each entry of {name} is an object",
                )
        if name in ("annotations", "results"):
            self.annotations, self.results = value, name == "results"
        return value

    def required(self, records: Sequence[Record], kind: str, fields: Sequence[str]) -> None:
        """Note fields that COCO's own tools need and records lack."""
        if not records or set(fields).issubset(set(records[0]).intersection(*records)):
            return
        for field in fields:
            lacking = np.array([field not in record for record in records], bool)
            self._rows(records, lacking, field, "it is missing", kind)

    def types(self, records: Sequence[Record], kind: str) -> None:
        """Note values of a type that their field does not have."""
        for field, (expected, message) in TYPES[kind].items():
            if {type(record[field]) for record in records if field in record} <= expected:
                continue
            odd = np.array([field in r and type(r[field]) not in expected for r in records], bool)
            self._rows(records, odd, field, message, kind)

    def points(self, records: Sequence[Record], flats: Sequence[list[Any] | None], table: Points) -> None:
        """Note deviations in the points of one category's annotations."""
        present = np.array([flat is not None for flat in flats], bool)
        has_keypoints = table.visibility.shape[1] > 0
        if not present.all():
            none = np.array([not record.get("keypoints") for record in records], bool)
            unread = ~none & ~present
            self._rows(records, unread, "keypoints", "not x, y, visibility; kept, but not read as points")
            if has_keypoints:
                self._rows(records, none, "keypoints", "there are none, though the category has keypoints")
        if not has_keypoints:
            return
        nested = np.array(
            [isinstance(r["keypoints"][0], list) if f else False for r, f in zip(records, flats, strict=True)], bool
        )
        self._rows(records, nested, "keypoints", "each point is a list of its own; COCO has one flat list")
        if not self.results:
            self._rows(records, table.odd, "keypoints", "a visibility is not 0, 1 or 2; it is read as a score")
        self._rows(
            records,
            table.unplaced,
            "keypoints",
            "a coordinate is not a finite number; its point counts as not labelled",
        )
        idle = (table.visibility == 0) & ((table.xy[:, :, 0] != 0) | (table.xy[:, :, 1] != 0))
        if table.score is not None:
            idle &= np.isnan(table.score)
        self._rows_with(records, idle, "keypoints", "a point that is not labelled has a place other than 0, 0")
        if table.visibility.max(initial=0) == 1:
            message = "visibility is 0 or 1 only, so labelled points read as hidden"
            self._rows_with(records, table.visibility == 1, "keypoints", message)
        parts = np.array(["foot_kpts" in record for record in records], bool)
        whole = parts.copy()
        if parts.any():
            whole[parts] = [is_whole_body(records[row]) for row in np.flatnonzero(parts).tolist()]
            message = "feet, face and hands do not have 6, 68, 21 and 21 points; they are kept, but not read"
            self._rows(records, parts & ~whole, "foot_kpts", message)
        stated = np.array([number(r.get("num_keypoints")) for r in records], np.float64)
        wrong = ~np.isnan(stated) & (stated != np.count_nonzero(table.visibility, axis=1))
        if whole.any():
            wrong &= ~(whole & (stated == np.count_nonzero(table.visibility[:, :BODY], axis=1)))
        self._rows(records, wrong, "num_keypoints", "it is not the number of labelled points")
        if not self.results and np.isnan(stated).any():
            lacking = np.array(["num_keypoints" not in record for record in records], bool)
            self._rows(records, lacking & present, "num_keypoints", "it is missing")

    def places(
        self, records: Sequence[Record], table: Points, sizes: NDArray[np.float64], boxes: Sequence[Any | None]
    ) -> None:
        """Note points outside of their image (`sizes`, shape (N, 2), 0 where unknown), and boxes that are none."""
        none = np.array(
            [box is None and stated(record, "bbox") is not None for box, record in zip(boxes, records, strict=True)],
            bool,
        )
        self._rows(records, none, "bbox", "it is not x, y, width, height")
        # Over the columns of x and y apart: looking for any or all along an axis of 2 costs NumPy ten times as much.
        (x, y), (width, height) = table.xy.transpose(2, 0, 1), sizes.T[:, :, None]
        outside = (x < 0) | (x > width) | (y < 0) | (y > height)
        outside &= (table.visibility > 0) & (width > 0) & (height > 0)
        self._rows_with(records, outside, "keypoints", "a labelled point lies outside of its image")

    def _rows_with(self, records: Sequence[Record], points: NDArray[np.bool_], field: str, message: str) -> None:
        if points.any():
            self._rows(records, np.asarray(points.any(axis=1)), field, message)

    def _rows(
        self, records: Sequence[Record], rows: NDArray[np.bool_], field: str, message: str, kind: str = "annotation"
    ) -> None:
        count = int(np.count_nonzero(rows))
        if count:
            first = records[int(np.argmax(rows))]
            self.add(kind, self.name(first, kind), field, message, count)
