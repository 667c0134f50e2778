"""Instance: one object in one frame, the type that travels from the click to the export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError
from vitruvian.labels.skeleton import Skeleton
from vitruvian.labels.visibility import Visibility


@dataclass(slots=True)
class Instance:
    """One object in one frame.

    Attributes
    ----------
    id : str
        Made by whoever created it; unique within its label set.
    category : str
    media : int
        Which media of the dataset or project.
    frame : int
        Frame index; 0 for an image.
    xy : ndarray, shape (K, 2), float64
        Pixels in skeleton order; (0, 0) where not labelled.
    visibility : ndarray, shape (K,), uint8
        See :class:`Visibility`.
    score : ndarray, shape (K,), float32, or None
        A model's confidence.
    keyed : ndarray, shape (K,), bool, or None
        On a video track: points fixed in this very frame (the others are interpolated). None means every point.
    box : ndarray, shape (4,), float64, or None
        x, y, width, height in pixels.
    mask : dict or list or None
        COCO segmentation: RLE document or polygons.
    track : str or None
    confidence : float or None
        How sure a model is of the instance as a whole.
    area : float or None
        Of the object itself, square pixels, where it was measured.
    crowd : bool
        Several objects marked as one.
    attributes : dict
    extras : dict
        Unknown fields of an imported file, verbatim.
    revision : int
        Counts saved changes; 0 means never saved.
    deleted : bool
    """

    id: str
    category: str
    media: int
    frame: int
    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    score: NDArray[np.float32] | None = None
    keyed: NDArray[np.bool_] | None = None
    box: NDArray[np.float64] | None = None
    mask: dict[str, Any] | list[Any] | None = None
    track: str | None = None
    confidence: float | None = None
    area: float | None = None
    crowd: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    revision: int = 0
    deleted: bool = False

    def document(self) -> dict[str, Any]:
        """Return the JSON shape in which the page and the server speak of an instance.

        `points` is flat: x, y, visibility of every keypoint in skeleton order; a score that is not known is null.
        """
        flat = np.column_stack((self.xy, self.visibility)).reshape(-1).tolist()
        flat[2::3] = self.visibility.tolist()
        scores = None
        if self.score is not None:
            scores = [None if np.isnan(s) else s for s in self.score.tolist()]
        return {
            "id": self.id,
            "media": self.media,
            "frame": self.frame,
            "track": self.track,
            "category": self.category,
            "points": flat,
            "scores": scores,
            "keyed": None if self.keyed is None else self.keyed.astype(int).tolist(),
            "box": None if self.box is None else self.box.tolist(),
            "mask": self.mask,
            "confidence": self.confidence,
            "area": self.area,
            "crowd": self.crowd,
            "attributes": self.attributes,
            "revision": self.revision,
            "deleted": self.deleted,
        }

    @property
    def labelled(self) -> int:
        """How many points are labelled."""
        return int(np.count_nonzero(self.visibility))

    def place(self, index: int, x: float, y: float, visibility: int = Visibility.VISIBLE) -> None:
        """Put keypoint `index` at (x, y) pixels; not-labelled points go to (0, 0).

        Raises
        ------
        LabelError
            Unknown keypoint, non-finite coordinate, or a visibility other than 0, 1, 2.
        """
        if not 0 <= index < len(self.visibility):
            raise LabelError(
                f"Keypoint {index} does not exist; the skeleton has {len(self.visibility)}",
                where=f"instance {self.id}",
                hint="reload the page: the ontology may have changed",
            )
        if visibility not in (0, 1, 2):
            raise LabelError(
                f"Visibility {visibility!r} is not 0 (not labelled), 1 (hidden) or 2 (visible)",
                where=f"instance {self.id}, keypoint {index}",
            )
        if not (np.isfinite(x) and np.isfinite(y)):
            raise LabelError(
                f"({x}, {y}) is not a position", where=f"instance {self.id}, keypoint {index}", hint="use finite pixels"
            )
        self.xy[index] = (x, y) if visibility else (0.0, 0.0)
        self.visibility[index] = visibility


def empty_instance(id: str, category: str, media: int, frame: int, keypoints: int) -> Instance:
    """Return an instance of `keypoints` not-labelled points."""
    return Instance(
        id=id,
        category=category,
        media=media,
        frame=frame,
        xy=np.zeros((keypoints, 2), np.float64),
        visibility=np.zeros(keypoints, np.uint8),
    )


def check_instance(instance: Instance, skeleton: Skeleton | None) -> None:
    """Refuse an instance that its skeleton does not know or whose numbers are no positions.

    Raises
    ------
    LabelError
        K mismatch, non-finite coordinate, visibility outside {0, 1, 2}, or an impossible box.
    """
    count = len(skeleton) if skeleton else 0
    where = f"instance {instance.id}"
    if instance.xy.shape != (count, 2) or instance.visibility.shape != (count,):
        raise LabelError(
            f"{len(instance.xy)} points, {len(instance.visibility)} visibilities for category {instance.category!r}, "
            f"whose skeleton has {count}",
            where=where,
            hint="choose the ontology that the labels were made with",
        )
    for what, column in (("scores", instance.score), ("keyed points", instance.keyed)):
        if column is not None and column.shape != (count,):
            raise LabelError(f"{len(column)} {what} for {count} points", where=where)
    if np.any(instance.visibility > 2):
        raise LabelError("A visibility is not 0, 1 or 2", where=where)
    bad = ~np.isfinite(instance.xy).all(axis=1)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        name = skeleton.names[at] if skeleton else at
        raise LabelError(f"Keypoint {name!r} has a coordinate that is not a finite number", where=where)
    box = instance.box
    if box is not None and (box.shape != (4,) or not np.isfinite(box).all() or np.any(box[2:] < 0)):
        raise LabelError("The box is not x, y, width, height with finite numbers and sides of 0 or more", where=where)
