"""PoseTrack18 and 21 as released: a folder with a COCO file for each video. See docs/formats/posetrack.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.coco.read import read as read_coco
from vitruvian.formats.coco.write import dumps as coco_dumps
from vitruvian.formats.codec import Codec, codecs, register
from vitruvian.formats.grouped.files import write_folder
from vitruvian.formats.losses import FEATURES, Loss, losses
from vitruvian.formats.peek import Peek
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology

NAME = "posetrack"
#: A first file larger than this is told by its beginning alone.
_LARGEST = 16 << 20
_HINT = "the folder holds a JSON file for each video, or folders of them (train, val)"


@register
class PoseTrack(Codec):
    name = NAME
    title = "PoseTrack18 and 21, a JSON file for each video"
    folder = True
    holds = frozenset(FEATURES) - {"keyed"}
    known = frozenset({"file", "files"})

    def sniff(self, peek: Peek) -> bool:
        first = next(_files(peek.path), None) if peek.is_folder else None
        if first is None:
            return False
        inside = Peek(first)
        small = inside.exists and first.stat().st_size <= _LARGEST
        if b'"vid_id"' not in (first.read_bytes() if small else inside.head):
            return False
        return not small or inside.has_keys("images", "annotations")

    def read(self, path: Path) -> Dataset:
        return read(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        write_folder(path, contents(dataset))

    def losses(self, dataset: Dataset) -> list[Loss]:
        """Return what is lost: as of COCO, whose records the files hold."""
        return losses(dataset, "coco", self.holds, {codec.name: codec.known for codec in codecs()})


def _files(folder: Path) -> Iterator[Path]:
    """Yield the JSON files of a folder, and of the folders in it, by name."""
    yield from sorted(file for file in folder.glob("*.json") if file.is_file())
    yield from sorted(file for file in folder.glob("*/*.json") if file.is_file())


def read(folder: Path) -> Dataset:
    """Read a folder as one dataset; raises FormatError naming the file, record and field."""
    categories: dict[str, Category] = {}
    media: list[MediaEntry] = []
    instances: list[Instance] = []
    files: list[dict[str, Any]] = []
    warnings = []
    ids: set[str] = set()
    images = 0
    root = folder.resolve()
    for number, file in enumerate(_files(folder)):
        if not file.resolve().is_relative_to(root):
            raise FormatError("This leads out of the folder", where=str(file), hint="copy it into it")
        part = read_coco(file)
        for category in part.ontology:
            known = categories.setdefault(category.name, category)
            if known.skeleton != category.skeleton:
                raise FormatError(
                    f"The category {category.name!r} has other keypoints or edges than in {files[0]['file']}",
                    where=f"{file}: categories", hint="read this file by itself",
                )  # fmt: skip
        own = {category.name: category.extras for category in part.ontology}
        listed = sum(len(entry.extras.get("coco_positions", (0,))) for entry in part.media)
        stated = {"file": file.relative_to(folder).as_posix(), "coco": part.extras["coco"], "categories": own}
        files.append({**stated, "images": images})
        for instance in part.instances:
            id = instance.id if instance.id not in ids else f"{file.stem}/{instance.id}"
            ids.add(id)
            instances.append(replace(instance, id=id, media=instance.media + len(media)))
        media += [_moved(entry, images, number) for entry in part.media]
        images += listed
        warnings += part.warnings
    if not files:
        raise FormatError("There is no JSON file in this folder", where=str(folder), hint=_HINT)
    ontology = Ontology(folder.name or NAME, tuple(categories.values()), source="PoseTrack")
    return Dataset(ontology, media, instances, {NAME: {"files": files}}, warnings)


def _moved(entry: MediaEntry, by: int, file: int | None = None) -> MediaEntry:
    """Return a media whose images are counted through all files, or from the beginning of its own again."""
    extras = {name: value for name, value in entry.extras.items() if name != NAME}
    if "coco_positions" in extras:
        extras["coco_positions"] = [position + by for position in extras["coco_positions"]]
    if file is not None:
        extras[NAME] = {"file": file}
    return replace(entry, extras=extras)


def contents(dataset: Dataset) -> dict[str, bytes]:
    """Return the content of each file, by its path in the folder; raises FormatError and LabelError."""
    dataset.check()
    kept = dataset.extras.get(NAME)
    stated = kept.get("files") if isinstance(kept, dict) else None
    files = [file for file in stated if isinstance(file, dict)] if isinstance(stated, list) else []
    members: dict[str, list[int]] = {str(file.get("file")): [] for file in files}
    records = {str(file.get("file")): file for file in files}
    for at, entry in enumerate(dataset.media):
        own = entry.extras.get(NAME)
        number = own.get("file") if isinstance(own, dict) else None
        known = type(number) is int and 0 <= number < len(files)
        members.setdefault(str(files[number]["file"]) if known and number is not None else _name(entry), []).append(at)
    found: dict[str, bytes] = {}
    for name, places in members.items():
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or name.startswith("/") or "\\" in name or ":" in name:
            raise FormatError("This path leads out of the folder", where=f"file {name}", hint="rename the video")
        found[name] = coco_dumps(_part(dataset, records.get(name), places))
    return found


def _name(entry: MediaEntry) -> str:
    """Return the file of a video that no file was read for; all such pictures share one."""
    stem = PurePosixPath(entry.name.replace("\\", "/")).stem.replace(":", "_")
    return f"{stem or 'video'}.json" if entry.kind == "video" else "pictures.json"


def _part(dataset: Dataset, record: dict[str, Any] | None, places: list[int]) -> Dataset:
    """Return what one file holds of a dataset."""
    index = {at: number for number, at in enumerate(places)}
    instances = [replace(i, media=index[i.media]) for i in dataset.instances if i.media in index]
    own = record.get("categories") if record else None
    extras = {"coco": record["coco"]} if record and isinstance(record.get("coco"), dict) else {}
    start = record.get("images") if record else 0
    used = {instance.category for instance in instances}
    categories = dataset.ontology.categories
    if isinstance(own, dict):
        categories = tuple(replace(c, extras=own.get(c.name, c.extras)) for c in categories if c.name in {*own, *used})
    media = [_moved(dataset.media[at], -start if isinstance(start, int) else 0) for at in places]
    return Dataset(replace(dataset.ontology, categories=categories), media, instances, extras)
