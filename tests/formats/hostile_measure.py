"""The measure that every reader is held to, taken in a process of its own: see `test_hostile`.

Run as ``python -m tests.formats.hostile_measure CODEC FOLDER``: attacks come as numbers on stdin, one a line; what is
wrong goes to stdout, one line of JSON an attack, so that whoever watches knows which attack hung or killed the process.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import resource
import shutil
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.formats.hostile_files import CANARY, attacks, sample
from vitruvian.errors import FormatError, InvalidInput, LabelError, OntologyError
from vitruvian.formats.registry import by_name, read, read_columns, recognise
from vitruvian.labels import Dataset

#: Seconds of processor time, and more for each megabyte that is really there; bytes beyond what the process has before.
SECONDS = 5.0
SECONDS_A_MEGABYTE = 3.0
BYTES = 2 << 30

#: What Python and libraries say to programmers.
_INTERNAL = re.compile(
    r"Traceback|<class |<function |object at 0x|NoneType|dtype\(|ndarray|msgspec|h5py|subscriptable|has no attribute"
    r"|unexpected keyword|positional argument|list indices|unhashable|not iterable|[A-Z][a-z]+Error\b"
    r"|could not convert|invalid literal|ambiguous|broadcast|setting an array"
)


class Watch:
    """Notes which files outside of the attacked folder Python opens, removes or makes."""

    def __init__(self, base: Path) -> None:
        self.forbidden = os.path.realpath(base / "outside")
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.remove", "os.rename", "os.mkdir", "os.rmdir") and arguments:
            path = arguments[0]
            if isinstance(path, str | bytes):
                with contextlib.suppress(OSError, ValueError):
                    if os.path.realpath(os.fsdecode(path)).startswith(self.forbidden):
                        self.seen.append(f"{event} {path!r}")


class Measure:
    """Attacks on one codec, each on a fresh copy of its sample.

    ``base`` gets: ``sample`` (never touched), ``outside`` (what nobody may read or write), ``in`` and ``out``.
    """

    def __init__(self, codec: str, base: Path) -> None:
        self.codec, self.base = codec, base
        self.outside = base / "outside"
        if not self.outside.exists():
            _plant(self.outside)
            sample(codec, base / "sample")
        self.origin = next((base / "sample").iterdir())
        self.attacks = attacks(self.origin, codec)
        self.watch = Watch(base)
        self.tree = sorted(self.outside.rglob("*"))

    def take(self, number: int) -> list[str]:
        """Return what is wrong with how the reader takes one attack; nothing when all is well."""
        for place in (self.base / "in", self.base / "out"):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
        path = self.base / "in" / self.origin.name
        copy = shutil.copytree if self.origin.is_dir() else shutil.copyfile
        copy(self.origin, path)  # type: ignore[operator]
        attack = self.attacks[number]
        attack.apply(path, random.Random(number))
        before = _listing(self.base / "in")
        self.watch.seen.clear()
        wrong = list(self._wrong(path))
        if self.watch.seen:
            wrong.append(f"outside of the folder: {self.watch.seen[:3]}")
        if sorted(self.outside.rglob("*")) != self.tree or (self.outside / "canary.txt").read_text() != CANARY:
            wrong.append("something outside was changed")
        if _listing(self.base / "in") != before:
            wrong.append("what was read is changed")
        return wrong

    def _wrong(self, path: Path) -> Iterator[str]:
        for door in (recognise, lambda path: read_columns(path, format=self.codec)):
            _, wrong = self._call(lambda door=door: door(path), path, "recognise or columns")  # type: ignore[misc]
            yield from wrong
        dataset, wrong = self._call(lambda: read(path, format=self.codec), path, "read")
        yield from wrong
        if dataset is None:
            return
        assert isinstance(dataset, Dataset)
        yield from self._holds(dataset, path)

    def _call(self, door: Any, path: Path, name: str) -> tuple[Any, list[str]]:
        try:
            with limited(), quick(path) as late, contextlib.redirect_stderr(io.StringIO()) as noise:
                found = door()
            return found, [*late, *([f"{name} printed {noise.getvalue()[:200]!r}"] if noise.getvalue() else [])]
        except FormatError as error:
            return None, late + [f"{name}: {wrong}: {error}"[:700] for wrong in unclear(error, path)]
        except Exception as error:
            return None, [f"{name} raised {_place(error)}"]

    def _holds(self, dataset: Dataset, path: Path) -> Iterator[str]:
        try:
            dataset.check()
        except Exception as error:
            yield f"check: {_place(error)}"
        if CANARY in repr(dataset):
            yield "what lies outside was read"
        for warning in dataset.warnings:
            text = str(warning)
            if path.name not in text or len(text) > 2000 or "\n" in text:
                yield f"a warning is unclear: {text[:300]!r}"
        yield from self._written(dataset, path)

    def _written(self, dataset: Dataset, path: Path) -> Iterator[str]:
        codec = by_name(self.codec)
        if not codec.writes:
            return
        target = self.base / "out" / f"again{'' if codec.folder or not codec.suffixes else codec.suffixes[0]}"
        try:
            with limited(), quick(path) as late:
                codec.write(dataset, target)
            yield from late
        except (FormatError, LabelError, OntologyError):
            left = [child.name for child in target.parent.iterdir()]
            if left:
                yield f"half-written: {left}"
        except Exception as error:
            yield f"write raised {_place(error)}"
        else:
            if [child.name for child in target.parent.iterdir()] != [target.name]:
                yield f"written beside: {[child.name for child in target.parent.iterdir()]}"


def unclear(error: InvalidInput, path: Path) -> Iterator[str]:
    """Yield what a person would miss in a refusal of the file at `path`."""
    text = str(error)
    if str(path) not in error.where:
        yield "the error does not name the file"
    if not error.hint:
        yield "the error says not what to do"
    if len(text) > 2000 + len(str(path)) or "\n" in text or "\0" in text:
        yield "the error is no line that one can read"
    if found := _INTERNAL.search(error.message + error.hint):
        yield f"the error shows internals ({found[0]})"


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Allow `BYTES` more memory than there is now."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    old = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + BYTES, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, old)


@contextlib.contextmanager
def quick(path: Path) -> Iterator[list[str]]:
    """Yield a list that has a complaint afterwards when it took too long; warnings are errors meanwhile."""
    late: list[str] = []
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield late
        finally:
            spent = time.process_time() - start
            files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
            stored = sum(os.lstat(file).st_blocks * 512 for file in files if os.path.lexists(file))
            if spent > SECONDS + SECONDS_A_MEGABYTE * stored / 1e6:
                late.append(f"it took {spent:.1f} s")


def _place(error: Exception) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "vitruvian" in frame.filename]
    last = frames[-1] if frames else None
    at = f"{Path(last.filename).parent.name}/{Path(last.filename).name}:{last.lineno}" if last else "?"
    return f"{type(error).__name__} at {at}: {str(error)[:200]}"


def _listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((os.path.join(at, name), os.lstat(os.path.join(at, name)).st_size)
                  for at, folders, files in os.walk(folder) for name in (*folders, *files))  # fmt: skip


def _plant(outside: Path) -> None:
    outside.mkdir(parents=True)
    (outside / "canary.txt").write_text(CANARY)
    (outside / "canary.json").write_text(json.dumps({"shapes": [], "annotations": [CANARY], "version": CANARY}))
    for name in ("canary.h5", "canary.slp"):
        import h5py

        with h5py.File(outside / name, "w") as file:
            file["canary"] = [CANARY.encode()]


def main() -> None:
    codec, base = sys.argv[1], Path(sys.argv[2])
    measure = Measure(codec, base)
    print(json.dumps([(attack.family, attack.name) for attack in measure.attacks]), flush=True)
    for line in sys.stdin:
        print(json.dumps([int(line), measure.take(int(line))]), flush=True)


if __name__ == "__main__":
    main()
