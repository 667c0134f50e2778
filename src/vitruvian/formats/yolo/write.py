"""Write a YOLO folder: labels, the YAML file and the sizes of the pictures, which are not copied."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.yolo import description, layout, lines
from vitruvian.formats.yolo.description import Record
from vitruvian.labels import Category, Dataset, Instance, MediaEntry

_HEADER = """\
# Put the pictures at the paths that sizes.csv lists; their labels lie in labels/ beside images/.
# All of them are in train: to hold some back, move pictures and labels to images/val and labels/val.
"""


def write(dataset: Dataset, path: Path) -> None:
    """Write a folder, whole or not at all; one that is there already must be empty.

    Raises
    ------
    FormatError
        The place cannot be written to, a path leads out of it, two media would share a label file, or a size that is
        needed is not known.
    LabelError
        Instances that their ontology or the media do not fit.
    """
    dataset.check()
    write_folder(path, files(dataset))


def write_folder(path: Path, content: Iterable[tuple[str, str]]) -> None:
    """Write text files into a new folder, whole or not at all; raises FormatError."""
    if path.suffix.lower() in (".yaml", ".yml"):
        raise FormatError("YOLO is a folder of files", where=str(path), hint="name the folder, not its YAML file")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise FormatError("The folder is there already", where=str(path), hint="name one that is new or empty")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for name, text in content:
            file = partial / safe(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        if path.is_dir():
            path.rmdir()
        partial.rename(path)
    except (OSError, ValueError) as error:
        # ValueError: half a character, or a zero byte in a name.
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(
            f"The folder cannot be written: {reason}", where=str(path), hint="check the folder, the names and the disk"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def safe(name: str) -> str:
    """Return a path that stays below the folder it is put in; raises FormatError when it would not."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    drive = len(name) > 1 and name[1] == ":"
    if not parts or parts[0] == "/" or drive or ".." in parts or "\0" in name or "\n" in name or "://" in name:
        raise FormatError(
            "This name leads out of the folder that is written", where=f"media {name[:200]!r}",
            hint="rename the media to a path below the folder of pictures",
        )  # fmt: skip
    return "/".join(parts)


def files(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file."""
    source: Record = dataset.extras.get("yolo", {})
    text, numbers, count, dims = _description(dataset, source)
    yield source.get("yaml", {}).get("name", "data.yaml"), text
    yield from source.get("lists", {}).items()
    new = "images/train/"
    for entry in dataset.media:
        own = entry.extras.get("yolo", {})
        if own.get("image") and own["image"].endswith(entry.name):
            new = own["image"].removesuffix(entry.name)
            break
    table = io.StringIO(newline="")
    sizes = csv.writer(table, lineterminator="\n")
    sizes.writerow(["image", "width", "height"])
    used: dict[str, str] = {}
    taken = {entry.extras["yolo"]["label"] for entry in dataset.media if "yolo" in entry.extras}
    for entry, image, label, members in _pictures(dataset, new):
        if label in used or ("yolo" not in entry.extras and label in taken):
            raise FormatError(
                f"Another media has the label file {label} too", where=f"media {entry.name!r}",
                hint="give media of one folder different names, endings aside",
            )  # fmt: skip
        used[label] = image
        if entry.width and entry.height and image:
            sizes.writerow([image, entry.width, entry.height])
        own = entry.extras.get("yolo", {})
        if members or own.get("labelled", True):
            yield label, "".join(_lines(entry, members, own, numbers, count, dims))
    yield layout.SIZES, table.getvalue()


def _pictures(dataset: Dataset, new: str) -> Iterator[tuple[MediaEntry, str, str, list[Instance]]]:
    """Yield each picture with its paths and instances; those of a video are the frames that have instances."""
    members: dict[int, dict[int, list[Instance]]] = defaultdict(lambda: defaultdict(list))
    for instance in dataset.instances:
        if not instance.deleted:
            members[instance.media][instance.frame].append(instance)
    for at, entry in enumerate(dataset.media):
        frames = members[at]
        if entry.kind == "video":
            for frame in sorted(frames):
                image = f"{new}{safe(entry.name)}/{frame:06d}.jpg"
                yield entry, image, layout.label_of(image), frames[frame]
            continue
        own = entry.extras.get("yolo")
        image = own["image"] if own else f"{new}{safe(entry.name)}"
        label = own["label"] if own else layout.label_of(image)
        yield entry, image, label, [i for frame in sorted(frames) for i in frames[frame]]


def _lines(
    entry: MediaEntry, members: list[Instance], own: Record, numbers: dict[str, int], count: int, dims: int
) -> Iterator[str]:
    other = sorted(own.get("lines", []), reverse=True)
    ended = True
    for instance in members:
        record = instance.extras.get("yolo", {})
        while other and "row" in record and other[-1][0] < record["row"]:
            text = other.pop()[1]
            yield text if ended else f"\n{text}"
            ended = text.endswith(("\n", "\r"))
        if lines.extent(instance) is None:
            continue
        if not (entry.width and entry.height):
            raise FormatError(
                "The picture's size is not known, so its labels cannot be written as shares of it",
                where=f"media {entry.name!r}", hint="import the picture, or state width and height",
            )  # fmt: skip
        size = entry.width, entry.height
        number = numbers[instance.category]
        if "line" in record:
            stated = lines.numbers(record["line"])
            same = bool(stated) and stated is not None and stated[0] == number
            text = lines.renewed(record["line"], instance, -1 if same else number, size, count, dims)
        else:
            text = lines.fresh(instance, number, size, count, dims)
        yield text if ended else f"\n{text}"
        ended = text.endswith(("\n", "\r"))
    for _, text in reversed(other):
        yield text if ended else f"\n{text}"
        ended = text.endswith(("\n", "\r"))


def _description(dataset: Dataset, source: Record) -> tuple[str, dict[str, int], int, int]:
    """Return the YAML text, the class number of each category, and kpt_shape."""
    document: Record = {}
    numbers = class_numbers(dataset.ontology.categories)
    stated = [c for c in dataset.ontology if not c.extras.get("yolo", {}).get("implied")]
    count, dims = dataset.ontology.max_keypoints, 3
    if source:
        text, name = source["yaml"]["text"], source["yaml"]["name"]
        document = description.load(text, name)
        before, _ = description.ontology(document, name, Remarks(name))
        read_as, dims = description.shape(document, name)
        if description.said(before) == description.said(stated) and count <= read_as:
            return text, numbers, read_as, dims
    else:
        document = {"path": ".", "train": "images/train", "val": "images/train"}
    document |= {"names": {numbers[c.name]: c.name for c in sorted(stated, key=lambda c: numbers[c.name])}}
    for field in ("kpt_shape", "flip_idx", "kpt_names"):
        document.pop(field, None)
    if count:
        document["kpt_shape"] = [count, dims]
        flips = description.common_flips(stated)
        if flips:
            document["flip_idx"] = [*flips, *range(len(flips), count)]
        document["kpt_names"] = {numbers[c.name]: list(c.skeleton.names) if c.skeleton else [] for c in stated}
    return ("" if source else _HEADER) + description.dump(document), numbers, count, dims


def class_numbers(categories: Iterable[Category]) -> dict[str, int]:
    """Return the class number of each category: the folder's own, or the next free one."""
    numbers: dict[str, int] = {}
    todo: list[Any] = []
    for category in categories:
        number = category.extras.get("yolo", {}).get("class")
        if number is None or number in numbers.values():
            todo.append(category.name)
        else:
            numbers[category.name] = number
    for name in todo:
        numbers[name] = max(numbers.values(), default=-1) + 1
    return numbers
