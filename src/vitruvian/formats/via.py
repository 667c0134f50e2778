"""VGG Image Annotator: projects and annotation files as JSON, of VIA 2 and 1. See docs/formats/via.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
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
    finite,
    free_key,
    gather,
    own_fields,
    pictures,
    place,
    shapeless,
    take_own,
    text,
    written,
)
from vitruvian.formats.grouped.files import limited_json
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.json_file import encode_json, write_atomically
from vitruvian.formats.losses import FEATURES, Loss
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, Ontology, Skeleton, skeleton_from_names

OWN = "vitruvian"
IMAGES, ATTRIBUTES = "_via_img_metadata", "_via_attributes"
HINT = "a VIA file has for each image filename, size, regions and file_attributes"
#: Names that people give to the attribute that tells instances, keypoints and categories; the first found counts.
INSTANCE = ("instance", "instance_id", "object_id", "group", "group_id", "id")
KEYPOINT = ("keypoint", "landmark", "joint", "part", "bodypart", "point", "name", "label")
CATEGORY = ("category", "class", "object", "type", "species")
#: What a box is, and the first polygon.
AREAS = frozenset({("rect",), ("polygon", 0)})
HIDDEN = frozenset({"hidden", "occluded", "1"})


class Regions:
    """How VIA says an instance."""

    name = "via"

    def understand(self, records: Sequence[Record]) -> Understood:
        found = Understood(Said(), [], [])
        parts: list[list[float]] = []
        categories: list[str | None] = []
        for record in records:
            found.said.key = found.said.key or key_of(record)
            attributes = _object(record, "region_attributes")
            if OWN in attributes:
                own = _decoded(attributes[OWN])
                found.odd += [(f"{OWN}.{field}", "it was not read") for field in take_own(found.said, own)]
            found.roles.append(self._role(record, found, parts))
            point = _object(record, "shape_attributes").get("name") == "point"
            categories.append(_first(attributes, CATEGORY if point else (*CATEGORY, "name", "label")))
        if parts and found.said.mask is None:
            found.said.mask = parts
        # The box's or polygon's word counts before that of a point.
        named = [(role, category) for role, category in zip(found.roles, categories, strict=True) if category]
        areas = [category for role, category in named if role in AREAS]
        stated = next(iter([*areas, *(category for _, category in named)]), None)
        found.said.category = found.said.category or stated
        return found

    def _role(self, record: Record, found: Understood, parts: list[list[float]]) -> Role | None:
        said, shape = found.said, _object(record, "shape_attributes")
        kind = shape.get("name")
        if kind == "point":
            name, x, y = keypoint_of(record), finite(shape.get("cx")), finite(shape.get("cy"))
            if name is not None and x is not None and y is not None and name not in said.points:
                said.points[name] = (x, y, 1 if _is_hidden(record) else 2)
                return "point", name
            message = "a point has no name of a keypoint or no place, or is there twice; it is kept, but not read"
            found.odd.append(("region_attributes", message))
            return None
        if kind == "rect":
            sides = _numbers([shape.get(side) for side in ("x", "y", "width", "height")])
            if sides and said.box is None and min(sides[2:]) >= 0:
                said.box = np.array(sides, np.float64)
                return ("rect",)
        elif kind == "polygon":
            x_list, y_list = _numbers(shape.get("all_points_x")), _numbers(shape.get("all_points_y"))
            if x_list and y_list and len(x_list) == len(y_list) >= 3:
                parts.append(np.column_stack((x_list, y_list)).reshape(-1).tolist())
                return "polygon", len(parts) - 1
        message = f"a region of shape {str(kind)[:40]!r} is kept, but not read as part of an instance"
        found.odd.append(("shape_attributes", message))
        return None

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        out: dict[Role, Record] = {}
        common = {"instance": key, "category": instance.category}
        if instance.box is not None:
            sides = dict(zip(("x", "y", "width", "height"), instance.box.tolist(), strict=True))
            out["rect",] = {"shape_attributes": {"name": "rect", **sides}, "region_attributes": dict(common)}
        for number, flat in enumerate(instance.mask if isinstance(instance.mask, list) else ()):
            shape = {"name": "polygon", "all_points_x": list(flat[::2]), "all_points_y": list(flat[1::2])}
            out["polygon", number] = {"shape_attributes": shape, "region_attributes": dict(common)}
        names = skeleton.names if skeleton else ()
        for at in np.flatnonzero(instance.visibility).tolist():
            x, y = instance.xy[at].tolist()
            seen = "hidden" if instance.visibility[at] == 1 else "visible"
            out["point", names[at]] = {
                "shape_attributes": {"name": "point", "cx": x, "cy": y},
                "region_attributes": {**common, "keypoint": names[at], "visibility": seen},
            }
        own = own_fields(instance, skeleton, "track", "confidence", "area", "crowd", "attributes", "scores", "keyed")
        if isinstance(instance.mask, dict):
            own["mask"] = instance.mask
        if instance.id != key:
            own["id"] = instance.id
        if own and out:
            # Attributes of a region are text in VIA.
            next(iter(out.values()))["region_attributes"][OWN] = encode_json(own).decode()
        return out

    def fresh_key(self, instance: Instance, taken: set[Any]) -> str:
        return free_key(instance, taken)


@register
class Via(Codec):
    name = "via"
    title = "VGG Image Annotator (VIA) 2 and 1"
    suffixes = (".json",)
    holds = frozenset(FEATURES)
    known = frozenset(
        {
            "at",
            "records",
            "category",
            "id",
            "key",
            "shell",
            "others",
            "keys",
            "unlisted",
            "order",
            "ontology",
            "project",
        }
    )

    def sniff(self, peek: Peek) -> bool:
        if peek.has_keys(IMAGES):
            return True
        first = next(iter(peek.json.values()), None) if isinstance(peek.json, dict) else None
        return isinstance(first, dict) and {"filename", "regions", "file_attributes"} <= first.keys()

    def read(self, path: Path) -> Dataset:
        return _read(limited_json(path), path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write_atomically(path, encode_json(_document(dataset)))

    def losses(self, dataset: Dataset) -> list[Loss]:
        return [*super().losses(dataset), *shapeless(dataset)]


def _read(document: Any, path: Path) -> Dataset:
    file = str(path)
    if not isinstance(document, dict):
        raise FormatError("This is not a VIA file", where=file, hint=HINT)
    project = IMAGES in document
    images = document[IMAGES] if project else document
    if not isinstance(images, dict) or not (
        project or any(isinstance(i, dict) and "regions" in i for i in images.values())
    ):
        raise FormatError("This is not a VIA file: it has no images with regions", where=file, hint=HINT)
    notes, shelf, groups = Remarks(file), Shelf("via"), list[Group]()
    for key, image in images.items():
        _image(key, image, shelf, groups, notes)
    unique = Counter(group.id for group in groups).most_common(1)
    if unique and unique[0][1] > 1:
        for group in groups:
            group.id = f"{shelf.media[group.media].name}:{group.id}"
    for group in groups:
        group.id = group.said.id or group.id
    place(groups)
    own = document.get(OWN) if project else None
    stated = own.get("ontology") if isinstance(own, dict) else None
    categories = declared(stated, notes) or tuple(_from_options(document, groups))
    ontology, instances = build(groups, categories, name=name_of(stated, path.stem), format="via")
    source = {
        "project": project,
        "shell": {**document, IMAGES: None} if project else None,
        "ontology": remember(ontology, stated),
    }
    return Dataset(ontology, shelf.media, instances, {"via": source}, notes.warnings())


def _image(key: str, image: Any, shelf: Shelf, groups: list[Group], notes: Remarks) -> None:
    where = f"{notes.file}: {key}"
    if not isinstance(image, dict):
        raise FormatError("This image is not an object", where=where, hint=HINT)
    regions = image.get("regions")
    source: Record = {"key": key, "shell": {**image, "regions": None} if "regions" in image else image, "others": []}
    if isinstance(regions, dict):
        source["keys"] = list(regions)
        regions = list(regions.values())
    if not isinstance(regions, list):
        notes.add(f"image {key}", "regions", "they are missing, or no list and no object")
        source["shell"], source["unlisted"], regions = image, True, []
    for at, region in enumerate(regions):
        if not isinstance(region, dict):
            raise FormatError(f"Region {at} is not an object", where=f"{where}: regions: {at}", hint=HINT)
    name = text(image.get("filename"))
    if name is None:
        notes.add(f"image {key}", "filename", "it is missing or no text")
    stated = _object(image, "file_attributes")
    video = {field: _whole(stated[field]) for field in ("video", "frame", "frames") if field in stated}
    width, height = (side if type(side := _whole(stated.get(f))) is int else None for f in ("width", "height"))
    video = video if type(video.get("frame")) is int else {}
    media, frame, _ = shelf.add(name or key, width, height, video, source)
    points = [keypoint_of(r) if _object(r, "shape_attributes").get("name") == "point" else None for r in regions]
    for rows in gather([key_of(region) for region in regions], points):
        found = REGIONS.understand([regions[row] for row in rows])
        for field, message in found.odd:
            notes.add(f"image {key}, region {rows[0]}", field, message)
        if any(found.roles):
            id = found.said.key or f"{name or key}#{rows[0]}"
            groups.append(Group(media, frame, rows, [regions[row] for row in rows], found.said, id))
        else:
            source["others"] += [[row, regions[row]] for row in rows]


def _from_options(document: Record, groups: Sequence[Group]) -> Iterable[Category]:
    """Yield the only category, with keypoints in the order in which the project offers them to be chosen."""
    offered = _object(_object(document, ATTRIBUTES), "region")
    options = next((_object(_object(offered, name), "options") for name in KEYPOINT if name in offered), {})
    categories = {str(group.said.category) for group in groups}
    names = [name for name in options if name.strip()]
    if len(categories) == 1 and names:
        yield Category(categories.pop(), skeleton_from_names(names))


def _document(dataset: Dataset) -> Record:
    dataset.check()
    source = dataset.extras.get("via", {})
    images: Record = {}
    for picture in pictures(dataset, "via"):
        key, image = _written(picture, dataset)
        number = 1
        while key in images:
            number += 1
            key = f"{picture.name}-1#{number}"
        images[key] = image
    ontology = kept(dataset.ontology, source.get("ontology"))
    if source and not source.get("project"):
        return images
    shell = source.get("shell")
    document = {**shell, IMAGES: images} if isinstance(shell, dict) else _project(dataset.ontology, images)
    listed = document.get("_via_image_id_list")
    if isinstance(listed, list) and all(isinstance(key, str) for key in listed):
        before = {picture.source["key"] for picture in pictures(dataset, "via") if picture.source}
        document["_via_image_id_list"] = listed + [key for key in images if key not in before and key not in listed]
    own = document.get(OWN)
    if ontology is not None and (not isinstance(own, dict) or own.get("ontology") != ontology):
        document[OWN] = {**(own if isinstance(own, dict) else {}), "ontology": ontology}
    return document


def _written(picture: Picture, dataset: Dataset) -> tuple[str, Record]:
    source = picture.source or {}
    others = [(at, record) for at, record in source.get("others", ())]
    regions = written(REGIONS, dataset.ontology, picture.instances, others, {key_of(record) for _, record in others})
    if "shell" in source:
        shell, keys = source["shell"], source.get("keys")
        if keys is not None:
            keys = keys if len(keys) == len(regions) else [str(number) for number in range(len(regions))]
            return source["key"], {**shell, "regions": dict(zip(keys, regions, strict=True))}
        # Where the file had no list of regions, what it had stays as long as there is none.
        return source["key"], {**shell, "regions": regions} if regions or not source.get("unlisted") else shell
    attributes: Record = {field: str(value) for field, value in picture.video.items()}
    if picture.entry.width or picture.entry.height:
        attributes |= {"width": str(picture.entry.width), "height": str(picture.entry.height)}
    image = {"filename": picture.name, "size": -1, "regions": regions, "file_attributes": attributes}
    return f"{picture.name}-1", image


def _project(ontology: Ontology, images: Record) -> Record:
    names = dict.fromkeys(name for category in ontology if category.skeleton for name in category.skeleton.names)
    free = {"type": "text", "description": "", "default_value": ""}

    def choice(options: Iterable[str]) -> Record:
        return {"type": "dropdown", "description": "", "options": dict.fromkeys(options, ""), "default_options": {}}

    region = {
        "instance": free,
        "category": choice(category.name for category in ontology),
        "keypoint": choice(names),
        "visibility": choice(("visible", "hidden")),
    }
    return {
        "_via_settings": {"core": {"default_filepath": ""}, "project": {"name": ontology.name}},
        IMAGES: images,
        ATTRIBUTES: {"region": region, "file": {}},
        "_via_data_format_version": "2.0.10",
        "_via_image_id_list": list(images),
    }


def key_of(record: Record) -> str | None:
    """Return which instance a region belongs to."""
    return _first(_object(record, "region_attributes"), INSTANCE)


def keypoint_of(record: Record) -> str | None:
    """Return the keypoint that a region names."""
    return _first(_object(record, "region_attributes"), KEYPOINT)


def _first(attributes: Record, names: Sequence[str]) -> str | None:
    values = (attributes.get(name) for name in names)
    known = (str(value) if type(value) is int else text(value) for value in values)
    return next((value for value in known if value is not None), None)


def _is_hidden(record: Record) -> bool:
    attributes = _object(record, "region_attributes")
    return str(attributes.get("visibility")).lower() in HIDDEN or str(attributes.get("occluded")).lower() in {
        "true", "yes", "1",
    }  # fmt: skip


def _object(record: Any, name: str) -> Record:
    value = record.get(name) if isinstance(record, dict) else None
    return value if isinstance(value, dict) else {}


def _numbers(value: Any) -> list[float] | None:
    if not isinstance(value, list):
        return None
    numbers = [known for number in value if (known := finite(number)) is not None]
    return numbers if len(numbers) == len(value) else None


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value


def _decoded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


REGIONS = Regions()
