"""SLEAP's analysis files: one video's tracks as dense arrays in HDF5. See docs/formats/sleap.md."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.codec import Codec, register
from vitruvian.formats.hdf5 import check_links, opened
from vitruvian.formats.json_file import write_atomically
from vitruvian.formats.peek import Peek
from vitruvian.formats.pose_rows import MAX_FRAMES
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, Keypoint, MediaEntry, Ontology, Skeleton

NAME = "sleap_analysis"
AXES = ("frame", "track", "node", "xy")
#: Arrays of labels and their axes as SLEAP orders them, which suits Matlab.
ARRAYS = {
    "tracks": ("track", "xy", "node", "frame"),
    "track_occupancy": ("frame", "track"),
    "point_scores": ("track", "node", "frame"),
    "instance_scores": ("track", "frame"),
    "tracking_scores": ("track", "frame"),
}
#: Attributes of ours that SLEAP does not know: tracks that are none, and pictures in place of a video.
UNTRACKED, PICTURES = "vitruvian_untracked", "vitruvian_pictures"
_OWN = {"track_names", "node_names", "edge_names", "edge_inds", "video_path", *ARRAYS}
#: Attributes that a Dataset says in its own words.
_SAID = {UNTRACKED, PICTURES, "format", "skeleton_name", "skeleton_symmetries", "video_backend_metadata", "transpose"}
_MAX_NUMBERS = 1 << 27
_HINT = "is this an analysis file that SLEAP exported?"

Floats = NDArray[np.float64]


@register
class SleapAnalysis(Codec):
    name = NAME
    title = "SLEAP analysis (HDF5)"
    suffixes = (".analysis.h5",)
    holds = frozenset(
        {
            "scores",
            "no_score",
            "confidence",
            "no_box",
            "tracks",
            "no_points",
            "videos",
            "media_names",
            "sizes",
            "names",
            "edges",
            "flips",
        }
    )
    known = frozenset({"backend", "order", "dtype"})

    def sniff(self, peek: Peek) -> bool:
        if not peek.head.startswith(b"\x89HDF\r\n\x1a\n") or peek.suffix not in (".h5", ".hdf5"):
            return False
        try:
            with opened(peek.path, "sleap") as file:
                return "tracks" in file and "track_occupancy" in file and "node_names" in file
        except FormatError:
            return False

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write(dataset, path)


def read(path: Path) -> Dataset:
    """Read a file; raises FormatError naming the array that is wrong."""
    with opened(path, "sleap") as file:
        check_links(file, path)
        return _dataset(file, path)


def _dataset(file: Any, path: Path) -> Dataset:
    found, where = Remarks(str(path)), str(path)
    names = _texts(file, "node_names", where)
    stated = _texts(file, "track_names", where)
    order = {name: _order(file, name, where) for name in ARRAYS}
    tracks = _array(file, "tracks", order["tracks"], AXES, where)
    frames, columns, nodes, pair = tracks.shape
    if pair != 2 or nodes != len(names) or (stated and len(stated) != columns) or frames >= MAX_FRAMES:
        raise FormatError(
            f"Places of {frames} frames, {columns} tracks, {nodes} nodes for {len(stated)} names of tracks and "
            f"{len(names)} of nodes", where=f"{where}: tracks", hint=_HINT,
        )  # fmt: skip
    scores = {
        name: _array(file, name, order[name], AXES[: len(ARRAYS[name])], where, tracks.shape)
        for name in ARRAYS
        if name != "tracks"
    }
    category = _category(file, names, where, found)
    ours = _unique(stated) if stated else [None] * columns
    untracked = set(_json(file.attrs.get(UNTRACKED), list))
    finite = np.isfinite(tracks)
    there = np.asarray(finite[..., 0] & finite[..., 1])
    half = int((finite[..., 0] ^ finite[..., 1]).sum())
    found.add("", "tracks", "only one of x and y is there; it is not read as a point", half)
    present = there.any(axis=2) | (scores["track_occupancy"] > 0)
    media, places = _media(file, frames, where)
    instances = []
    with np.errstate(over="ignore"):
        points = scores["point_scores"].astype(np.float32)
    for number, (frame, column) in enumerate(np.argwhere(present).tolist(), 1):
        seen = there[frame, column]
        rated = points[frame, column]
        kept: dict[str, Any] = {}
        tracking = scores["tracking_scores"][frame, column]
        if not np.isnan(tracking):
            kept["tracking_score"] = float(tracking)
        exact = scores["point_scores"][frame, column]
        if not np.array_equal(exact, rated, equal_nan=True):
            kept["scores"] = [None if np.isnan(score) else score for score in exact.tolist()]
        confidence = scores["instance_scores"][frame, column]
        track = ours[column]
        at, index = places(frame)
        instances.append(
            Instance(
                id=str(number), category=category.name, media=at, frame=index,
                xy=np.where(seen[:, None], tracks[frame, column], 0.0),
                visibility=np.where(seen, 2, 0).astype(np.uint8), score=None if np.isnan(rated).all() else rated,
                track=None if track in untracked else track,
                confidence=None if np.isnan(confidence) else float(confidence), extras={NAME: kept} if kept else {},
            )
        )  # fmt: skip
    kept_file = {
        "order": {name: list(axes) for name, axes in order.items()},
        "tracks": [[mine, name] for mine, name in zip(ours, stated, strict=False)],
        "others": _others(file, where, found),
        "attributes": {
            name: value
            for name, value in ((name, _plain(value)) for name, value in file.attrs.items())
            if name not in _SAID
        },
    }
    ontology = Ontology(path.stem or NAME, (category,), source=NAME)
    return Dataset(ontology, media, instances, {NAME: kept_file}, found.warnings())


def _order(file: Any, name: str, where: str) -> tuple[str, ...]:
    """Return the axes of an array: as it states them, else as SLEAP wrote them before it did."""
    usual = ARRAYS[name]
    if name not in file:
        if name in ("tracks", "track_occupancy"):
            raise FormatError("It is missing", where=f"{where}: {name}", hint=_HINT)
        return usual
    stated = _json(file[name].attrs.get("dims"), list)
    if stated:
        if sorted(map(str, stated)) != sorted(usual):
            raise FormatError(f"Its axes are {stated}", where=f"{where}: {name}: dims", hint=_HINT)
        return tuple(stated)
    if file.attrs.get("transpose", True):
        return usual
    # What SLEAP wrote when it was told not to turn the arrays for Matlab.
    plain = {"tracks": ("frame", "node", "xy", "track"), "track_occupancy": ("track", "frame"),
             "point_scores": ("frame", "node", "track")}  # fmt: skip
    return plain.get(name, ("frame", "track"))


def _array(
    file: Any, name: str, order: Sequence[str], axes: Sequence[str], where: str, shape: tuple[int, ...] = ()
) -> Floats:
    """Return an array with its axes in our order; NaN where the file has none."""
    if name not in file:
        return np.full(shape[: len(axes)], np.nan)
    data = np.asarray(file[name])
    if data.ndim != len(axes) or data.dtype.kind not in "fiub":
        raise FormatError(f"An array of {data.ndim} axes, or of no numbers", where=f"{where}: {name}", hint=_HINT)
    turned = data.astype(np.float64).transpose([list(order).index(axis) for axis in axes])
    if shape and turned.shape != shape[: len(axes)]:
        raise FormatError("Its shape does not fit that of tracks", where=f"{where}: {name}", hint=_HINT)
    return turned


def _category(file: Any, names: list[str], where: str, found: Remarks) -> Category:
    index = {name: at for at, name in enumerate(names)}
    pairs = np.asarray(file["edge_names"]).tolist() if "edge_names" in file else []
    edges = []
    for pair in pairs:
        ends = [index.get(_text(end)) for end in pair] if isinstance(pair, list) and len(pair) == 2 else []
        if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            found.add("", "edge_names", "an edge does not join two nodes; it is left out")
            continue
        edges.append((ends[0], ends[1]))
    flips: dict[str, str] = {}
    for pair in _json(file.attrs.get("skeleton_symmetries"), list):
        if isinstance(pair, list) and len(pair) == 2 and {*pair} <= {*names} and not {*pair} & {*flips}:
            flips[pair[0]], flips[pair[1]] = pair[1], pair[0]
    name = _text(file.attrs.get("skeleton_name", "")).strip() or "animal"
    try:
        return Category(name, Skeleton(tuple(Keypoint(n, flip=flips.get(n)) for n in names), tuple(edges)))
    except OntologyError as error:
        raise FormatError(error.message, where=f"{where}: node_names", hint=error.hint) from error


def _media(file: Any, frames: int, where: str) -> tuple[list[MediaEntry], Any]:
    pictures = [str(name) for name in _json(file.attrs.get(PICTURES), list)]
    backend = _json(file.attrs.get("video_backend_metadata"), dict)
    shape = backend.get("shape")
    sides = shape if isinstance(shape, list) and len(shape) == 4 else [0] * 4
    count, height, width = (n if type(n) is int and 0 < n < MAX_FRAMES else 0 for n in sides[:3])
    if pictures:
        if len(pictures) < frames:
            raise FormatError(f"{len(pictures)} pictures for {frames} frames", where=f"{where}: {PICTURES}", hint=_HINT)
        return [MediaEntry(name, width, height) for name in pictures], lambda frame: (frame, 0)
    path = _text(file["video_path"][()]) if "video_path" in file else ""
    extras = {NAME: {"backend": backend, "frames": frames}}
    entry = MediaEntry(path or Path(where).stem, width, height, max(frames, count, 1), "video", extras)
    return [entry], lambda frame: (0, frame)


def _others(file: Any, where: str, found: Remarks) -> dict[str, Any]:
    """Return what else lies in the file: texts and single numbers; say what is left out."""
    kept: dict[str, Any] = {}
    for name in file:
        if name in _OWN:
            continue
        value = _plain(file[name][()]) if hasattr(file[name], "shape") and file[name].size == 1 else None
        if isinstance(value, str | int | float):
            kept[name] = value
        else:
            found.add("", name, "it is not read, and not written back")
    return kept


def write(dataset: Dataset, path: Path) -> None:
    """Write one video's labels, whole or not at all; raises FormatError and LabelError."""
    try:
        import h5py  # noqa: PLC0415  heavy, and in an optional extra
    except ImportError as error:
        raise FormatError(
            "HDF5 files need the library h5py", where=str(path), hint='pip install "vitruvian[sleap]"'
        ) from error
    dataset.check()
    category, skeleton = _only_category(dataset, str(path))
    kept = _object(dataset.extras.get(NAME))
    pictures = bool(dataset.media) and all(entry.kind == "image" for entry in dataset.media)
    if not pictures and len(dataset.media) != 1:
        raise FormatError(
            "An analysis file holds one video, or pictures", where=str(path), hint="write each video to its own file"
        )
    live = [i for i in dataset.instances if not i.deleted and i.category == category.name]
    places = [i.media if pictures else i.frame for i in live]
    names, columns, untracked = _columns(live, places, kept, str(path))
    entry = dataset.media[0]
    own = _object(entry.extras.get(NAME))
    listed = own.get("frames")
    known = len(dataset.media) if pictures else listed if type(listed) is int and 0 <= listed < MAX_FRAMES else 0
    frames = max([known, *(place + 1 for place in places)])
    shape = (frames, max(len(names), 1), len(skeleton), 2)
    if np.prod(shape, dtype=np.float64) > _MAX_NUMBERS:
        raise FormatError(
            f"{frames} frames of {shape[1]} tracks make an array of more than {_MAX_NUMBERS} numbers",
            where=str(path), hint="write .slp, or fewer frames",
        )  # fmt: skip
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        _put_arrays(file, _arrays(live, places, columns, shape), _object(kept.get("order")))
        file["track_names"] = np.array([name.encode() for name in names], "S" if names else "S1")
        _put_skeleton(file, category, skeleton)
        file["video_path"] = "" if pictures else entry.name
        for name, value in (
            {"labels_path": "", "video_ind": 0, "provenance": "{}"} | _object(kept.get("others"))
        ).items():
            if name not in file:
                file[name] = value
        backend = dict(_object(own.get("backend")))
        if entry.width and entry.height and "shape" not in backend:
            backend["shape"] = [len(dataset.media) if pictures else entry.frames, entry.height, entry.width, 3]
        stated = dict(_object(kept.get("attributes", {"preset": "matlab"})))
        stated |= {"format": "analysis", "skeleton_name": category.name, "video_backend_metadata": json.dumps(backend)}
        if untracked:
            stated[UNTRACKED] = json.dumps(untracked)
        if pictures:
            stated[PICTURES] = json.dumps([each.name for each in dataset.media])
        file.attrs.update(stated)
    write_atomically(path, out.getvalue())


def _put_arrays(file: Any, arrays: dict[str, NDArray[Any]], order: dict[str, Any]) -> None:
    for name, values in arrays.items():
        axes = order.get(name)
        axes = axes if isinstance(axes, list) and sorted(map(str, axes)) == sorted(ARRAYS[name]) else ARRAYS[name]
        turned = values.transpose([AXES.index(axis) for axis in axes])
        made = file.create_dataset(name, data=turned, compression="gzip" if turned.size else None)
        made.attrs["dims"] = json.dumps(list(axes))


def _put_skeleton(file: Any, category: Category, skeleton: Skeleton) -> None:
    ends = [[skeleton.names[a].encode(), skeleton.names[b].encode()] for a, b in skeleton.edges]
    file["node_names"] = np.array([name.encode() for name in skeleton.names])
    file["edge_names"] = np.array(ends, "S" if ends else "S1")
    file["edge_inds"] = np.array(skeleton.edges, np.int64).reshape(-1, 2)
    flips = [(k.name, k.flip) for k in skeleton.keypoints if k.flip]
    once = [[a, b] for a, b in flips if skeleton.index[a] < skeleton.index[b]]
    file.attrs["skeleton_symmetries"] = json.dumps(once)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _only_category(dataset: Dataset, where: str) -> tuple[Category, Skeleton]:
    """Return the category that is written: the first one with keypoints."""
    for category in dataset.ontology:
        if category.skeleton is not None and len(category.skeleton):
            return category, category.skeleton
    raise FormatError("There is no category with keypoints", where=where, hint="an analysis file is about one skeleton")


def _columns(
    live: Sequence[Instance], places: Sequence[int], kept: dict[str, Any], where: str
) -> tuple[list[str], list[int], list[str]]:
    """Return the names of tracks, the column of each instance, and which names mean no track."""
    stated = kept.get("tracks")
    pairs = [p for p in stated if isinstance(p, list) and len(p) == 2] if isinstance(stated, list) else []
    originals = {str(mine): str(name) for mine, name in pairs}
    index = {name: at for at, name in enumerate(dict.fromkeys([*originals, *(i.track for i in live if i.track)]))}
    untracked: list[str] = []
    free: dict[int, int] = {}
    columns: list[int] = []
    taken: set[tuple[int, int]] = set()
    for instance, place in zip(live, places, strict=True):
        if not instance.track:
            number = free[place] = free.get(place, 0) + 1
            while len(untracked) < number:
                name = f"untracked {len(untracked) + 1}"
                while name in index:
                    name += "'"
                index[name] = len(index)
                untracked.append(name)
            columns.append(index[untracked[number - 1]])
            continue
        if (place, index[instance.track]) in taken:
            raise FormatError(
                f"The track {instance.track!r} stands twice in frame {place}", where=f"{where}: instance {instance.id}",
                hint="give each a track of its own, or delete one",
            )  # fmt: skip
        taken.add((place, index[instance.track]))
        columns.append(index[instance.track])
    if len(untracked) == 1 and len(index) == 1:
        # SLEAP too names no track where there is one animal.
        return [], columns, []
    return [originals.get(name, name) for name in index], columns, untracked


def _arrays(
    live: Sequence[Instance], places: Sequence[int], columns: Sequence[int], shape: tuple[int, ...]
) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "tracks": np.full(shape, np.nan),
        "track_occupancy": np.zeros(shape[:2], np.uint8),
        "point_scores": np.full(shape[:3], np.nan),
        "instance_scores": np.full(shape[:2], np.nan),
        "tracking_scores": np.full(shape[:2], np.nan),
    }
    if not live:
        return arrays
    at = (np.array(places), np.array(columns))
    visible = np.array([i.visibility for i in live]) > 0
    arrays["tracks"][at] = np.where(visible[..., None], np.array([i.xy for i in live]), np.nan)
    arrays["track_occupancy"][at] = 1
    arrays["point_scores"][at] = np.array([_scores(i) for i in live])
    arrays["instance_scores"][at] = [np.nan if i.confidence is None else i.confidence for i in live]
    arrays["tracking_scores"][at] = [_tracking(i) for i in live]
    return arrays


def _scores(instance: Instance) -> Floats:
    """Return the scores; those that nobody changed as exactly as the file had them."""
    if instance.score is None:
        return np.full(len(instance.visibility), np.nan)
    exact = instance.extras.get(NAME, {}).get("scores")
    plain = instance.score.astype(np.float64)
    if not isinstance(exact, list) or len(exact) != len(plain):
        return plain
    old = np.array([score if isinstance(score, int | float) else np.nan for score in exact], np.float64)
    return np.where(old.astype(np.float32) == instance.score, old, plain)


def _tracking(instance: Instance) -> float:
    score = instance.extras.get(NAME, {}).get("tracking_score")
    return float(score) if isinstance(score, int | float) else float("nan")


def _unique(names: Sequence[str]) -> list[str | None]:
    found: dict[str | None, None] = {}
    for name in names:
        free, number = name or "unnamed", 2
        while free in found:
            free, number = f"{name}#{number}", number + 1
        found[free] = None
    return list(found)


def _texts(file: Any, name: str, where: str) -> list[str]:
    if name not in file:
        raise FormatError("It is missing", where=f"{where}: {name}", hint=_HINT)
    return [_text(text) for text in np.asarray(file[name]).ravel().tolist()]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _plain(value: Any) -> Any:
    """Return a single value as JSON knows it, None for any other."""
    value = value.item() if isinstance(value, np.generic | np.ndarray) and np.size(value) == 1 else value
    return _text(value) if isinstance(value, bytes) else value if isinstance(value, str | int | float) else None


def _json(value: Any, kind: type) -> Any:
    """Return the list or object that a text holds; an empty one where it holds none."""
    try:
        found = json.loads(_text(value)) if value is not None else None
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, kind) else kind()
