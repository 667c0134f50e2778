"""Write NWB files: training labels (PoseTraining of ndx-pose), and predictions beside them."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError
from vitruvian.formats.hdf5 import opened
from vitruvian.formats.json_file import write_atomically
from vitruvian.formats.nwb.estimation import NAME
from vitruvian.formats.nwb.predictions import add_estimations, is_predicted
from vitruvian.formats.nwb.read import unread
from vitruvian.labels import Dataset, Instance, MediaEntry, Skeleton


def write(dataset: Dataset, path: Path) -> None:
    """Write an NWB file, whole or not at all; raises FormatError and LabelError."""
    try:
        import ndx_pose  # noqa: PLC0415  heavy, and in an optional extra
        import pynwb  # noqa: PLC0415  heavy, and in an optional extra
    except ImportError as error:
        raise FormatError(
            "NWB files need the libraries pynwb and ndx-pose", where=str(path), hint='pip install "vitruvian[sleap]"'
        ) from error
    dataset.check()
    _keep_others(path)
    try:
        with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            place = str(Path(scratch) / "labels.nwb")
            with pynwb.NWBHDF5IO(place, "w") as io:
                io.write(_file(dataset, pynwb, ndx_pose))
            content = Path(place).read_bytes()
    except (TypeError, ValueError, KeyError, AttributeError, OSError) as error:
        raise FormatError(f"pynwb cannot write these labels: {error}", where=str(path), hint="check names") from error
    write_atomically(path, content)


def _keep_others(path: Path) -> None:
    """Refuse to replace a file that holds what would not be written again."""
    others: list[str] = []
    if path.is_file():
        try:
            with opened(path, "sleap") as file:
                others = unread(file)
        except FormatError:
            return  # what is no HDF5 file holds no recording
    if others:
        raise FormatError(
            f"The file there holds {', '.join(others[:5])} besides poses, which would be lost", where=str(path),
            hint="write to a new file",
        )  # fmt: skip


def _file(dataset: Dataset, pynwb: Any, ndx_pose: Any) -> Any:
    kept = _record(dataset.extras)
    file = pynwb.NWBFile(
        session_description=_word(kept, "session_description", "labels of poses"),
        identifier=_word(kept, "identifier", dataset.ontology.name or "labels"),
        session_start_time=_time(kept.get("session_start_time")),
    )
    skeletons: dict[str, Any] = {}
    for category in dataset.ontology:
        if category.skeleton and len(category.skeleton):
            # An instance links to it by its name, beside these.
            name = _free(category.name, ["node_locations", "node_visibility", *(s.name for s in skeletons.values())])
            skeletons[category.name] = _skeleton(category.skeleton, name, ndx_pose)
    series, places = _series(dataset.media, pynwb)
    frames: dict[tuple[int, int], list[Instance]] = defaultdict(list)
    records: dict[tuple[int, int], dict[str, Any]] = {}
    empty = kept.get("empty")
    for spot in empty if isinstance(empty, list) else ():
        if (
            isinstance(spot, list)
            and len(spot) == 3
            and spot[0] in range(len(dataset.media))
            and isinstance(spot[2], dict)
        ):
            frames[spot[0], int(spot[1])] = []
            records[spot[0], int(spot[1])] = spot[2]
    live = [i for i in dataset.instances if not i.deleted and i.category in skeletons]
    for instance in live:
        if not is_predicted(instance):
            frames[instance.media, instance.frame].append(instance)
            records.setdefault((instance.media, instance.frame), _record(instance.extras))
    made: list[Any] = []
    names: set[str] = set()
    digits = len(str(len(frames)))
    for number, ((media, frame), members) in enumerate(frames.items()):
        record = records.get((media, frame), {})
        name = _word(record, "frame", f"frame_{number:0{digits}}")
        name = name if name not in names else f"frame_{number:0{digits}}_{media}_{frame}"
        names.add(name)
        source, index = places(media, frame)
        link = {} if source is None else {"source_video": source, "source_video_frame_index": np.uint64(index)}
        if _word(record, "annotator", ""):
            link["annotator"] = record["annotator"]
        people = _people(members, skeletons, ndx_pose)
        made.append(ndx_pose.TrainingFrame(name=name, skeleton_instances=people, **link))
    module = file.create_processing_module(name="behavior", description="labels of poses")
    module.add(ndx_pose.Skeletons(name="Skeletons", skeletons=list(skeletons.values())))
    module.add(
        ndx_pose.PoseTraining(
            name="PoseTraining",
            training_frames=ndx_pose.TrainingFrames(name="training_frames", training_frames=made),
            source_videos=ndx_pose.SourceVideos(name="source_videos", image_series=series),
        )
    )
    add_estimations(file, dataset, [i for i in live if is_predicted(i)], skeletons, places, pynwb, ndx_pose)
    return file


def _skeleton(skeleton: Skeleton, name: str, ndx_pose: Any) -> Any:
    small = np.uint8 if len(skeleton) <= 256 else np.uint32
    edges = np.array(skeleton.edges, small).reshape(-1, 2)
    return ndx_pose.Skeleton(name=name, nodes=list(skeleton.names), edges=edges)


def _people(members: list[Instance], skeletons: dict[str, Any], ndx_pose: Any) -> Any:
    made: list[Any] = []
    taken: set[str] = set()
    digits = len(str(len(members)))
    for number, instance in enumerate(members):
        record = _record(instance.extras)
        name = _word(record, "name", f"instance_{number:0{digits}}")
        name = name if name not in taken else f"instance_{number:0{digits}}_{instance.id}"
        taken.add(name)
        labelled = instance.visibility > 0
        id = record.get("id", None if record else number)
        made.append(
            ndx_pose.SkeletonInstance(
                name=name,
                id=np.uint64(id) if isinstance(id, int) and 0 <= id < 2**64 else None,
                node_locations=np.where(labelled[:, None], instance.xy, np.nan),
                node_visibility=instance.visibility == 2,
                skeleton=skeletons[instance.category],
            )
        )
    return ndx_pose.SkeletonInstances(name="skeleton_instances", skeleton_instances=made)


def _series(media: list[MediaEntry], pynwb: Any) -> tuple[list[Any], Any]:
    """Return the series, and where a frame of a media lies: (series, index). Pictures of one size become one."""
    groups: dict[Any, list[int]] = defaultdict(list)
    where: dict[int, tuple[Any, int | None]] = {}
    for at, entry in enumerate(media):
        kept = _kept(entry)
        if "series" in kept and kept["series"] is None:
            where[at] = (None, None)
        elif entry.kind == "video":
            groups["video", at].append(at)
        else:
            groups["pictures", str(kept.get("series")), entry.width, entry.height].append(at)
    series: list[Any] = []
    digits = len(str(len(groups)))
    for number, (key, members) in enumerate(groups.items()):
        entry, kept = media[members[0]], _kept(media[members[0]])
        video = key[0] == "video"
        files = kept["files"] if isinstance(kept.get("files"), list) else [media[at].name for at in members]
        made = pynwb.image.ImageSeries(
            name=_free(_word(kept, "series", f"video_{number:0{digits}}"), [s.name for s in series]),
            description=_word(kept, "description", "source of labels"),
            format="external",
            external_file=files,
            starting_frame=list(range(len(files))),
            dimension=[entry.width, entry.height] if entry.width and entry.height else None,
            **_clock(kept),
            num_samples=entry.frames if video else len(files),
        )
        series.append(made)
        for index, at in enumerate(members):
            where[at] = (made, None if video else index)

    def places(at: int, frame: int) -> tuple[Any, int]:
        made, index = where[at]
        return made, frame if index is None else index

    return series, places


def _clock(kept: dict[str, Any]) -> dict[str, Any]:
    """Return when the frames of a series were; one a second where nobody said."""
    times, rate, start = kept.get("timestamps"), kept.get("rate"), kept.get("start")
    if isinstance(times, list) and times and all(isinstance(n, int | float) for n in times):
        return {"timestamps": np.array(times, np.float64)}
    known = isinstance(rate, int | float) and rate > 0
    return {
        "rate": float(rate) if known and rate is not None else 1.0,
        "starting_time": float(start) if known and isinstance(start, int | float) else 0.0,
    }


def _free(name: str, taken: list[str]) -> str:
    """Return a name that NWB allows, which has no slash or colon, and that is not taken."""
    plain = re.sub(r"[/:]", "_", name)
    free, number = plain, 2
    while free in taken or free == ".":
        free, number = f"{plain}_{number}", number + 1
    return free


def _word(record: dict[str, Any], name: str, otherwise: str) -> str:
    word = record.get(name)
    return word if isinstance(word, str) and word else otherwise


def _time(stated: Any) -> datetime:
    # NWB demands one; that of labels which never had a session is the beginning of time.
    try:
        time = datetime.fromisoformat(stated) if isinstance(stated, str) else datetime.fromtimestamp(0, UTC)
    except ValueError:
        time = datetime.fromtimestamp(0, UTC)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _kept(entry: MediaEntry) -> dict[str, Any]:
    kept = _record(entry.extras)
    return kept if kept.get("file", entry.name) == entry.name else {}


def _record(extras: dict[str, Any]) -> dict[str, Any]:
    kept = extras.get(NAME)
    return kept if isinstance(kept, dict) else {}
