"""Read SLEAP's .slp files through sleap-io; what it would lose is kept in `extras`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.hdf5 import check_links, opened
from vitruvian.formats.pose_rows import MAX_FRAMES
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, Keypoint, MediaEntry, Ontology, Skeleton

NAME = "sleap"
#: What a file may hold besides labels of poses, and sleap-io's name for it.
OTHERS = ("sessions", "identities", "categories", "events", "rois", "bboxes", "masks", "label_images", "centroids")
NAN = float("nan")
_HINT = "open and save it with SLEAP"


def library(where: str) -> Any:
    """Return sleap-io; raises FormatError where it is missing."""
    try:
        import sleap_io  # noqa: PLC0415  heavy, and in an optional extra
    except ImportError as error:
        raise FormatError(
            "SLEAP files need the library sleap-io", where=where, hint='pip install "vitruvian[sleap]"'
        ) from error
    return sleap_io


def read(path: Path) -> Dataset:
    """Read an .slp file; raises FormatError naming what is wrong in it."""
    sleap_io = library(str(path))
    with opened(path, "sleap") as file:
        check_links(file, path)
        _check_tables(file, path)
        # SLEAP counted from the corner of a pixel before, but for what it predicted; sleap-io moves predictions too.
        moved = 0.5 if _version(file) < 1.1 else 0.0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Videos stay closed: their paths come from the file.
            labels = sleap_io.load_slp(str(path), open_videos=False)
    except Exception as error:
        # What a broken file makes of a library that trusts it is of any kind.
        raise FormatError(
            "A part of this file is missing, or of another kind than sleap-io expects", where=str(path), hint=_HINT
        ) from error
    try:
        return _dataset(labels, path, moved)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise FormatError("The parts of this file contradict each other", where=str(path), hint=_HINT) from error


def _check_tables(file: Any, path: Path) -> None:
    """Refuse numbers of rows that are not there, before a library counts up to them."""
    tables = {}
    for name, fields in (
        ("frames", ("video", "frame_idx", "instance_id_start", "instance_id_end")),
        ("instances", ("instance_type", "skeleton", "track", "point_id_start", "point_id_end")),
        ("points", ("x", "y")),
        ("pred_points", ("x", "y", "score")),
    ):
        kind = getattr(file[name], "dtype", None) if name in file else None
        if kind is None or kind.names is None or not set(fields) <= set(kind.names):
            raise FormatError(f"The table {name!r} is missing or has other fields", where=str(path), hint=_HINT)
        tables[name] = file[name][()]
    frames, instances = tables["frames"], tables["instances"]
    predicted = instances["instance_type"] == 1
    checks = [("frames", "instance_id", frames, len(instances))]
    checks.append(("instances", "point_id", instances[predicted], len(tables["pred_points"])))
    checks.append(("instances", "point_id", instances[~predicted], len(tables["points"])))
    for name, field, rows, limit in checks:
        start, end = rows[f"{field}_start"].astype(np.float64), rows[f"{field}_end"].astype(np.float64)
        if ((start > end) | (end > limit)).any():
            raise FormatError("It points at rows that are not there", where=f"{path}: {name}: {field}", hint=_HINT)
    if (frames["frame_idx"].astype(np.float64) >= MAX_FRAMES).any():
        raise FormatError("A frame is beyond any video", where=f"{path}: frames: frame_idx", hint=_HINT)


def _version(file: Any) -> float:
    """Return the version of the file's layout."""
    stated = file["metadata"].attrs.get("format_id", 0.0) if "metadata" in file else 0.0
    return float(stated) if np.ndim(stated) == 0 and isinstance(stated, int | float | np.number) else 0.0


def _dataset(labels: Any, path: Path, moved: float) -> Dataset:
    found, file = Remarks(str(path)), str(path)
    categories, names = _categories(labels.skeletons, file, found)
    media, places = _media(labels.videos, file)
    tracks = _unique([str(track.name) for track in labels.tracks])
    track_names = {id(track): name for track, name in zip(labels.tracks, tracks, strict=True)}
    instances: list[Instance] = []
    ids: dict[int, str] = {}
    frames: list[list[int]] = []
    negative: list[list[int]] = []
    for labelled in labels.labeled_frames:
        at, frame = places(labelled.video, int(labelled.frame_idx))
        media[at].frames = max(media[at].frames, frame + 1)
        frames.append([at, frame])
        if labelled.is_negative:
            negative.append([at, frame])
        for each in labelled.instances:
            instance = _instance(each, names[id(each.skeleton)], at, frame, str(len(instances) + 1), file, found)
            instance.track = track_names.get(id(each.track))
            if moved and instance.score is not None:
                instance.xy = np.where(instance.visibility[:, None] > 0, instance.xy + moved, 0.0)
            ids[id(each)] = instance.id
            instances.append(instance)
    _link(labels, instances, ids)
    for name in OTHERS:
        count = len(getattr(labels, name, None) or ())
        found.add("", name, "it is not kept: Vitruvian has no word for it", count)
    suggestions = []
    for suggestion in labels.suggestions:
        at, frame = places(suggestion.video, int(suggestion.frame_idx))
        suggestions.append({"media": at, "frame": frame, "metadata": plain(suggestion.metadata)})
    used = {(i.media, i.frame) for i in instances}
    provenance = plain({name: value for name, value in labels.provenance.items() if name != "filename"})
    stated = {
        "tracks": [[ours, str(track.name)] for ours, track in zip(tracks, labels.tracks, strict=True)],
        "suggestions": suggestions,
        "provenance": provenance,
        "negative": negative,
    }
    kept: dict[str, Any] = {name: value for name, value in stated.items() if value}
    if {(at, frame) for at, frame in frames} - used:
        kept["frames"] = frames
    return Dataset(
        Ontology(path.stem or NAME, tuple(categories), source=NAME), media, instances, {NAME: kept}, found.warnings()
    )


def _categories(skeletons: Sequence[Any], file: str, found: Remarks) -> tuple[list[Category], dict[int, str]]:
    names = _unique([str(s.name or "animal") for s in skeletons])
    categories = []
    for name, skeleton in zip(names, skeletons, strict=True):
        nodes = [str(node) for node in skeleton.node_names]
        flips: dict[str, str] = {}
        for a, b in skeleton.symmetry_inds:
            if a == b or nodes[a] in flips or nodes[b] in flips:
                found.add(f"skeleton {name}", "symmetries", "a node has several partners; the first counts")
                continue
            flips[nodes[a]], flips[nodes[b]] = nodes[b], nodes[a]
        edges = [(int(a), int(b)) for a, b in skeleton.edge_inds]
        joined = tuple(edge for edge in edges if edge[0] != edge[1])
        found.add(
            f"skeleton {name}",
            "edges",
            "an edge joins a node to itself; it is left out",
            len(edges) - len(joined),
            file=file,
        )
        try:
            made = Skeleton(tuple(Keypoint(node, flip=flips.get(node)) for node in nodes), joined)
        except OntologyError as error:
            raise FormatError(error.message, where=f"{file}: skeleton {name}", hint=error.hint) from error
        categories.append(Category(name, made, extras={NAME: {"name": skeleton.name}}))
    return categories, {id(skeleton): name for skeleton, name in zip(skeletons, names, strict=True)}


def _unique(names: Sequence[str]) -> list[str]:
    """Return names of which none stands twice or is empty."""
    found: dict[str, None] = {}
    for name in names:
        free, number = name if name.strip() else "unnamed", 2
        while free in found:
            free, number = f"{name}#{number}", number + 1
        found[free] = None
    return list(found)


def _media(videos: Sequence[Any], file: str) -> tuple[list[MediaEntry], Any]:
    """Return the media, and how to find where a frame of a video lies: (media, frame)."""
    media: list[MediaEntry] = []
    first: dict[int, tuple[int, int]] = {}
    for number, video in enumerate(videos):
        backend = plain(dict(video.backend_metadata))
        record: dict[str, Any] = {"video": number}
        source = video
        if backend.get("filename") == "." or backend.get("has_embedded_images"):
            # Its pictures lie in this very file; frames count those of the video they were taken from.
            record["embedded"] = backend
            while source.source_video is not None:
                source = source.source_video
            backend = plain(dict(source.backend_metadata))
        count, height, width = _shape(backend) or _shape(record.get("embedded", {})) or (0, 0, 0)
        if isinstance(source.filename, list):
            first[id(video)] = (len(media), len(source.filename))
            for at, name in enumerate(source.filename):
                kept = {**record, "backend": backend} if at == 0 else record
                media.append(MediaEntry(str(name), width, height, extras={NAME: {**kept, "name": str(name)}}))
            continue
        name = str(source.filename)
        if backend.get("filename") == "." or Path(name) == Path(file):
            backend["filename"] = Path(file).name
            name = f"{Path(file).name}/{str(backend.get('dataset', f'video{number}')).split('/')[0]}"
        first[id(video)] = (len(media), 0)
        extras = {NAME: {**record, "backend": backend, "name": name}}
        media.append(MediaEntry(name, width, height, max(count, 1), "video", extras))

    def places(video: Any, frame: int) -> tuple[int, int]:
        start, pictures = first[id(video)]
        if not pictures:
            return start, frame
        if not 0 <= frame < pictures:
            raise FormatError(f"Frame {frame} of {pictures} pictures", where=file, hint=_HINT)
        return start + frame, 0

    return media, places


def _shape(backend: dict[str, Any]) -> tuple[int, int, int] | None:
    """Return frames, height and width, where a video says them."""
    shape = backend.get("shape")
    if not isinstance(shape, list) or len(shape) != 4:
        return None
    count, height, width = (n if isinstance(n, int) and 0 < n < MAX_FRAMES else 0 for n in shape[:3])
    return count, height, width


def _instance(each: Any, category: str, media: int, frame: int, id: str, file: str, found: Remarks) -> Instance:
    points = each.points
    xy = np.array(points["xy"], np.float64).reshape(-1, 2)
    finite = np.isfinite(xy)
    there = np.logical_and(finite[:, 0], finite[:, 1])
    shown = np.array(points["visible"], bool)
    visibility = np.where(there, np.where(shown, 2, 1), 0).astype(np.uint8)
    kept: dict[str, Any] = {}
    half = np.logical_xor(finite[:, 0], finite[:, 1])
    if bool(np.any(half)):
        kept["half"] = [
            [n if np.isfinite(n) else None for n in point] for point in np.where(half[:, None], xy, NAN).tolist()
        ]
        found.add(
            f"instance {id}",
            "points",
            "only one of x and y is there; it is not read as a point",
            int(half.sum()),
            file=file,
        )
    if bool(np.any(shown & ~there)):
        kept["visible"] = shown.tolist()
    complete = np.array(points["complete"], bool)
    if complete.any():
        kept["complete"] = complete.tolist()
    score = confidence = None
    if "score" in (points.dtype.names or ()):
        kept["predicted"] = True
        exact = np.array(points["score"], np.float64)
        with np.errstate(over="ignore"):
            score = exact.astype(np.float32)
        if not np.array_equal(score.astype(np.float64), exact, equal_nan=True):
            kept["scores"] = [None if np.isnan(s) else s for s in exact.tolist()]
        confidence = _number(each.score)
    tracking = _number(each.tracking_score)
    if tracking is not None:
        kept["tracking_score"] = tracking
    return Instance(
        id=id, category=category, media=media, frame=frame, xy=np.where(there[:, None], xy, 0.0),
        visibility=visibility, score=score, confidence=confidence, extras={NAME: kept} if kept else {},
    )  # fmt: skip


def _link(labels: Any, instances: Sequence[Instance], ids: dict[int, str]) -> None:
    """Keep which predicted instance a person's instance was made from."""
    every = (each for labelled in labels.labeled_frames for each in labelled.instances)
    for instance, each in zip(instances, every, strict=True):
        origin = getattr(each, "from_predicted", None)
        if origin is not None and id(origin) in ids:
            instance.extras.setdefault(NAME, {})["from_predicted"] = ids[id(origin)]


def _number(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def plain(value: Any) -> Any:
    """Return what JSON can say of a value."""
    return json.loads(json.dumps(value, default=str))
