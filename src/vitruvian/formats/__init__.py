"""Annotation files of the field. `read` and `write` find the format; each format is a module of its own."""

from vitruvian.formats import (
    alphapose,
    coco,
    cvat,
    darwin,
    deeplabcut,
    labelme,
    labelstudio,
    lightning_pose,
    mpii,
    nwb,
    openpose,
    parquet,
    posetrack17,
    sleap,
    supervisely,
    via,
    yolo,
)
from vitruvian.formats.codec import FORMATS, Codec
from vitruvian.formats.losses import Loss
from vitruvian.formats.registry import by_name, dumps, read, read_columns, recognise, target, write

__all__ = [
    "FORMATS",
    "Codec",
    "Loss",
    "alphapose",
    "by_name",
    "coco",
    "cvat",
    "darwin",
    "deeplabcut",
    "dumps",
    "labelme",
    "labelstudio",
    "lightning_pose",
    "mpii",
    "nwb",
    "openpose",
    "parquet",
    "posetrack17",
    "read",
    "read_columns",
    "recognise",
    "sleap",
    "supervisely",
    "target",
    "via",
    "write",
    "yolo",
]
