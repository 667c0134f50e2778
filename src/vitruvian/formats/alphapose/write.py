"""Write AlphaPose's results. A record that came from such a file goes back verbatim but for what was edited since."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitruvian.formats import scored
from vitruvian.formats.alphapose.records import (
    COMPUTED,
    FRAME,
    NAME,
    VARIANTS,
    Record,
    box,
    confidence,
    places,
    track,
)
from vitruvian.labels import Dataset, Instance, MediaEntry


def document(dataset: Dataset) -> Any:
    """Return what the file says, in the variant that the dataset came from."""
    source = dataset.extras.get(NAME, {})
    kept = [i for i in dataset.instances if not i.deleted]
    shape = str(source.get("shape", "list")).removesuffix(" of one")
    if shape not in VARIANTS:
        ids = _category_ids(dataset)
        return [_person(i, dataset, "keypoints", _image(i, dataset), ids[i.category]) for i in kept]
    people, points = VARIANTS[shape]
    pictures: Record = {}
    names: dict[tuple[int, int], str] = {}
    for at, entry in enumerate(dataset.media):
        said = entry.extras.get(NAME, {})
        name = _own(said.get("id"), entry)
        for frame in sorted({0, *(i.frame for i in kept if i.media == at)}) if entry.kind == "video" else [0]:
            names[at, frame] = f"{name}/{frame}.jpg" if entry.kind == "video" else name
            pictures[names[at, frame]] = {**(said.get("top") or {"version": "AlphaPose"}), people: []}
    for instance in kept:
        name = names.setdefault((instance.media, instance.frame), dataset.media[instance.media].name)
        pictures[name][people].append(_person(instance, dataset, points, None, None))
    if source["shape"].endswith(" of one") and len(pictures) == 1:
        return {**source["top"], people: next(iter(pictures.values()))[people]}
    return pictures


def _category_ids(dataset: Dataset) -> dict[str, Any]:
    known = {c.name: c.extras[NAME]["id"] for c in dataset.ontology if NAME in c.extras}
    ids: dict[str, Any] = {"person": 1} | known
    free = max((id for id in ids.values() if type(id) is int), default=0)
    for category in dataset.ontology:
        if category.name not in ids:
            free += 1
            ids[category.name] = free
    return ids


def _image(instance: Instance, dataset: Dataset) -> Any:
    entry = dataset.media[instance.media]
    if entry.kind == "video":
        return f"{instance.frame}.jpg" if len(dataset.media) == 1 else f"{entry.name}/{instance.frame}.jpg"
    return _own(entry.extras.get(NAME, {}).get("id"), entry)


def _own(stated: Any, entry: MediaEntry) -> Any:
    """Return the name of a picture as its file states it, unless it was renamed since."""
    return stated if stated is not None and (str(stated) or "picture") == entry.name else entry.name


def _person(instance: Instance, dataset: Dataset, field: str, image: Any, category: Any) -> Record:
    record: Record | None = instance.extras.get(NAME)
    points = scored.points_of(instance)
    if record is None or not isinstance(record.get(field), list):
        return _new(instance, dataset, field, image, category)
    out = dict(record)
    flat = record[field]
    same = len(flat) == 3 * len(points)
    out[field] = scored.renewed(flat, scored.decode(flat, field), points) if same else scored.encode(points)
    if field != "keypoints":
        return out
    found = FRAME.fullmatch(str(record["image_id"]))
    kept = dataset.media[instance.media].kind == "video" and found is not None and int(found[1]) == instance.frame
    _put(out, "image_id", image, not kept)
    if "category_id" in record or category != 1:
        _put(out, "category_id", category, True)
    if _listed(box(record)) != _listed(instance.box):
        _put(out, "box", _listed(instance.box), True)
    if track(record) != instance.track:
        fresh = None if instance.track is None else _track_id(instance.track)
        _put(out, "idx", [fresh] if isinstance(record.get("idx"), list) and fresh is not None else fresh, True)
    if confidence(record) != instance.confidence:
        out.pop(COMPUTED, None)
        _put(out, "score", instance.confidence, True)
    elif COMPUTED in out and out[field] is not flat:
        out |= _mean(instance)
    return out


def _mean(instance: Instance) -> Record:
    if instance.score is None or np.isnan(instance.score).all():
        return {}
    return {"score": round(float(np.nanmean(instance.score)), 6), COMPUTED: ["score"]}


def _new(instance: Instance, dataset: Dataset, field: str, image: Any, category: Any) -> Record:
    skeleton = dataset.ontology.category(instance.category).skeleton
    flat = scored.encode(scored.points_of(instance, places(skeleton.names) if skeleton else None))
    if field != "keypoints":
        return {field: flat}
    out: Record = {"image_id": image, "category_id": category, "keypoints": flat}
    out |= _mean(instance) if instance.confidence is None else {"score": instance.confidence}
    if instance.box is not None:
        out["box"] = _listed(instance.box)
    if instance.track is not None:
        out["idx"] = _track_id(instance.track)
    return out


def _put(out: Record, field: str, value: Any, changed: bool) -> None:
    if not changed or out.get(field) == value:
        return
    if value is None:
        out.pop(field, None)
    else:
        out[field] = value


def _listed(box: Any) -> list[float] | None:
    return None if box is None else [float(side) for side in box]


def _track_id(track: str) -> int | str:
    return int(track) if track.isdecimal() and str(int(track)) == track else track
