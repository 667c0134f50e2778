"""Annotations of a Darwin video taken apart into frames, and put together again."""

from __future__ import annotations

from collections.abc import Sequence

from vitruvian.formats.grouped import Record, text

#: Darwin counts frames from 0; a longer video is a mistake in the file.
LIMIT = 2**31


def split(annotations: Sequence[Record]) -> tuple[list[Record], list[tuple[int, int, Record]]]:
    """Return the annotations without the frames that can be read, and those: (frame, place in the list, record)."""
    shells: list[Record] = []
    parts: list[tuple[int, int, Record]] = []
    for at, annotation in enumerate(annotations):
        frames = annotation.get("frames")
        if not isinstance(frames, dict):
            shells.append(annotation)
            continue
        left: Record = {}
        track = _track(annotation, at)
        for name, body in frames.items():
            # None marks the place of a frame that is read; what cannot be read stays as it is, in a list of its own.
            if name.isdecimal() and str(int(name[:12])) == name and int(name) < LIMIT and isinstance(body, dict):
                record = {"shell": at, "name": annotation.get("name"), "track": track, "data": body}
                record |= {field: annotation[field] for field in ("instance_id", "slot_names") if field in annotation}
                parts.append((int(name), at, record))
                left[name] = None
            else:
                left[name] = [body]
        shells.append({**annotation, "frames": left})
    return shells, parts


def assembled(shells: Sequence[Record], parts: Sequence[tuple[int, Record]]) -> list[tuple[int, Record]]:
    """Return the annotations of a video with their places: those of the file with their frames, then new ones."""
    frames: list[Record] = [{} for _ in shells]
    owners = [(_track(shell, at), str(shell.get("name"))) for at, shell in enumerate(shells)]
    places = {owner: at for at, owner in reversed(list(enumerate(owners))) if _has_frames(shells[at])}
    fresh: dict[tuple[str, str], tuple[Record, Record]] = {}
    for frame, record in parts:
        owner, name, at = (str(record.get("track")), str(record.get("name"))), str(frame), record.get("shell")
        # An instance that got another track or category since, or a frame that is new in its track.
        place = at if type(at) is int and at < len(owners) and owners[at] == owner else places.get(owner)
        if place is not None and name not in frames[place]:
            frames[place][name] = record["data"]
        else:
            fresh.setdefault(owner, (record, {}))[1][name] = record["data"]
    kept = (_filled(shell, found) for shell, found in zip(shells, frames, strict=True))
    out = [(at, shell) for at, shell in enumerate(kept) if shell is not None]
    for (track, _), (record, bodies) in fresh.items():
        numbers = [int(name) for name in bodies]
        annotation: Record = {"id": track, "name": record["name"]}
        annotation |= {field: record[field] for field in ("instance_id", "slot_names") if field in record}
        annotation |= {"frames": bodies, "ranges": [[min(numbers), max(numbers) + 1]], "interpolated": False}
        out.append((len(shells), annotation))
    return out


def _filled(shell: Record, found: Record) -> Record | None:
    """Return an annotation with its frames in their order; None where it lost all of them."""
    if not _has_frames(shell):
        return shell
    merged: Record = {}
    for name, place in shell["frames"].items():
        if place is not None:
            merged[name] = place[0]
        elif name in found:
            merged[name] = found.pop(name)
    merged |= found
    return {**shell, "frames": merged} if merged or not shell["frames"] else None


def _has_frames(shell: Record) -> bool:
    return isinstance(shell.get("frames"), dict)


def _track(annotation: Record, at: int) -> str:
    return text(annotation.get("id")) or f"#{at}"
