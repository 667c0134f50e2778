"""Write instances as records: those of the file with their edits, then new ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from vitruvian.formats.grouped.merge import merge
from vitruvian.formats.grouped.said import Record, Role, Understood, instance_of
from vitruvian.formats.losses import Loss
from vitruvian.labels import Dataset, Instance, Ontology, Skeleton


class Encoder(Protocol):
    """How one format says an instance."""

    name: str

    def understand(self, records: Sequence[Record]) -> Understood:
        """Return what records of one instance say."""

    def encode(self, instance: Instance, skeleton: Skeleton | None, key: Any) -> dict[Role, Record]:
        """Return fresh records by their role; `key` groups them."""

    def fresh_key(self, instance: Instance, taken: set[Any]) -> Any:
        """Return a key that is not among `taken`."""


def free_key(instance: Instance, taken: set[Any]) -> str:
    """Return the instance's id as a key that is text, numbered where it is taken."""
    key, number = instance.id, 1
    while key in taken or not key.strip():
        number += 1
        key = f"{instance.id}-{number}"
    return key


def written(
    encoder: Encoder,
    ontology: Ontology,
    instances: Sequence[Instance],
    others: Sequence[tuple[int, Record]] = (),
    taken: set[Any] | None = None,
) -> list[Record]:
    """Return the records of one picture; its parameters are those of :func:`placed`."""
    return [record for _, record in placed(encoder, ontology, instances, others, taken)]


def placed(
    encoder: Encoder,
    ontology: Ontology,
    instances: Sequence[Instance],
    others: Sequence[tuple[int, Record]] = (),
    taken: set[Any] | None = None,
) -> list[tuple[float, Record]]:
    """Return the records of one picture, each with its place in the list of the file; infinity for a new one.

    Parameters
    ----------
    encoder : Encoder
    ontology : Ontology
    instances : sequence of Instance
        Those of the picture that are not deleted.
    others : sequence of (int, dict)
        Records that belong to no instance, and where they stand.
    taken : set, optional
        Keys that are not to be given to new instances; those given are added.
    """
    taken = set() if taken is None else taken
    out: list[tuple[tuple[float, int], Record]] = [((at, 0), record) for at, record in others]
    seen: set[int] = set()
    sources: list[tuple[Instance, Record | None, Understood | None]] = []
    for instance in instances:
        source = instance.extras.get(encoder.name)
        if not isinstance(source, dict) or not isinstance(source.get("records"), list) or not source["records"]:
            sources.append((instance, None, None))
            continue
        found = encoder.understand(source["records"])
        taken.add(found.said.key)
        sources.append((instance, source, found))
    for number, (instance, source, understood) in enumerate(sources):
        skeleton = ontology.category(instance.category).skeleton
        if source is None or understood is None:
            key = encoder.fresh_key(instance, taken)
            taken.add(key)
            out += [((float("inf"), number), record) for record in encoder.encode(instance, skeleton, key).values()]
            continue
        said = understood.said
        said.category = source.get("category", said.category)
        key = said.key
        # A copy of an instance brings the records of the first along, and so their places and their key.
        if seen.intersection(source["at"]):
            key = encoder.fresh_key(instance, taken)
            taken.add(key)
        seen.update(source["at"])
        base = instance_of(said, source.get("id", instance.id), skeleton, {})
        fresh = encoder.encode(base, skeleton, said.key), encoder.encode(instance, skeleton, key)
        out += [((at, number + 1), record) for at, record in _renewed(source, understood.roles, *fresh)]
    out.sort(key=lambda entry: entry[0])
    return [(place, record) for (place, _), record in out]


def _renewed(
    source: Record, roles: Sequence[Role | None], base: dict[Role, Record], now: dict[Role, Record]
) -> list[tuple[float, Record]]:
    out: list[tuple[float, Record]] = []
    done: set[Role] = set()
    at = 0
    for at, role, old in zip(source["at"], roles, source["records"], strict=False):
        if role is None or (role not in base and role not in now):
            out.append((at, old))
        elif role in now:
            out.append((at, merge(old, base.get(role, {}), now[role])))
        done.add(role)
    return out + [(at, record) for role, record in now.items() if role not in done and role not in base]


def shapeless(dataset: Dataset, *, bare: bool = False, polygons: bool = False) -> list[Loss]:
    """Return the loss of instances without a point, box and mask, for formats that know an object by its shapes.

    With `bare` those with a skeleton are none, since the format can say a skeleton without points. With `polygons` a
    mask of run lengths is no shape.
    """
    pointless = {category.name for category in dataset.ontology if not (bare and category.skeleton)}
    gone = [
        i
        for i in dataset.instances
        if i.category in pointless and not (i.deleted or i.visibility.any() or i.box is not None or _shape(i, polygons))
    ]
    ends = [i for i in gone if i.keyed is not None and i.keyed.all()]
    bare_ones = [i for i in gone if i.keyed is None or not i.keyed.all()]
    kinds = (
        ("instances without a point, box or mask", bare_ones),
        ("ends of presence (the object would stay until its next row)", ends),
    )
    return [Loss("no_points", what, len(of), f"instance {of[0].id}") for what, of in kinds if of]


def _shape(instance: Instance, polygons: bool) -> bool:
    return bool(instance.mask) and not (polygons and isinstance(instance.mask, dict))
