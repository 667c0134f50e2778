"""labelme: a JSON file for each image, whose shapes share a group id where they are one object. See docs/formats."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats import png_mask
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.grouped import (
    Group,
    Picture,
    Record,
    Role,
    Said,
    Shelf,
    Understood,
    build,
    gather,
    own_fields,
    pairs,
    pictures,
    place,
    rectangle,
    shapeless,
    take_own,
    text,
    written,
)
from vitruvian.formats.grouped.files import inner, json_files, limited_json, write_folder
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Dataset, Instance, MediaEntry, Skeleton

OWN = "vitruvian"
#: Of a folder, where Vitruvian keeps the ontology.
OWN_FILE = "vitruvian.json"
HINT = "a labelme file is an object with shapes, imagePath, imageHeight and imageWidth"
KINDS = frozenset({"point", "rectangle", "polygon", "mask"})


class Shapes:
    """How labelme says an instance.

    Parameters
    ----------
    size : (int, int)
        Height and width of the picture, 0 where they are not known.
    """

    name = "labelme"

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def understand(self, records: Sequence[Record]) -> Understood:
        found = Understood(Said(), [], [])
        labels: list[str] = []
        parts: list[list[float]] = []
        masks: list[Record] = []
        for record in records:
            if _key(record) is not None:
                found.said.key = _key(record)
            if OWN in record:
                wrong = take_own(found.said, record[OWN])
                found.odd += [(f"{OWN}.{field}", "it has a wrong type; it was not read") for field in wrong]
            role = self._role(record, found, parts, masks, labels)
            found.roles.append(role)
        if parts and masks:
            found.odd.append(("shape_type", "polygons beside a mask of the same instance are kept, but not read"))
        # What Vitruvian keeps of a mask counts as long as nobody has painted over it.
        if masks and not (isinstance(found.said.mask, dict) and png_mask.agree(found.said.mask, masks[0])):
            found.said.mask = masks[0]
        if parts and found.said.mask is None:
            found.said.mask = parts
        boxes = [label for label, role in zip(labels, found.roles, strict=True) if label and role == ("rectangle",)]
        found.said.category = found.said.category or next(iter(boxes), None) or next(filter(None, labels), None)
        return found

    def _role(
        self, record: Record, found: Understood, parts: list[list[float]], masks: list[Record], labels: list[str]
    ) -> tuple[str | int, ...] | None:
        """Read one shape; return what it is, None when it was not read, and add the category it names to `labels`."""
        said = found.said
        kind, label, corners = str(record.get("shape_type", "polygon")), text(record.get("label")), None
        labels.append("" if kind == "point" or label is None else label)
        if label is None:
            found.odd.append(("label", "it is missing or no text; the shape is kept, but not read"))
            return None
        corners = pairs(record.get("points")) if kind in KINDS else None
        if kind not in KINDS:
            found.odd.append(("shape_type", f"a shape of type {kind[:40]!r} is kept, but not read"))
        elif kind == "point" and corners is not None and len(corners) == 1 and label not in said.points:
            x, y = corners[0].tolist()
            said.points[label] = (x, y, 1 if _occluded(record) else 2)
            return "point", label
        elif kind == "rectangle" and said.box is None and (box := rectangle(corners)) is not None:
            said.box = box
            return (kind,)
        elif kind == "polygon" and corners is not None and len(corners) >= 3:
            parts.append(corners.reshape(-1).tolist())
            return kind, len(parts) - 1
        elif kind == "mask" and corners is not None and len(corners) == 2 and not masks:
            try:
                masks.append(self._mask(corners, record.get("mask")))
            except (ValueError, FormatError) as error:
                found.odd.append(("mask", f"{error}; the shape is kept, but not read"))
            else:
                return (kind,)
        else:
            found.odd.append(("points", f"a {kind} has the wrong corners or is there twice; it is kept, but not read"))
        return None

    def _mask(self, corners: NDArray[np.float64], picture: Any) -> Record:
        pixels = png_mask.decode(picture, self.size, zipped=False)
        (left, top), (right, bottom) = corners.astype(np.int64).tolist()
        # The second corner is the last pixel, not the first beyond it.
        if pixels.shape != (bottom - top + 1, right - left + 1):
            raise ValueError("the picture of the mask has another size than its corners")
        return png_mask.placed(pixels, left, top, self.size)

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        shapes: list[tuple[str, list[list[float]], str, Record]] = []
        if instance.box is not None:
            x, y, width, height = instance.box.tolist()
            shapes.append((instance.category, [[x, y], [x + width, y + height]], "rectangle", {}))
        flat = instance.mask if isinstance(instance.mask, list) else []
        shapes += [(instance.category, np.reshape(part, (-1, 2)).tolist(), "polygon", {}) for part in flat]
        painted: Record | None = None
        if isinstance(instance.mask, dict):
            with contextlib.suppress(ValueError):
                pixels, left, top = png_mask.cut_out(instance.mask)
                painted = png_mask.placed(pixels, left, top, self.size)
                corners = [[left, top], [left + pixels.shape[1] - 1, top + pixels.shape[0] - 1]]
                drawn = {"mask": png_mask.encode(pixels, zipped=False)}
                shapes.append((instance.category, np.array(corners, np.float64).tolist(), "mask", drawn))
        names = skeleton.names if skeleton else ()
        for at in np.flatnonzero(instance.visibility).tolist():
            more: Record = {"flags": {"occluded": True}} if instance.visibility[at] == 1 else {}
            shapes.append((names[at], [instance.xy[at].tolist()], "point", more))
        own = own_fields(
            instance, skeleton, "id", "track", "confidence", "area", "crowd", "attributes", "scores", "keyed"
        )
        if isinstance(instance.mask, dict) and painted != instance.mask:
            own["mask"] = instance.mask
        if instance.box is None and not flat and painted is None:
            own["category"] = instance.category
        out: dict[Role, Record] = {}
        polygons = 0
        for label, points, kind, more in shapes:
            record: Record = {
                "label": label,
                "points": points,
                "group_id": key,
                "description": "",
                "shape_type": kind,
                "flags": {},
                "mask": None,
                **more,
            }
            if not out:
                record[OWN] = own
            part = {"point": (label,), "polygon": (polygons,)}
            polygons += kind == "polygon"
            out[kind, *part.get(kind, ())] = record
        return out

    def fresh_key(self, instance: Instance, taken: set[Any]) -> int:
        wanted = int(instance.id) if instance.id.isdecimal() and len(instance.id) < 10 else None
        if wanted is not None and wanted not in taken:
            return wanted
        return max((key for key in taken if type(key) is int), default=0) + 1


@register
class Labelme(Codec):
    name = "labelme"
    title = "labelme, a file for each image"
    folder = True
    holds = frozenset(FEATURES)
    known = frozenset({"at", "records", "category", "id", "file", "shell", "others", "order", "ontology", "single"})

    def sniff(self, peek: Peek) -> bool:
        if not peek.is_folder:
            return peek.has_keys("shapes", "imagePath")
        first = next((path for path in peek.path.rglob("*.json") if path.name != OWN_FILE), None)
        return first is not None and Peek(first).has_keys("shapes", "imagePath")

    def read(self, path: Path) -> Dataset:
        return _read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        _write(dataset, path)

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *shapeless(dataset)]


def _read(path: Path) -> Dataset:
    notes, shelf, groups = Remarks(str(path)), Shelf("labelme"), list[Group]()
    single = not path.is_dir()
    stated: Any = None
    for name, file in [("", path)] if single else json_files(path):
        document = limited_json(file)
        if name == OWN_FILE:
            stated = document.get("ontology") if isinstance(document, dict) else None
        elif isinstance(document, dict) and isinstance(document.get("shapes"), list):
            stated = _ontology(document) if single else stated
            _picture(document, name, str(file), shelf, groups, notes)
        elif single:
            raise FormatError("This is not a labelme file: it has no list of shapes", where=str(path), hint=HINT)
        else:
            notes.add("", "shapes", "it is no labelme file, and was left out", file=str(file))
    if not single and not shelf.media:
        raise FormatError("There is no labelme file in this folder", where=str(path), hint=HINT)
    place(groups)
    ontology, instances = build(groups, declared(stated, notes), name=name_of(stated, path.stem), format="labelme")
    source = {"ontology": remember(ontology, stated), "single": single}
    return Dataset(ontology, shelf.media, instances, {"labelme": source}, notes.warnings())


def _ontology(document: Record) -> Any:
    own = document.get(OWN)
    return own.get("ontology") if isinstance(own, dict) else None


def _picture(document: Record, name: str, file: str, shelf: Shelf, groups: list[Group], notes: Remarks) -> None:
    shapes = document["shapes"]
    for at, shape in enumerate(shapes):
        if not isinstance(shape, dict):
            raise FormatError(f"Shape {at} is not an object", where=f"{file}: shapes: {at}", hint=HINT)
    image, own = document.get("imagePath"), document.get(OWN)
    if text(image) is None:
        notes.add("", "imagePath", "it is missing or no text", file=file)
        image = Path(file).stem
    folder = PurePosixPath(name).parent
    video = {k: own[k] for k in ("video", "frame", "frames") if k in own} if isinstance(own, dict) else None
    source: Record = {"file": name, "shell": {**document, "shapes": None}, "others": []}
    full = str(image) if not name else (folder / str(image)).as_posix()
    media, frame, odd = shelf.add(full, document.get("imageWidth"), document.get("imageHeight"), video, source)
    if odd:
        notes.add("", "imageWidth, imageHeight", "they are no whole numbers, or the frame is of no video", file=file)
    encoder = Shapes(_size(shelf.media[media]))
    points = [str(shape.get("label")) if shape.get("shape_type") == "point" else None for shape in shapes]
    for rows in gather([_key(shape) for shape in shapes], points):
        found = encoder.understand([shapes[row] for row in rows])
        for field, message in found.odd:
            notes.add(f"shape {rows[0]}", field, message, file=file)
        if not any(found.roles):
            source["others"] += [[row, shapes[row]] for row in rows]
            continue
        key = f"#{rows[0]}" if found.said.key is None else str(found.said.key)
        id = found.said.id or (f"{name.removesuffix('.json')}:{key}" if name else key)
        groups.append(Group(media, frame, rows, [shapes[row] for row in rows], found.said, id))


def _write(dataset: Dataset, path: Path) -> None:
    dataset.check()
    source = dataset.extras.get("labelme", {})
    ontology = kept(dataset.ontology, source.get("ontology"))
    found = pictures(dataset, "labelme")
    if path.suffix.lower() == ".json":
        if len(found) != 1:
            hint = "name a folder, not a file that ends in .json"
            raise FormatError(f"labelme has a file for each image; there are {len(found)}", where=str(path), hint=hint)
        write_atomically(path, encode_json(_document(found[0], dataset, ontology, single=True)))
        return
    files: dict[str, bytes] = {}
    for picture in found:
        shelved = picture.source or {}
        stated = shelved.get("file") or PurePosixPath(inner(picture.name, picture.name)).with_suffix(".json").as_posix()
        name = inner(stated, picture.name)
        if name in files or name == OWN_FILE:
            name = f"{inner(picture.name, picture.name)}.json"
        if name in files:
            raise FormatError("Two images have this name", where=picture.name, hint="give each image its own name")
        files[name] = encode_json(_document(picture, dataset, None, single=False))
    if ontology is not None:
        files[OWN_FILE] = encode_json({"ontology": ontology})
    write_folder(path, files)


def _document(picture: Picture, dataset: Dataset, ontology: Any, *, single: bool) -> Record:
    source = picture.source or {}
    others = [(at, record) for at, record in source.get("others", ())]
    taken = {key for _, record in others if (key := _key(record)) is not None}
    shapes = written(Shapes(_size(picture.entry)), dataset.ontology, picture.instances, others, taken)
    if "shell" in source:
        document = {**source["shell"], "shapes": shapes}
    else:
        document = {
            "version": "5.4.1",
            "flags": {},
            "shapes": shapes,
            "imagePath": picture.name if single else PurePosixPath(picture.name).name,
            "imageData": None,
            "imageHeight": picture.entry.height,
            "imageWidth": picture.entry.width,
        }
        if picture.video:
            document[OWN] = dict(picture.video)
    if ontology is not None and ontology != _ontology(document):
        own = document.get(OWN)
        document[OWN] = {**(own if isinstance(own, dict) else {}), "ontology": ontology}
    return document


def _key(record: Record) -> int | None:
    key = record.get("group_id")
    return key if type(key) is int else None


def _occluded(record: Record) -> bool:
    flags = record.get("flags")
    return isinstance(flags, dict) and flags.get("occluded") is True


def _size(entry: MediaEntry) -> tuple[int, int]:
    return entry.height, entry.width
