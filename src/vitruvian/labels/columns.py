"""Columns: the poses of a file or a dataset, and what the numbers in them refer to."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels.ontology import Ontology
from vitruvian.labels.poses import Poses


@dataclass(frozen=True, slots=True)
class Columns:
    """Labels without an object per instance, for evaluation and other bulk work.

    Attributes
    ----------
    ontology : Ontology
        ``poses.category`` is a position in it.
    media : tuple of hashable
        What names each media: a COCO image id, or the media's name. ``poses.media`` is a position in it.
    poses : Poses
    files : tuple of str
        File name of each media; empty where `media` names them.
    media_facts : dict of str to ndarray, shape (M,)
        Numbers that the file states of its media, such as CrowdPose's crowdIndex; NaN where it does not.
    """

    ontology: Ontology
    media: tuple[Hashable, ...]
    poses: Poses
    files: tuple[str, ...] = ()
    media_facts: dict[str, NDArray[np.float64]] = field(default_factory=dict)
