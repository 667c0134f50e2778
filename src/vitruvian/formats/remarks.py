"""What deviates in a file, collected as warnings: one per kind, with a count."""

from __future__ import annotations

from vitruvian.labels import FileWarning


class Remarks:
    """Collects deviations of one file or folder.

    Parameters
    ----------
    file : str
        Named in every warning.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[str, str], FileWarning] = {}

    def add(self, record: str, field: str, message: str, count: int = 1) -> None:
        """Note a deviation; the first record of its kind is named, the others are counted."""
        known = self._found.get((field, message))
        first, more = (known.record, known.count + count) if known else (record, count)
        self._found[field, message] = FileWarning(self.file, first, field, message, more)

    def warnings(self) -> list[FileWarning]:
        return list(self._found.values())
