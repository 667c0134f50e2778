"""Annotation files of the field. `read` and `write` find the format; each format is a module of its own."""

from vitruvian.formats.registry import FORMATS, Codec, dumps, read, write

__all__ = ["FORMATS", "Codec", "dumps", "read", "write"]
