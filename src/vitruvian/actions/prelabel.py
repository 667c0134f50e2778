"""Pre-label: a model marks every frame of some media; what it has done is kept, so that it can go on after a stop."""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from vitruvian.assist.follow import follower
from vitruvian.assist.predictor import Predictor
from vitruvian.errors import Cancelled, InvalidInput, MediaError, ModelError
from vitruvian.labels import Instance, Ontology, Poses, Skeleton
from vitruvian.media import ImageReader, VideoReader, open_frames
from vitruvian.store import instances, label_sets, media, ontologies
from vitruvian.store.engine import Store
from vitruvian.store.rows import MediaRow

#: Frames that are predicted and committed together: a stop loses at most so many.
CHUNK = 8

Picture = NDArray[np.uint8]


@dataclass(slots=True)
class PrelabelReport:
    """What came of a run.

    Attributes
    ----------
    label_set : int
    frames : int
        Frames done in all, those of earlier, stopped runs included.
    instances : int
        Instances made by this run.
    failed : list of MediaError
        One for each media of which some frame could not be read; its other frames were done.
    """

    label_set: int
    frames: int = 0
    instances: int = 0
    failed: list[MediaError] = field(default_factory=list)


def prelabel(
    store: Store,
    project: int,
    media_ids: Sequence[int],
    predictor: Predictor,
    *,
    ontology: int,
    name: str = "model",
    label_set: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PrelabelReport:
    """Mark the objects of every frame of `media_ids` into a label set of kind "model".

    Parameters
    ----------
    store : Store
    project : int
    media_ids : sequence of int
    predictor : Predictor
    ontology : int
        The category whose keypoints are named as the predictor's are is used.
    name : str
        The label set's name, and its author.
    label_set : int, optional
        Go on with this one; frames that it has done are skipped.
    progress : callable, optional
        Called with (done, total) frames after each commit.
    cancelled : callable, optional
        Asked between chunks.

    Raises
    ------
    Cancelled
        `cancelled` said so; `details` names the label set to go on with.
    ModelError
        No category of the ontology has the predictor's keypoints.
    InvalidInput
        `label_set` is of another ontology.
    """
    with store.read() as connection:
        rows = [media.media(connection, id) for id in dict.fromkeys(media_ids)]
        category, skeleton = _category(ontologies.ontology(connection, ontology), predictor)
    if label_set is None:
        label_set = store.write(
            lambda c: label_sets.create_label_set(
                c, project, kind="model", name=name, author=name, ontology=ontology, extras={"done": {}}
            )
        )
    with store.read() as connection:
        begun = label_sets.label_set(connection, label_set)
    if begun.ontology != ontology:
        raise InvalidInput(
            "The run to go on with marks another version of the ontology",
            where=f"label set {label_set}",
            hint="go on with the version that it was begun with, or begin a new run",
        )
    done: dict[str, int] = begun.extras.get("done", {})
    total = sum(row.frames for row in rows)
    report = PrelabelReport(label_set, frames=sum(min(done.get(str(r.id), 0), r.frames) for r in rows))
    order = np.array([skeleton.index[n] for n in predictor.names])
    for row in rows:
        follows = follower(predictor)
        first = done.get(str(row.id), 0)
        if first:
            with store.read() as connection:
                stored = instances.poses(connection, label_set, Ontology("", (category,)), media=row.id)
            follows.resume(_as_predicted(stored, order))
        unread: list[MediaError] = []
        for chunk in _chunks(row, first):
            if cancelled():
                raise Cancelled("The run was stopped; it can go on later", details={"label_set": label_set})
            unread += chunk.unread
            found = predictor.predict(chunk.pictures) if chunk.pictures else []
            made = [
                instance
                for frame, picture, poses in zip(chunk.frames, chunk.pictures, found, strict=True)
                for instance in _instances(
                    follows.follow(picture, poses, frame), row.id, frame, category.name, len(skeleton), order
                )
            ]
            report.frames += chunk.stop - chunk.first
            report.instances += len(made)
            _commit(store, label_set, made, row.id, chunk.stop)
            if progress:
                progress(report.frames, total)
        if unread:
            report.failed.append(_summary(unread))
    return report


def _category(ontology: Ontology, predictor: Predictor) -> tuple[Any, Skeleton]:
    for category in ontology:
        if category.skeleton and set(predictor.names) <= set(category.skeleton.names):
            return category, category.skeleton
    raise ModelError(
        "No category of this ontology has the keypoints that the model marks",
        where=ontology.name,
        hint=f"it marks {', '.join(predictor.names)}",
    )


@dataclass(slots=True)
class _Chunk:
    """Frames `first` to `stop` - 1 of a media, as far as they could be read."""

    first: int
    stop: int
    frames: list[int] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    unread: list[MediaError] = field(default_factory=list)


def _chunks(row: MediaRow, first: int) -> Iterator[_Chunk]:
    """Yield the frames from `first` on; a thread decodes ahead while the model works."""
    ahead: queue.Queue[_Chunk | BaseException | None] = queue.Queue(maxsize=2)
    stop = threading.Event()

    def put(item: _Chunk | BaseException | None) -> None:
        while not stop.is_set():
            with suppress(queue.Full):
                ahead.put(item, timeout=0.2)
                return

    def decode() -> None:
        try:
            with open_frames(Path(row.uri)) as reader:
                for at in range(first, row.frames, CHUNK):
                    put(_read(reader, at, min(at + CHUNK, row.frames)))
                    if stop.is_set():
                        return
            put(None)
        except BaseException as error:  # the waiting thread gets it
            put(error)

    thread = threading.Thread(target=decode, name="vitruvian-decoder", daemon=True)
    thread.start()
    try:
        while (item := ahead.get()) is not None:
            if isinstance(item, MediaError):  # the file as a whole cannot be opened; it may be back for a later run
                yield _Chunk(first, first, unread=[item])
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _read(reader: VideoReader | ImageReader, first: int, stop: int) -> _Chunk:
    chunk = _Chunk(first, stop)
    for frame in range(first, stop):
        try:
            picture = reader.frame(frame)
        except MediaError as error:
            chunk.unread.append(error)
        else:
            chunk.frames.append(frame)
            chunk.pictures.append(picture)
    return chunk


def _summary(unread: Sequence[MediaError]) -> MediaError:
    first = unread[0]
    if len(unread) == 1:
        return first
    return MediaError(f"{first.message}, nor can {len(unread) - 1} more", where=first.where, hint=first.hint)


def _as_predicted(stored: Poses, order: NDArray[np.int64]) -> Poses:
    """Return stored poses with their points in the predictor's order: what follows them compares the two."""
    return replace(stored, xy=stored.xy[:, order], visibility=stored.visibility[:, order], score=stored.score[:, order])


def _instances(
    poses: Poses, media: int, frame: int, category: str, keypoints: int, order: NDArray[np.int64]
) -> Iterator[Instance]:
    for row in range(len(poses)):
        xy = np.zeros((keypoints, 2))
        visibility = np.zeros(keypoints, np.uint8)
        score = np.full(keypoints, np.nan, np.float32)
        xy[order] = poses.xy[row].round(2)
        visibility[order] = poses.visibility[row]
        score[order] = poses.score[row]
        track = int(poses.track[row])
        yield Instance(
            id=uuid.uuid4().hex,
            category=category,
            media=media,
            frame=frame,
            xy=xy,
            visibility=visibility,
            score=score,
            box=poses.box[row].round(2) if np.isfinite(poses.box[row]).all() else None,
            track=str(track) if track >= 0 else None,
        )


def _commit(
    store: Store,
    label_set: int,
    made: Sequence[Instance],
    media_id: int,
    upto: int,
) -> None:
    def write(connection: Connection) -> None:
        instances.insert_instances(connection, label_set, made)
        extras = label_sets.label_set(connection, label_set).extras
        extras = {**extras, "done": {**extras.get("done", {}), str(media_id): upto}}
        label_sets.set_extras(connection, label_set, extras)

    store.write(write)
