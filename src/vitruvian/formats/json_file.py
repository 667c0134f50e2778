"""Read and write JSON so that nothing changes: integers stay integers, key order stays, errors say where."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import msgspec

from vitruvian.errors import FormatError

TOO_DEEP = "Lists lie too deep in one another"


def read_json(path: Path) -> Any:
    """Return the decoded content of a JSON file.

    Raises
    ------
    FormatError
        No such file, or it is not JSON; names the line.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        # ValueError: a path with a zero byte in it.
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(f"The file cannot be read: {reason}", where=str(path), hint="check the path") from error
    except MemoryError as error:
        raise _too_large(path) from error
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, ValueError):
        pass
    except MemoryError as error:
        raise _too_large(path) from error
    # NaN and Infinity are not JSON, but Python has written them into many files; the standard parser takes them and
    # says the line of what it cannot take.
    try:
        return json.loads(content)
    except RecursionError as error:
        raise FormatError(TOO_DEEP, where=str(path), hint="check the file") from error
    except MemoryError as error:
        raise _too_large(path) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        where = f"{path}, line {line}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(path)
        cut = isinstance(error, json.JSONDecodeError) and (
            error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        )
        message = "The file is empty" if not content.strip() else "The file is cut off" if cut else "This is not JSON"
        raise FormatError(
            f"{message} ({error.msg if isinstance(error, json.JSONDecodeError) else error})",
            where=where,
            hint="download or copy it again",
        ) from error
    except ValueError as error:
        # Python refuses integers of more than 4300 digits, whose decoding takes quadratic time.
        raise FormatError("A number has too many digits", where=str(path), hint="check the file") from error


def _too_large(path: Path) -> FormatError:
    return FormatError("The file does not fit into the memory", where=str(path), hint="check or split the file")


def encode_json(document: Any) -> bytes:
    """Return `document` as JSON; NaN is written the way Python reads it back.

    Raises
    ------
    FormatError
        It holds something that JSON has no word for, or lies too deep.
    """
    try:
        return _encoded(document)
    except RecursionError as error:
        raise FormatError(TOO_DEEP, hint="check attributes and segmentations") from error
    except (TypeError, ValueError) as error:
        raise FormatError(f"This cannot be written as JSON: {error}", hint="use numbers, text, lists, dicts") from error


def _encoded(document: Any) -> bytes:
    try:
        content: bytes = msgspec.json.encode(document)
    except (OverflowError, UnicodeEncodeError, ValueError):
        # Integers of more than 64 bits, and halves of a character, which only the standard library writes.
        return json.dumps(document, separators=(",", ":")).encode()
    # msgspec writes NaN and Infinity as null, which would lose them; where there is no null there was none.
    if b"null" in content and _has_odd_number(document):
        return json.dumps(document, separators=(",", ":")).encode()
    return content


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one.

    Raises
    ------
    FormatError
        The place cannot be written to.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FormatError(
            f"The file cannot be written: {error.strerror or error}", where=str(path), hint="check the folder and disk"
        ) from error


def _has_odd_number(document: Any) -> bool:
    # Without calls into one another: a file may be nested as deep as its decoder allows.
    todo = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, float) and not math.isfinite(value):
            return True
    return False
