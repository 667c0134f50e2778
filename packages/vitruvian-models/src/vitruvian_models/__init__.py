"""Where the ONNX weights lie. Data only: nothing here needs more than the standard library."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

__all__ = ["names", "path", "verify"]

_FOLDER = Path(__file__).resolve().parent


def _checksums() -> dict[str, str]:
    return dict(json.loads((_FOLDER / "checksums.json").read_text()))


def names() -> tuple[str, ...]:
    """Return the names of the models that ship, in alphabetical order."""
    return tuple(sorted(file.removesuffix(".onnx") for file in _checksums()))


def path(name: str) -> Path:
    """Return the ONNX file of model `name`.

    Raises
    ------
    KeyError
        No model of that name ships.
    FileNotFoundError
        It should be there and is not: the installation is damaged.
    """
    if f"{name}.onnx" not in _checksums():
        raise KeyError(f"No model is called {name!r}; there are {', '.join(names())}")
    file = _FOLDER / f"{name}.onnx"
    if not file.is_file():
        raise FileNotFoundError(f"{file} is missing; reinstall vitruvian-models")
    return file


def verify(name: str | None = None) -> None:
    """Compare the sha256 of one model, or of all, with the one recorded when the package was made.

    Raises
    ------
    KeyError, FileNotFoundError
        As :func:`path`.
    ValueError
        A file differs: it is damaged or was replaced.
    """
    sums = _checksums()
    for each in names() if name is None else (name,):
        file = path(each)
        if hashlib.sha256(file.read_bytes()).hexdigest() != sums[file.name]:
            raise ValueError(f"{file} is not the file that was shipped; reinstall vitruvian-models")
