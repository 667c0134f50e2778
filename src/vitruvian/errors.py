"""Every error that Vitruvian raises on purpose.

::

    VitruvianError
    ├── InvalidInput            what was handed in cannot be used (HTTP 422, exit 2)
    │   ├── OntologyError       a skeleton or ontology contradicts itself
    │   ├── LabelError          labels that their skeleton does not know
    │   ├── FormatError         an annotation file that cannot be read or written
    │   ├── MediaError          an image or video that cannot be decoded
    │   └── ModelError          weights or a predictor that do not fit
    ├── NotFound                no such project, media, label set ... (404, exit 3)
    ├── Conflict                somebody else changed the same thing (409, exit 4)
    ├── Forbidden               not yours, or no token (403, exit 5)
    ├── Unavailable             try again later: locked, full, shutting down (503, exit 6)
    │   ├── ProjectLocked       another server holds this project
    │   └── StorageFull         nothing was written
    └── Cancelled               a person stopped the work (499, exit 130)

An error says *what* is wrong (``message``), *where* (``where``: file, line, annotation id, field) and *what to do*
(``hint``). Its one JSON shape is :meth:`VitruvianError.document`.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

#: Letters that break a line, move a terminal's cursor, turn the direction of writing, or are half of one.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def one_line(text: str, longest: int = 500) -> str:
    """Return a text that may quote a stranger's file, fit for one line: no control letters, its middle cut out.

    Parameters
    ----------
    text : str
    longest : int
        How many letters are kept.
    """
    if len(text) > longest:
        text = f"{text[: longest // 2]} … {text[-(longest - longest // 2) :]}"
    return _UNPRINTABLE.sub(" ", text)


class VitruvianError(Exception):
    """The root: carries message, where, hint and optional details for a program.

    Parameters
    ----------
    message : str
        What is wrong, one plain sentence.
    where : str
        File, annotation id, field or address.
    hint : str
        What the reader can do about it.
    details : dict, optional
        JSON-able facts for a program, such as both versions of a conflict.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, where: str = "", hint: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(one_line(message))
        self.message = one_line(message)
        # A path and a record: both ends of it say something.
        self.where = one_line(where, 2000)
        self.hint = one_line(hint)
        self.details = details or {}

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} ({self.hint})" if self.hint else text

    def document(self) -> dict[str, Any]:
        """Return the JSON shape that every client sees."""
        shape = {"code": self.code, "message": self.message, "where": self.where, "hint": self.hint}
        return {**shape, "details": self.details} if self.details else shape


class InvalidInput(VitruvianError):
    code = "invalid_input"
    status = 422
    exit_code = 2


class OntologyError(InvalidInput):
    code = "ontology"


class LabelError(InvalidInput):
    code = "label"


class FormatError(InvalidInput):
    code = "format"


class MediaError(InvalidInput):
    code = "media"


class ModelError(InvalidInput):
    code = "model"


class NotFound(VitruvianError):
    code = "not_found"
    status = 404
    exit_code = 3


class Conflict(VitruvianError):
    code = "conflict"
    status = 409
    exit_code = 4


class Forbidden(VitruvianError):
    code = "forbidden"
    status = 403
    exit_code = 5


class Unavailable(VitruvianError):
    code = "unavailable"
    status = 503
    exit_code = 6


class ProjectLocked(Unavailable):
    code = "project_locked"


class StorageFull(Unavailable):
    code = "storage_full"
    status = 507


class Cancelled(VitruvianError):
    code = "cancelled"
    status = 499
    exit_code = 130
