"""Where in a YOLO folder things lie: its YAML file, the splits, the pictures and their label files."""

from __future__ import annotations

import csv
import io
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from vitruvian.errors import FormatError
from vitruvian.formats.relative import side
from vitruvian.formats.remarks import Remarks
from vitruvian.formats.yolo.description import SPLITS

PICTURES: Final = frozenset(
    {".avif", ".bmp", ".dng", ".heic", ".heif", ".jp2", ".jpeg", ".jpg", ".mpo", ".pfm", ".png", ".tif", ".tiff",
     ".webp"}
)  # fmt: skip
#: Sizes of pictures that are not there, as Vitruvian writes them beside the labels.
SIZES: Final = "sizes.csv"
MAX_FILES = 5_000_000
_LARGEST = 256 << 20
#: EXIF's field for how a picture is turned, and the values that exchange width and height.
_ORIENTATION, _TURNED = 0x0112, frozenset({5, 6, 7, 8})


@dataclass(frozen=True)
class Picture:
    """A picture, a label file, or both; `image` and `label` are paths below the folder.

    Attributes
    ----------
    name : str
        The picture's path below its split's folder of pictures.
    split : str
        Empty when the YAML file does not say.
    image : str
        Empty when there is none.
    label : str
        Where the label file is or would be.
    labelled : bool
        There is a label file.
    """

    name: str
    split: str
    image: str
    label: str
    labelled: bool


def find_description(path: Path) -> Path:
    """Return the YAML file of a dataset; raises FormatError when the folder has none or several."""
    if not path.is_dir():
        return path
    try:
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in (".yaml", ".yml"))
    except OSError as error:
        raise FormatError(f"The folder cannot be read: {error.strerror}", where=str(path), hint="check it") from error
    found = [p for p in found if b"names" in _head(p)] or found
    if len(found) > 1:
        found = [p for p in found if b"kpt_shape" in _head(p)] or found
    if not found:
        raise FormatError(
            "There is no YAML file, which says how many keypoints there are", where=str(path),
            hint="write data.yaml with train, names, kpt_shape: [17, 3]",
        )  # fmt: skip
    if len(found) > 1:
        listed = ", ".join(p.name for p in found[:5])
        raise FormatError(f"There are several YAML files: {listed}", where=str(path), hint="name the one that is meant")
    return found[0]


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1 << 16)
    except OSError:
        return b""


def pictures(root: Path, document: dict[str, Any], sized: Iterable[str], found: Remarks) -> Iterator[Picture]:
    """Yield the pictures of every split once, in the order of splits and paths; `sized` ones need not be here."""
    known: set[str] = set()
    names: set[str] = set()
    several_places = places(root, document, found)
    for split, place in several_places:
        several = _listed(root, place, found) if place.suffix == ".txt" else _inside(root, place, sized)
        for base, image, label in several:
            if label in known:
                continue
            known.add(label)
            if len(known) > MAX_FILES:
                raise FormatError(f"There are more than {MAX_FILES:,} pictures", where=str(root), hint="split it up")
            path = image or without_labels(label)
            name = PurePosixPath(path).relative_to(base).as_posix() if base and _below(path, base) else path
            name = path if name in names else name
            names.add(name)
            yield Picture(name, split, image, label, (root / label).is_file())


def _below(path: str, base: str) -> bool:
    return path.startswith(f"{base}/")


def without_labels(label: str) -> str:
    """Return the path that a label file's picture has, but for its ending."""
    parts = list(PurePosixPath(label).with_suffix("").parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "labels":
            parts[at] = "images"
            break
    return "/".join(parts)


def label_of(image: str) -> str:
    """Return the path of a picture's label file: beneath `labels` instead of the last `images`, or beside it."""
    parts = list(PurePosixPath(image).with_suffix(".txt").parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "images":
            parts[at] = "labels"
            break
    return "/".join(parts)


def _labels_folder(images: str) -> str:
    return label_of(f"{images}/x.jpg").removesuffix("/x.txt")


def places(root: Path, document: dict[str, Any], found: Remarks) -> list[tuple[str, PurePosixPath]]:
    """Return each split's folder or list of pictures, as paths below `root`."""
    several: list[tuple[str, PurePosixPath]] = []
    base = document.get("path")
    for split in SPLITS:
        stated = document.get(split)
        for one in stated if isinstance(stated, list) else [stated]:
            if one is None or one == "":
                continue
            if not isinstance(one, str):
                found.add("", split, "it is no path")
                continue
            place = _resolve(root, base if isinstance(base, str) else "", one)
            if place is None:
                found.add("", split, f"there is no folder {one[:200]!r} in the dataset's folder; left out")
            elif all(place != other for _, other in several):
                several.append((split, place))
    return several or _guessed(root, found)


def _resolve(root: Path, base: str, stated: str) -> PurePosixPath | None:
    """Return where below `root` a path of the YAML file leads, or None: nowhere, or out of the folder."""
    stated, base = stated.replace("\\", "/"), base.replace("\\", "/").rstrip("/")
    if base and stated.startswith(f"{base}/"):
        stated = stated[len(base) + 1 :]
    # Roboflow writes ../train/images and means train/images; so does Ultralytics read it.
    parts = [part for part in PurePosixPath(stated).parts if part not in ("/", ".")]
    while parts and parts[0] == "..":
        parts.pop(0)
    if ".." in parts or "\0" in stated:
        return None
    inner = [part for part in PurePosixPath(base).parts if part not in ("/", ".", "..")]
    if ".." in PurePosixPath(base).parts[len(PurePosixPath(base).parts) - len(inner) :]:
        inner = []
    for above in ([], inner, inner[-1:]):
        place = PurePosixPath(*above, *parts)
        try:
            if (root / place).exists() or (root / _labels_folder(place.as_posix())).is_dir():
                return place
        except (OSError, ValueError):
            continue
    return None


def _guessed(root: Path, found: Remarks) -> list[tuple[str, PurePosixPath]]:
    """Return where pictures usually lie: images/train, train/images, or images."""
    usual = [(s, PurePosixPath(p)) for s in (*SPLITS, "valid") for p in (f"images/{s}", f"{s}/images")]
    places = [
        ("val" if split == "valid" else split, place)
        for split, place in usual
        if (root / place).is_dir() or (root / _labels_folder(place.as_posix())).is_dir()
    ]
    if not places and ((root / "images").is_dir() or (root / "labels").is_dir()):
        places = [("", PurePosixPath("images"))]
    if places:
        listed = ", ".join(str(place) for _, place in places)
        found.add("", "train", f"the YAML file names no folder that is here; read instead: {listed}")
    return places


def _inside(root: Path, place: PurePosixPath, sized: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    images = place.as_posix()
    labels = _labels_folder(images)
    by_label: dict[str, str] = {}
    for path in _files(root, images):
        if PurePosixPath(path).suffix.lower() in PICTURES:
            by_label.setdefault(label_of(path), path)
    if labels != images:
        for path in _files(root, labels):
            # labelImg and its like put a list of classes among the label files.
            if path.endswith(".txt") and PurePosixPath(path).name != "classes.txt":
                by_label.setdefault(path, "")
    base = "" if images == "." else images
    for path in sized:
        if (not base or _below(path, base)) and ".." not in path:
            by_label.setdefault(label_of(path), "")
    return ((base, image, label) for label, image in sorted(by_label.items()))


def _files(root: Path, folder: str) -> Iterator[str]:
    # Links below the folder are not followed, so that one which leads back up does not go on for ever.
    for place, folders, names in os.walk(root / folder):
        folders.sort()
        for name in names:
            if not name.startswith("."):
                yield (Path(place) / name).relative_to(root).as_posix()


def _listed(root: Path, place: PurePosixPath, found: Remarks) -> Iterator[tuple[str, str, str]]:
    """Yield the pictures of a text file that lists them, one a line."""
    for row, line in enumerate(text(root / place).splitlines(), 1):
        if not line.strip():
            continue
        stated = PurePosixPath(line.strip().replace("\\", "/"))
        if stated.is_absolute() or ".." in stated.parts or "\0" in line:
            found.add(f"{place}, line {row}", "path", "it leads out of the dataset's folder; left out")
            continue
        image = stated.as_posix()
        parts = stated.parts
        base = "/".join(parts[: parts.index("images") + 1]) if "images" in parts[:-1] else ""
        there = (root / image).is_file()
        yield base, image if there else "", label_of(image)


def text(path: Path) -> str:
    """Return the content of a text file exactly; raises FormatError when it cannot be read or is too large."""
    try:
        if path.stat().st_size > _LARGEST:
            raise FormatError("The file is too large", where=str(path), hint="it should be a few lines for each object")
        return path.read_bytes().decode()
    except OSError as error:
        raise FormatError(
            f"The file cannot be read: {error.strerror or error}", where=str(path), hint="check the file"
        ) from error
    except UnicodeDecodeError as error:
        raise FormatError("This is not UTF-8 text", where=str(path), hint="check the file") from error


def stated_sizes(root: Path, found: Remarks) -> dict[str, tuple[int, int]]:
    """Return width and height of each picture that `sizes.csv` states, by its path or its label file's."""
    if not (root / SIZES).is_file():
        return {}
    sizes: dict[str, tuple[int, int]] = {}
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text(root / SIZES), newline="")), 1):
            if cells[1:] == ["width", "height"] or not cells:
                continue
            width, height = (
                int(c) if c.isascii() and c.isdigit() and len(c) < 11 else 0 for c in (*cells, "", "")[1:3]
            )
            if len(cells) == 3 and side(width) and side(height):
                sizes[cells[0]] = width, height
            else:
                found.add(f"{SIZES}, line {row}", "size", "it is not path, width, height; left out")
    except csv.Error as error:
        found.add(SIZES, "size", f"it is not a table: {error}")
    return sizes


def measured(path: Path) -> tuple[int, int]:
    """Return a picture's width and height as it is shown, from its header; 0, 0 when it cannot be read.

    Raises
    ------
    FormatError
        Pillow is not installed.
    """
    try:
        # Labels alone need no library for pictures.
        from PIL import Image  # noqa: PLC0415
    except ImportError as error:
        raise FormatError(
            "The sizes of the pictures are needed, and Pillow is not there to read them", where=str(path),
            hint='pip install "vitruvian[media]"',
        ) from error  # fmt: skip
    try:
        with warnings.catch_warnings():
            # Only the header is read, so a picture cannot be too large.
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                width, height = picture.size
                turned = picture.getexif().get(_ORIENTATION) in _TURNED
    # Whatever is wrong with a picture, its labels are there to be read.
    except Exception:
        return 0, 0
    return (height, width) if turned else (width, height)
