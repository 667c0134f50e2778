"""DeepLabCut's config.yaml: scorer, body parts in their order, individuals and edges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.json_file import encode_json
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Skeleton

ANIMAL, SINGLE = "animal", "single"
MULTI = "MULTI!"
MAX_BYTES = 1 << 20
_BRACKETS = re.compile(r"[\[\]{}]")


@dataclass(slots=True)
class Config:
    """What a config.yaml says of labels; `text` is all of it, verbatim."""

    text: str
    scorer: str
    animal: list[str]
    single: list[str]
    individuals: list[str] | None
    edges: list[tuple[str, str]]


def read_config(path: Path, found: Remarks) -> Config:
    """Read a config.yaml; raises FormatError naming the field."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError("The file is larger than 1 MB", where=str(path), hint="is this DeepLabCut's config.yaml?")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("This is not text in UTF-8", where=str(path), hint="save it as UTF-8") from error
    except OSError as error:
        raise FormatError(f"The file cannot be read: {error.strerror}", where=str(path), hint="check it") from error
    return parse_config(text, str(path), found)


def parse_config(text: str, file: str, found: Remarks) -> Config:
    """Return what the text of a config.yaml says; raises FormatError naming the field."""
    top = _load(text, file)
    scorer = top.get("scorer")
    if not isinstance(scorer, str | int | float) or not str(scorer).strip():
        raise FormatError("There is no scorer", where=f"{file}: scorer", hint="it names whose labels these are")
    several = top.get("multianimalproject") is True or top.get("bodyparts") == MULTI
    individuals = _names(top, "individuals", file) if several else None
    animal = _names(top, "multianimalbodyparts" if several else "bodyparts", file)
    single = _names(top, "uniquebodyparts", file) if several else []
    edges = []
    stated = top.get("skeleton")
    if stated is not None and not isinstance(stated, list):
        found.add("", "skeleton", "this is no list of pairs; it is kept unread", file=file)
    for pair in stated if isinstance(stated, list) else ():
        names = [str(name) for name in pair if isinstance(name, str | int | float)] if isinstance(pair, list) else []
        if len(names) == 2 == len(pair) and names[0] != names[1] and {*names} <= {*animal, *single}:
            edges.append((names[0], names[1]))
        else:
            found.add("", "skeleton", "an edge does not join two body parts; it is kept unread", file=file)
    return Config(text, str(scorer), animal, single, individuals, edges)


def _names(top: dict[str, Any], field: str, file: str) -> list[str]:
    names = top.get(field)
    if names is None:
        return []
    if not isinstance(names, list) or not all(
        isinstance(name, str | int | float) and str(name).strip() for name in names
    ):
        raise FormatError("This is not a list of names", where=f"{file}: {field}", hint="give one name a line")
    texts = [str(name) for name in names]
    if len(set(texts)) < len(texts):
        raise FormatError("A name stands twice", where=f"{file}: {field}", hint="give each its own name")
    return texts


def _load(text: str, file: str) -> dict[str, Any]:
    try:
        import yaml  # noqa: PLC0415  in an optional extra
    except ImportError as error:
        raise FormatError(
            "config.yaml needs the library PyYAML", where=file, hint='pip install "vitruvian[deeplabcut]"'
        ) from error
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        if depth > 100:
            # PyYAML takes quadratic time over these.
            raise FormatError("Lists lie too deep in one another", where=file, hint="check the file")
    try:
        # The safe loader, in C where there is one: Python's takes seconds over a megabyte.
        top = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, AttributeError, IndexError) as error:
        raise FormatError(
            f"This is not YAML: {_problem(error)}",
            where=f"{file}{_line(error)}",
            hint="check the file",
        ) from error
    if not isinstance(top, dict):
        raise FormatError("This is not DeepLabCut's config.yaml", where=file, hint="it has scorer and bodyparts")
    return top


def _problem(error: Exception) -> str:
    said = str(getattr(error, "problem", None) or "it contradicts itself")
    return "a list or a mapping stands for a key" if "unhashable" in said else said


def _line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def edges_of(skeletons: Sequence[Skeleton]) -> list[tuple[str, str]]:
    """Return the edges of skeletons by name."""
    return list(dict.fromkeys((s.names[a], s.names[b]) for s in skeletons for a, b in s.edges))


def new_config(wanted: Config, videos: Sequence[str], old: str | None) -> str:
    """Return the text of a config.yaml that says what `wanted` says, over the text of an old one."""
    several = wanted.individuals is not None
    fields: dict[str, Any] = {
        "Task": "labels", "scorer": wanted.scorer, "date": "", "multianimalproject": several, "identity": False,
        "project_path": "", "video_sets": {f"videos/{video}.mp4": {} for video in videos},
    }  # fmt: skip
    known: dict[str, Any] = {"scorer": wanted.scorer, "multianimalproject": several}
    if several:
        known |= {
            "individuals": wanted.individuals, "uniquebodyparts": wanted.single,
            "multianimalbodyparts": wanted.animal, "bodyparts": MULTI,
        }  # fmt: skip
    else:
        known["bodyparts"] = wanted.animal
    known["skeleton"] = [list(edge) for edge in wanted.edges]
    document = (_load(old, "config.yaml") if old is not None else fields) | known
    if old is not None:
        import yaml  # noqa: PLC0415  `_load` has said what to do where it is missing

        return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    # A value in JSON is YAML too, so that writing needs no library.
    lines = [f"{name}: {encode_json(value).decode()}" for name, value in document.items()]
    return "\n".join(lines) + "\n"
