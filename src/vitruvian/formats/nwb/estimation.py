"""Read predictions (PoseEstimation of ndx-pose): a container for each animal, a series of places for each node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.pose_rows import MAX_FRAMES
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Instance, MediaEntry, skeleton_from_names

NAME = "nwb"
_HINT = "is this ndx-pose's PoseEstimation?"
#: What is said of a container or a series, and kept.
_OF_CONTAINER = ("description", "scorer", "source_software")
_TRACK = "track="
_MAX_NUMBERS = 1 << 27

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Series:
    """One node of one animal: where it was when."""

    name: str
    times: Floats
    places: Floats
    scores: Floats
    rate: float | None
    record: dict[str, Any]


@dataclass(slots=True)
class Container:
    """One animal of one video."""

    place: str
    track: str | None
    category: Category
    media: int
    clock: Any
    nodes: list[int]
    series: list[Series]
    record: dict[str, Any]


def read_estimations(
    groups: Sequence[tuple[str, Any]],
    skeletons: dict[Any, Category],
    media: list[MediaEntry],
    where: str,
    found: Remarks,
) -> tuple[list[Instance], list[dict[str, Any]]]:
    """Return the instances of all containers, frame by frame, and what was said of each container.

    Categories and media that only they know are added to `skeletons` and `media`.

    Raises
    ------
    FormatError
        A series that does not fit itself; names it.
    """
    containers = [_container(place, group, skeletons, media, where, found) for place, group in groups]
    instances: list[Instance] = []
    taken: set[tuple[int, str]] = set()
    for number, one in enumerate(containers):
        name, again = one.track, 2
        while name is not None and (one.media, name) in taken:
            name, again = f"{one.track}#{again}", again + 1
        if name is not None:
            taken.add((one.media, name))
        one.track = one.record["track"] = name
        same = [other for other in containers if other.media == one.media]
        instances += _instances(one, number, same, where, found)
        media[one.media].frames = max([media[one.media].frames, *(frame + 1 for frame in one.record["frames"])])
    instances.sort(key=lambda i: (i.media, i.frame))
    return instances, [one.record for one in containers]


def _container(
    place: str, group: Any, skeletons: dict[Any, Category], media: list[MediaEntry], where: str, found: Remarks
) -> Container:
    here = f"{where}: {place}"
    listed = [
        _series(group[name], name, f"{here}/{name}", found)
        for name in group
        if text(group[name].attrs.get("neurodata_type", "")) == "PoseEstimationSeries"
    ]
    record: dict[str, Any] = {"container": place.rpartition("/")[2], "module": place.split("/")[1]}
    record |= {name: text(group[name][()]) for name in _OF_CONTAINER if name in group}
    if "source_software" in group and "version" in group["source_software"].attrs:
        record["source_software_version"] = text(group["source_software"].attrs["version"])
    for name in ("original_videos", "labeled_videos"):
        if name in group:
            record[name] = [text(video) for video in np.asarray(group[name]).ravel().tolist()]
    if "dimensions" in group:
        record["dimensions"] = np.asarray(group["dimensions"]).tolist()
    track: str | None = record["container"].removeprefix(_TRACK)
    # The link bears the name of the skeleton that it leads to.
    linked = [skeletons[member.id] for member in group.values() if member.id in skeletons]
    if linked:
        category = linked[0]
        track = _animal(listed, category, record) or track
    else:
        category, animal = _old_category(group, listed, record, here, {c.name for c in skeletons.values()}, skeletons)
        track = animal or track
    category = _with_nodes(category, listed, skeletons, here, found)
    names = category.skeleton.names if category.skeleton else ()
    video, clock = _video(group, record, media, here, found)
    # The second is what ndx-pose calls a container that nobody named.
    record |= {
        "track": None if track in ("untracked", "PoseEstimation") else track,
        "media": video,
        "category": category.name,
    }
    record["series"] = {names[_node(one.name, names)]: one.record for one in listed}
    nodes = [_node(one.name, names) for one in listed]
    return Container(place, record["track"], category, video, clock, nodes, listed, record)


def _series(group: Any, name: str, where: str, found: Remarks) -> Series:
    data = np.asarray(group["data"], np.float64)
    if data.ndim != 2 or data.shape[1] not in (2, 3):
        raise FormatError(f"Places of shape {data.shape}", where=f"{where}: data", hint=_HINT)
    found.add(name, "data", "it has depths, which are left out", int(data.shape[1] == 3))
    if group["data"].attrs.get("conversion", 1.0) != 1.0:
        found.add(name, "data: conversion", "places are not in pixels; they are read as they are stored")
    count = len(data)
    scores = np.asarray(group["confidence"], np.float64) if "confidence" in group else np.full(count, np.nan)
    rate = None
    if "timestamps" in group:
        times = np.asarray(group["timestamps"], np.float64)
    else:
        start = group["starting_time"]
        rate = float(start.attrs["rate"])
        if rate == 0:
            # sleap-io rounds rates down: below one frame a second nothing is left of them.
            found.add(name, "starting_time: rate", "it is 0; its frames are taken to follow one another")
            rate = 1.0
        if not 0 < rate < 1e12:
            raise FormatError(f"A rate of {rate}", where=f"{where}: starting_time", hint=_HINT)
        times = float(start[()]) + np.arange(count) / rate
    if times.shape != (count,) or scores.shape != (count,) or not np.isfinite(times).all():
        raise FormatError("There are not as many times and confidences as places", where=where, hint=_HINT)
    record = {"name": name, "description": text(group.attrs.get("description", ""))}
    for kept in ("reference_frame", "confidence"):
        if kept in group:
            value = text(group[kept].attrs.get("definition", "")) if kept == "confidence" else text(group[kept][()])
            record["confidence_definition" if kept == "confidence" else kept] = value
    record["unit"] = text(group["data"].attrs.get("unit", "pixels"))
    return Series(name, times, data[:, :2], scores, rate, record)


def _old_category(
    group: Any, listed: Sequence[Series], record: dict[str, Any], where: str, taken: set[str], skeletons: dict[Any, Any]
) -> tuple[Category, str | None]:
    """Return the category of a container without a linked skeleton, as ndx-pose 0.1 wrote them, and its animal."""
    names = [text(node) for node in np.asarray(group["nodes"]).ravel().tolist()] if "nodes" in group else []
    names = names or [one.name for one in listed]
    animal = None
    parts = [name.partition("_") for name in names]
    if record.get("source_software") == "DeepLabCut" and len({p[0] for p in parts}) == 1 and all(p[2] for p in parts):
        # DeepLabCut's writer calls them by the animal and the body part.
        animal, names = parts[0][0], [part[2] for part in parts]
    edges = np.asarray(group["edges"]).reshape(-1, 2).tolist() if "edges" in group else []
    try:
        skeleton = skeleton_from_names(names, edges=[(int(a), int(b)) for a, b in edges if a != b])
    except OntologyError as error:
        raise FormatError(error.message, where=f"{where}: nodes", hint=error.hint) from error
    for known in skeletons.values():
        if known.skeleton == skeleton:
            return known, animal
    ours, number = "animal", 2
    while ours in taken:
        ours, number = f"animal {number}", number + 1
    category = Category(ours, skeleton)
    skeletons[where] = category
    return category, animal


def _animal(listed: Sequence[Series], category: Category, record: dict[str, Any]) -> str | None:
    """Return the animal that DeepLabCut's writer calls all series by, beside the node."""
    names = category.skeleton.names if category.skeleton else ()
    known = [(one.name, names[_node(one.name, names)]) for one in listed if _node(one.name, names) >= 0]
    animals = {series.removesuffix(node).removesuffix("_") for series, node in known}
    return animals.pop() if record.get("source_software") == "DeepLabCut" and len(animals) == 1 else None


def _with_nodes(
    category: Category, listed: Sequence[Series], skeletons: dict[Any, Category], where: str, found: Remarks
) -> Category:
    """Return the category with a node for every series."""
    names = list(category.skeleton.names) if category.skeleton else []
    more = [one.name for one in listed if _node(one.name, names) < 0]
    if not more:
        return category
    found.add(where, "skeleton", f"it has no node {more[0]!r} that a series is about; it is added", len(more))
    edges = category.skeleton.edges if category.skeleton else ()
    try:
        wider = Category(category.name, skeleton_from_names([*names, *more], edges=edges))
    except OntologyError as error:
        raise FormatError(error.message, where=where, hint=error.hint) from error
    for key in [key for key, known in skeletons.items() if known is category]:
        skeletons[key] = wider
    return wider


def _node(series: str, names: Sequence[str]) -> int:
    """Return the node that a series is about: that of its name, or the only one that its name ends in; -1 for none."""
    if series in names:
        return list(names).index(series)
    ends = [at for at, name in enumerate(names) if name and series.endswith(f"_{name}")]
    return ends[0] if len(ends) == 1 else -1


def _video(
    group: Any, record: dict[str, Any], media: list[MediaEntry], where: str, found: Remarks
) -> tuple[int, tuple[float, float] | Floats | None]:
    """Return the media, and its clock: start and rate, or the time of each frame, where the file says so."""
    source = group.get("source_video")
    files = record.get("original_videos") or []
    width = height = 0
    clock: Any = None
    if source is not None:
        files = [text(f) for f in np.asarray(source["external_file"]).ravel()] if "external_file" in source else []
        files = files or [source.name.rpartition("/")[2]]
        sides = np.asarray(source["dimension"]).ravel().tolist() if "dimension" in source else []
        width, height = (int(n) if 0 < n < MAX_FRAMES else 0 for n in sides) if len(sides) == 2 else (0, 0)
        if "timestamps" in source:
            clock = np.asarray(source["timestamps"], np.float64)
        elif "starting_time" in source:
            clock = (float(source["starting_time"][()]), float(source["starting_time"].attrs["rate"]))
    if len(files) > 1:
        found.add(where, "original_videos", "it has several videos; its frames are taken for those of the first")
    name = files[0] if files else record["container"]
    for at, entry in enumerate(media):
        if entry.name == name and entry.kind == "video":
            return at, clock
    if Path(name).name != name and any(entry.name == name for entry in media):
        found.add(where, "original_videos", "a picture is called so too")
    kept: dict[str, Any] = {"file": name}
    if isinstance(clock, tuple):
        kept |= {"start": clock[0], "rate": clock[1]}
    elif clock is not None:
        kept["timestamps"] = clock.tolist()
    media.append(MediaEntry(name, width, height, 1, "video", {NAME: kept}))
    return len(media) - 1, clock


def frames_of(times: Floats, everyone: Floats, clock: Any, rates: Sequence[float]) -> NDArray[np.int64]:
    """Return the frame of each time.

    Parameters
    ----------
    times : ndarray, shape (N,)
        Seconds since the session began.
    everyone : ndarray, shape (M,)
        All times at which anybody was seen in this video, sorted, none twice.
    clock : (float, float), ndarray or None
        Start and rate of the video, or the time of each of its frames.
    rates : sequence of float
        Rates that series of this video state.

    Notes
    -----
    A frame is the one at that time in the video, where the file says when its frames were. Else whole numbers are
    numbers of frames: writers that know no times count frames as seconds. Else, with a rate, frames are counted from
    the earliest time; without one, a frame is the rank of its time among all of the video.
    """
    if isinstance(clock, np.ndarray) and len(clock):
        order = np.argsort(clock, kind="stable")
        after = np.clip(np.searchsorted(clock[order], times), 1, max(len(clock) - 1, 1))
        after = np.minimum(after, len(clock) - 1)
        before = np.maximum(after - 1, 0)
        nearer = np.abs(times - clock[order][before]) <= np.abs(clock[order][after] - times)
        found = order[np.where(nearer, before, after)].astype(np.float64)
    elif isinstance(clock, tuple) and 0 < clock[1] < 1e12:
        found = np.rint((times - clock[0]) * clock[1])
    elif np.array_equal(everyone, np.rint(everyone)) and (everyone >= 0).all():
        found = times
    elif rates:
        found = np.rint((times - everyone[0]) * max(rates))
    else:
        found = np.searchsorted(everyone, times).astype(np.float64)
    return np.clip(found, -1, MAX_FRAMES).astype(np.int64)


def _instances(one: Container, number: int, same: Sequence[Container], where: str, found: Remarks) -> list[Instance]:
    times = [series.times for other in same for series in other.series]
    everyone = np.unique(np.concatenate(times)) if times else np.zeros(0)
    rates = sorted({s.rate for other in same for s in other.series if s.rate is not None})
    own = np.unique(np.concatenate([s.times for s in one.series])) if one.series else np.zeros(0)
    frames = frames_of(own, everyone, one.clock, rates) if len(own) else np.zeros(0, np.int64)
    if len(frames) and (frames.min() < 0 or frames.max() >= MAX_FRAMES):
        raise FormatError("A time lies outside of any video", where=f"{where}: {one.place}", hint=_HINT)
    if len(np.unique(frames)) < len(frames):
        # Two times that one frame is nearest to: nothing but their order tells them apart.
        found.add(one.place, "timestamps", "several times fall on one frame; frames are counted by their order instead")
        frames = np.searchsorted(everyone, own)
    one.record["frames"], one.record["times"] = frames.tolist(), own.tolist()
    one.record["rates"] = rates
    count = len(one.category.skeleton.names) if one.category.skeleton else 0
    if len(own) * count > _MAX_NUMBERS:
        raise FormatError("There are too many places", where=f"{where}: {one.place}", hint="split the file")
    xy = np.full((len(own), count, 2), np.nan)
    scores = np.full((len(own), count), np.nan)
    for node, series in zip(one.nodes, one.series, strict=True):
        rows = np.searchsorted(own, series.times)
        xy[rows, node], scores[rows, node] = series.places, series.scores
    finite = np.isfinite(xy)
    there = np.asarray(finite[..., 0] & finite[..., 1])
    half = int((finite[..., 0] ^ finite[..., 1]).sum())
    found.add(one.place, "data", "only one of x and y is there; it is not read as a point", half)
    with np.errstate(over="ignore"):
        plain = scores.astype(np.float32)
    out = []
    for row in np.flatnonzero(there.any(axis=1)).tolist():
        kept: dict[str, Any] = {"estimation": number}
        if not np.array_equal(plain[row], scores[row], equal_nan=True):
            kept["scores"] = [None if np.isnan(score) else score for score in scores[row].tolist()]
        out.append(
            Instance(
                id="", category=one.category.name, media=one.media, frame=int(frames[row]), track=one.track,
                xy=np.where(there[row][:, None], xy[row], 0.0), visibility=np.where(there[row], 2, 0).astype(np.uint8),
                score=plain[row], extras={NAME: kept},
            )
        )  # fmt: skip
    return out


def text(value: Any) -> str:
    """Return a text of the file."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
