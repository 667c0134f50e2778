"""Attacks on what stands in HDF5, Matlab and Parquet files. See `hostile_files`."""

from __future__ import annotations

import random
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.formats.grouped_files import places
from tests.formats.hostile_files import CANARY, TEXTS, Attack, changed


def of(file: Path) -> Iterator[Attack]:
    """Yield attacks on the content of a binary file."""
    with file.open("rb") as opened:
        head = opened.read(128)
    if head.startswith(b"\x89HDF"):
        yield from _hdf5(file)
    elif head.startswith(b"PAR1"):
        yield from _parquet(file)
    elif head[126:128] == b"IM" and head[124:126] == b"\x00\x01":
        yield from _matlab(file)


def _hdf5(file: Path) -> Iterator[Attack]:
    import h5py

    names: list[tuple[str, bool]] = []
    attributes: list[tuple[str, str]] = []
    with h5py.File(file) as opened:
        attributes += [("/", key) for key in opened.attrs]

        def note(name: str, part: Any) -> None:
            names.append((name, isinstance(part, h5py.Dataset)))
            attributes.extend((name, key) for key in part.attrs)

        opened.visititems(note)
    for name, data in names:
        for what, change in _PARTS.items():
            yield Attack("part", f"{name} {what}", _in_hdf5(name, change))
        for what, change in _VALUES.items() if data else ():
            yield Attack("values", f"{name} {what}", _in_hdf5(name, change))
    for name, key in attributes:
        for what, value in _ATTRIBUTES.items():
            yield Attack("attribute", f"{name}@{key} is {what}", _attribute(name, key, value))
    yield Attack(
        "part", "5,000 groups deep", _in_hdf5("", lambda file, _: file.create_group("/".join("g" * 5000)) and None)
    )
    yield Attack("part", "20,000 parts more", _in_hdf5("", _many_parts))


def _in_hdf5(name: str, change: Callable[[Any, str], None]) -> Callable[[Path, random.Random], None]:
    def apply(path: Path, _: random.Random) -> None:
        import h5py

        with h5py.File(path, "r+") as file:
            change(file, name)

    return apply


def _many_parts(file: Any, _: str) -> None:
    for number in range(20_000):
        file.create_group(f"more/{number}")


def _replace(**options: Any) -> Callable[[Any, str], None]:
    def change(file: Any, name: str) -> None:
        kept = dict(file[name].attrs) if name in file else {}
        del file[name]
        part = file.create_dataset(name, **options)
        for key, value in kept.items():
            try:
                part.attrs[key] = value
            except (OSError, TypeError, ValueError):
                continue  # a reference to what is gone

    return change


def _linked(make: Callable[[Any], Any]) -> Callable[[Any, str], None]:
    def change(file: Any, name: str) -> None:
        del file[name]
        file[name] = make(file)

    return change


def _soft(target: str) -> Any:
    import h5py

    return h5py.SoftLink(target)


def _external(target: str) -> Any:
    import h5py

    return h5py.ExternalLink(target, "/canary")


def _virtual(file: Any, name: str) -> None:
    import h5py

    del file[name]
    layout = h5py.VirtualLayout((1,), "S40")
    layout[:] = h5py.VirtualSource("../outside/canary.h5", "canary", (1,))
    file.create_virtual_dataset(name, layout)


def _outer(file: Any, name: str) -> None:
    del file[name]
    file.create_dataset(name, (len(CANARY),), "u1", external=[("../outside/canary.txt", 0, len(CANARY))])


def _empty(file: Any, name: str) -> None:
    import h5py

    _replace(data=h5py.Empty("f8"))(file, name)


def _group(file: Any, name: str) -> None:
    del file[name]
    file.create_group(name)["inner"] = [1, 2, 3]


def _cycle(file: Any, name: str) -> None:
    del file[name]
    file[name] = file[name.rpartition("/")[0] or "/"]


def _bomb(file: Any, name: str) -> None:
    shape = file[name].shape if hasattr(file[name], "shape") and file[name].shape else (1,)
    kind = file[name].dtype if hasattr(file[name], "dtype") else np.dtype("f8")
    del file[name]
    rows = 200_000_000 // max(kind.itemsize * int(np.prod(shape[1:])), 1) or 1
    chunk = (max(min(rows, 1 << 16), 1), *[max(side, 1) for side in shape[1:]])
    part = file.create_dataset(name, (rows, *chunk[1:]), kind, chunks=chunk, compression="gzip")
    part[: chunk[0]] = np.zeros(chunk, kind)


def _values(make: Callable[[np.ndarray[Any, Any]], Any]) -> Callable[[Any, str], None]:
    def change(file: Any, name: str) -> None:
        part = file[name]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = part[()]
            if not isinstance(old, np.ndarray) or part.dtype.hasobject or part.dtype.kind not in "iufV":
                return
            if part.dtype.kind != "V":
                part[...] = make(old)
                return
            for field in part.dtype.names or ():
                if old.dtype[field].kind in "iuf":
                    old[field] = make(old[field])
            part[...] = old

    return change


def _extreme(sign: int) -> Callable[[np.ndarray[Any, Any]], Any]:
    def make(old: np.ndarray[Any, Any]) -> Any:
        limits: Any = np.iinfo(old.dtype) if old.dtype.kind in "iu" else np.finfo(old.dtype)
        return np.full_like(old, limits.max if sign > 0 else limits.min)

    return make


def _shape(change: Callable[[np.ndarray[Any, Any]], Any]) -> Callable[[Any, str], None]:
    def apply(file: Any, name: str) -> None:
        old = file[name][()]
        new = change(np.asarray(old))
        _replace(data=new, dtype=file[name].dtype)(file, name)

    return apply


_PARTS: dict[str, Callable[[Any, str], None]] = {
    "is gone": lambda file, name: file.__delitem__(name),
    "is a group": _group,
    "is the group it lies in": _cycle,
    "leads to itself": lambda file, name: _linked(lambda _: _soft(f"/{name}"))(file, name),
    "leads to nothing": _linked(lambda _: _soft("/no/such")),
    "leads to all": _linked(lambda _: _soft("/")),
    "lies outside": _linked(lambda _: _external("../outside/canary.h5")),
    "lies in a file of the system": _linked(lambda _: _external("/etc/passwd")),
    "is virtual": _virtual,
    "is stored outside": _outer,
    "is text": _replace(data="x"),
    "is bytes": _replace(data=np.array([b"\xff\xfe", b"x"])),
    "is texts": _replace(data=["../../outside/canary.json", "x" * 5000, ""]),
    "is a number": _replace(data=7.5),
    "is an integer": _replace(data=-1),
    "has no number": _replace(data=np.zeros((0,))),
    "is empty": _empty,
    "is complex": _replace(data=np.full((3, 3, 2), 1j)),
    "is booleans": _replace(data=np.array([True, False])),
    "is a table of something else": _replace(data=np.array([(1, 2.0)], [("a", "i8"), ("b", "f8")])),
    "is opaque": _replace(data=np.array([b"abc"], "V3")),
    "has seven dimensions": _replace(data=np.zeros((1,) * 7)),
    "is a square of a trillion": _replace(shape=(10**6, 10**6), dtype="f8", chunks=(1000, 1000)),
    "is a trillion long": _replace(shape=(10**12,), dtype="i8", chunks=(1000,), fillvalue=7),
    "is 100 million long": _replace(shape=(10**8,), dtype="i8", chunks=(1000,), fillvalue=7),
    "is a billion wide": _replace(shape=(3, 10**9, 2), dtype="f8", chunks=(1, 1000, 2)),
    "is a bomb of its own kind": _bomb,
}
_VALUES: dict[str, Callable[[Any, str], None]] = {
    "is -1": _values(lambda old: np.full_like(old, 255 if old.dtype.kind == "u" else -1)),
    "is the largest": _values(_extreme(1)),
    "is the smallest": _values(_extreme(-1)),
    "is not a number": _values(lambda old: np.full_like(old, np.nan) if old.dtype.kind == "f" else old * 0),
    "is zero": _values(lambda old: old * 0),
    "is 10**6": _values(lambda old: np.full_like(old, 10**6) if old.dtype.itemsize > 2 else old),
    "is backwards": _values(lambda old: old[::-1] if old.ndim else old),
    "is twice as long": _shape(lambda old: np.concatenate([old, old]) if old.ndim else old),
    "is half as long": _shape(lambda old: old[: len(old) // 2] if old.ndim else old),
    "has no row": _shape(lambda old: old[:0] if old.ndim else old),
    "has a dimension more": _shape(lambda old: old[None]),
    "has a column less": _shape(lambda old: old[..., :-1] if old.ndim > 1 else old),
}


def _attribute(name: str, key: str, value: Any) -> Callable[[Path, random.Random], None]:
    def apply(path: Path, _: random.Random) -> None:
        import h5py

        with h5py.File(path, "r+") as file:
            del file[name].attrs[key]
            if value is not None:
                file[name].attrs[key] = value

    return apply


_ATTRIBUTES: dict[str, Any] = {
    "gone": None, "-1": -1, "1e308": 1e308, "nan": np.nan, "''": "", "'x'": "x", "long": "x" * 60_000,
    "a path": "../../outside/canary.json", "numbers": np.arange(1000.0), "bytes": np.bytes_(b"\xff\xfe"),
    "'{}'": "{}", "'[1'": "[1", "deep": "[" * 30_000, "boolean": True, "texts": ["a", "b"], "(lp0": b"(lp0\n",
    "pickle that runs": b"cos\nsystem\n(S'touch owned'\ntR.", "json of null": "null",
    "10**18": 10**18,
}  # fmt: skip


def _matlab(file: Path) -> Iterator[Attack]:
    from vitruvian.formats import matlab

    document = matlab.read(file)
    odd: list[Any] = [
        -1.0, 0.0, 0.5, 1e308, float("nan"), float("inf"), 1e12, *[text for text in TEXTS if text and text != "\ud800"],
        matlab.nothing(), {"dims": [1, 3], "dtype": "float64", "numbers": [1.0, 2.0, 3.0]},
        {"dims": [1, 2], "cells": ["x", 1.0]}, {"dims": [1, 1], "fields": ["a"], "items": [[1.0]]},
        {"dims": [1, 0], "fields": ["a"], "items": []}, {"dims": [0, 0], "cells": []},
        {"dims": [1, 200_000], "dtype": "float64", "numbers": [1.0] * 200_000},
        {"dims": [1, 1], "dtype": "bool", "numbers": [True]}, {"dims": [1, 1], "dtype": "int64", "numbers": [2**62]},
    ]  # fmt: skip

    def put(place: tuple[Any, ...], value: Any) -> Callable[[Path, random.Random], None]:
        return lambda path, _: path.write_bytes(matlab.write(changed(document, place, value))) and None

    for place in places(document):
        if place[-1] in ("dims", "dtype", "fields", "items", "numbers", "cells") or place[-2:-1] in (
            ("dims",), ("fields",), ("items",), ("numbers",)
        ):  # fmt: skip
            continue
        for value in odd:
            name = repr(value)[:40]
            yield Attack("value", f"{'/'.join(map(str, place))} is {name}", put(place, value))
    yield from _matlab_bytes(file)


def _matlab_bytes(file: Path) -> Iterator[Attack]:
    content = file.read_bytes()
    size = struct.unpack("<I", content[132:136])[0]
    plain = zlib.decompress(content[136 : 136 + size])

    def packed(inner: bytes) -> bytes:
        squeezed = zlib.compress(inner)
        return content[:128] + struct.pack("<II", 15, len(squeezed)) + squeezed

    def flip(path: Path, dice: random.Random) -> None:
        new = bytearray(plain)
        for _ in range(dice.randint(1, 3)):
            new[dice.randrange(len(new))] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        path.write_bytes(packed(bytes(new)) if dice.random() < 0.5 else content[:128] + bytes(new))

    def bomb(path: Path, _: random.Random) -> None:
        squeeze = zlib.compressobj(1)
        body = [squeeze.compress(plain[:200])]
        body += [squeeze.compress(bytes(10_000_000)) for _ in range(120)]
        body.append(squeeze.flush())
        path.write_bytes(content[:128] + struct.pack("<II", 15, sum(map(len, body))) + b"".join(body))

    def numbers(path: Path, _: random.Random) -> None:
        # A matrix of 60 million bytes that are all there, in a few thousand bytes of file.
        rows = 60_000_000
        data = struct.pack("<II", 6, 8) + struct.pack("<II", 6, 0) + struct.pack("<II", 5, 8)
        data += struct.pack("<ii", rows, 1) + struct.pack("<HH", 1, 4) + b"name" + struct.pack("<II", 2, rows)
        path.write_bytes(packed(struct.pack("<II", 14, len(data) + rows) + data + bytes(rows)))

    def deep(path: Path, _: random.Random) -> None:
        inner = b""
        for _ in range(3000):
            head = struct.pack("<II", 6, 8) + struct.pack("<II", 1, 0) + struct.pack("<II", 5, 8)
            head += struct.pack("<ii", 1, 1) + struct.pack("<II", 1, 0)
            inner = struct.pack("<II", 14, len(head) + len(inner)) + head + inner
        path.write_bytes(packed(inner))

    for number in range(400):
        yield Attack("inner", f"bytes inside changed, {number}", flip)
    yield Attack("bomb", "unpacks to a gigabyte", bomb)
    yield Attack("bomb", "60 million numbers", numbers)
    yield Attack("bomb", "3,000 cells deep", deep)
    yield Attack("bomb", "often the same", lambda path, _: path.write_bytes(content + content[128:] * 2000) and None)


def _parquet(file: Path) -> Iterator[Attack]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    rows = len(table)
    others: dict[str, Callable[[int], Any]] = {
        "nulls": pa.nulls,
        "null texts": lambda count: pa.nulls(count, pa.string()),
        "texts": lambda count: pa.array((TEXTS[:4] * count)[:count], pa.string()),
        "numbers": lambda count: pa.array([-1] * count, pa.int64()),
        "the largest": lambda count: pa.array([2**63 - 1] * count, pa.int64()),
        "10**9": lambda count: pa.array([10**9] * count, pa.int64()),
        "nan": lambda count: pa.array([float("nan")] * count, pa.float64()),
        "booleans": lambda count: pa.array([True] * count, pa.bool_()),
        "bytes": lambda count: pa.array([b"\xff\xfe"] * count, pa.binary()),
        "lists": lambda count: pa.array([[1.0, 2.0]] * count),
        "fixed lists": lambda count: pa.array([[1.0, 2.0]] * count, pa.list_(pa.float64(), 2)),
        "structs": lambda count: pa.array([{"a": 1}] * count),
        "a dictionary": lambda count: pa.array(["x"] * count).dictionary_encode(),
        "dates": lambda count: pa.array([0] * count, pa.timestamp("ns")),
    }

    def write(change: Callable[[Any], Any]) -> Callable[[Path, random.Random], None]:
        return lambda path, _: pq.write_table(change(table), path)

    for at, column in enumerate(table.column_names):
        yield Attack("column", f"{column} is gone", write(lambda t, at=at: t.remove_column(at)))  # type: ignore[misc]
        yield Attack("column", f"{column} twice", write(lambda t, at=at: t.append_column(t.field(at), t.column(at))))  # type: ignore[misc]
        for what, make in others.items():
            yield Attack("column", f"{column} is {what}", write(
                lambda t, at=at, column=column, make=make: t.set_column(at, column, make(rows))))  # type: ignore[misc]  # fmt: skip
            yield Attack("column", f"{column} has the values of {what}", write(
                lambda t, at=at, column=column, make=make: _cast(t, at, column, make(rows))))  # type: ignore[misc]  # fmt: skip
    yield Attack("rows", "no row", write(lambda t: t.slice(0, 0)))
    yield Attack("rows", "twice the rows", write(lambda t: pa.concat_tables([t, t])))
    yield Attack("rows", "the last row often", write(lambda t: pa.concat_tables([t.slice(rows - 1)] * 20_000)))
    yield Attack("rows", "the metadata gone", write(lambda t: t.replace_schema_metadata(None)))
    yield Attack("rows", "no column", write(lambda t: t.select([])))
    content = file.read_bytes()
    length = struct.unpack("<I", content[-8:-4])[0]

    def footer(path: Path, dice: random.Random) -> None:
        new = bytearray(content)
        for _ in range(dice.randint(1, 3)):
            new[len(new) - 8 - dice.randrange(1, length)] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        path.write_bytes(new)

    for number in range(300):
        yield Attack("footer", f"bytes of the footer changed, {number}", footer)

    def constant(path: Path, _: random.Random) -> None:
        # 200 million rows in a few kilobytes: every value the same, stored once a run.
        piece = pa.concat_tables([table.slice(rows - 1)] * 1000).combine_chunks()
        for _ in range(3):
            piece = pa.concat_tables([piece] * 10).combine_chunks()
        with pq.ParquetWriter(path, table.schema) as writer:
            for _ in range(2):
                writer.write_table(piece)

    yield Attack("rows", "two million rows of little storage", constant)


def _cast(table: Any, at: int, column: str, values: Any) -> Any:
    import pyarrow as pa

    try:
        fresh = values.cast(table.schema.field(at).type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        fresh = pa.nulls(len(table), table.schema.field(at).type)
    # Vitruvian's own columns forbid nulls; a hostile file does not.
    return table.set_column(at, table.schema.field(at).with_name(column).with_nullable(True), fresh)
