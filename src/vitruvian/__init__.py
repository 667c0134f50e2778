"""Vitruvian: keypoint annotation as a library.

>>> import vitruvian as vt
>>> dataset = vt.read("labels.json")  # doctest: +SKIP
>>> vt.oks(dataset.poses, dataset.poses, vt.preset("coco").skeleton("person"))  # doctest: +SKIP
"""

from vitruvian.actions.average_precision import AveragePrecision, average_precision
from vitruvian.actions.evaluate import Evaluated, evaluate
from vitruvian.errors import VitruvianError
from vitruvian.formats import every_format, read, write
from vitruvian.labels import (
    Category,
    Dataset,
    FileWarning,
    Instance,
    Keypoint,
    MediaEntry,
    Ontology,
    Poses,
    Skeleton,
    Track,
    Visibility,
    skeleton_from_names,
    tracks,
)
from vitruvian.labels.presets import PresetInfo, preset, preset_skeleton, presets
from vitruvian.metrics import oks

__version__ = "0.1.0"

__all__ = [
    "AveragePrecision",
    "Category",
    "Dataset",
    "Evaluated",
    "FileWarning",
    "Instance",
    "Keypoint",
    "MediaEntry",
    "Ontology",
    "Poses",
    "PresetInfo",
    "Skeleton",
    "Track",
    "Visibility",
    "VitruvianError",
    "__version__",
    "average_precision",
    "evaluate",
    "every_format",
    "oks",
    "preset",
    "preset_skeleton",
    "presets",
    "read",
    "skeleton_from_names",
    "tracks",
    "write",
]
