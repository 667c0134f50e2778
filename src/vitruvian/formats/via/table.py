"""VIA's csv: a row for each region, with JSON in its cells."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.grouped import Group, Record, Shelf, build, pictures, place
from vitruvian.formats.grouped.files import MAX_BYTES
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.json_file import encode_json
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.via.project import image_of, take_image, tell_apart
from vitruvian.formats.via.regions import OWN, Regions, decoded, object_of, whole
from vitruvian.labels import Dataset

COLUMNS = (
    "filename", "file_size", "file_attributes", "region_count", "region_id", "region_shape_attributes",
    "region_attributes",
)  # fmt: skip
HINT = f"a csv of VIA has the columns {', '.join(COLUMNS)}"
REGIONS = Regions("via_csv")
#: Where a region or an image keeps the row that it came from.
ROW = "row"


def is_header(line: str) -> bool:
    """Return whether a line is the first of a csv of VIA."""
    return line.removeprefix("\ufeff").removeprefix("#").replace('"', "").strip().split(",") == list(COLUMNS)


def read(path: Path) -> Dataset:
    """Return what a csv holds; raises FormatError with the row that is broken."""
    text = _text(path)
    top = text.partition("\n")[0]
    if not is_header(top):
        raise FormatError("This is no csv of VIA", where=f"{path}, row 1", hint=HINT)
    notes, shelf, groups = Remarks(str(path)), Shelf("via_csv"), list[Group]()
    images: dict[str, Record] = {}
    stated: Any = None
    for number, cells, (attributes, shape, region) in _rows(text, path):
        size = whole(cells[1])
        row = [number, *cells]
        image = images.setdefault(
            f"{cells[0]}{cells[1]}",
            {"filename": cells[0], "size": size, "regions": [], "file_attributes": attributes, ROW: row},
        )
        image["regions"].append({"shape_attributes": shape, "region_attributes": region, ROW: row})
        stated = object_of({"own": decoded(attributes.get(OWN))}, "own").get("ontology") if stated is None else stated
    for key, image in images.items():
        only = image["regions"][0]
        image["rows"] = len(image["regions"])
        if len(image["regions"]) == 1 and only[ROW][4] == "0" and only["shape_attributes"] == {}:
            # An image without regions has a row too.
            image["regions"] = [] if only["region_attributes"] == {} else image["regions"]
        take_image(key, image, REGIONS, shelf, groups, notes)
    tell_apart(groups, shelf)
    place(groups)
    ontology, instances = build(
        groups, declared(stated, notes), name=name_of(stated, path.name.split(".")[0]), format="via_csv"
    )
    source = {
        "header": top.removesuffix("\r"),
        "newline": "\r\n" if top.endswith("\r") else "\n",
        "ontology": remember(ontology, stated),
    }
    return Dataset(ontology, shelf.media, instances, {"via_csv": source}, notes.warnings())


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError(f"The file has more than {MAX_BYTES} bytes", where=str(path), hint="split it")
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise FormatError("The file is no UTF-8 text", where=f"{path}, byte {error.start}", hint=HINT) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(f"The file cannot be read: {reason}", where=str(path), hint="check the path") from error


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str], list[Record]]]:
    """Yield for each row its number, its cells, and the three cells of JSON decoded; raises FormatError."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if number == 1 or not cells:
                continue
            where = f"{path}, row {number}"
            if len(cells) != len(COLUMNS) or not cells[0].strip():
                raise FormatError(
                    f"A row has {len(cells)} cells, or no file name; {len(COLUMNS)} are due", where=where, hint=HINT
                )
            yield number, cells, [_json(cells[at], f"{where}, {COLUMNS[at]}") for at in (2, 5, 6)]
    except csv.Error as error:
        raise FormatError(f"The csv is broken: {error}", where=f"{path}, line {reader.line_num}", hint=HINT) from error


def _json(cell: str, where: str) -> Record:
    value = decoded(cell)
    if not isinstance(value, dict):
        raise FormatError(f"{cell[:80]!r} is no JSON object", where=where, hint="export the file from VIA again")
    return value


def content(dataset: Dataset) -> bytes:
    """Return the csv; raises FormatError and LabelError."""
    dataset.check()
    source = dataset.extras.get("via_csv", {})
    ontology = kept(dataset.ontology, source.get("ontology"))
    rows: list[tuple[int, list[str]]] = []
    for at, picture in enumerate(pictures(dataset, "via_csv")):
        _, image = image_of(picture, dataset, REGIONS)
        own = object_of({"own": decoded(object_of(image, "file_attributes").get(OWN))}, "own")
        if at == 0 and ontology is not None and own.get("ontology") != ontology:
            own = {**own, "ontology": ontology}
            image = {**image, "file_attributes": {**image["file_attributes"], OWN: encode_json(own).decode()}}
        rows += _image_rows(image, rows[-1][0] if rows else 0)
    # Rows of one image may stand apart; new ones follow the last of their image.
    rows.sort(key=lambda row: row[0])
    newline = source.get("newline", "\n")
    lines = [source.get("header", ",".join(COLUMNS)), *(_line(cells) for _, cells in rows)]
    try:
        return "".join(f"{line}{newline}" for line in lines).encode()
    except UnicodeEncodeError as error:
        raise FormatError("A name holds half a character", hint="rename it") from error


def _image_rows(image: Record, last: int) -> list[tuple[int, list[str]]]:
    regions = image["regions"]
    first = image.get(ROW)
    fresh = [0, image["filename"], str(image["size"]), "", "", "", "{}", "{}"]
    olds = [region.get(ROW) for region in regions] if regions else [first]
    # Numbers of regions stay as long as the regions are those of the file.
    places = [old[0] for old in olds if old is not None]
    same = len(set(places)) == len(olds) == image.get("rows")
    edited = first is None or decoded(first[3]) != image["file_attributes"]
    attributes = encode_json(image["file_attributes"]).decode()
    out: list[tuple[int, list[str]]] = []
    for at, old in enumerate(olds):
        cells = list(old or first or fresh)
        last = old[0] if old else last if first is None else max(last, first[0])
        if edited:
            cells[3] = attributes
        if not same:
            cells[4:6] = [str(len(regions)), str(at)]
        for column, field in ((6, "shape_attributes"), (7, "region_attributes")):
            now = regions[at][field] if regions else {}
            if old is None or _differ(cells[column], now):
                cells[column] = encode_json(now).decode()
        out.append((last, cells[1:]))
    return out


def _differ(cell: str, now: Record) -> bool:
    # Compared as text, since 1 and 1.0 and true are one value in Python.
    return json.dumps(decoded(cell)) != json.dumps(now)


def _line(cells: Sequence[str]) -> str:
    return ",".join(
        f'"{escaped}"' if at in {2, 5, 6} or escaped != cell or set(cell) & set(",\r\n") else cell
        for at, cell in enumerate(cells)
        for escaped in (cell.replace('"', '""'),)
    )
