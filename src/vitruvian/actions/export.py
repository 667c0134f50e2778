"""Export a label set: as a Dataset, or as the bytes of an annotation file; and what that file would not hold."""

from __future__ import annotations

import re
from typing import Any

from vitruvian.actions.interpolation import SETTING, interpolation
from vitruvian.formats import registry as formats
from vitruvian.formats.codec import Codec, unwritable
from vitruvian.formats.losses import Loss
from vitruvian.labels import Dataset, MediaEntry, fill
from vitruvian.store import instances, label_sets, media, ontologies
from vitruvian.store.engine import Store


def export(store: Store, label_set: int, *, format: str = "coco", keys_only: bool = False) -> tuple[bytes, str]:
    """Return the content and the name of an annotation file (a zip archive for a folder) with all of `label_set`.

    The frames between the keys of its tracks are filled, or with `keys_only` left out.

    Raises
    ------
    NotFound
        No such label set.
    FormatError
        Unknown format, one that is read only, or labels that contradict it.
    """
    with store.read() as connection:
        name = label_sets.label_set(connection, label_set).name
    codec = _writer(format)
    content = codec.dumps(labels(store, label_set, codec, keys_only=keys_only))
    return content, f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name).strip('-') or 'labels'}-{label_set}{codec.ending}"


def losses(store: Store, label_set: int, *, format: str = "coco", keys_only: bool = False) -> list[Loss]:
    """Return what of `label_set` an export in `format` would leave out, empty when it would hold everything.

    Raises
    ------
    NotFound
        No such label set.
    FormatError
        Unknown format, or one that is read only.
    """
    codec = _writer(format)
    return codec.losses(labels(store, label_set, codec, keys_only=keys_only))


def labels(store: Store, label_set: int, codec: Codec | None = None, *, keys_only: bool = False) -> Dataset:
    """Return `label_set` with what shows through from its parents, as a Dataset.

    Points that are computed from the keys of a track are set.

    Parameters
    ----------
    store : Store
    label_set : int
    codec : Codec, optional
        What the dataset is for. One that holds keys gets the rows that end an object's presence, too.
    keys_only : bool
        Leave out the frames between keys.
    """
    with store.read() as connection:
        row = label_sets.label_set(connection, label_set)
        chain = [label_sets.label_set(connection, id) for id in label_sets.lineage(connection, label_set)]
        ontology = ontologies.ontology(connection, row.ontology)
        found = instances.instances(connection, label_set)
        every = media.all_media(connection, row.project)
        kind = interpolation(connection, label_set)
    keep_ends = codec is not None and "keyed" in codec.holds
    found = fill(found, kind, frames_between=not keys_only, keep_ends=keep_ends)
    place = {m.id: index for index, m in enumerate(every)}
    for instance in found:
        instance.media = place[instance.media]
    # What the imported file said of itself and of its images, if one lies at the bottom of these labels.
    source = next((r.extras for r in chain if r.kind == "import"), {})
    said: dict[str, Any] = source.get("media", {})
    entries = [
        MediaEntry(
            name=m.name, width=m.width, height=m.height, frames=m.frames, kind=m.kind, extras=said.get(str(m.id), {})
        )
        for m in every
    ]
    kept = {name: value for name, value in source.items() if name not in ("media", SETTING)}
    return Dataset(ontology=ontology, media=entries, instances=found, extras=kept)


def _writer(format: str) -> Codec:
    codec = formats.by_name(format, "format")
    if not codec.writes:
        raise unwritable(codec, "format")
    return codec
