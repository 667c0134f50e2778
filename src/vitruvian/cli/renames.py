"""A file of renames: a JSON object of one keypoint name to another."""

from __future__ import annotations

from pathlib import Path

from vitruvian.errors import InvalidInput
from vitruvian.formats.json_file import read_json


def read_renames(path: Path | None) -> dict[str, str]:
    """Return the renames in a file, none without one; raises FormatError and InvalidInput."""
    if path is None:
        return {}
    found = read_json(path)
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        raise InvalidInput("Renames are a JSON object of names to names", where=str(path), hint='{"Nose": "nose"}')
    return found
