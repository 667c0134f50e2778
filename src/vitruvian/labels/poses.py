"""Poses: many instances as a struct of arrays, for everything that works in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError
from vitruvian.labels.instance import Instance


@dataclass(slots=True)
class Poses:
    """N instances in columns. Categories with fewer keypoints are padded with not-labelled points.

    Attributes
    ----------
    xy : ndarray, shape (N, K, 2), float64
        Pixels. float64, since float32 loses 4-decimal values and ties of a reference evaluation.
    visibility : ndarray, shape (N, K), uint8
    score : ndarray, shape (N, K), float32
        A model's confidence; NaN where there is none.
    box : ndarray, shape (N, 4), float64
        x, y, width, height; NaN where there is none.
    media : ndarray, shape (N,), int64
    frame : ndarray, shape (N,), int64
    category : ndarray, shape (N,), int32
        Position of the category in the ontology.
    track : ndarray, shape (N,), int64
        -1 where there is none.
    confidence : ndarray, shape (N,), float64
        How sure a model is of the instance as a whole; NaN where it does not say.
    area : ndarray, shape (N,), float64
        Of the object itself (its mask), square pixels; NaN where nobody measured it.
    crowd : ndarray, shape (N,), bool
        Several objects marked as one; an evaluation leaves it out.
    """

    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    score: NDArray[np.float32]
    box: NDArray[np.float64]
    media: NDArray[np.int64]
    frame: NDArray[np.int64]
    category: NDArray[np.int32]
    track: NDArray[np.int64]
    confidence: NDArray[np.float64]
    area: NDArray[np.float64]
    crowd: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count, keypoints = self.visibility.shape
        expected = {
            "xy": (count, keypoints, 2),
            "score": (count, keypoints),
            "box": (count, 4),
            "media": (count,),
            "frame": (count,),
            "category": (count,),
            "track": (count,),
            "confidence": (count,),
            "area": (count,),
            "crowd": (count,),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise LabelError(f"Column {name} has shape {getattr(self, name).shape}, expected {shape}")

    def __len__(self) -> int:
        return len(self.visibility)

    @property
    def keypoints(self) -> int:
        """K, the width of the table."""
        return int(self.visibility.shape[1])

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Poses:
        """Return the chosen rows."""
        return Poses(*(getattr(self, f.name)[rows] for f in fields(self)))

    def part(self, keypoints: Sequence[int]) -> Poses:
        """Return the same instances with only these keypoints, in this order."""
        at = list(keypoints)
        return replace(self, xy=self.xy[:, at], visibility=self.visibility[:, at], score=self.score[:, at])


def empty_poses(count: int, keypoints: int) -> Poses:
    """Return `count` instances of which nothing is labelled."""
    return Poses(
        xy=np.zeros((count, keypoints, 2), np.float64),
        visibility=np.zeros((count, keypoints), np.uint8),
        score=np.full((count, keypoints), np.nan, np.float32),
        box=np.full((count, 4), np.nan, np.float64),
        media=np.zeros(count, np.int64),
        frame=np.zeros(count, np.int64),
        category=np.zeros(count, np.int32),
        track=np.full(count, -1, np.int64),
        confidence=np.full(count, np.nan, np.float64),
        area=np.full(count, np.nan, np.float64),
        crowd=np.zeros(count, np.bool_),
    )


def concatenate(parts: Sequence[Poses]) -> Poses:
    """Join tables of equal K, in order; raises LabelError when K differs."""
    if not parts:
        return empty_poses(0, 0)
    if len({p.keypoints for p in parts}) > 1:
        raise LabelError(f"Tables of different K: {sorted({p.keypoints for p in parts})}")
    return Poses(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Poses)))


def stack(instances: Sequence[Instance], *, categories: dict[str, int], keypoints: int) -> Poses:
    """Pack instances into columns.

    Parameters
    ----------
    instances : sequence of Instance
    categories : dict
        Category name to its position in the ontology.
    keypoints : int
        K of the table; instances with fewer points are padded.

    Raises
    ------
    LabelError
        An instance of an unknown category, or with more points than the table is wide.

    Notes
    -----
    Track names become numbers in order of first appearance.
    """
    poses = empty_poses(len(instances), keypoints)
    tracks: dict[str, int] = {}
    for row, instance in enumerate(instances):
        count = len(instance.visibility)
        if instance.category not in categories:
            known = ", ".join(categories)
            raise LabelError(
                f"Unknown category {instance.category!r}", where=f"instance {instance.id}", hint=f"known: {known}"
            )
        if count > keypoints or instance.xy.shape != (count, 2):
            raise LabelError(
                f"{len(instance.xy)} points, {count} visibilities do not fit a table of {keypoints} keypoints",
                where=f"instance {instance.id}",
                hint="choose the ontology that the labels were made with",
            )
        poses.xy[row, :count] = instance.xy
        poses.visibility[row, :count] = instance.visibility
        if instance.score is not None:
            poses.score[row, :count] = instance.score
        if instance.box is not None:
            poses.box[row] = instance.box
        if instance.confidence is not None:
            poses.confidence[row] = instance.confidence
        if instance.area is not None:
            poses.area[row] = instance.area
        poses.crowd[row] = instance.crowd
        poses.media[row] = instance.media
        poses.frame[row] = instance.frame
        poses.category[row] = categories[instance.category]
        if instance.track is not None:
            poses.track[row] = tracks.setdefault(instance.track, len(tracks))
    return poses
