"""Look into HDF5 files of strangers: bounded sizes, nothing outside of the file, and no pickle that runs code."""

from __future__ import annotations

import pickletools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError

MAX_BYTES = 1 << 30
_MAX_PICKLE = 16 << 20


@contextmanager
def opened(path: Path, extra: str) -> Iterator[Any]:
    """Open a file for reading; whatever h5py finds wrong with it is a FormatError."""
    try:
        import h5py  # noqa: PLC0415  heavy, and in an optional extra
    except ImportError as error:
        raise FormatError(
            "HDF5 files need the library h5py", where=str(path), hint=f'pip install "vitruvian[{extra}]"'
        ) from error
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError) as error:
        raise FormatError(
            f"This cannot be read as an HDF5 file: {error}", where=str(path), hint="copy it again"
        ) from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        # What these say is for those who wrote the lines that trip over a part of another kind.
        raise FormatError(
            "A part of this HDF5 file is missing, or of another kind than this format has",
            where=str(path),
            hint="copy it again, or make it again with the program that it comes from",
        ) from error
    except MemoryError as error:
        raise FormatError("The file does not fit into the memory", where=str(path), hint="split it") from error


def check_links(file: Any, path: Path) -> None:
    """Refuse files whose parts lie in other files, or that hold more than their size can mean."""
    import h5py  # noqa: PLC0415  heavy, and in an optional extra

    todo, count = [file], 0
    seen: set[Any] = set()
    while todo:
        group = todo.pop()
        for name in group:
            count += 1
            if count > 1_000_000:
                raise FormatError("The file has more than a million parts", where=str(path), hint="check the file")
            link = group.get(name, getlink=True)
            where = f"{path}: {group.name}/{name}"
            if isinstance(link, h5py.ExternalLink):
                raise FormatError("This part lies in another file", where=where, hint="put all into one file")
            member = group.get(name)
            if isinstance(member, h5py.Dataset):
                if member.external or member.is_virtual:
                    raise FormatError("This part lies in another file", where=where, hint="put all into one file")
                if member.size is not None and member.size * max(member.dtype.itemsize, 1) > MAX_BYTES:
                    raise FormatError("This part is larger than 1 GB", where=where, hint="check or split the file")
            elif isinstance(member, h5py.Group) and member.id not in seen:
                seen.add(member.id)
                todo.append(member)


def plain_pickle(data: bytes, where: str) -> Any:
    """Return lists, tuples, dicts, texts and numbers from a pickle without running it as Python would.

    Unpickling can call any function; here only the opcodes that build plain values are known.

    Raises
    ------
    FormatError
        Anything else is in it.
    """
    if len(data) > _MAX_PICKLE:
        raise FormatError("The names take more than 16 MB", where=where, hint="check the file")
    try:
        return _build(data)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise FormatError(
            f"The names are stored in a way that could run code, or broken ({error})",
            where=where,
            hint="use the csv file, or save the table again with pandas",
        ) from error


_PUSH = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "FLOAT", "BINFLOAT", "UNICODE", "BINUNICODE",
         "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING"}  # fmt: skip
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_SKIP = {"PROTO", "FRAME"}
_MARK = object()


def _build(data: bytes) -> Any:
    stack: list[Any] = []
    memo: dict[Any, Any] = {}
    for opcode, argument, _ in pickletools.genops(data):
        name = opcode.name
        if name in _PUSH:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            memo[argument] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name == "STOP":
            return stack.pop()
        elif name not in _SKIP:
            _combine(name, stack)
    raise ValueError("it ends early")


def _combine(name: str, stack: list[Any]) -> None:
    if name == "MARK":
        stack.append(_MARK)
    elif name in ("EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_DICT"):
        stack.append({"EMPTY_LIST": [], "EMPTY_TUPLE": (), "EMPTY_DICT": {}}[name])
    elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
        count = int(name[-1])
        stack[-count:] = [tuple(stack[-count:])]
    elif name in ("APPEND", "APPENDS"):
        items = [stack.pop()] if name == "APPEND" else _to_mark(stack)
        if not isinstance(stack[-1], list):
            raise TypeError(name)
        stack[-1].extend(items)
    elif name in ("SETITEM", "SETITEMS"):
        items = [stack.pop(-2), stack.pop()] if name == "SETITEM" else _to_mark(stack)
        if not isinstance(stack[-1], dict):
            raise TypeError(name)
        stack[-1].update(zip(items[::2], items[1::2], strict=True))
    elif name in ("LIST", "TUPLE", "DICT"):
        items = _to_mark(stack)
        stack.append(
            items
            if name == "LIST"
            else tuple(items)
            if name == "TUPLE"
            else dict(zip(items[::2], items[1::2], strict=True))
        )
    else:
        raise ValueError(name)


def _to_mark(stack: list[Any]) -> list[Any]:
    items = []
    while (item := stack.pop()) is not _MARK:
        items.append(item)
    return items[::-1]
