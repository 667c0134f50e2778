"""VIA 2 and 1: projects and annotation files as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.grouped import (
    Group,
    Picture,
    Record,
    Shelf,
    build,
    gather,
    pictures,
    place,
    text,
    written,
)
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.via.regions import (
    KEYPOINT,
    OWN,
    Regions,
    key_of,
    keypoint_of,
    object_of,
    whole,
)
from vitruvian.labels import Category, Dataset, Ontology, skeleton_from_names

IMAGES, ATTRIBUTES = "_via_img_metadata", "_via_attributes"
HINT = "a VIA file has for each image filename, size, regions and file_attributes"
REGIONS = Regions("via")


def read(document: Any, path: Path) -> Dataset:
    """Return what a project or an annotation file holds; raises FormatError where it is none."""
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
        take_image(key, image, REGIONS, shelf, groups, notes)
    tell_apart(groups, shelf)
    place(groups)
    own = document.get(OWN) if project else None
    stated = own.get("ontology") if isinstance(own, dict) else None
    categories = declared(stated, notes) or tuple(
        from_options(object_of(object_of(document, ATTRIBUTES), "region"), groups)
    )
    ontology, instances = build(groups, categories, name=name_of(stated, path.stem), format="via")
    source = {
        "project": project,
        "shell": {**document, IMAGES: None} if project else None,
        "ontology": remember(ontology, stated),
    }
    return Dataset(ontology, shelf.media, instances, {"via": source}, notes.warnings())


def tell_apart(groups: Sequence[Group], shelf: Shelf) -> None:
    """Give each instance an id of its own."""
    unique = Counter(group.id for group in groups).most_common(1)
    if unique and unique[0][1] > 1:
        for group in groups:
            group.id = f"{shelf.media[group.media].name}:{group.id}"
    for group in groups:
        group.id = group.said.id or group.id


def take_image(key: str, image: Any, regions_as: Regions, shelf: Shelf, groups: list[Group], notes: Remarks) -> None:
    """Put an image into `shelf`, its instances into `groups`; raises FormatError where its regions are no objects."""
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
    stated = object_of(image, "file_attributes")
    video = {field: whole(stated[field]) for field in ("video", "frame", "frames") if field in stated}
    width, height = (side if type(side := whole(stated.get(f))) is int else None for f in ("width", "height"))
    video = video if type(video.get("frame")) is int else {}
    media, frame, _ = shelf.add(name or key, width, height, video, source)
    points = [keypoint_of(r) if object_of(r, "shape_attributes").get("name") == "point" else None for r in regions]
    for rows in gather([key_of(region) for region in regions], points):
        found = regions_as.understand([regions[row] for row in rows])
        for field, message in found.odd:
            notes.add(f"image {key}, region {rows[0]}", field, message)
        if any(found.roles):
            id = found.said.key or f"{name or key}#{rows[0]}"
            groups.append(Group(media, frame, rows, [regions[row] for row in rows], found.said, id))
        else:
            source["others"] += [[row, regions[row]] for row in rows]


def from_options(offered: Record, groups: Sequence[Group]) -> Iterable[Category]:
    """Yield the only category, with keypoints in the order in which the project offers them to be chosen."""
    options = next((object_of(object_of(offered, name), "options") for name in KEYPOINT if name in offered), {})
    categories = {str(group.said.category) for group in groups}
    names = [name for name in options if name.strip()]
    if len(categories) == 1 and names:
        yield Category(categories.pop(), skeleton_from_names(names))


def document_of(dataset: Dataset) -> Record:
    """Return a project, or an annotation file where labels came from one; raises LabelError."""
    dataset.check()
    source = dataset.extras.get("via", {})
    images: Record = {}
    for picture in pictures(dataset, "via"):
        key, image = image_of(picture, dataset, REGIONS)
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


def image_of(picture: Picture, dataset: Dataset, regions_as: Regions) -> tuple[str, Record]:
    """Return an image as a project has it, and its key."""
    source = picture.source or {}
    others = [(at, record) for at, record in source.get("others", ())]
    taken = {key_of(record) for _, record in others}
    regions = written(regions_as, dataset.ontology, picture.instances, others, taken)
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
