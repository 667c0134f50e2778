"""Supervisely's meta.json: the classes, with the graphs of their keypoints, and the tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitruvian.formats.grouped import Record, merge, text
from vitruvian.formats.grouped.ontology import before, kept
from vitruvian.formats.supervisely.objects import OWN
from vitruvian.labels import Category, Dataset, Instance, Keypoint, Skeleton


def category_of(record: Record) -> tuple[Category | None, dict[str, str]]:
    """Return the category that a class of meta.json declares, and its node ids with their names.

    None where it has no title. Edges and nodes that are none are left out.
    """
    title = text(record.get("title"))
    if title is None:
        return None, {}
    color = record.get("color")
    color = color if isinstance(color, str) and _is_color(color) else None
    config = record.get("geometry_config")
    stated = config.get("nodes") if isinstance(config, dict) and record.get("shape") == "graph" else None
    if not isinstance(stated, dict):
        return Category(title, None, color, {"supervisely": record}), {}
    names: dict[str, str] = {}
    keypoints = []
    for id, node in stated.items():
        name = (text(node.get("label")) if isinstance(node, dict) else None) or id
        if name in names.values() or not name.strip():
            name = id
        if not name.strip() or name in names.values():
            continue
        names[id] = name
        shade = node.get("color") if isinstance(node, dict) else None
        keypoints.append(Keypoint(name, color=shade if isinstance(shade, str) and _is_color(shade) else None))
    edges = []
    order = list(names)
    listed = config.get("edges") if isinstance(config, dict) else None
    for edge in listed if isinstance(listed, list) else ():
        ends = [edge.get(end) for end in ("src", "dst")] if isinstance(edge, dict) else []
        places = [order.index(end) for end in ends if isinstance(end, str) and end in names]
        if len(places) == 2 and places[0] != places[1]:
            edges.append((places[0], places[1]))
    skeleton = Skeleton(tuple(keypoints), tuple(dict.fromkeys(edges))) if keypoints else None
    return Category(title, skeleton, color, {"supervisely": record}), names


def class_of(category: Category, ids: Mapping[str, str]) -> Record:
    """Return the class of meta.json for a category; `ids` has the node ids of keypoint names."""
    record: Record = {"title": category.name, "shape": "graph" if category.skeleton else "any"}
    record["color"] = (category.color or "#00FF00").upper()
    record["geometry_config"] = {}
    if category.skeleton:
        names = category.skeleton.names
        nodes = {
            ids.get(keypoint.name, keypoint.name): {
                "label": keypoint.name,
                # Where a node lies in the template; a grid, since a skeleton has no shape of its own.
                "loc": [25 + 50 * (at % 8), 25 + 50 * (at // 8)],
                "color": (keypoint.color or "#0000FF").upper(),
            }
            for at, keypoint in enumerate(category.skeleton.keypoints)
        }
        edges = [
            {"src": ids.get(names[a], names[a]), "dst": ids.get(names[b], names[b]), "color": "#00FF00"}
            for a, b in category.skeleton.edges
        ]
        record["geometry_config"] = {"nodes": nodes, "edges": edges}
    return record


def _is_color(value: str) -> bool:
    return len(value) == 7 and value[0] == "#" and set(value[1:]) <= set("0123456789abcdefABCDEF")


def meta_of(dataset: Dataset, stated: Any, source: Record) -> Record:
    """Return meta.json: what the project had (`stated`), with what was edited or added since."""
    classes = _classes(dataset, stated, source)
    ontology = kept(dataset.ontology, source.get("ontology"))
    if isinstance(stated, dict):
        meta = {**stated, "classes": classes}
        there = stated.get("tags")
        if isinstance(there, list):
            fresh = _tags([i for i in dataset.instances if "supervisely" not in i.extras])
            names = {str(tag.get("name")) for tag in there if isinstance(tag, dict)}
            meta["tags"] = there + [tag for tag in fresh if tag["name"] not in names]
    else:
        # Attributes of an instance in a video are no tags, which are of its whole track.
        videos = only_videos(dataset)
        tags = [] if videos else _tags(dataset.instances)
        meta = {"classes": classes, "tags": tags, "projectType": "videos" if videos else "images"}
    own = meta.get(OWN)
    if ontology is not None and (not isinstance(own, dict) or own.get("ontology") != ontology):
        meta[OWN] = {**(own if isinstance(own, dict) else {}), "ontology": ontology}
    return meta


def only_videos(dataset: Dataset) -> bool:
    """Whether a project of these media is one of videos: there is no image, and no frame that was read as one."""
    return bool(dataset.media) and all(
        entry.kind == "video" and "supervisely_frames" not in entry.extras for entry in dataset.media
    )


def _classes(dataset: Dataset, stated: Any, source: Record) -> list[Any]:
    old = before(source.get("ontology"))
    ids = {title: {name: id for id, name in names.items()} for title, names in source.get("nodes", {}).items()}
    known = {category.name: category for category in dataset.ontology}
    done: set[str] = set()
    classes: list[Any] = []
    for record in stated.get("classes", []) if isinstance(stated, dict) else ():
        title = text(record.get("title")) if isinstance(record, dict) else None
        if title is None or title in done or title not in known or title not in old:
            classes.append(record)
        else:
            names = ids.get(title, {})
            classes.append(merge(record, class_of(old[title], names), class_of(known[title], names)))
        done.add(str(title))
    # Categories that the reader met in annotations only stay undeclared.
    fresh = [category for category in dataset.ontology if category.name not in done and category.name not in old]
    classes += [class_of(category, {}) for category in fresh]
    return classes + _helpers(dataset, done | {category.name for category in fresh})


def _helpers(dataset: Dataset, taken: set[str]) -> list[Record]:
    """Return the classes of boxes and masks that go with a skeleton, as far as new objects use them."""
    wanted: dict[str, str] = {}
    for instance in dataset.instances:
        if instance.deleted or dataset.ontology.category(instance.category).skeleton is None:
            continue
        records = instance.extras.get("supervisely", {}).get("records", ())
        there = {str(record.get("geometryType")) for record in records}
        if instance.box is not None and "rectangle" not in there:
            wanted[f"{instance.category} box"] = "rectangle"
        if isinstance(instance.mask, list) and "polygon" not in there:
            wanted[f"{instance.category} mask"] = "polygon"
        if isinstance(instance.mask, dict) and "bitmap" not in there:
            wanted[f"{instance.category} bitmap"] = "bitmap"
    fresh: Record = {"color": "#00FF00", "geometry_config": {}}
    return [{"title": title, "shape": shape, **fresh} for title, shape in wanted.items() if title not in taken]


def _tags(instances: list[Instance]) -> list[Record]:
    tags: dict[str, Record] = {}
    for instance in instances:
        for name, value in instance.attributes.items():
            kind = "any_string" if isinstance(value, str) else "none" if value is None else "any_number"
            if not isinstance(value, bool | list | dict):
                tags.setdefault(name, {"name": name, "value_type": kind, "color": "#8A0F59"})
    return list(tags.values())
