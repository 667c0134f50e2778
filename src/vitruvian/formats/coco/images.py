"""Which image of a COCO file is which frame of which media, when it is written."""

from __future__ import annotations

import itertools
from typing import Any

from vitruvian.formats.coco.frames import frame_of, new_frame
from vitruvian.formats.coco.points import highest, key
from vitruvian.labels import Dataset, MediaEntry

Record = dict[str, Any]
Place = tuple[int, int]


class Images:
    """The images of a dataset: those of the file it came from verbatim and in their order, then new ones.

    Attributes
    ----------
    implied : bool
        Whether there are no images but those that the source file's annotations spoke of without listing them.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._media = dataset.media
        self._kept = _source_records(dataset.media)
        if "coco" not in dataset.extras:
            self._kept = _apart(self._kept)
        self._ids: dict[Place, Any] = {}
        self._places: dict[Any, Place] = {}
        for record, place in self._kept:
            self._know(place, record.get("id"))
        self._implied: list[Place] = []
        for at, entry in enumerate(dataset.media):
            if "coco_id" in entry.extras:
                self._know((at, 0), entry.extras["coco_id"])
                self._implied.append((at, 0))
        wanted = {(i.media, i.frame) for i in dataset.instances if not i.deleted}
        wanted |= {(at, 0) for at, entry in enumerate(dataset.media) if entry.kind == "image"}
        self._new = sorted(wanted - self._ids.keys())
        stated = [record.get("id") for record, _ in self._kept] + list(self._ids.values())
        for number, place in enumerate(self._new, start=highest(stated) + 1):
            self._know(place, number)
        sourced = any("coco" in e.extras or "coco_frames" in e.extras for e in dataset.media)
        self.implied = not self._new and (sourced or len(self._implied) == len(dataset.media))

    def id_of(self, media: int, frame: int) -> Any:
        """Return the image id of a frame."""
        return self._ids[media, frame]

    def place_of(self, id: Any) -> Place | None:
        """Return the (media, frame) that an image id stands for."""
        return self._places.get(key(id))

    def records(self, *, implied: bool) -> list[Record]:
        """Return the list of images; without those that the source file did not list when `implied`."""
        out = [record for record, _ in self._kept]
        more = self._new if implied else sorted([*self._implied, *self._new])
        return out + [_record(self._media[at], frame, self._ids[at, frame]) for at, frame in more]

    def _know(self, place: Place, id: Any) -> None:
        self._ids.setdefault(place, id)
        self._places.setdefault(key(id), place)


def _source_records(media: list[MediaEntry]) -> list[tuple[Record, Place]]:
    """Return the records of the file that the media came from, in its order, each with its place."""
    ordered: dict[int, tuple[Record, Place]] = {}
    others: list[tuple[Record, Place]] = []
    for at, entry in enumerate(media):
        if "coco" in entry.extras:
            others.append((entry.extras["coco"], (at, 0)))
        frames = entry.extras.get("coco_frames", ())
        for position, record in zip(entry.extras.get("coco_positions", ()), frames, strict=True):
            frame = frame_of(record)
            ordered[position] = (record, (at, frame[1] if frame else 0))
    out: list[tuple[Record, Place]] = []
    rest = iter(others)
    for position in sorted(ordered):
        out.extend(itertools.islice(rest, max(0, position - len(out))))
        out.append(ordered[position])
    return [*out, *rest]


def _apart(records: list[tuple[Record, Place]]) -> list[tuple[Record, Place]]:
    """Return records of several files, each of which counts its images for itself, with an id for each image."""
    free = highest(record.get("id") for record, _ in records)
    seen: set[Any] = set()
    out: list[tuple[Record, Place]] = []
    for record, place in records:
        if key(record.get("id")) in seen:
            free += 1
            out.append(({**record, "id": free}, place))
        else:
            out.append((record, place))
        seen.add(key(record.get("id")))
    return out


def _record(entry: MediaEntry, frame: int, id: Any) -> Record:
    if entry.kind == "video":
        return new_frame(entry, frame, id)
    return {"id": id, "file_name": entry.name, "width": entry.width, "height": entry.height}
