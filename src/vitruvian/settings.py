"""Where a project's things lie, and what the environment says. Read once, above actions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DATABASE = "vitruvian.db"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project is.

    Attributes
    ----------
    address : str
        Of its database.
    folder : Path or None
        Its folder; None for a PostgreSQL project.
    """

    address: str
    folder: Path | None


def place(project: str) -> Place:
    """Return where `project`, a folder or a ``postgresql://`` URL, keeps its things."""
    if project.startswith(("postgresql://", "postgres://")):
        return Place(project, None)
    folder = Path(project).expanduser()
    return Place(str(folder / DATABASE), folder)


def person() -> str:
    """Return the name under which local work is saved: VITRUVIAN_USER, or the one of the operating system."""
    return os.environ.get("VITRUVIAN_USER") or os.environ.get("USER") or os.environ.get("USERNAME") or "me"


def cache_folder() -> Path:
    """Return where downloads are kept: VITRUVIAN_CACHE, or the user's cache folder."""
    given = os.environ.get("VITRUVIAN_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vitruvian"
