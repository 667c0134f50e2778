"""Datasets of everything that a Dataset can say, and what is left of them in formats that can say less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from hypothesis import strategies as st

from vitruvian.formats.bodies import body
from vitruvian.formats.posetrack17 import NAMES as POSETRACK
from vitruvian.labels import Category, Dataset, Instance, Keypoint, MediaEntry, Ontology, Skeleton, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton

#: Formats of one skeleton: the names that they know.
FIXED = {
    "alphapose": preset_skeleton("coco").names,
    "mpii": preset_skeleton("mpii").names,
    "mpii_json": preset_skeleton("mpii").names,
    "openpose": (body(18) or Skeleton(())).names,
    "posetrack17": POSETRACK,
}
#: Formats of tables, which know one object of a name in a frame.
ONE_A_FRAME = frozenset({"deeplabcut", "lightning_pose", "sleap_analysis"})
#: A file of these holds either pictures or one video.
ONE_KIND = frozenset({"sleap_analysis"})
#: Of an object without a labelled point, its row in these says nothing at all.
BLANK = frozenset({"deeplabcut", "lightning_pose", "sleap", "sleap_analysis", "nwb"})

PERSON = Skeleton(
    (
        Keypoint("nose", 0.026, None, "face", "#ff0000", "the tip"),
        Keypoint("left Eye", 0.025, "right Eye", "face", "#00ff00"),
        Keypoint("right Eye", 0.025, "left Eye", "face", "#0000ff"),
        Keypoint("große Zehe 足", 0.09, None, "foot"),
    ),
    ((1, 0), (0, 2), (0, 3)),
    "measured",
)
MUG = Skeleton((Keypoint("rim"), Keypoint("handle")), ((0, 1),))
POLYGONS = [[1.0, 2.0, 3.5, 4.0, 5.0, 6.0], [0.0, 0.0, 9.0, 0.0, 9.0, 9.0]]
RLE = {"size": [480, 640], "counts": [3, 2, 307195]}

coordinates = st.one_of(
    st.floats(0, 639, allow_nan=False), st.floats(-1e4, 1e4, allow_nan=False), st.sampled_from([1e-7, 0.1, 1 / 3, -0.5])
)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """Draw a dataset that uses every feature of a Dataset."""
    ontology = Ontology(
        "alles mögliche",
        (Category("person", PERSON, "#00ff00"), Category("Tasse ☕", MUG, "#0000ff"), Category("box", None)),
    )
    names = ("a/ein Bild ä.jpg", "a/two.png", "a/leer.jpg")
    media = [*(MediaEntry(name, 640, 480) for name in names), MediaEntry("clip.mp4", 640, 480, 9, "video")]
    instances = []
    for at in range(draw(st.integers(3, 7))):
        category = draw(st.sampled_from(["person", "person", "Tasse ☕", "box"]))
        place = draw(st.sampled_from([0, 1, 3]))
        video = place == 3
        count = len(ontology.category(category).skeleton or ())
        visibility = np.array([draw(st.sampled_from([0, 1, 2])) for _ in range(count)], np.uint8)
        xy = np.array([[draw(coordinates), draw(coordinates)] for _ in range(count)]).reshape(count, 2)
        box = [draw(coordinates), draw(coordinates), draw(st.floats(0.5, 300)), draw(st.floats(0.5, 300))]
        score = draw(st.booleans()) and count
        mask = draw(st.sampled_from([None, None, POLYGONS, RLE]))
        instances.append(
            Instance(
                str(at + 1), category, place, at if video else 0, xy * (visibility[:, None] > 0), visibility,
                score=np.linspace(0.125, 0.9, count).astype(np.float32) if score else None,
                keyed=np.arange(count) % 2 == 0 if video and count else None,
                box=np.array(box) if category == "box" or draw(st.booleans()) else None,
                mask=mask, track=f"Spur {at}" if video or draw(st.booleans()) else None,
                confidence=draw(st.sampled_from([None, 0.5, 0.987654321])),
                area=draw(st.sampled_from([None, 12.25])), crowd=draw(st.booleans()),
                attributes=draw(st.sampled_from([{}, {"mood": "froh ä", "age": 3}])),
            )
        )  # fmt: skip
    return Dataset(ontology, media, instances)


def only(dataset: Dataset, holds: frozenset[str], formats: tuple[str, ...] = ()) -> Dataset:
    """Return what of a dataset can be said with only the features in `holds`, and in all of the named formats."""
    ontology = Ontology(dataset.ontology.name, tuple(_categories(dataset.ontology, holds, formats)))
    videos = "videos" in holds
    one_kind = bool(ONE_KIND & set(formats)) and videos
    media = [replace(e) for e in dataset.media if (videos if e.kind == "video" else not one_kind)]
    was = {}
    for entry in media:
        known = entry.name
        entry.name = _named(entry, holds, formats)
        was[known] = entry.name
    instances: list[Instance] = []
    for instance in dataset.instances:
        entry = dataset.media[instance.media]
        skeleton = dataset.ontology.category(instance.category).skeleton
        if entry.name not in was or (skeleton is None and "no_skeleton" not in holds):
            continue
        category = instance.category if "categories" in holds else ontology.categories[0].name
        if category not in ontology.index:
            continue
        wanted = ontology.category(category).skeleton
        if (wanted is None) != (skeleton is None):
            continue
        made = _instance(instance, category, wanted, holds, _places(wanted, formats))
        made.media = [e.name for e in media].index(was[entry.name])
        blank = made.box is None and (
            made.mask is None or ({"via", "via_csv"} & set(formats) and isinstance(made.mask, dict))
        )
        if not made.visibility.any() and ("no_points" not in holds or blank or set(formats) & BLANK):
            continue
        instances.append(made)
    if ONE_A_FRAME & set(formats):
        instances = list({(i.media, i.frame): i for i in instances}.values())
    if "deeplabcut" in formats and any(i.track for i in instances):
        # Once somebody has a name there, everybody has.
        instances = [replace(i, track=i.track or f"Tier {at}") for at, i in enumerate(instances)]
    used = {i.media for i in instances}
    if "unused_media" not in holds or {"coco", "posetrack"} & set(formats):
        stays = "unused_media" in holds  # of COCO only videos have to be used
        keep = [at for at, e in enumerate(media) if at in used or (stays and e.kind == "image")]
        media = [media[at] for at in keep]
        instances = [replace(i, media=keep.index(i.media)) for i in instances]
    instances.sort(key=lambda i: (i.media, i.frame))
    return Dataset(ontology, media, instances)


def _named(entry: MediaEntry, holds: frozenset[str], formats: tuple[str, ...]) -> str:
    if "media_names" in holds:
        return entry.name
    if "openpose" in formats:
        return PurePosixPath(entry.name).stem
    folder, _, name = entry.name.rpartition("/")
    return f"labeled-data/{folder or 'pictures'}/{name}"


def _categories(ontology: Ontology, holds: frozenset[str], formats: tuple[str, ...]) -> Iterator[Category]:
    first = next((name for name in formats if name in FIXED), None)
    skeletons = "skeletons" in holds and first is None
    for at, category in enumerate(ontology.categories if "categories" in holds else ontology.categories[:1]):
        skeleton = category.skeleton
        if skeleton is None:
            if "no_skeleton" in holds:
                yield category
            continue
        if at and not skeletons:
            continue
        if first is not None:
            skeleton = skeleton_from_names(FIXED[first])
        yield Category(category.name, _skeleton(skeleton, holds), category.color if "categories" in holds else None)


def _skeleton(skeleton: Skeleton, holds: frozenset[str]) -> Skeleton:
    keypoints = tuple(
        Keypoint(
            k.name,
            k.sigma if "sigmas" in holds else None,
            k.flip if "flips" in holds else None,
            k.group if "groups" in holds else "",
            k.color if "colors" in holds else None,
            k.where if "where" in holds else "",
        )
        for k in skeleton.keypoints
    )
    return Skeleton(
        keypoints, skeleton.edges if "edges" in holds else (), skeleton.sigma_kind if "sigmas" in holds else "none"
    )


def _places(skeleton: Skeleton | None, formats: tuple[str, ...]) -> list[int]:
    """Return which keypoints every one of the formats knows."""
    shared = [set(FIXED[name]) for name in formats if name in FIXED]
    names = skeleton.names if skeleton else ()
    return [at for at, name in enumerate(names) if all(name in known for known in shared)]


def _instance(
    instance: Instance, category: str, skeleton: Skeleton | None, holds: frozenset[str], places: list[int]
) -> Instance:
    count = len(skeleton) if skeleton else 0
    own = min(len(places), len(instance.visibility))
    at = places[:own]
    xy, visibility = np.zeros((count, 2)), np.zeros(count, np.uint8)
    xy[at], visibility[at] = instance.xy[:own], instance.visibility[:own]
    score = keyed = None
    if instance.score is not None and "scores" in holds:
        score = np.full(count, np.nan, np.float32)
        score[at] = instance.score[:own]
        score[visibility == 0] = np.nan
        score = None if np.isnan(score).all() else score
    if instance.keyed is not None and "keyed" in holds:
        keyed = np.zeros(count, np.bool_)
        keyed[at] = instance.keyed[:own]
    if "no_score" not in holds and visibility.any():
        score = np.full(count, np.nan, np.float32) if score is None else score
        score[(visibility > 0) & np.isnan(score)] = 0.5
    if "hidden" not in holds:
        visibility[visibility == 1] = 2
    box = instance.box if "boxes" in holds else None
    if "boxes" in holds and "no_box" not in holds and box is None:
        box = np.array([1.0, 2.0, 30.0, 40.0])
    fields: dict[str, Any] = {
        "track": instance.track if "tracks" in holds else None,
        "confidence": instance.confidence if "confidence" in holds else None,
        "area": instance.area if "areas" in holds else None,
        "crowd": instance.crowd and "crowds" in holds,
        "attributes": instance.attributes if "attributes" in holds else {},
        "mask": instance.mask if "masks" in holds else None,
    }
    return Instance(
        instance.id, category, 0, instance.frame, xy, visibility, score=score, keyed=keyed, box=box, **fields
    )
