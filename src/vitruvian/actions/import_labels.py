"""Import an annotation file: its ontology becomes a version of the project's, its instances a label set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection

from vitruvian.actions.interpolation import SETTING
from vitruvian.errors import InvalidInput
from vitruvian.formats import registry as formats
from vitruvian.formats.coco.frames import apart
from vitruvian.labels import Dataset, FileWarning, Instance, Ontology, check_instance
from vitruvian.store import instances, label_sets, media, ontologies
from vitruvian.store.engine import Store
from vitruvian.store.rows import MediaRow


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """What came of an import.

    Attributes
    ----------
    label_set : int
    instances : int
        Stored instances.
    missing_media : list of str
        Names that the file speaks of and the project has no media for, or several that could be meant; their instances
        were not stored.
    warnings : list of FileWarning
        What deviates from the format in the file.
    """

    label_set: int
    instances: int
    missing_media: list[str] = field(default_factory=list)
    warnings: list[FileWarning] = field(default_factory=list)


def import_labels(
    store: Store,
    project: int,
    path: Path,
    *,
    author: str,
    name: str = "",
    format: str | None = None,
    dataset: Dataset | None = None,
    places: Mapping[str, int] | None = None,
) -> ImportedLabels:
    """Store the labels of annotation file `path` over the project's media of the same names.

    Media are found by their name in the project, or by their file's name as it was imported or is now. Of several the
    one of the size that the file states is taken, if it is the only one.

    Parameters
    ----------
    store : Store
    project : int
    path : Path
    author : str
    name : str
        Of the label set; the file's when left out.
    format : str, optional
        Recognised when left out.
    dataset : Dataset, optional
        What the file says, where it has been read already.
    places : mapping of str to int, optional
        Media of the project for names in the file, where it is known which they are.

    Raises
    ------
    FormatError
        The file cannot be read.
    InvalidInput
        None of its media is in the project.
    LabelError
        An instance that the file's own ontology does not fit.
    """
    dataset = formats.read(path, format=format) if dataset is None else dataset

    def write(connection: Connection) -> ImportedLabels:
        labels, at, missing = _placed(dataset, media.all_media(connection, project), places or {})
        kept = [replace(i, media=at[i.media]) for i in labels.instances if i.media in at]
        if labels.instances and not kept:
            raise none_there(path, missing)
        for instance in kept:
            check_instance(instance, labels.ontology.category(instance.category).skeleton)
        ontology = _version(connection, project, labels.ontology)
        said = {str(at[index]): entry.extras for index, entry in enumerate(labels.media) if index in at}
        own = {id: extras for id, extras in said.items() if extras}
        label_set = label_sets.create_label_set(
            connection, project, kind="import", name=name or path.stem, author=author, ontology=ontology,
            extras={**dataset.extras, "media": own, **_interpolation(kept)},
        )  # fmt: skip
        instances.insert_instances(connection, label_set, kept)
        return ImportedLabels(label_set, len(kept), missing, dataset.warnings)

    return store.write(write)


def _interpolation(kept: Sequence[Instance]) -> dict[str, str]:
    # Programs whose files tell keys from other points mean straight lines between them.
    keyed = (i.keyed is not None and not i.keyed.all() for i in kept)
    return {SETTING: "linear"} if any(keyed) else {}


def none_there(path: Path, missing: Sequence[str]) -> InvalidInput:
    """Return the error for labels of which no image or video is known."""
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return InvalidInput(
        f"None of the {len(missing)} images that the file speaks of is in the project",
        where=f"{path}: {', '.join(repr(name) for name in missing[:3])}{more}",
        hint="name their folder too, or import the images first, under the names that the file uses",
    )


def _placed(
    dataset: Dataset, every: list[MediaRow], known: Mapping[str, int]
) -> tuple[Dataset, dict[int, int], list[str]]:
    """Return the labels, which media of the project each of theirs is, and the names that were not found.

    A video that the project does not have may be there as the pictures that are its frames.
    """
    places, missing = _match(dataset, every, known)
    videos = {at for at, entry in enumerate(dataset.media) if at not in places and "coco_frames" in entry.extras}
    if not videos:
        return dataset, places, missing
    pictures = apart(dataset, videos)
    return (pictures, *_match(pictures, every, known))


def _match(dataset: Dataset, every: list[MediaRow], known: Mapping[str, int]) -> tuple[dict[int, int], list[str]]:
    by_name: dict[str, list[MediaRow]] = defaultdict(list)
    by_file_name: dict[str, list[MediaRow]] = defaultdict(list)
    for row in every:
        by_name[row.name].append(row)
        for name in {Path(row.name).name, Path(row.uri).name}:
            by_file_name[name].append(row)
    places: dict[int, int] = {}
    missing: list[str] = []
    for index, entry in enumerate(dataset.media):
        if entry.name in known:
            places[index] = known[entry.name]
            continue
        found = by_name.get(entry.name) or by_file_name.get(Path(entry.name).name, [])
        if len(found) > 1:
            found = [row for row in found if (row.width, row.height) == (entry.width, entry.height)]
        if len(found) == 1:
            places[index] = found[0].id
        else:
            missing.append(entry.name)
    return places, missing


def _version(connection: Connection, project: int, wanted: Ontology) -> int:
    for id, ontology in ontologies.ontologies(connection, project):
        if ontology.document() == wanted.document():
            return id
    return ontologies.add_ontology(connection, project, wanted)
