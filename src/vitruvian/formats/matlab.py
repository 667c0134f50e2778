"""Matlab's files of version 5, read without trusting them: as plain values, every size checked before it is used.

A value is a float (a 1 by 1 double), text (one row of characters), or a dict: `dims` with `dtype` and `numbers`, with
`text`, with `cells`, or with `fields` and `items` (a list per struct, in the order of the fields). All are in Matlab's
order, columns first. An object of a Matlab class, such as a table, is a dict with `class` alone: only Matlab knows what
is in it, and it cannot be written.
"""

from __future__ import annotations

import io
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vitruvian.errors import FormatError

Value = float | str | dict[str, Any]

#: More than any annotation file has when it is unpacked.
MAX_BYTES = 1 << 29
MAX_NUMBERS = 1 << 24
MAX_DEPTH = 32
MAX_VARIABLES = 100

HEADER = 128
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_CLASSES = {
    6: "float64", 7: "float32", 8: "int8", 9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32",
    14: "int64", 15: "uint64",
}  # fmt: skip
_MATRIX, _COMPRESSED = 14, 15
_TEXTS = {1: "latin-1", 2: "utf-8", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_COMPLEX, _LOGICAL = 0x08, 0x02
_OPAQUE = 17


class _Broken(Exception):
    """What is wrong, for one FormatError that names the file."""


def nothing() -> dict[str, Any]:
    """Return Matlab's `[]`."""
    return {"dims": [0, 0], "dtype": "float64", "numbers": []}


def read(path: Path) -> dict[str, Value]:
    """Return the variables of a file.

    Raises
    ------
    FormatError
        It cannot be read, is not of version 5, is broken, or is larger than any annotation file.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError(f"More than {MAX_BYTES} bytes", where=str(path), hint="check the file")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(f"The file cannot be read: {reason}", where=str(path), hint="check the path") from error
    if content[124:128] not in (b"\x00\x01IM", b"\x01\x00MI"):
        hint = "save it with -v7 in Matlab" if content.startswith((b"MATLAB 7.3", b"\x89HDF")) else "check the file"
        raise FormatError("This is no Matlab file of version 5", where=str(path), hint=hint)
    order = "<" if content[126:128] == b"IM" else ">"
    try:
        return _variables(_Bytes(memoryview(content)[HEADER:], order))
    except (_Broken, UnicodeDecodeError, zlib.error) as error:
        raise FormatError(f"The Matlab file is broken: {error}", where=str(path), hint="save it again") from error


def first_name(head: bytes) -> str:
    """Return the name of a file's first variable, from its first bytes; empty where there is none to be seen."""
    if head[124:128] not in (b"\x00\x01IM", b"\x01\x00MI"):
        return ""
    try:
        source = _Bytes(memoryview(head)[HEADER:], "<" if head[126:128] == b"IM" else ">")
        if source.number() == _COMPRESSED:
            start = zlib.decompressobj().decompress(head[HEADER + 8 :], 4096)
            source = _Bytes(memoryview(start), source.order)
            source.number()
        source.number()
        source.element()
        source.element()
        return bytes(source.element()[1]).decode("latin-1")
    except (_Broken, zlib.error):
        return ""


def names(path: Path) -> list[str]:
    """Return the names of a file's variables, without unpacking what is in them; none where they cannot be told."""
    try:
        content = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
        source = _Bytes(memoryview(content)[HEADER:], "<" if content[126:128] == b"IM" else ">")
        found = []
        while source.left:
            kind, data = source.element()
            if kind == _COMPRESSED:
                data = memoryview(zlib.decompressobj().decompress(data, 4096))[8:]
            inner = _Bytes(data, source.order)
            opaque = inner.element()[1][0] == _OPAQUE
            if not opaque:
                inner.element()
            found.append(bytes(inner.element()[1]).decode("latin-1"))
    except (_Broken, OSError, ValueError, IndexError, zlib.error):
        return []
    return found


def write(variables: dict[str, Value]) -> bytes:
    """Return the content of a file with `variables`.

    Raises
    ------
    FormatError
        A value that Matlab's files do not take.
    """
    from scipy.io import savemat  # noqa: PLC0415 - slow to import, seldom needed

    out = io.BytesIO()
    try:
        arrays = {name: _array(value) for name, value in variables.items()}
        savemat(out, arrays, do_compression=True, long_field_names=True)
    except (ValueError, TypeError, OverflowError) as error:
        raise FormatError(f"This cannot be written as a Matlab file: {error}", hint="check names of fields") from error
    return out.getvalue()


@dataclass(slots=True)
class _Bytes:
    """Bytes and how far they are read."""

    data: memoryview
    order: str
    at: int = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> memoryview:
        if count < 0 or count > self.left:
            raise _Broken("it is cut off, or states a wrong size")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self) -> int:
        return int(np.frombuffer(self.take(4), f"{self.order}u4")[0])

    def element(self) -> tuple[int, memoryview]:
        """Return the next element: its type and its bytes."""
        kind = self.number()
        if kind >> 16:
            size, kind = kind >> 16, kind & 0xFFFF
            if size > 4:
                raise _Broken("a short element is longer than four bytes")
            return kind, self.take(4)[:size]
        size = self.number()
        data = self.take(size)
        if kind != _COMPRESSED:
            self.take(min(-size % 8, self.left))
        return kind, data


def _variables(source: _Bytes) -> dict[str, Value]:
    out: dict[str, Value] = {}
    room = MAX_BYTES
    while source.left:
        kind, data = source.element()
        if kind == _COMPRESSED:
            inflate = zlib.decompressobj()
            content = inflate.decompress(data, room)
            if inflate.unconsumed_tail:
                raise _Broken(f"it unpacks to more than {MAX_BYTES} bytes")
            room -= len(content)
            kind, data = _Bytes(memoryview(content), source.order).element()
        if kind == _MATRIX:
            name, value = _matrix(_Bytes(data, source.order), 0)
            if len(out) == MAX_VARIABLES or (name or "?") in out:
                raise _Broken("it has too many variables, or two of one name")
            out[name or "?"] = value
    return out


def _matrix(source: _Bytes, depth: int) -> tuple[str, Value]:
    if not source.left:
        return "", nothing()
    if depth > MAX_DEPTH:
        raise _Broken("its values lie too deep in one another")
    _, flags = source.element()
    if len(flags) < 4:
        raise _Broken("a value says not what it is")
    stated = int(np.frombuffer(flags[:4], f"{source.order}u4")[0])
    kind, bits = stated & 0xFF, stated >> 8 & 0xFF
    if kind == _OPAQUE:
        name, _, described = (bytes(source.element()[1]).decode("latin-1") for _ in range(3))
        return name, {"class": described}
    if kind not in _CLASSES and kind not in (1, 2, 4):
        raise _Broken(f"a value of class {kind} is no number, text, cell or struct")
    dims = _ints(source)
    if len(dims) < 2 or len(dims) > 8 or min(dims) < 0:
        raise _Broken("a value has impossible dimensions")
    count = math.prod(dims)
    name = bytes(source.element()[1]).decode("latin-1")
    if kind in _CLASSES:
        return name, _numeric(source, kind, bits, dims, count)
    if kind == 4:
        return name, _text(source, dims, count)
    if kind == 1:
        return name, {"dims": dims, "cells": _values(source, count, depth)}
    return name, _struct(source, dims, count, depth)


def _ints(source: _Bytes) -> list[int]:
    kind, data = source.element()
    if kind != 5 or len(data) % 4:
        raise _Broken("whole numbers are missing")
    return [int(n) for n in np.frombuffer(data, f"{source.order}i4")]


def _values(source: _Bytes, count: int, depth: int) -> list[Value]:
    if count > source.left // 8:
        raise _Broken("it states more values than it has")
    out: list[Value] = []
    for _ in range(count):
        kind, data = source.element()
        if kind != _MATRIX:
            raise _Broken("a value is missing")
        out.append(_matrix(_Bytes(data, source.order), depth + 1)[1])
    return out


def _struct(source: _Bytes, dims: list[int], count: int, depth: int) -> Value:
    length = _ints(source)
    names = bytes(source.element()[1])
    if len(length) != 1 or length[0] < 1 or len(names) % length[0]:
        raise _Broken("names of fields are missing")
    fields = [names[at : at + length[0]].split(b"\0")[0].decode("latin-1") for at in range(0, len(names), length[0])]
    if len(set(fields)) < len(fields) or (not fields and count > 1):
        raise _Broken("names of fields are missing or repeat")
    flat = _values(source, count * len(fields), depth)
    width = len(fields)
    return {"dims": dims, "fields": fields, "items": [flat[at * width : (at + 1) * width] for at in range(count)]}


def _numeric(source: _Bytes, kind: int, bits: int, dims: list[int], count: int) -> Value:
    stored, data = source.element()
    if bits & _COMPLEX or stored not in _NUMBERS:
        raise _Broken("a number is complex or of an unknown kind")
    if count > MAX_NUMBERS:
        raise _Broken(f"{count} numbers in one value are more than any annotation has")
    width = np.dtype(_NUMBERS[stored]).itemsize
    if len(data) != count * width:
        raise _Broken("there are not as many numbers as stated")
    with np.errstate(invalid="ignore", over="ignore"):
        numbers = np.frombuffer(data, source.order + _NUMBERS[stored]).astype(_CLASSES[kind])
    if bits & _LOGICAL:
        return {"dims": dims, "dtype": "bool", "numbers": (numbers != 0).tolist()}
    if kind == 6 and dims == [1, 1]:
        return float(numbers[0])
    return {"dims": dims, "dtype": _CLASSES[kind], "numbers": numbers.tolist()}


def _text(source: _Bytes, dims: list[int], count: int) -> Value:
    stored, data = source.element()
    if stored not in _TEXTS:
        raise _Broken("text is of an unknown kind")
    coding = _TEXTS[stored]
    if coding in ("utf-16", "utf-32"):
        coding += "-le" if source.order == "<" else "-be"
    text = bytes(data).decode(coding)
    if len(text) != count:
        raise _Broken("there is not as much text as stated")
    return text if len(dims) == 2 and dims[0] == 1 and text else {"dims": dims, "text": text}


def _array(value: Value) -> Any:
    if isinstance(value, float):
        return np.array([[value]])
    if isinstance(value, str):
        return np.array([value])
    if "class" in value:
        raise ValueError(f"an object of the class {value['class']}")
    dims = value["dims"]
    if "numbers" in value:
        return np.array(value["numbers"], value["dtype"]).reshape(dims, order="F")
    if "text" in value:
        letters = np.array(list(value["text"]), "U1").reshape(dims, order="F")
        return np.array(["".join(row) for row in letters.reshape(dims[0], -1)]) if letters.size else np.array([""])
    cells = value["cells"] if "cells" in value else value["items"]
    kind = object if "cells" in value else [(field, object) for field in value["fields"]]
    out = np.empty(len(cells), kind)
    for at, cell in enumerate(cells):
        out[at] = _array(cell) if "cells" in value else tuple(_array(item) for item in cell)
    return out.reshape(dims, order="F")
