"""Which images of a COCO file are frames of a video: as Vitruvian writes them, and as PoseTrack does."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence, Set
from dataclasses import replace
from typing import Any, TypeGuard

from vitruvian.labels import Dataset, MediaEntry

Record = dict[str, Any]

#: A video longer than this is a mistake in the file.
MAX_FRAMES = 2**31

_NUMBERED = re.compile(r"(?P<folder>.*/)?(?P<prefix>[^/]*?)(?P<number>[0-9]{1,10})(?P<ending>\.[A-Za-z0-9]+)")


def frame_of(image: Record) -> tuple[Hashable, int] | None:
    """Return the video that an image is a frame of (equal for frames of one video) and its index, or None.

    Vitruvian states `video` and `frame_index`. PoseTrack states `vid_id` and `frame_id`, and counts frames in
    `file_name`.
    """
    index = image.get("frame_index")
    if _is_index(index) and isinstance(image.get("video"), str):
        return image["video"], index
    vid = image.get("vid_id")
    if type(vid) not in (int, str) or type(image.get("frame_id")) not in (int, str):
        return None
    found = _NUMBERED.fullmatch(str(image.get("file_name")))
    if found is None or not _is_index(int(found["number"])):
        return None
    return (vid, found["folder"] or "", found["prefix"]), int(found["number"])


def is_posetrack(image: Record) -> bool:
    """Whether the image is a frame as PoseTrack states it."""
    found = frame_of(image)
    return found is not None and isinstance(found[0], tuple)


def twice(images: Sequence[Record]) -> set[Hashable]:
    """Return the PoseTrack videos of which one frame stands there twice: which is which cannot be told."""
    seen: set[tuple[Hashable, int]] = set()
    found: set[Hashable] = set()
    for image in images:
        place = frame_of(image) if "vid_id" in image else None
        if place is not None and isinstance(place[0], tuple):
            if place in seen:
                found.add(place[0])
            seen.add(place)
    return found


def video_name(image: Record) -> str:
    """Return what a frame's video is called: PoseTrack's by the folder of its pictures."""
    if not is_posetrack(image):
        return str(image["video"])
    folder = str(image["file_name"]).rpartition("/")[0]
    return folder or str(image["vid_id"])


def frame_count(image: Record) -> int:
    """Return how many frames the image says that its video has, 0 where it does not."""
    value = image.get("nframes" if is_posetrack(image) else "video_frames")
    return value if _is_index(value) else 0


def new_frame(entry: MediaEntry, frame: int, id: Any) -> Record:
    """Return the record of a video's frame that no file lists yet."""
    size = {"width": entry.width, "height": entry.height}
    known = next(iter(entry.extras.get("coco_frames", ())), None)
    if known is None or not is_posetrack(known):
        where = {"video": entry.name, "video_frames": entry.frames, "frame_index": frame}
        return {"id": id, "file_name": f"{entry.name}/{frame:06d}.jpg", **size, **where}
    found = _NUMBERED.fullmatch(known["file_name"])
    assert found is not None  # noqa: S101 - that is what made it PoseTrack's
    number = f"{frame:0{len(found['number'])}d}"
    name = f"{found['folder'] or ''}{found['prefix']}{number}{found['ending']}"
    kept = {field: known[field] for field in ("vid_id", "nframes") if field in known}
    return {"id": id, "frame_id": id, "file_name": name, **size, **kept, "is_labeled": True}


def apart(dataset: Dataset, videos: Set[int]) -> Dataset:
    """Return the dataset with the listed frames of some videos as pictures of their own: for whoever has those.

    Parameters
    ----------
    dataset : Dataset
    videos : set of int
        Positions in `dataset.media`; their other frames are left out, with their instances.
    """
    media: list[MediaEntry] = []
    places: dict[tuple[int, int], int] = {}
    whole: dict[int, int] = {}
    for at, entry in enumerate(dataset.media):
        if at not in videos:
            whole[at] = len(media)
            media.append(entry)
            continue
        for record in entry.extras.get("coco_frames", ()):
            found = frame_of(record)
            places[at, found[1] if found else 0] = len(media)
            name = str(record.get("file_name", record.get("id")))
            media.append(MediaEntry(name, entry.width, entry.height, extras={"coco": record}))
    instances = [
        replace(i, media=whole[i.media]) if i.media in whole else replace(i, media=places[i.media, i.frame], frame=0)
        for i in dataset.instances
        if i.media in whole or (i.media, i.frame) in places
    ]
    return replace(dataset, media=media, instances=instances)


def _is_index(value: Any) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < MAX_FRAMES
