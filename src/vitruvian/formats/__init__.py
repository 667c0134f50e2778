"""Annotation files of the field. `read` and `write` find the format; each format is a module of its own."""

from vitruvian.formats.codec import Codec, every_format
from vitruvian.formats.losses import Loss
from vitruvian.formats.registry import by_name, dumps, read, read_columns, recognise, target, write

__all__ = [
    "Codec",
    "Loss",
    "by_name",
    "dumps",
    "every_format",
    "read",
    "read_columns",
    "recognise",
    "target",
    "write",
]
