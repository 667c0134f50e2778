"""The slots of a Darwin item: each is a picture or video of its own, and annotations name theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vitruvian.formats.grouped import Record, text
from vitruvian.formats.remarks import Remarks


@dataclass(slots=True)
class Slot:
    """One slot, as the item states it, and its annotations with their places in the item's list."""

    stated: Record
    name: str = ""
    at: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def slots_of(item: Record) -> list[Slot]:
    """Return the slots of an item; where their names do not tell them apart, the first, and at least one."""
    listed = item.get("slots")
    stated = [slot for slot in listed if isinstance(slot, dict)] if isinstance(listed, list) else []
    names = [text(slot.get("slot_name")) or "" for slot in stated]
    if len(set(names)) < len(names) or "" in names:
        return [Slot(stated[0], names[0])]
    return [Slot(slot, name) for slot, name in zip(stated, names, strict=True)] or [Slot({})]


def shared_out(item: Record, records: Sequence[Record], notes: Remarks, file: str) -> list[Slot]:
    """Return the slots of an item with its annotations; one that names no slot of the item is of the first."""
    slots = slots_of(item)
    listed = item.get("slots")
    if not isinstance(listed, list) or len(listed) != len(slots):
        notes.add("", "slots", "they do not have a name each; annotations are read as if of one slot", file=file)
    known = {slot.name: slot for slot in slots}
    for at, record in enumerate(records):
        named = [name for name in names_in(record) if name in known]
        if len(named) > 1:
            notes.add(f"annotation {at}", "slot_names", "it is read as of the first of them", file=file)
        slot = known[named[0]] if named else slots[0]
        slot.at.append(at)
        slot.records.append(record)
    return slots


def names_in(record: Record) -> list[str]:
    """Return the slots that an annotation names."""
    named = record.get("slot_names")
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def title_of(slot: Slot, title: str, taken: set[str]) -> str:
    """Return what the media of one of several slots is called: as its file, or as the item where that is taken."""
    files = slot.stated.get("source_files")
    first = files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}
    name = text(first.get("file_name"))
    return name if name is not None and name not in taken else f"{title} (slot {slot.name})"
