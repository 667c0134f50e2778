"""Read NWB files: training labels (PoseTraining of ndx-pose), and predictions beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.hdf5 import check_links, opened
from vitruvian.formats.nwb.estimation import NAME, read_estimations
from vitruvian.formats.nwb.estimation import text as _text
from vitruvian.formats.pose_rows import MAX_FRAMES
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, skeleton_from_names

SESSION = ("identifier", "session_description", "session_start_time")
#: Parts that every NWB file has, with or without anything in them.
_FRAME = {
    "acquisition", "analysis", "file_create_date", "general", "processing", "specifications", "stimulus",
    "timestamps_reference_time", *SESSION,
}  # fmt: skip
_PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"}
_READ = ("Skeletons", "PoseTraining", "PoseEstimation")
_HINT = "is this an NWB file with ndx-pose's PoseTraining or PoseEstimation?"


def read(path: Path) -> Dataset:
    """Read an NWB file; raises FormatError naming what is wrong in it."""
    with opened(path, "sleap") as file:
        check_links(file, path)
        return _dataset(file, path)


def _dataset(file: Any, path: Path) -> Dataset:
    found, where = Remarks(str(path)), str(path)
    members = list(_members(file))
    skeletons: dict[Any, Category] = {}
    for group in (g for _, kind, g in members if kind == "Skeletons"):
        for name in group:
            taken = {category.name for category in skeletons.values()}
            skeletons[group[name].id] = _category(group[name], name, where, taken, found)
    trainings = [group for _, kind, group in members if kind == "PoseTraining"]
    estimations = [(place, group) for place, kind, group in members if kind == "PoseEstimation"]
    if not trainings and not estimations:
        raise FormatError("There are no labels and no predictions of poses in it", where=where, hint=_HINT)
    for part in unread(file):
        found.add("", part, "it is not read, and not written back")
    media: list[MediaEntry] = []
    instances: list[Instance] = []
    empty: list[list[Any]] = []
    for group in trainings:
        _training(group, skeletons, media, instances, empty, where, found)
    predicted, said = read_estimations(estimations, skeletons, media, where, found)
    for number, instance in enumerate(predicted, len(instances) + 1):
        instance.id = str(number)
    instances += predicted
    kept: dict[str, Any] = {name: _text(file[name][()]) for name in SESSION if name in file}
    if empty:
        kept["empty"] = empty
    if said:
        kept["estimations"] = said
    ontology = Ontology(path.stem or NAME, tuple({c.name: c for c in skeletons.values()}.values()), source=NAME)
    return Dataset(ontology, media, instances, {NAME: kept}, found.warnings())


def unread(file: Any) -> list[str]:
    """Return the names of what a file holds and this reader does not take."""
    parts = [place for place, kind, _ in _members(file) if kind not in _READ]
    parts += [name for name in ("acquisition", "analysis", "general") if len(file.get(name, ()))]
    return parts + sorted(set(file) - _FRAME)


def _training(
    group: Any,
    skeletons: dict[Any, Category],
    media: list[MediaEntry],
    instances: list[Instance],
    empty: list[list[Any]],
    where: str,
    found: Remarks,
) -> None:
    series = {}
    for name in _natural(group.get("source_videos", ())):
        series[group["source_videos"][name].id] = _series(group["source_videos"][name], name, media, where, found)
    for name in _natural(group.get("training_frames", ())):
        frame = group["training_frames"][name]
        at, index = _place(frame, name, series, media, where)
        record = {"frame": name, "annotator": _text(frame.attrs.get("annotator", ""))}
        people = frame["skeleton_instances"]
        if not len(people):
            empty.append([at, index, record])
        for each in _natural(people):
            instance = _instance(people[each], f"{name}/{each}", skeletons, where, found)
            instance.id, instance.media, instance.frame = str(len(instances) + 1), at, index
            instance.extras[NAME] |= record | {"name": each}
            instances.append(instance)


def _members(file: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield what lies in the processing modules: place, kind, group."""
    for module in file.get("processing", ()):
        for name in file["processing"][module]:
            group = file["processing"][module][name]
            yield f"processing/{module}/{name}", _text(group.attrs.get("neurodata_type", "")), group


def _category(group: Any, name: str, where: str, taken: set[str], found: Remarks) -> Category:
    nodes = [_text(node) for node in np.asarray(group["nodes"]).ravel().tolist()]
    edges = np.asarray(group["edges"]).reshape(-1, 2) if "edges" in group else np.zeros((0, 2), int)
    ours = name if name not in taken else f"{name} ({group.parent.name})"
    good = [(int(a), int(b)) for a, b in edges.tolist() if a != b]
    found.add(
        f"skeleton {name}",
        "edges",
        "an edge joins a node to itself; it is left out",
        len(edges) - len(good),
        file=where,
    )
    try:
        return Category(ours, skeleton_from_names(nodes, edges=good))
    except OntologyError as error:
        raise FormatError(error.message, where=f"{where}: skeleton {name}", hint=error.hint) from error


def _series(group: Any, name: str, media: list[MediaEntry], where: str, found: Remarks) -> tuple[int, int]:
    """Add a series of pictures to `media`; return where it begins, and how many pictures it is (0 for a video)."""
    sides = np.asarray(group["dimension"]).ravel().tolist() if "dimension" in group else []
    width, height = (int(n) if 0 < n < MAX_FRAMES else 0 for n in sides) if len(sides) == 2 else (0, 0)
    files = [_text(n) for n in np.asarray(group["external_file"]).ravel().tolist()] if "external_file" in group else []
    record: dict[str, Any] = {"series": name, "description": _text(group.attrs.get("description", ""))}
    rate = group["starting_time"].attrs.get("rate") if "starting_time" in group else None
    if rate is not None and np.isfinite(rate):
        record["rate"] = float(rate)
        if float(group["starting_time"][()]):
            record["start"] = float(group["starting_time"][()])
    elif "timestamps" in group:
        record["timestamps"] = np.asarray(group["timestamps"], np.float64).tolist()
    start = len(media)
    if files and all(Path(file).suffix.lower() in _PICTURES for file in files):
        media += [MediaEntry(file, width, height, extras={NAME: {**record, "file": file}}) for file in files]
        return start, len(files)
    if len(files) > 1:
        found.add(f"series {name}", "external_file", "it has several videos; it is called as the first one")
        record["files"] = files
    count = int(np.asarray(group["num_samples"]).ravel()[0]) if "num_samples" in group else 0
    if not files:
        found.add(f"series {name}", "data", "its pictures lie in this file; they are not written back")
        count = count or len(group["data"])
    file = files[0] if files else name
    frames = count if 0 < count < MAX_FRAMES else 1
    media.append(MediaEntry(file, width, height, frames, "video", {NAME: {**record, "file": file}}))
    return start, 0


def _place(
    frame: Any, name: str, series: dict[Any, tuple[int, int]], media: list[MediaEntry], where: str
) -> tuple[int, int]:
    index = int(frame.attrs.get("source_video_frame_index", 0))
    if not 0 <= index < MAX_FRAMES:
        raise FormatError("A frame is beyond any video", where=f"{where}: frame {name}", hint=_HINT)
    if "source_video" not in frame:
        media.append(MediaEntry(name, extras={NAME: {"series": None}}))
        return len(media) - 1, 0
    start, pictures = series[frame["source_video"].id]
    if not pictures:
        media[start].frames = max(media[start].frames, index + 1)
        return start, index
    if index >= pictures:
        raise FormatError(f"Frame {index} of {pictures} pictures", where=f"{where}: frame {name}", hint=_HINT)
    return start + index, 0


def _instance(group: Any, name: str, skeletons: dict[Any, Category], where: str, found: Remarks) -> Instance:
    # The link bears the name of the skeleton that it leads to.
    links = [skeletons[group[link].id] for link in group if group[link].id in skeletons]
    if not links:
        raise FormatError("It has no skeleton", where=f"{where}: {name}", hint=_HINT)
    category = links[0]
    count = len(category.skeleton.names) if category.skeleton else 0
    places = np.asarray(group["node_locations"], np.float64)
    if places.ndim != 2 or places.shape[0] != count or places.shape[1] not in (2, 3):
        raise FormatError(
            f"Locations of shape {places.shape} for {count} nodes", where=f"{where}: {name}: node_locations", hint=_HINT
        )
    found.add(
        f"instance {name}", "node_locations", "it has depths, which are left out", int(places.shape[1] == 3), file=where
    )
    finite = np.isfinite(places[:, :2])
    there = np.logical_and(finite[:, 0], finite[:, 1])
    half = int(np.logical_xor(finite[:, 0], finite[:, 1]).sum())
    found.add(
        f"instance {name}",
        "node_locations",
        "only one of x and y is there; it is not read as a point",
        half,
        file=where,
    )
    shown = np.asarray(group["node_visibility"], bool).ravel() if "node_visibility" in group else there
    if shown.shape != there.shape:
        raise FormatError(f"{len(shown)} visibilities for {count} nodes", where=f"{where}: {name}", hint=_HINT)
    kept = {} if group.attrs.get("id") is None else {"id": int(group.attrs["id"])}
    return Instance(
        id="", category=category.name, media=0, frame=0, xy=np.where(there[:, None], places[:, :2], 0.0),
        visibility=np.where(there, np.where(shown, 2, 1), 0).astype(np.uint8), extras={NAME: kept},
    )  # fmt: skip


def _natural(names: Any) -> list[str]:
    """Return names in the order of the numbers in them: frame_2 before frame_10."""
    return sorted(
        names,
        key=lambda name: [(p.isdigit(), int(p) if p.isdigit() else 0, p) for p in re.split(r"([0-9]{1,15})", name)],
    )
