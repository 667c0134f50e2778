"""Write SLEAP's .slp files through sleap-io."""

from __future__ import annotations

import tempfile
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.json_file import write_atomically
from vitruvian.formats.sleap.read import NAME, library
from vitruvian.labels import Dataset, Instance, MediaEntry, Skeleton


def write(dataset: Dataset, path: Path) -> None:
    """Write an .slp file, whole or not at all; raises FormatError and LabelError."""
    sleap_io = library(str(path))
    dataset.check()
    try:
        with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            place = Path(scratch) / "labels.slp"
            sleap_io.save_slp(_labels(dataset, sleap_io), str(place), embed=False, verbose=False)
            content = place.read_bytes()
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OSError, OverflowError) as error:
        raise FormatError(
            f"sleap-io cannot write these labels: {error}", where=str(path), hint="check names and extras"
        ) from error
    write_atomically(path, content)


def _labels(dataset: Dataset, sleap_io: Any) -> Any:
    kept = _record(dataset.extras)
    skeletons = {
        c.name: _skeleton(c.skeleton, _name(c.extras, c.name), sleap_io) for c in dataset.ontology if c.skeleton
    }
    videos, places = _videos(dataset.media, sleap_io)
    originals = _pairs(kept.get("tracks"))
    tracks: dict[str, Any] = {}
    live = [i for i in dataset.instances if not i.deleted and i.category in skeletons]
    for name in [*originals, *(i.track for i in live if i.track is not None)]:
        tracks.setdefault(name, sleap_io.Track(name=originals.get(name, name)))
    frames: dict[tuple[int, int], list[Any]] = {place: [] for place in _spots(kept.get("frames"), len(dataset.media))}
    made: dict[str, Any] = {}
    for instance in live:
        skeleton = dataset.ontology.skeleton(instance.category)
        each = _instance(instance, skeletons[instance.category], skeleton, sleap_io)
        if instance.track is not None:
            each.track = tracks[instance.track]
        made[instance.id] = each
        frames.setdefault((instance.media, instance.frame), []).append(each)
    for instance in live:
        origin = _record(instance.extras).get("from_predicted")
        if isinstance(origin, str) and origin in made and origin != instance.id:
            made[instance.id].from_predicted = made[origin]
    negative = set(_spots(kept.get("negative"), len(dataset.media)))
    labelled = []
    for (media, frame), members in frames.items():
        video, index = places(media, frame)
        one = sleap_io.LabeledFrame(video=video, frame_idx=index, instances=members)
        one.is_negative = (media, frame) in negative and not members
        labelled.append(one)
    provenance = kept.get("provenance")
    return sleap_io.Labels(
        labeled_frames=labelled, videos=videos, skeletons=list(skeletons.values()), tracks=list(tracks.values()),
        suggestions=_suggestions(kept, dataset, places, sleap_io),
        provenance=dict(provenance) if isinstance(provenance, dict) else {},
    )  # fmt: skip


def _skeleton(skeleton: Skeleton, name: str, sleap_io: Any) -> Any:
    flips = [(k.name, k.flip) for k in skeleton.keypoints if k.flip]
    pairs = [(a, b) for a, b in flips if skeleton.index[a] < skeleton.index[str(b)]]
    return sleap_io.Skeleton(
        nodes=list(skeleton.names),
        edges=[(skeleton.names[a], skeleton.names[b]) for a, b in skeleton.edges],
        symmetries=pairs,
        name=name,
    )


def _instance(instance: Instance, made: Any, skeleton: Skeleton, sleap_io: Any) -> Any:
    kept = _record(instance.extras)
    labelled = instance.visibility > 0
    xy = np.where(labelled[:, None], instance.xy, _half(kept, len(skeleton)))
    tracking = kept.get("tracking_score")
    tracking = float(tracking) if isinstance(tracking, int | float) else None
    if kept.get("predicted") is True or instance.score is not None or instance.confidence is not None:
        score = np.full(len(skeleton), np.nan) if instance.score is None else _scores(instance.score, kept)
        each = sleap_io.PredictedInstance.from_numpy(
            xy, skeleton=made, point_scores=score, tracking_score=tracking,
            score=np.nan if instance.confidence is None else instance.confidence,
        )  # fmt: skip
    else:
        each = sleap_io.Instance.from_numpy(xy, skeleton=made, tracking_score=tracking)
    each.points["visible"] = np.where(labelled, instance.visibility == 2, _flags(kept, "visible", len(skeleton)))
    each.points["complete"] = _flags(kept, "complete", len(skeleton))
    return each


def _scores(score: Any, kept: dict[str, Any]) -> Any:
    """Return the scores; those that nobody changed as exactly as the file had them."""
    plain = score.astype(np.float64)
    exact = kept.get("scores")
    if not isinstance(exact, list) or len(exact) != len(plain):
        return plain
    old = np.array([s if isinstance(s, int | float) else np.nan for s in exact], np.float64)
    return np.where(old.astype(np.float32) == score, old, plain)


def _half(kept: dict[str, Any], count: int) -> Any:
    """Return the places of points that have one coordinate only, as the file had them."""
    half = kept.get("half")
    blank = np.full((count, 2), np.nan)
    if not isinstance(half, list) or len(half) != count:
        return blank
    points = [[n if isinstance(n, int | float) else np.nan for n in point] for point in half if isinstance(point, list)]
    found = np.array(points, np.float64) if all(len(point) == 2 for point in points) else blank
    # A whole point would be a label that nobody sees.
    return np.where(np.isfinite(found).all(axis=1)[:, None], np.nan, found) if found.shape == blank.shape else blank


def _flags(kept: dict[str, Any], name: str, count: int) -> Any:
    flags = kept.get(name)
    fits = isinstance(flags, list) and len(flags) == count
    return np.array([flag is True for flag in flags] if fits and flags else [False] * count, bool)


def _videos(media: list[MediaEntry], sleap_io: Any) -> tuple[list[Any], Any]:
    """Return the videos, and where a frame of a media lies: (video, frame). Pictures of one size become one."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for at, entry in enumerate(media):
        kept = _kept_media(entry)
        if entry.kind == "video":
            groups["video", at].append(at)
        else:
            groups["pictures", kept.get("video"), entry.width, entry.height].append(at)
    videos = []
    where: dict[int, tuple[Any, int | None]] = {}
    for key, members in groups.items():
        entry = media[members[0]]
        kept = _kept_media(entry)
        names = [media[at].name for at in members]
        backend = dict(kept["backend"]) if isinstance(kept.get("backend"), dict) else {}
        filename: Any = names[0]
        if key[0] == "video":
            if not backend:
                backend = _backend("MediaVideo", entry.frames, entry) | {"bgr": True, "dataset": "", "input_format": ""}
            # Not the media's name: that of pictures inside another file names a part of it.
            filename = str(backend.setdefault("filename", filename))
        else:
            if backend.get("filenames") != names:
                backend = _backend("ImageVideo", len(names), entry) | {
                    "filename": names[0], "filenames": names, "channels_": 3,
                    "height_": entry.height or None, "width_": entry.width or None,
                }  # fmt: skip
            filename = names
        video = sleap_io.Video(filename=filename, backend=None, backend_metadata=backend, open_backend=False)
        videos.append(video)
        for index, at in enumerate(members):
            where[at] = (video, None if key[0] == "video" else index)

    def places(at: int, frame: int) -> tuple[Any, int]:
        video, index = where[at]
        return video, frame if index is None else index

    return videos, places


def _backend(kind: str, count: int, entry: MediaEntry) -> dict[str, Any]:
    known = entry.width > 0 and entry.height > 0
    return {"type": kind, "grayscale": False} | ({"shape": [count, entry.height, entry.width, 3]} if known else {})


def _kept_media(entry: MediaEntry) -> dict[str, Any]:
    kept = _record(entry.extras)
    return kept if kept.get("name") == entry.name else {}


def _suggestions(kept: dict[str, Any], dataset: Dataset, places: Any, sleap_io: Any) -> list[Any]:
    stated = kept.get("suggestions")
    found = []
    for record in stated if isinstance(stated, list) else ():
        at, frame = (record.get("media"), record.get("frame")) if isinstance(record, dict) else (None, None)
        if isinstance(at, int) and isinstance(frame, int) and 0 <= at < len(dataset.media):
            video, index = places(at, frame)
            metadata = record.get("metadata")
            found.append(
                sleap_io.SuggestionFrame(
                    video=video, frame_idx=index, metadata=dict(metadata) if isinstance(metadata, dict) else {}
                )
            )
    return found


def _spots(stated: Any, media: int) -> list[tuple[int, int]]:
    return [
        (spot[0], spot[1])
        for spot in (stated if isinstance(stated, list) else ())
        if isinstance(spot, list) and len(spot) == 2 and all(isinstance(n, int) for n in spot) and 0 <= spot[0] < media
    ]


def _pairs(stated: Any) -> dict[str, str]:
    return {
        pair[0]: pair[1]
        for pair in (stated if isinstance(stated, list) else ())
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair)
    }


def _name(extras: dict[str, Any], ours: str) -> str:
    name = _record(extras).get("name")
    return name if isinstance(name, str) and ours.partition("#")[0] == name else ours


def _record(extras: dict[str, Any]) -> dict[str, Any]:
    kept = extras.get(NAME)
    return kept if isinstance(kept, dict) else {}
