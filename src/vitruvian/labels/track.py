"""Track: the same object through the frames of a video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError
from vitruvian.labels.instance import Instance


@dataclass(frozen=True, slots=True)
class Track:
    """One object's instances in the order of their frames, as columns.

    Attributes
    ----------
    id : str
    category : str
    media : int
    frames : ndarray, shape (F,), int64
        Ascending; only frames in which the object is marked.
    xy : ndarray, shape (F, K, 2), float64
        Pixels.
    visibility : ndarray, shape (F, K), uint8
    keyed : ndarray, shape (F, K), bool
        Points that a person fixed in that very frame; all of them where the instances do not say.
    alone : ndarray, shape (F,), bool
        Frames whose instance says nothing of keys: it stands for itself, and nothing is computed beside it.
    box : ndarray, shape (F, 4), float64
        x, y, width, height in pixels; NaN where there is none.
    masked : ndarray, shape (F,), bool
        Whether there is a mask.
    """

    id: str
    category: str
    media: int
    frames: NDArray[np.int64]
    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    keyed: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    box: NDArray[np.float64]
    masked: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.frames)


def tracks(instances: Iterable[Instance]) -> list[Track]:
    """Gather instances into tracks, in the order of first appearance; those without a track are left out.

    Raises
    ------
    LabelError
        Two instances of one track in one frame, or of different categories.
    """
    groups: dict[tuple[int, str], list[Instance]] = {}
    for instance in instances:
        if instance.track is not None and not instance.deleted:
            groups.setdefault((instance.media, instance.track), []).append(instance)
    return [_track(media, id, members) for (media, id), members in groups.items()]


def _track(media: int, id: str, members: list[Instance]) -> Track:
    members = sorted(members, key=lambda instance: instance.frame)
    frames = np.array([m.frame for m in members], np.int64)
    where = f"media {media}, track {id}"
    if len(np.unique(frames)) < len(frames):
        twice = int(frames[:-1][np.diff(frames) == 0][0])
        raise LabelError(
            f"Track {id!r} has two instances in frame {twice}", where=where, hint="an object is there once"
        )
    if len({m.category for m in members}) > 1:
        raise LabelError(f"Track {id!r} changes its category", where=where, hint="give each object a track of its own")
    keyed = [np.ones(len(m.visibility), np.bool_) if m.keyed is None else m.keyed for m in members]
    return Track(
        id=id,
        category=members[0].category,
        media=media,
        frames=frames,
        xy=np.stack([m.xy for m in members]),
        visibility=np.stack([m.visibility for m in members]),
        keyed=np.stack(keyed),
        alone=np.array([m.keyed is None for m in members]),
        box=np.stack([np.full(4, np.nan) if m.box is None else m.box for m in members]),
        masked=np.array([m.mask is not None for m in members]),
    )
