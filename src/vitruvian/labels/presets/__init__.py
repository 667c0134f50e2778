"""Presets: the ontologies that come with Vitruvian, one JSON document each in ``data/``."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from vitruvian.errors import NotFound
from vitruvian.labels.ontology import Category, Ontology
from vitruvian.labels.skeleton import Skeleton, plain_name, skeleton_from_document

#: Names by which people ask for a preset, beside its own and those of data sets with the same keypoints.
_SPOKEN = {
    "coco17": "coco",
    "body": "coco",
    "person": "coco",
    "coco23": "coco_feet",
    "feet": "coco_feet",
    "wholebody": "coco_wholebody",
    "coco133": "coco_wholebody",
    "face": "300w",
    "face68": "300w",
    "hand": "coco_wholebody_hand",
    "hand21": "coco_wholebody_hand",
    "hands": "hand_pair",
    "animal": "ap10k",
    "box": "product_box",
    "facing": "shelf_facing",
}


@dataclass(frozen=True, slots=True)
class PresetInfo:
    """What a preset is, without its keypoints.

    Attributes
    ----------
    name : str
    title : str
    category : str
        Name of its one category.
    keypoints : int
    sigma_kind : str
        "measured", "adapted", "uniform" or "none".
    source : str
        Where its keypoints come from.
    aliases : tuple of str
        Data sets with the same keypoints.
    """

    name: str
    title: str
    category: str
    keypoints: int
    sigma_kind: str
    source: str
    aliases: tuple[str, ...]


def presets() -> tuple[PresetInfo, ...]:
    """Return every preset, in alphabetical order."""
    return tuple(_info(name) for name in _names())


def preset(name: str) -> Ontology:
    """Return the preset called `name` as an ontology of one category.

    Raises
    ------
    NotFound
        There is none; the hint says which names are close.
    """
    document = _document(_resolve(name))
    category = Category(str(document["category"]), preset_skeleton(name))
    return Ontology(str(document["name"]), (category,), source=str(document["source"]))


def preset_skeleton(name: str) -> Skeleton:
    """Return the skeleton of the preset called `name`; raises NotFound as `preset` does.

    Asked for by the name of another data set with the same keypoints, its sigmas count as adapted: they were measured
    on the data set that the preset is named after.
    """
    own = _resolve(name)
    document = _document(own)
    if plain_name(name) in document["aliases"] and document["sigma_kind"] == "measured":
        document = {**document, "sigma_kind": "adapted", "sigma_source": f"adapted from {own}"}
    return skeleton_from_document(document)


def preset_of(names: Sequence[str]) -> str | None:
    """Return the name of the preset that has just these keypoints in this order, or None.

    Letter case, spaces and dashes do not count: "Left Eye" is left_eye. Of several presets with the same keypoints the
    one with measured sigmas is meant.
    """
    return _by_keypoints().get(tuple(map(plain_name, names)))


@cache
def _by_keypoints() -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for name in _names():
        document = _document(name)
        keys = tuple(plain_name(keypoint["name"]) for keypoint in document["keypoints"])
        if keys not in found or document["sigma_kind"] == "measured":
            found[keys] = name
    return found


def _resolve(name: str) -> str:
    key = plain_name(name)
    names = _names()
    if key in names:
        return key
    aliases = {alias: own for own in names for alias in _document(own)["aliases"]} | _SPOKEN
    if key in aliases:
        return str(aliases[key])
    close = difflib.get_close_matches(key, [*names, *aliases], n=4, cutoff=0.4)
    raise NotFound(
        f"There is no preset {name!r}", hint=f"did you mean {', '.join(close or names[:4])}? vt.presets() lists all"
    )


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(f.name.removesuffix(".json") for f in _folder().iterdir() if f.name.endswith(".json")))


@cache
def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode((_folder() / f"{name}.json").read_bytes())
    return document


def _info(name: str) -> PresetInfo:
    d = _document(name)
    return PresetInfo(
        d["name"], d["title"], d["category"], len(d["keypoints"]), d["sigma_kind"], d["source"], tuple(d["aliases"])
    )


def _folder() -> Any:
    return files(__package__) / "data"
