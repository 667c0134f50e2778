"""Attacks on annotation files: what a stranger, a broken disk or a careless script may hand to a reader.

An attack changes a good file or folder in place. Which attacks there are follows from what the codec wrote: bytes of
every file, values of every JSON, YAML, CSV, XML, HDF5, Matlab and Parquet file. So a new codec is attacked by itself.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.formats.grouped_files import ONTOLOGY, instance, places, rich
from vitruvian.errors import InvalidInput
from vitruvian.formats.registry import by_name
from vitruvian.labels import Dataset, MediaEntry

#: Stands in files that nobody may read; nothing that a reader returns may have it.
CANARY = "sphinx of black quartz"

Change = Callable[[Path, random.Random], None]


@dataclass(frozen=True)
class Attack:
    """One way to break a sample, given its path.

    Attributes
    ----------
    family : str
        The ordinary run takes some of every family.
    name : str
    apply : callable
        Changes the sample at a path; the dice are seeded with the attack's number.
    """

    family: str
    name: str
    apply: Change


def sample(format: str, folder: Path) -> Path:
    """Write a rich dataset as `format` into a new folder; raises AssertionError when nothing rich can be written."""
    codec = by_name(format)
    if not codec.writes:
        return _given(format, folder)
    refusals = []
    for dataset in (rich(), rich(videos=False), _lonely()):
        folder.mkdir(parents=True)
        path = folder / f"sample{'' if codec.folder or not codec.suffixes else codec.suffixes[0]}"
        try:
            codec.write(dataset, path)
            if len(codec.read(path).instances) >= 3:
                return path
            refusals.append("hardly anything came back")
        except InvalidInput as error:
            refusals.append(str(error))
        shutil.rmtree(folder)
    raise AssertionError(f"no sample of {format}: give `hostile_files.sample` one that it can write: {refusals}")


def _given(format: str, folder: Path) -> Path:
    """Make a sample of a format that is read only, by what its own tests make."""
    from tests.formats import test_alphatracker, test_leap, test_sleap_json, test_sleap_skeleton

    documents: dict[str, Callable[[], Any]] = {
        "alphatracker": test_alphatracker.pictures,
        "sleap_json": test_sleap_json.labels,
        "sleap_skeleton": test_sleap_skeleton.skeleton,
    }
    folder.mkdir(parents=True)
    path = folder / f"sample{by_name(format).suffixes[0]}"
    if format == "leap":
        return test_leap.mat_file(path)
    assert format in documents, f"no sample of {format}, which is read only: give `hostile_files` one"
    path.write_text(json.dumps(documents[format]()))
    return path


def _lonely() -> Dataset:
    """Return pictures with one person each, for formats that know no more."""
    media = [MediaEntry(f"labeled-data/v/img{at}.png", 640, 480) for at in range(3)]
    points = [[[10.25, 20.5, 2], [0.1, 30, 2], [0, 0, 0]], [[1, 2, 2], [3, 4, 2], [5, 6, 2]], [[7, 8, 2]]]
    return Dataset(ONTOLOGY, media, [instance(str(at), media=at, points=xyv) for at, xyv in enumerate(points)])


def attacks(path: Path, format: str) -> list[Attack]:
    """Return all attacks on a sample, always in the same order."""
    from tests.formats import hostile_binary, hostile_texts

    found = list(_root(path, format))
    files = _some(sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path])
    for file in files:
        name = "" if file == path else file.relative_to(path).as_posix()
        of_file = (*_bytes(file), *_encodings(file), *hostile_texts.of(file), *hostile_binary.of(file))
        found += [_within(attack, name) for attack in of_file]
    return found


def _some(files: list[Path]) -> list[Path]:
    """Of files alike, the largest and the last."""
    kinds: dict[tuple[str, int], list[Path]] = {}
    for file in files:
        kinds.setdefault((file.suffix, len(file.parts)), []).append(file)
    kept: list[Path] = []
    for alike in kinds.values():
        largest = max(alike, key=lambda file: file.stat().st_size)
        kept += [largest] if largest.suffix == ".h5" else sorted({largest, alike[-1]})
    return kept


def _within(attack: Attack, name: str) -> Attack:
    def apply(path: Path, dice: random.Random) -> None:
        attack.apply(path / name if name else path, dice)

    return Attack(attack.family, f"{name or 'the file'}: {attack.name}", apply)


def _root(path: Path, format: str) -> Iterator[Attack]:
    def instead(make: Callable[[Path], object]) -> Change:
        def apply(path: Path, _: random.Random) -> None:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            make(path)

        return apply

    def wrapped(path: Path) -> None:
        path.mkdir()
        (path / path.name).mkdir()

    whole = {
        "nothing there": lambda path: None,
        "an empty folder": lambda path: path.mkdir(),
        "a folder in a folder": wrapped,
        "an empty file": lambda path: path.write_bytes(b""),
        "a text": lambda path: path.write_text("nothing known\n" * 50),
        "zeros": lambda path: path.write_bytes(bytes(1 << 20)),
        "a terabyte of nothing": _terabyte,
        "a link in a cycle": lambda path: path.symlink_to(path),
        "a link to nothing": lambda path: path.symlink_to(path.parent / "no such"),
        "a picture": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)),
        "a zip of nothing": lambda path: path.write_bytes(b"PK\x05\x06" + bytes(18)),
    }
    for name, make in whole.items():
        yield Attack("whole", name, instead(make))
    if path.is_dir():
        yield from _folder(path)


def _folder(path: Path) -> Iterator[Attack]:
    outside = Path("../../outside")
    endings = sorted({"".join(Path(file).suffixes[-1:]) for file in os.listdir(path)} | {".json", ".txt", ".csv"})

    def deep(path: Path, _: random.Random) -> None:
        for folder in [folder for folder in (path, *path.rglob("*")) if folder.is_dir()]:
            (folder / "/".join(["d"] * 400)).mkdir(parents=True)

    def link(target: Path, name: str) -> Change:
        def apply(path: Path, _: random.Random) -> None:
            for folder in [folder for folder in (path, *path.rglob("*")) if folder.is_dir()]:
                up = Path(os.path.relpath(path.parent, folder)) / ".." / "outside"
                (folder / name).symlink_to(up / target if target.parts else folder)

        return apply

    yield Attack("folder", "folders that lie 400 deep", deep)
    yield Attack("folder", "links to the folder itself", link(Path(), "loop"))
    yield Attack("folder", "links to a folder outside", link(outside / "../../outside", "linked"))
    for ending in endings:
        yield Attack("folder", f"links to files outside: {ending}", link(Path("canary.json"), f"extra{ending}"))
        for name in (b"\xff\xfe", b"new\nline", b"x" * 200, b"..x", b"con", b"-"):
            yield Attack("folder", f"a file called {name!r}{ending}", _called(name + ending.encode()))


def _called(name: bytes) -> Change:
    def apply(path: Path, _: random.Random) -> None:
        for folder in [folder for folder in (path, *path.rglob("*")) if folder.is_dir()]:
            with open(os.path.join(os.fsencode(folder), name), "w") as file:
                file.write("{}")

    return apply


def _terabyte(path: Path) -> None:
    with path.open("ab") as file:
        file.truncate(1 << 40)


def _bytes(file: Path) -> Iterator[Attack]:
    """Attacks that know nothing of the format."""
    size = file.stat().st_size

    def content(change: Callable[[bytes, random.Random], bytes]) -> Change:
        return lambda path, dice: path.write_bytes(change(path.read_bytes(), dice)) and None

    def flip(count: int) -> Callable[[bytes, random.Random], bytes]:
        def change(old: bytes, dice: random.Random) -> bytes:
            new = bytearray(old)
            for _ in range(count if new else 0):
                new[dice.randrange(len(new))] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
            return bytes(new)

        return change

    def folder(path: Path, _: random.Random) -> None:
        path.unlink()
        path.mkdir()

    def cycle(path: Path, _: random.Random) -> None:
        path.unlink()
        path.symlink_to(path)

    def elsewhere(path: Path, _: random.Random) -> None:
        base = next(parent for parent in path.parents if parent.name == "in")
        shutil.move(path, base / f"moved{path.suffix}")
        path.symlink_to(base / f"moved{path.suffix}")

    steps = range(0, size, max(size // 48, 1))
    for at in steps:
        yield Attack("cut", f"cut after {at} bytes", content(lambda old, _, at=at: old[:at]))  # type: ignore[misc]
    for number in range(96):
        yield Attack("flip", f"bytes changed, {number}", content(flip(1 + number % 4)))
    yield Attack("file", "is a folder", folder)
    yield Attack("file", "is gone", lambda path, _: path.unlink())
    yield Attack("file", "is empty", content(lambda *_: b""))
    yield Attack("file", "is random", content(lambda _, dice: dice.randbytes(4096)))
    yield Attack("file", "has something after it", content(lambda old, dice: old + dice.randbytes(100)))
    yield Attack("file", "twice", content(lambda old, _: old * 2))
    yield Attack("file", "and a terabyte of nothing", lambda path, _: _terabyte(path))
    yield Attack("file", "is a link in a cycle", cycle)
    yield Attack("file", "is a link to another place", elsewhere)


def _encodings(file: Path) -> Iterator[Attack]:
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError:
        return

    def written(name: str, content: Callable[[str, random.Random], bytes]) -> Attack:
        return Attack("encoding", name, lambda path, dice: path.write_bytes(content(path.read_text(), dice)) and None)

    def spliced(piece: bytes) -> Callable[[str, random.Random], bytes]:
        def content(text: str, dice: random.Random) -> bytes:
            letters = [at for at, letter in enumerate(text) if letter.isalpha()] or [0]
            at = dice.choice(letters)
            return text[:at].encode() + piece + text[at:].encode()

        return content

    del text
    for coding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037"):
        yield written(coding, lambda text, _, coding=coding: text.encode(coding, "replace"))  # type: ignore[misc]
    pieces = {"latin-1": b"\xe4", "half a pair": b"\xed\xa0\x80", "zero": b"\0", "NEL": b"\xc2\x85", "return": b"\r",
              "too long": b"\xc0\xaf", "right to left": "\u202e".encode(), "escape": b"\\ud800", "bell": b"\x07",
              "ten megabytes": b"a" * 10_000_000}  # fmt: skip
    for name, piece in pieces.items():
        for _ in range(3):
            yield written(f"{name} in it", spliced(piece))


#: Values that stand where others belong. A `Raw` is put into the text as it is.
@dataclass(frozen=True)
class Raw:
    name: str
    text: str


GONE = Raw("gone", "")
DEEP = Raw("10,000 lists deep", "[" * 10_000 + "]" * 10_000)
DEEP_OBJECTS = Raw("10,000 objects deep", '{"a":' * 10_000 + "1" + "}" * 10_000)
NUMBERS = Raw("a million numbers", "[" + "1," * 999_999 + "1]")
TEXTS = ["", "x", "1", "../../outside/canary.json", "/etc/passwd", "C:\\x", "a\0b", "con", "x" * 5000, "\ud800",
         "a\nb", ".", "..", "file:///etc/passwd"]  # fmt: skip
ODD: list[Any] = [
    GONE, None, True, -1, 0, 10**12, 2**63, 10**30, -(2**70), 1e308, -1e308, float("nan"), float("inf"), 0.5, *TEXTS,
    [], {}, [[]], [None], ["x"], [-1, 10**30, "x"], [1, 2, 3], {"a": 1}, [{}], DEEP, DEEP_OBJECTS, NUMBERS,
    Raw("5,000 digits", "1" * 5000), Raw("1e999", "1e999"),
]  # fmt: skip


def changed(document: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """Return the document with something odd at one place; only what lies on the way there is copied."""
    if not place:
        return odd
    copy = dict(document) if isinstance(document, dict) else list(document)
    if len(place) == 1 and odd is GONE:
        del copy[place[0]]
    else:
        copy[place[0]] = changed(document[place[0]], place[1:], odd)
    return copy


def trees(document: Any, dump: Callable[[Any], str]) -> Iterator[Attack]:
    """Yield attacks on every value of a JSON-like document."""

    def put(place: tuple[Any, ...], odd: Any) -> Change:
        def apply(path: Path, _: random.Random) -> None:
            if not isinstance(odd, Raw) or odd is GONE:
                path.write_text(dump(changed(document, place, odd)), errors="surrogatepass")
            else:
                text = dump(changed(document, place, "@@odd@@"))
                path.write_text(text.replace('"@@odd@@"', odd.text).replace("'@@odd@@'", odd.text))

        return apply

    for odd in ODD[1:]:
        yield Attack("top", f"all of it is {_name(odd)}", put((), odd))
    for place in dict.fromkeys(places(document)):
        spot = "/".join(map(str, place))
        for odd in ODD:
            yield Attack("value", f"{spot} is {_name(odd)}", put(place, odd))
        yield from _containers(document, place, spot, put)
    yield from _sizes(document, dump)


def _containers(document: Any, place: tuple[Any, ...], spot: str, put: Callable[..., Change]) -> Iterator[Attack]:
    value = document
    for key in place:
        value = value[key]
    if isinstance(value, list) and value:
        item = json.dumps(value[0])
        count = min(1_000_000, 4_000_000 // (len(item) + 1))
        more = Raw(f"{count} times its first item", "[" + ",".join([item] * count) + "]")
        yield Attack("long", f"{spot} is {more.name}", put(place, more))
        yield Attack("long", f"{spot} is twice as long", put(place, value * 2))
        yield Attack("long", f"{spot} lacks its last item", put(place, value[:-1]))
    if isinstance(value, dict) and value:
        key = next(iter(value))
        body = json.dumps(value)[1:-1]
        yield Attack("twice", f"{spot} has {key} twice", put(place, Raw("", f'{{{body},"{key}":null}}')))
        yield Attack("twice", f"{spot} has all keys twice", put(place, Raw("", f"{{{body},{body}}}")))
        odd_keys = dict.fromkeys(TEXTS, 1)
        yield Attack("twice", f"{spot} has odd keys", put(place, {**value, **odd_keys}))
        many = ",".join(f'"k{n}":{n}' for n in range(200_000))
        yield Attack("long", f"{spot} has 200,000 more keys", put(place, Raw("", f"{{{body},{many}}}")))


def _sizes(document: Any, dump: Callable[[Any], str]) -> Iterator[Attack]:
    """Yield documents whose every width, height, size, frame or count is absurd at once."""
    words = ("width", "height", "size", "frame", "count", "dimension", "resolution", "index", "id", "fps")

    def grown(value: Any, to: Any, inside: bool) -> Any:
        if isinstance(value, dict):
            return {k: grown(v, to, inside or any(w in str(k).lower() for w in words)) for k, v in value.items()}
        if isinstance(value, list):
            return [grown(item, to, inside) for item in value]
        return to if inside and isinstance(value, int | float) and not isinstance(value, bool) else value

    for to in (10**9, 2**31 - 1, 10**12, 2**63, 10**30, -1, 0, 1e300):
        text = dump(grown(document, to, False))
        yield Attack("sizes", f"every size is {to}", lambda path, _, text=text: path.write_text(text) and None)  # type: ignore[misc]


def _name(odd: Any) -> str:
    return odd.name if isinstance(odd, Raw) else repr(odd)[:40]
