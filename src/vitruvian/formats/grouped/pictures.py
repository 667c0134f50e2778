"""The pictures of a dataset, for formats that know images only: a video's frames become pictures that say so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from vitruvian.formats.grouped.said import Record
from vitruvian.formats.grouped.values import text
from vitruvian.labels import Dataset, Instance, MediaEntry

#: A picture wider than this, or a video longer, is a mistake in the file.
LIMIT = 2**31


@dataclass(slots=True)
class Picture:
    """One picture to be written.

    Attributes
    ----------
    name : str
        File name; a frame of a video is called ``clip.mp4/000012.jpg``.
    source : dict or None
        What the reader shelved about it.
    video : dict
        ``video``, ``frame`` and ``frames``; empty for an image.
    """

    entry: MediaEntry
    media: int
    frame: int
    name: str
    source: Record | None
    video: Record
    instances: list[Instance] = field(default_factory=list)


class Shelf:
    """Collects the media of pictures as a reader meets them."""

    def __init__(self, format: str) -> None:
        self.format = format
        self.media: list[MediaEntry] = []
        self._videos: dict[str, int] = {}
        self._taken: set[tuple[str, int]] = set()
        self._count = 0

    def add(self, name: str, width: Any, height: Any, video: Any, source: Record) -> tuple[int, int, bool]:
        """Shelve a picture; return its media, its frame, and whether a stated size or video was no such thing."""
        sides = [_whole(width), _whole(height)]
        odd = any(side is None and stated is not None for side, stated in zip(sides, (width, height), strict=True))
        source = {**source, "order": self._count}
        self._count += 1
        stated = video if isinstance(video, dict) else {}
        clip, frame = text(stated.get("video")), _whole(stated.get("frame"))
        # Two pictures that claim to be one frame are two images.
        if clip is None or frame is None or (clip, frame) in self._taken:
            self.media.append(MediaEntry(name, sides[0] or 0, sides[1] or 0, extras={self.format: source}))
            return len(self.media) - 1, 0, odd or bool(video)
        self._taken.add((clip, frame))
        at = self._videos.setdefault(clip, len(self.media))
        if at == len(self.media):
            self.media.append(MediaEntry(clip, sides[0] or 0, sides[1] or 0, 1, "video", {f"{self.format}_frames": {}}))
        entry = self.media[at]
        entry.frames = max(entry.frames, _whole(stated.get("frames")) or 0, frame + 1)
        entry.extras[f"{self.format}_frames"][str(frame)] = source
        return at, frame, odd


def pictures(dataset: Dataset, format: str) -> list[Picture]:
    """Return the pictures in the order of the file that they came from, then new ones."""
    members: dict[tuple[int, int], list[Instance]] = defaultdict(list)
    for instance in dataset.instances:
        if not instance.deleted:
            # An image has one frame, whatever an instance says.
            frame = instance.frame if dataset.media[instance.media].kind == "video" else 0
            members[instance.media, frame].append(instance)
    frames: dict[int, set[int]] = defaultdict(set)
    for media, frame in members:
        frames[media].add(frame)
    found: list[Picture] = []
    for at, entry in enumerate(dataset.media):
        if entry.kind != "video":
            found.append(Picture(entry, at, 0, entry.name, entry.extras.get(format), {}))
            continue
        shelved = entry.extras.get(f"{format}_frames", {})
        wanted = frames[at] | {int(frame) for frame in shelved}
        found += [
            Picture(
                entry,
                at,
                frame,
                f"{entry.name}/{frame:06d}.jpg",
                shelved.get(str(frame)),
                {"video": entry.name, "frame": frame, "frames": entry.frames},
            )
            for frame in sorted(wanted or {0})
        ]
    for picture in found:
        picture.instances = members[picture.media, picture.frame]
    return sorted(found, key=lambda p: p.source["order"] if p.source else LIMIT)


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < LIMIT else None
