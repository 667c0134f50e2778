"""Deviations of a file, one warning for each kind with a count."""

from __future__ import annotations

from vitruvian.labels import FileWarning


class Notes:
    """Collects warnings; `file` is named in those that name no file of their own."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[tuple[str, str], FileWarning] = {}

    def add(self, record: str, field: str, message: str, file: str = "") -> None:
        """Note a deviation; the first record of its kind is named, the others are counted."""
        known = self._found.get((field, message))
        if known is None:
            self._found[field, message] = FileWarning(file or self.file, record, field, message)
        else:
            self._found[field, message] = FileWarning(known.file, known.record, field, message, known.count + 1)

    def warnings(self) -> list[FileWarning]:
        """Return what was found, in the order of finding."""
        return list(self._found.values())
