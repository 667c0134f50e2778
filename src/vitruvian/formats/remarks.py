"""What deviates in a file or folder, collected as warnings: one per kind, with a count."""

from __future__ import annotations

from vitruvian.labels import FileWarning


class Remarks:
    """Collects deviations.

    Parameters
    ----------
    file : str
        Named in every warning that names no file of its own.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[str, str, str], FileWarning] = {}

    def add(self, record: str, field: str, message: str, count: int = 1, *, file: str = "") -> None:
        """Note `count` deviations; of each kind in a file the first record is named, the others are counted."""
        if not count:
            return
        file = file or self.file
        known = self._found.get((file, field, message))
        first, total = (known.record, known.count + count) if known else (record, count)
        self._found[file, field, message] = FileWarning(file, first, field, message, total)

    def warnings(self) -> list[FileWarning]:
        """Return what was found, in the order of finding."""
        return list(self._found.values())
