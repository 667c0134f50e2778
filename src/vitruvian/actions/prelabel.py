"""Pre-label: a model marks every frame of some media; what it has done is kept, so that it can go on after a stop."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from vitruvian.actions.predicted_frames import CHUNK, Chunk, predicted
from vitruvian.assist.follow import follower
from vitruvian.assist.predictor import Predictor
from vitruvian.errors import Cancelled, Conflict, InvalidInput, MediaError, ModelError, NotFound
from vitruvian.labels import Category, Instance, Ontology, Poses, Skeleton
from vitruvian.store import instances, label_sets, media, ontologies
from vitruvian.store.engine import Store
from vitruvian.store.rows import LabelSetRow, MediaRow

#: Threads that predict; each takes about one core, and holds a chunk of frames in memory.
WORKERS = min(4, os.cpu_count() or 1)


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
    workers: int = WORKERS,
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
    workers : int
        Threads that predict. The result does not depend on them.

    Raises
    ------
    Cancelled
        `cancelled` said so; `details` names the label set to go on with.
    ModelError
        No category of the ontology has the predictor's keypoints.
    InvalidInput
        `label_set` is of another ontology, or no model's.
    Conflict
        Another process goes on with the same run.
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
    _check_run(begun, project, ontology)
    done: dict[int, int] = {int(id): upto for id, upto in begun.extras.get("done", {}).items()}
    total = sum(row.frames for row in rows)
    report = PrelabelReport(label_set, frames=sum(min(done.get(r.id, 0), r.frames) for r in rows))
    order = np.array([skeleton.index[n] for n in predictor.names])
    unread: dict[int, list[MediaError]] = {}
    follows = _Follows(store, label_set, category, predictor)
    waiting: list[tuple[Chunk, list[Instance]]] = []

    def commit() -> None:
        _commit(store, label_set, waiting)
        for chunk, made in waiting:
            report.frames += chunk.stop - chunk.first
            report.instances += len(made)
        waiting.clear()
        if progress:
            progress(report.frames, total)

    with closing(predicted(rows, done, predictor, workers)) as chunks:
        for chunk in chunks:
            if cancelled():
                commit()
                raise Cancelled("The run was stopped; it can go on later", details={"label_set": label_set})
            if chunk.unread:
                unread.setdefault(chunk.row.id, []).extend(chunk.unread)
            made = [
                instance
                for frame, poses in zip(chunk.frames, follows.follow(chunk), strict=True)
                for instance in _instances(poses, chunk.row, frame, category.name, len(skeleton), order)
            ]
            chunk.pictures.clear()  # they are large, and only what was found is waited with
            waiting.append((chunk, made))
            # Images come one by one, and to note how far a run has come takes time.
            if sum(part.stop - part.first for part, _ in waiting) >= CHUNK:
                commit()
    commit()
    report.failed = [_summary(errors) for errors in unread.values()]
    return report


class _Follows:
    """Gives the instances of videos their tracks, from one chunk to the next."""

    def __init__(self, store: Store, label_set: int, category: Category, predictor: Predictor) -> None:
        self.store = store
        self.label_set = label_set
        self.category = category
        self.predictor = predictor
        self._media = 0
        self._follows = follower(predictor)

    def follow(self, chunk: Chunk) -> list[Poses]:
        if chunk.row.kind == "image":
            return chunk.found
        if chunk.row.id != self._media:
            self._media, self._follows = chunk.row.id, follower(self.predictor)
            if chunk.first:
                self._follows.resume(self._stored())
        frames = zip(chunk.pictures, chunk.found, chunk.frames, strict=True)
        return [self._follows.follow(picture, poses, frame) for picture, poses, frame in frames]

    def _stored(self) -> Poses:
        """Return what an interrupted run stored, with its points in the predictor's order: the two are compared."""
        with self.store.read() as connection:
            stored = instances.poses(connection, self.label_set, Ontology("", (self.category,)), media=self._media)
        order = [self.category.skeleton.index[n] for n in self.predictor.names] if self.category.skeleton else []
        return replace(
            stored, xy=stored.xy[:, order], visibility=stored.visibility[:, order], score=stored.score[:, order]
        )


def _check_run(begun: LabelSetRow, project: int, ontology: int) -> None:
    """Refuse to go on with what is no run of this project, or one of another ontology."""
    where = f"label set {begun.id}"
    if begun.project != project:
        raise NotFound("The project has no such label set", where=where, hint="see `vitruvian info PROJECT`")
    if begun.kind != "model":
        raise InvalidInput(
            f"This label set is no model's run, but of kind {begun.kind!r}; a model would write over it",
            where=where,
            hint="name a model's label set, or begin a new run",
        )
    if begun.ontology != ontology:
        raise InvalidInput(
            "The run to go on with marks another version of the ontology",
            where=where,
            hint="go on with the version that it was begun with, or begin a new run",
        )


def _category(ontology: Ontology, predictor: Predictor) -> tuple[Category, Skeleton]:
    for category in ontology:
        if category.skeleton and set(predictor.names) <= set(category.skeleton.names):
            return category, category.skeleton
    raise ModelError(
        "No category of this ontology has the keypoints that the model marks",
        where=ontology.name,
        hint=f"it marks {', '.join(predictor.names)}",
    )


def _summary(unread: Sequence[MediaError]) -> MediaError:
    first = unread[0]
    if len(unread) == 1:
        return first
    return MediaError(f"{first.message}, nor can {len(unread) - 1} more", where=first.where, hint=first.hint)


def _instances(
    poses: Poses, media: MediaRow, frame: int, category: str, keypoints: int, order: NDArray[np.int64]
) -> Iterator[Instance]:
    places = poses.xy.round(2)
    # A model guesses points beyond the picture's edge too; nobody could see whether they are right.
    within = np.asarray(((places >= 0) & (places <= (media.width, media.height))).all(axis=2))
    for row in range(len(poses)):
        at = order[within[row]]
        xy = np.zeros((keypoints, 2))
        visibility = np.zeros(keypoints, np.uint8)
        score = np.full(keypoints, np.nan, np.float32)
        xy[at] = places[row, within[row]]
        visibility[at] = poses.visibility[row, within[row]]
        score[at] = poses.score[row, within[row]]
        track = int(poses.track[row])
        yield Instance(
            id=uuid.uuid4().hex,
            category=category,
            media=media.id,
            frame=frame,
            xy=xy,
            visibility=visibility,
            score=score,
            box=poses.box[row].round(2) if np.isfinite(poses.box[row]).all() else None,
            confidence=float(poses.confidence[row]) if np.isfinite(poses.confidence[row]) else None,
            track=str(track) if track >= 0 else None,
        )


def _commit(store: Store, label_set: int, finished: Sequence[tuple[Chunk, list[Instance]]]) -> None:
    def write(connection: Connection) -> None:
        extras = label_sets.locked(connection, label_set).extras
        done = dict(extras.get("done", {}))
        for chunk, _ in finished:
            if done.get(str(chunk.row.id), 0) != chunk.first:
                raise Conflict(
                    "Another process goes on with the same run; what it has done stays",
                    where=f"label set {label_set}",
                    hint="wait until it has finished, or begin a new run",
                )
            done[str(chunk.row.id)] = chunk.stop
        instances.insert_instances(connection, label_set, [i for _, made in finished for i in made])
        label_sets.set_extras(connection, label_set, {**extras, "done": done})

    finished = [(chunk, made) for chunk, made in finished if chunk.stop > chunk.first]
    if finished:
        store.write(write)
