"""What tracks say between their keys; `web/src/editor/between.ts` is the same in the page.

The rows of a track are sparse. A row with ``keyed`` gives the points that are keyed in it; every other point is
computed from its own keys before and after. A row without ``keyed`` stands for itself and computes nothing, so the rows
of a track fall into runs, each computed by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vitruvian.errors import LabelError
from vitruvian.geometry.interpolation import Interpolation, interpolate
from vitruvian.labels.instance import Instance
from vitruvian.labels.track import Track, tracks


@dataclass(frozen=True, slots=True)
class Positions:
    """A track in frames of one's choice.

    Attributes
    ----------
    there : ndarray, shape (F,), bool
        Whether the object is in the picture at all; nothing else is said of the other frames.
    xy : ndarray, shape (F, K, 2), float64
        Pixels; (0, 0) where not labelled.
    visibility : ndarray, shape (F, K), uint8
    box : ndarray, shape (F, 4), float64
        NaN where there is none.
    """

    there: NDArray[np.bool_]
    xy: NDArray[np.float64]
    visibility: NDArray[np.uint8]
    box: NDArray[np.float64]


def positions(track: Track, frames: ArrayLike, kind: Interpolation = "pchip") -> Positions:
    """Return where a track's points are in any frames.

    Parameters
    ----------
    track : Track
    frames : array_like of int, shape (F,)
    kind : {"linear", "pchip"}
        Between two keys of a point; boxes go straight. Visibility is held from the key before, and a point whose key
        says "not labelled" is not there until its next key.

    Raises
    ------
    InvalidInput
        An unknown `kind`.
    """
    wanted = np.asarray(frames, np.int64)
    row = np.searchsorted(track.frames, wanted, side="right") - 1  # -1: before the first
    ends = _ends(track)
    exact = (row >= 0) & (track.frames[row] == wanted)
    later = np.minimum(row + 1, len(track) - 1)
    between = (row >= 0) & (row < len(track) - 1) & ~track.alone[row] & ~track.alone[later]
    there = (exact | between) & ~ends[row]
    count = track.xy.shape[1]
    found = Positions(
        there=there,
        xy=np.zeros((len(wanted), count, 2)),
        visibility=np.zeros((len(wanted), count), np.uint8),
        box=np.full((len(wanted), 4), np.nan),
    )
    alone = there & track.alone[row]
    for all_, own in ((found.xy, track.xy), (found.visibility, track.visibility), (found.box, track.box)):
        all_[alone] = own[row[alone]]
    for first, last in _runs(track.alone):
        inside = there & (row >= first) & (row < last)
        if inside.any():
            _run(track, slice(first, last), wanted[inside], row[inside] - first, kind, found, inside)
    return found


def fill(
    instances: Iterable[Instance],
    kind: Interpolation = "pchip",
    *,
    frames_between: bool = True,
    keep_ends: bool = False,
) -> list[Instance]:
    """Return instances with every computed point set, and with those of the frames between keys.

    Instances without a track and tracks without keys are returned as they are. Where no row of a track was ever edited
    since its import, the points that its file gives stay to the last digit, keyed or not.

    Parameters
    ----------
    instances : iterable of Instance
        None is changed.
    kind : {"linear", "pchip"}
    frames_between : bool
        Also make instances for the frames that have no row.
    keep_ends : bool
        Keep rows that say no more than that the object leaves the picture, for whoever understands keys.
    """
    rows = list(instances)
    groups: dict[tuple[int, str], list[Instance]] = {}
    for instance in rows:
        if instance.track is not None and not instance.deleted:
            groups.setdefault((instance.media, instance.track), []).append(instance)
    computed: dict[int, list[Instance]] = {}
    for members in groups.values():
        if any(m.keyed is not None for m in members):
            members.sort(key=lambda m: m.frame)
            _fill_track(members, kind, frames_between, keep_ends, computed)
    if not computed:
        return rows
    return [made for instance in rows for made in computed.get(id(instance), [instance])]


def _fill_track(
    members: Sequence[Instance],
    kind: Interpolation,
    frames_between: bool,
    keep_ends: bool,
    out: dict[int, list[Instance]],
) -> None:
    try:
        (track,) = tracks(members)
    except LabelError:
        return  # two of one name in one frame, as imported files have it: no track to compute on
    wanted = np.arange(track.frames[0], track.frames[-1] + 1) if frames_between else track.frames
    found = positions(track, wanted, kind)
    imported = all(m.revision == 0 for m in members)
    ends = _ends(track)
    begins = np.searchsorted(wanted, track.frames)
    for at, (member, begin) in enumerate(zip(members, begins.tolist(), strict=True)):
        made = out.setdefault(id(member), [])
        if not ends[at]:
            made.append(member if track.alone[at] else _at(member, found, begin, imported))
        elif keep_ends:
            made.append(member)
        stop = int(begins[at + 1]) if at + 1 < len(members) else len(wanted)
        made += [_between(member, found, n, int(wanted[n])) for n in range(begin + 1, stop) if found.there[n]]


def _at(row: Instance, found: Positions, n: int, own: bool = False) -> Instance:
    box = None if np.isnan(found.box[n]).any() else found.box[n]
    xy, visibility = found.xy[n], found.visibility[n]
    if own:
        xy = np.where(row.visibility[:, None] > 0, row.xy, xy)
        visibility = np.where(row.visibility > 0, row.visibility, visibility)
    return replace(row, xy=xy, visibility=visibility, box=box)


def _between(row: Instance, found: Positions, n: int, frame: int) -> Instance:
    made = _at(row, found, n)
    return replace(
        made,
        id=f"{row.id}+{frame - row.frame}",
        frame=frame,
        keyed=np.zeros(len(row.visibility), np.bool_),
        score=None,
        mask=None,
        area=None,
        confidence=None,
        extras={},
        revision=0,
    )


def _ends(track: Track) -> NDArray[np.bool_]:
    """Return which rows only say that the object leaves the picture: all keyed as not there, and no box."""
    gone = track.keyed.all(axis=1) & ~track.visibility.any(axis=1)
    return np.asarray(~track.alone & gone & np.isnan(track.box[:, 0]) & ~track.masked)


def _runs(alone: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield first and last + 1 of the stretches of rows with keys."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], alone, [True]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _run(
    track: Track,
    rows: slice,
    wanted: NDArray[np.int64],
    row: NDArray[np.int64],
    kind: Interpolation,
    found: Positions,
    at: NDArray[np.bool_],
) -> None:
    frames, keyed, xy = track.frames[rows], track.keyed[rows], track.xy[rows]
    visibility = track.visibility[rows]
    # Which row holds the key that governs each keypoint; -1 before the first.
    held = np.maximum.accumulate(np.where(keyed, np.arange(len(frames))[:, None], -1))[row]
    v = np.where(held >= 0, np.take_along_axis(visibility, np.maximum(held, 0), axis=0), 0).astype(np.uint8)
    placed = np.zeros((len(wanted), xy.shape[1], 2))
    labelled = keyed & (visibility > 0)
    patterns, which = np.unique(labelled, axis=1, return_inverse=True)
    for pattern, mask in enumerate(patterns.T):
        if mask.any():
            points = np.flatnonzero(which.reshape(-1) == pattern)
            placed[:, points] = interpolate(kind, frames[mask], xy[mask][:, points], wanted)
    # A key is where it was put, to the last digit.
    own = keyed[row] & (frames[row] == wanted)[:, None]
    placed[own] = xy[row][own]
    never = ~keyed.any(axis=0)
    placed[:, never], v[:, never] = xy[row][:, never], visibility[row][:, never]
    placed[v == 0] = 0
    found.xy[at], found.visibility[at] = placed, v
    found.box[at] = _boxes(track.box[rows], _ends(track)[rows], frames, wanted, row)


def _boxes(
    box: NDArray[np.float64],
    ends: NDArray[np.bool_],
    frames: NDArray[np.int64],
    wanted: NDArray[np.int64],
    row: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return boxes that go straight from one to the next, within each stretch of presence."""
    found = np.full((len(wanted), 4), np.nan)
    stretch = np.cumsum(ends)
    for n in np.unique(stretch[row]):
        boxed = (stretch == n) & ~np.isnan(box[:, 0])
        here = stretch[row] == n
        if boxed.any():
            found[here] = interpolate("linear", frames[boxed], box[boxed], wanted[here])
            found[here & (wanted < frames[boxed][0])] = np.nan
    return found
