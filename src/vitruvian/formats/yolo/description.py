"""The YAML file of a YOLO dataset: categories, keypoints, where the splits lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from vitruvian.errors import FormatError
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Keypoint, Ontology, Skeleton
from vitruvian.labels.presets import preset_skeleton

Record = dict[str, Any]

SPLITS: Final = ("train", "val", "test")
MAX_KEYPOINTS = 2_000
MAX_CATEGORIES = 100_000
#: A description larger than this is none.
_LARGEST = 1 << 20


def load(text: str, where: str) -> Record:
    """Return the mapping that a YAML text holds.

    Raises
    ------
    FormatError
        Not YAML, or not a mapping.
    """
    yaml = _yaml()
    try:
        # The safe loader, in C where there is one: Python's takes seconds over a megabyte.
        document = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    # ValueError, OverflowError: a date or a number that cannot be; TypeError: a key that cannot be one.
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise FormatError(
            f"This is not YAML: {_problem(error)}",
            where=f"{where}{line}",
            hint="check it",
        ) from error
    if not isinstance(document, dict):
        raise FormatError("The YAML file is not a mapping", where=where, hint="it needs names, train, kpt_shape ...")
    return document


def _problem(error: Exception) -> str:
    said = str(getattr(error, "problem", None) or "it contradicts itself")
    return "a list or a mapping stands for a key" if "unhashable" in said else said


def dump(document: Record) -> str:
    """Return a mapping as YAML in its own order."""
    text: str = _yaml().safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=10_000)
    return text


def _yaml() -> Any:
    try:
        # Not everybody who reads JSON needs a YAML parser.
        import yaml  # noqa: PLC0415
    except ImportError as error:
        raise FormatError("Reading and writing YOLO needs PyYAML", hint='pip install "vitruvian[formats]"') from error
    return yaml


def read_text(path: Path) -> str:
    """Return the text of a description; raises FormatError when it cannot be read or is too large."""
    try:
        if path.stat().st_size > _LARGEST:
            raise FormatError("The YAML file is too large", where=str(path), hint="a description has a few lines")
        return path.read_bytes().decode()
    except OSError as error:
        raise FormatError(
            f"The file cannot be read: {error.strerror or error}", where=str(path), hint="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise FormatError("The YAML file is not UTF-8 text", where=str(path), hint="check the file") from error


def shape(document: Record, where: str) -> tuple[int, int]:
    """Return K and how many numbers a point has; K is 0 where there are boxes only.

    Raises
    ------
    FormatError
        `kpt_shape` is not [K, 2] or [K, 3].
    """
    stated = document.get("kpt_shape")
    if stated is None:
        return 0, 3
    good = isinstance(stated, list) and len(stated) == 2 and all(type(n) is int for n in stated)
    if not (good and 0 <= stated[0] <= MAX_KEYPOINTS and stated[1] in (2, 3)):
        raise FormatError(
            f"kpt_shape is {_short(stated)}, not [number of keypoints, 2 or 3]", where=f"{where}: kpt_shape",
            hint="for instance [17, 3]",
        )  # fmt: skip
    return stated[0], stated[1]


def ontology(document: Record, where: str, found: Remarks) -> tuple[Ontology, dict[int, str]]:
    """Return the ontology, and the category name of each class number.

    Raises
    ------
    FormatError
        `kpt_shape` or `names` are none.
    """
    count, _ = shape(document, where)
    classes = _names(document.get("names"), where)
    flips = _flips(document.get("flip_idx"), count, found)
    keypoints = document.get("kpt_names")
    if keypoints is not None and not isinstance(keypoints, dict):
        found.add("", "kpt_names", "it is not a mapping of classes to names; keypoints get numbers for names")
        keypoints = None
    made: list[Category] = []
    names: dict[int, str] = {}
    for number, stated in classes.items():
        name, more = stated, 2
        while name in names.values():
            name, more = f"{stated} ({more})", more + 1
        if name != stated:
            found.add(f"class {number}", "names", f"another class is called {stated!r} too")
        own = (keypoints or {}).get(number, (keypoints or {}).get(stated))
        extras = {"yolo": {"class": number}}
        made.append(Category(name, skeleton(_keypoint_names(own, name, count, flips, found), flips), extras=extras))
        names[number] = name
    return Ontology(Path(where).stem.strip() or "yolo", tuple(made)), names


def said(categories: Iterable[Category]) -> list[tuple[Any, ...]]:
    """Return what of categories a YAML file can say, to tell whether they were edited."""
    return [
        (c.name, *((c.skeleton.names, c.skeleton.flip_indices.tolist()) if c.skeleton else ((), [])))
        for c in categories
    ]


def common_flips(categories: Iterable[Category]) -> list[int] | None:
    """Return the flip partners that the skeletons agree on, or None where they have none or do not."""
    each = sorted((c.skeleton.flip_indices.tolist() for c in categories if c.skeleton), key=len)
    if not each or any(flips != each[-1][: len(flips)] for flips in each) or each[-1] == list(range(len(each[-1]))):
        return None
    return list(each[-1])


def skeleton(names: list[str], flips: list[int] | None) -> Skeleton | None:
    """Return the skeleton of keypoint names; COCO's brings its edges and sigmas."""
    if not names:
        return None
    coco = preset_skeleton("coco")
    partners: dict[int, int] = {
        at: to for at, to in enumerate((flips or [])[: len(names)]) if to != at and to < len(names)
    }
    known = coco.keypoints if tuple(names) == coco.names else [Keypoint(name) for name in names]
    keypoints = tuple(
        Keypoint(k.name, k.sigma, names[partners[at]] if at in partners else None, k.group, k.color, k.where)
        for at, k in enumerate(known)
    )
    if tuple(names) == coco.names:
        return Skeleton(keypoints, coco.edges, coco.sigma_kind, coco.sigma_source)
    return Skeleton(keypoints)


def _names(stated: Any, where: str) -> dict[int, str]:
    if isinstance(stated, list):
        stated = dict(enumerate(stated))
    if not isinstance(stated, dict) or not stated or len(stated) > MAX_CATEGORIES:
        raise FormatError("There are no class names", where=f"{where}: names", hint="names: {0: person}")
    names: dict[int, str] = {}
    for number, name in stated.items():
        plain = type(number) is int or (isinstance(number, str) and number.isascii() and number.isdigit())
        if not plain or len(str(number)) > 9 or int(number) < 0 or int(number) in names:
            raise FormatError(
                f"{_short(number)} is no class number", where=f"{where}: names", hint="they count from 0: {0: person}"
            )
        good = isinstance(name, str | int | float) and str(name).strip()
        names[int(number)] = str(name) if good else f"class {number}"
    return names


def _flips(stated: Any, count: int, found: Remarks) -> list[int] | None:
    if stated is None or not count:
        return None
    good = isinstance(stated, list) and len(stated) == count and all(type(n) is int for n in stated)
    if not (good and all(0 <= n < count for n in stated)):
        found.add("", "flip_idx", f"it is not {count} keypoint numbers; no flip partners are read")
        return None
    mutual = [to if stated[to] == at else at for at, to in enumerate(stated)]
    if mutual != stated:
        found.add("", "flip_idx", "keypoints that do not name each other are read as having no flip partner")
    return mutual


def _keypoint_names(stated: Any, category: str, count: int, flips: list[int] | None, found: Remarks) -> list[str]:
    if not count:
        return []
    if isinstance(stated, list):
        names = [str(name) for name in stated[: count + 1]]
        if len(names) <= count and len(set(names)) == len(names) and all(name.strip() for name in names):
            return names
        found.add(f"class {category}", "kpt_names", f"they are not up to {count} names, each its own; numbered instead")
    coco = preset_skeleton("coco")
    if count == len(coco) and category == "person" and flips in (None, coco.flip_indices.tolist()):
        return list(coco.names)
    if stated is None:
        found.add(f"class {category}", "kpt_names", "keypoints have no names; they are numbered")
    return [str(at) for at in range(count)]


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return text if len(text) < 60 else f"{text[:60]}..."
