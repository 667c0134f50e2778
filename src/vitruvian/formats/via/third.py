"""VIA 3's projects: views of files, and metadata with a shape and values of attributes that are named elsewhere."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Set
from itertools import count
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.grouped import Group, Record, Shelf, build, pictures, place, text
from vitruvian.formats.grouped.ontology import declared, kept, name_of, remember
from vitruvian.formats.losses import Loss
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.via.project import from_options, image_of, take_image, tell_apart
from vitruvian.formats.via.regions import OWN, Regions, object_of
from vitruvian.labels import Dataset

PARTS = ("project", "attribute", "file", "metadata", "view")
HINT = "a project of VIA 3 is an object with project, attribute, file, metadata and view"
REGIONS = Regions("via")
#: VIA's numbers of shapes, and the words that VIA 2 has for them.
SHAPES = {
    1: "point", 2: "rect", 3: "circle", 4: "ellipse", 5: "line", 6: "polyline", 7: "polygon",
    8: "extreme rectangle", 9: "extreme circle",
}  # fmt: skip
RECT = ("x", "y", "width", "height")
#: VIA's number for the type of a file.
IMAGE, VIDEO = 2, 4


def read(document: Record, path: Path) -> Dataset:
    """Return what a project holds of images; raises FormatError where it is none.

    What is said of times in a video is kept, and reported: a frame needs a rate, which the file does not state.
    """
    file = str(path)
    for part in PARTS:
        if not isinstance(document.get(part), dict):
            raise FormatError("This is not a project of VIA 3", where=f"{file}: {part}", hint=HINT)
    notes, shelf, groups = Remarks(file), Shelf("via"), list[Group]()
    names = _Attributes(document["attribute"])
    files = {vid: _file(document, vid) for vid in document["view"]}
    videos = _videos(document["metadata"], files)
    regions, rest = _sorted_out(document["metadata"], files.keys() - videos, names, notes)
    for vid, stated in files.items():
        if stated is None:
            continue
        image = {"filename": text(stated.get("fname")) or text(stated.get("src")), "regions": regions.get(vid, [])}
        take_image(vid, image, REGIONS, shelf, groups, notes)
        if vid in videos:
            shelf.media[-1].kind = "video"
    tell_apart(groups, shelf)
    place(groups)
    own = document.get(OWN)
    stated_ontology = own.get("ontology") if isinstance(own, dict) else None
    categories = declared(stated_ontology, notes) or tuple(from_options(names.offered(), groups))
    ontology, instances = build(groups, categories, name=name_of(stated_ontology, path.stem), format="via")
    source = {
        "version": 3,
        "shell": {**document, "metadata": None},
        "rest": rest,
        "mids": list(document["metadata"]),
        "ontology": remember(ontology, stated_ontology),
    }
    return Dataset(ontology, shelf.media, instances, {"via": source}, notes.warnings())


def _videos(metadata: Record, files: Mapping[str, Record | None]) -> set[str]:
    """Return the views of a video, and those of no one file."""
    at_times = [meta.get("vid") for meta in metadata.values() if isinstance(meta, dict) and meta.get("z")]
    timed = {vid for vid in at_times if isinstance(vid, str) and vid in files}
    return timed | {vid for vid, stated in files.items() if stated is None or stated.get("type") == VIDEO}


def _sorted_out(
    metadata: Record, images: Set[str], names: _Attributes, notes: Remarks
) -> tuple[dict[str, list[Record]], Record]:
    """Return the regions of each view of an image, and the metadata that is none."""
    regions: dict[str, list[Record]] = {}
    rest: Record = {}
    for mid, meta in metadata.items():
        vid = meta.get("vid") if isinstance(meta, dict) else None
        if isinstance(vid, str) and vid in images and _shape(meta) is not None:
            regions.setdefault(vid, []).append({"mid": mid, "meta": meta, **names.lifted(meta)})
            continue
        rest[mid] = meta
        if isinstance(meta, dict) and meta.get("z"):
            message = "it is at a time, and a frame needs the rate of its video; it is kept, but not read"
            notes.add(f"metadata {mid}", "z", message)
        elif not isinstance(meta, dict) or meta.get("xy"):
            notes.add(f"metadata {mid}", "vid", "it is of no view of one image; it is kept, but not read")
    return regions, rest


def document_of(dataset: Dataset) -> Record:
    """Return the project that a dataset was read from, with its edits; raises LabelError."""
    dataset.check()
    source = dataset.extras["via"]
    document: Record = copy.deepcopy(source["shell"])
    names = _Attributes(document["attribute"])
    found: Record = dict(source["rest"])
    mids = count(_free(source["mids"]))
    views = count(max(_free(document["file"]), _free(document["view"])))
    for picture in pictures(dataset, "via"):
        shelved = picture.entry.extras.get("via", {}).get("key") if picture.entry.kind == "video" else None
        if shelved is not None and not picture.instances:
            continue
        key, image = image_of(picture, dataset, REGIONS)
        vid = key if picture.source else _viewed(document, picture.name, next(views))
        for region in image["regions"]:
            mid = region.get("mid")
            if mid is None or mid in found:
                mid = str(next(mids))
            found[mid] = names.lowered(region, vid)
    order = [mid for mid in source["mids"] if mid in found]
    document["metadata"] = {mid: found[mid] for mid in dict.fromkeys([*order, *found])}
    ontology, own = kept(dataset.ontology, source.get("ontology")), document.get(OWN)
    if ontology is not None and (not isinstance(own, dict) or own.get("ontology") != ontology):
        document[OWN] = {**(own if isinstance(own, dict) else {}), "ontology": ontology}
    return document


def losses(dataset: Dataset) -> list[Loss]:
    """Return what a project of VIA 3 loses besides: frames of videos are written as images."""
    source = dataset.extras.get("via")
    if not isinstance(source, dict) or source.get("version") != 3:
        return []
    frames = [i for i in dataset.instances if not i.deleted and dataset.media[i.media].kind == "video"]
    what = "that instances are in frames of a video"
    return [Loss("videos", what, len(frames), f"instance {frames[0].id}")] if frames else []


class _Attributes:
    """The attributes of a project, which its metadata has values of; new ones are added as they are asked for."""

    def __init__(self, stated: Record) -> None:
        self.stated = stated
        self.ids: dict[str, str] = {}
        for id, attribute in stated.items():
            name = text(attribute.get("aname")) if isinstance(attribute, dict) else None
            if name is not None:
                self.ids.setdefault(name, id)
        # Of attributes of one name the first counts.
        self.names = {id: name for name, id in self.ids.items()}

    def lifted(self, meta: Record) -> Record:
        """Return metadata as a region of VIA 2."""
        values = object_of(meta, "av")
        named = {self.names[id]: self._said(id, value) for id, value in values.items() if id in self.names}
        return {"shape_attributes": _shape(meta), "region_attributes": named}

    def lowered(self, region: Record, vid: str) -> Record:
        """Return a region of VIA 2 as metadata; what was not edited stays as the file has it."""
        meta = region.get("meta")
        if not isinstance(meta, dict):
            values = {self._id(name): self._value(name, text) for name, text in region["region_attributes"].items()}
            return {"vid": vid, "flg": 0, "z": [], "xy": _xy(region["shape_attributes"]), "av": values}
        old, out = self.lifted(meta), {**meta}
        if meta.get("vid") != vid:
            out["vid"] = vid
        if region["shape_attributes"] != old["shape_attributes"]:
            out["xy"] = _xy(region["shape_attributes"])
        if region["region_attributes"] != old["region_attributes"]:
            now, before = region["region_attributes"], old["region_attributes"]
            gone = {self._id(name) for name in before if name not in now}
            changed = {self._id(n): self._value(n, v) for n, v in now.items() if n not in before or before[n] != v}
            out["av"] = {id: v for id, v in object_of(meta, "av").items() if id not in gone} | changed
        return out

    def offered(self) -> Record:
        """Return the options of each attribute as VIA 2 states them."""
        options = {name: object_of(self.stated[id], "options").values() for name, id in self.ids.items()}
        return {name: {"options": {o: "" for o in found if isinstance(o, str)}} for name, found in options.items()}

    def _said(self, id: str, value: Any) -> Any:
        options = object_of(self.stated[id], "options")
        return options.get(value, value) if isinstance(value, str) else value

    def _id(self, name: str) -> str:
        if name not in self.ids:
            id = str(_free(self.stated))
            about = {"aname": name, "anchor_id": "FILE1_Z0_XY1", "type": 1, "desc": "", "options": {}}
            self.stated[id] = {**about, "default_option_id": ""}
            self.ids[name], self.names[id] = id, name
        return self.ids[name]

    def _value(self, name: str, said: Any) -> Any:
        options = object_of(self.stated[self._id(name)], "options")
        if not options:
            return said
        known = next((id for id, option in options.items() if option == said), None)
        if known is None:
            known = str(_free(options))
            options[known] = said
        return known


def _file(document: Record, vid: str) -> Record | None:
    """Return the file of a view, None where it has not one."""
    listed = object_of(document["view"], vid).get("fid_list")
    id = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
    stated = document["file"].get(str(id)) if type(id) is int or isinstance(id, str) else None
    return stated if isinstance(stated, dict) else None


def _shape(meta: Record) -> Record | None:
    """Return a shape in the words of VIA 2, None where there is none."""
    xy = meta.get("xy")
    if not isinstance(xy, list) or not xy:
        return None
    name = SHAPES.get(xy[0]) if type(xy[0]) is int else None
    if name == "point" and len(xy) == 3:
        return {"name": name, "cx": xy[1], "cy": xy[2]}
    if name == "rect" and len(xy) == 5:
        return {"name": name, **dict(zip(RECT, xy[1:], strict=True))}
    if name == "polygon":
        return {"name": name, "all_points_x": xy[1::2], "all_points_y": xy[2::2]}
    return {"name": name or "unknown", "xy": xy}


def _xy(shape: Record) -> list[Any]:
    if shape["name"] == "point":
        return [1, shape["cx"], shape["cy"]]
    if shape["name"] == "rect":
        return [2, *(shape[side] for side in RECT)]
    pairs = zip(shape["all_points_x"], shape["all_points_y"], strict=True)
    return [7, *(number for pair in pairs for number in pair)]


def _viewed(document: Record, name: str, number: int) -> str:
    """Add a file and its view; return the view."""
    vid = str(number)
    document["file"][vid] = {"fid": number, "fname": name, "type": IMAGE, "loc": 1, "src": name}
    document["view"][vid] = {"fid_list": [number]}
    listed = document["project"].get("vid_list")
    if isinstance(listed, list):
        listed.append(vid)
    return vid


def _free(taken: Iterable[str]) -> int:
    """Return a number above all that are ids."""
    return max((int(id) for id in taken if id.isdecimal() and len(id) < 10), default=0) + 1
