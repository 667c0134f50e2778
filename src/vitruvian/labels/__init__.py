"""The data model: what is marked, and the marks themselves. Knows no SQL, HTTP, file or pixel."""

from vitruvian.labels.between import Positions, fill, positions
from vitruvian.labels.columns import Columns
from vitruvian.labels.dataset import Dataset, FileWarning, MediaEntry
from vitruvian.labels.instance import Instance, check_instance, empty_instance
from vitruvian.labels.mask import check_mask
from vitruvian.labels.ontology import Category, Ontology, ontology_from_document
from vitruvian.labels.poses import Poses, concatenate, empty_poses, stack
from vitruvian.labels.recategorise import recategorise
from vitruvian.labels.skeleton import Keypoint, Skeleton, skeleton_from_document, skeleton_from_names
from vitruvian.labels.track import Track, tracks
from vitruvian.labels.visibility import Visibility

__all__ = [
    "Category",
    "Columns",
    "Dataset",
    "FileWarning",
    "Instance",
    "Keypoint",
    "MediaEntry",
    "Ontology",
    "Poses",
    "Positions",
    "Skeleton",
    "Track",
    "Visibility",
    "check_instance",
    "check_mask",
    "concatenate",
    "empty_instance",
    "empty_poses",
    "fill",
    "ontology_from_document",
    "positions",
    "recategorise",
    "skeleton_from_document",
    "skeleton_from_names",
    "stack",
    "tracks",
]
