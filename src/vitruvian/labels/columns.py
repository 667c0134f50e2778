"""Columns: the poses of a file or a dataset, and what the numbers in them refer to."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

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
    """

    ontology: Ontology
    media: tuple[Hashable, ...]
    poses: Poses
