"""Write predictions as PoseEstimation of ndx-pose: a container for each track of a video, a series for each node."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError
from vitruvian.formats.nwb.estimation import NAME
from vitruvian.labels import Dataset, Instance, Skeleton

#: What a Dataset knows no place for: SLEAP's and DeepLabCut's own words for the top left corner differ.
_FRAME = "(0, 0) is at the top-left of the picture, x to the right, y down"
Key = tuple[int, str | None, str, int]  # media, track, category, number among those without a track


def is_predicted(instance: Instance) -> bool:
    """Whether an instance is a prediction: it was read as one, or has scores."""
    kept = instance.extras.get(NAME)
    read_so = isinstance(kept, dict) and isinstance(kept.get("estimation"), int)
    return read_so or (instance.score is not None and not np.isnan(instance.score).all())


def add_estimations(
    file: Any,
    dataset: Dataset,
    instances: Sequence[Instance],
    skeletons: dict[str, Any],
    places: Callable[[int, int], tuple[Any, int]],
    pynwb: Any,
    ndx_pose: Any,
) -> None:
    """Add a container for each track to the processing modules of a file.

    Raises
    ------
    FormatError
        A track stands twice in a frame.
    """
    stated = _records(dataset)
    groups = _groups(instances, stated)
    for record in stated:
        # A container without an animal in it has its times still.
        groups.setdefault(_key(record), [])
    known = {_key(record): record for record in stated}
    names: set[tuple[str, str]] = set()
    for key, members in groups.items():
        skeleton = dataset.ontology.skeleton(key[2])
        record = known.get(key, {})
        module = _text(record, "module", "behavior")
        track = key[1] if key[1] is not None else "untracked" if key[3] == 0 else f"untracked {key[3] + 1}"
        name = re.sub(r"[/:]", "_", _text(record, "container", f"track={track}"))
        number = 2
        while (module, name) in names:
            name, number = f"{name}_{number}", number + 1
        names.add((module, name))
        source, offset = places(key[0], 0)
        clock = dataset.media[key[0]].extras.get(NAME)
        clock = clock if isinstance(clock, dict) else {}
        linked = source is not None and (not record.get("original_videos") or {"start", "timestamps"} & set(clock))
        series = _series(members, skeleton, record, offset, clock if linked else {}, ndx_pose)
        made = ndx_pose.PoseEstimation(
            name=name, pose_estimation_series=series, skeleton=skeletons[key[2]],
            description=_text(record, "description", "predicted places"), **_about(record),
            **({"source_video": source} if linked else {}),
        )  # fmt: skip
        if module not in file.processing:
            file.create_processing_module(name=module, description="predictions of poses")
        file.processing[module].add(made)


def _records(dataset: Dataset) -> list[dict[str, Any]]:
    kept = dataset.extras.get(NAME)
    stated = kept.get("estimations") if isinstance(kept, dict) else None
    count = len(dataset.media)
    skeletons = {category.name for category in dataset.ontology if category.skeleton}
    return [
        record
        for record in (stated if isinstance(stated, list) else ())
        if isinstance(record, dict)
        and record.get("media") in range(count)
        and record.get("category") in skeletons
        and _numbers(record.get("frames")) is not None
        and _numbers(record.get("times")) is not None
        and len(record["frames"]) == len(record["times"])
    ]


def _key(record: dict[str, Any]) -> Key:
    track = record.get("track")
    return record["media"], track if isinstance(track, str) else None, record["category"], 0


def _groups(instances: Sequence[Instance], stated: Sequence[dict[str, Any]]) -> dict[Key, list[Instance]]:
    groups: dict[Key, list[Instance]] = {_key(record): [] for record in stated}
    taken: dict[Any, int] = defaultdict(int)
    for instance in instances:
        spot = (instance.media, instance.frame, instance.category, instance.track)
        number, taken[spot] = taken[spot], taken[spot] + 1
        if number and instance.track is not None:
            raise FormatError(
                f"The track {instance.track!r} stands twice in frame {instance.frame}",
                where=f"instance {instance.id}", hint="give each a track of its own, or delete one",
            )  # fmt: skip
        groups.setdefault((instance.media, instance.track, instance.category, number), []).append(instance)
    return groups


def _series(
    members: Sequence[Instance],
    skeleton: Skeleton,
    record: dict[str, Any],
    offset: int,
    clock: dict[str, Any],
    ndx_pose: Any,
) -> list[Any]:
    """Return a series for each node; all have the same times."""
    at = dict(zip(record.get("frames", ()), record.get("times", ()), strict=True))
    rates = _numbers(record.get("rates"))
    rate = float(rates[-1]) if rates is not None and len(rates) else 1.0
    _complete(at, [i.frame for i in members], offset, clock, rate)
    frames = sorted(at, key=lambda frame: at[frame])
    rows = {frame: row for row, frame in enumerate(frames)}
    xy = np.full((len(frames), len(skeleton), 2), np.nan)
    scores = np.full((len(frames), len(skeleton)), np.nan)
    if members:
        here = np.array([rows[i.frame] for i in members])
        seen = np.array([i.visibility for i in members]) > 0
        xy[here] = np.where(seen[..., None], np.array([i.xy for i in members]), np.nan)
        scores[here] = np.array([_scores(i) for i in members])
    times = np.array([at[frame] for frame in frames], np.float64)
    steps = times[0] + np.arange(len(times)) / rate if len(times) else times
    even = bool(rates) and len(times) > 1 and np.allclose(times, steps, rtol=0, atol=1e-3 / rate)
    clocked: dict[str, Any] = {"rate": rate, "starting_time": float(times[0])} if even else {"timestamps": times}
    said = record.get("series")
    made = []
    for node, name in enumerate(skeleton.names):
        about = said.get(name) if isinstance(said, dict) and isinstance(said.get(name), dict) else {}
        if isinstance(said, dict) and name not in said and np.isnan(xy[:, node]).all():
            continue
        made.append(
            ndx_pose.PoseEstimationSeries(
                name=re.sub(r"[/:]", "_", _text(about, "name", name)), data=xy[:, node], confidence=scores[:, node],
                **clocked, unit=_text(about, "unit", "pixels"),
                description=_text(about, "description", f"places of {name}"),
                reference_frame=_text(about, "reference_frame", _FRAME),
                confidence_definition=_text(about, "confidence_definition", "score of a point"),
            )
        )  # fmt: skip
    return made


def _complete(at: dict[int, float], wanted: Sequence[int], offset: int, clock: dict[str, Any], rate: float) -> None:
    """Give every frame a time, so that it is read as that frame again."""
    whole = all(float(time).is_integer() for time in at.values())
    times, stated = clock.get("timestamps"), clock.get("rate")
    if isinstance(times, list) and times:
        for frame in wanted:
            at.setdefault(frame, times[min(frame + offset, len(times) - 1)])
    elif clock or whole:
        known = float(stated) if isinstance(stated, int | float) and stated > 0 else 0.0
        start = float(clock["start"]) if known and isinstance(clock.get("start"), int | float) else 0.0
        for frame in wanted:
            at.setdefault(frame, start + (frame + offset) / (known or 1.0))
    elif at:
        # Times tell frames by their rank or by the rate: between the first and the last one, none may be missing.
        first = min(at)
        for frame in range(min([first, *wanted]), max([*at, *wanted]) + 1):
            at.setdefault(frame, at[first] + (frame - first) / rate)


def _about(record: dict[str, Any]) -> dict[str, Any]:
    said = {name: record[name] for name in ("scorer", "source_software") if isinstance(record.get(name), str)}
    if isinstance(record.get("source_software_version"), str) and said.get("source_software"):
        said["source_software_version"] = record["source_software_version"]
    for name in ("original_videos", "labeled_videos"):
        videos = record.get(name)
        if isinstance(videos, list) and videos and all(isinstance(video, str) for video in videos):
            said[name] = videos
    sides = record.get("dimensions")
    if isinstance(sides, list) and np.ndim(sides) == 2:
        said["dimensions"] = np.array(sides, np.uint16)
    return said


def _scores(instance: Instance) -> NDArray[np.float64]:
    """Return the scores; those that nobody changed as exactly as the file had them."""
    if instance.score is None:
        return np.full(len(instance.visibility), np.nan)
    plain = instance.score.astype(np.float64)
    kept = instance.extras.get(NAME)
    exact = kept.get("scores") if isinstance(kept, dict) else None
    if not isinstance(exact, list) or len(exact) != len(plain):
        return plain
    old = np.array([score if isinstance(score, int | float) else np.nan for score in exact], np.float64)
    return np.where(old.astype(np.float32) == instance.score, old, plain)


def _numbers(stated: Any) -> list[Any] | None:
    good = isinstance(stated, list) and all(isinstance(n, int | float) and np.isfinite(n) for n in stated)
    return stated if good else None


def _text(record: Any, name: str, otherwise: str) -> str:
    word = record.get(name) if isinstance(record, dict) else None
    return word if isinstance(word, str) and word else otherwise
