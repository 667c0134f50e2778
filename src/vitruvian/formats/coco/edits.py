"""What was edited in records that came from a COCO file: found in columns, written back number by number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.coco import points as decode
from vitruvian.formats.coco.computed import recomputed
from vitruvian.formats.coco.masks import area as covered_area
from vitruvian.labels import Instance

Record = dict[str, Any]


@dataclass(slots=True)
class Stated:
    """What one record says, as the reader understood it.

    `moved` and `visibility` are None where the record holds no points of this skeleton, `stale` where it holds those of
    another; `graded` marks the points whose third number is a score, None when there are none.
    """

    moved: NDArray[np.bool_] | None
    visibility: NDArray[np.uint8] | None
    graded: NDArray[np.bool_] | None
    box: NDArray[np.float64] | None
    stale: bool


def with_edits(instances: Sequence[Instance], records: Sequence[Record]) -> list[Record]:
    """Return `records` with what their instances say otherwise; a record is the very same where nothing does."""
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, instance in enumerate(instances):
        groups[instance.category, len(instance.visibility)].append(row)
    out: list[Record] = list(records)
    for (_, count), rows in groups.items():
        own = [instances[row] for row in rows]
        stated = _stated(own, [records[row] for row in rows], count)
        for row, instance, said in zip(rows, own, stated, strict=True):
            out[row] = _edited(instance, records[row], said)
    return out


def _stated(instances: Sequence[Instance], records: Sequence[Record], count: int) -> list[Stated]:
    flats = [decode.triplets(record) for record in records]
    fits = [flat is not None and len(flat) == 3 * count and count > 0 for flat in flats]
    blank = [0] * (3 * count)
    table = decode.points([f if f is not None and ok else blank for f, ok in zip(flats, fits, strict=True)], count)
    xy = np.stack([i.xy for i in instances])
    visibility = np.stack([i.visibility for i in instances])
    moved = (table.xy != xy).any(axis=2) | (table.visibility != visibility)
    if table.score is not None:
        blank_score = np.full(count, np.nan, np.float32)
        score = np.stack([blank_score if i.score is None else i.score for i in instances])
        known = ~np.isnan(table.score)
        moved |= known & ~((table.score == score) | np.isnan(score))
    graded = [None] * len(records) if table.score is None else list(~np.isnan(table.score))
    return [
        Stated(
            moved[row] if ok else None,
            table.visibility[row] if ok else None,
            graded[row],
            box,
            stale=not ok and flats[row] is not None,
        )
        for row, (ok, box) in enumerate(zip(fits, decode.boxes(records), strict=True))
    ]


def _edited(instance: Instance, record: Record, said: Stated) -> Record:
    changes = _point_changes(instance, record, said) | _shape_changes(instance, record, said)
    changes |= _whole_changes(instance, record)
    changes |= recomputed(instance, record)
    if decode.track(record) != instance.track:
        changes["track_id"] = track_id(instance.track)
    if decode.attributes(record) != instance.attributes:
        changes["attributes"] = instance.attributes
    gone = _gone(instance, record, said)
    if not changes and not gone:
        return record
    return {name: value for name, value in (record | changes).items() if name not in gone}


def _point_changes(instance: Instance, record: Record, said: Stated) -> Record:
    if said.moved is None or said.visibility is None:
        return all_points(instance) if said.stale or instance.visibility.any() else {}
    changes: Record = {}
    if said.moved.any():
        changes = _moved(instance, record, said.moved, said.visibility, said.graded)
    if said.graded is None or not said.graded.any():
        changes |= _scores(instance, record)
    return changes


def _shape_changes(instance: Instance, record: Record, said: Stated) -> Record:
    changes: Record = {}
    mask = decode.mask(record)
    if mask is not instance.mask and mask != instance.mask:
        changes["segmentation"] = instance.mask if instance.mask is not None else []
    if instance.box is not None and not (said.box is not None and np.array_equal(said.box, instance.box)):
        old = record["bbox"] if said.box is not None else [0.0] * 4
        changes["bbox"] = [like(new, was) for new, was in zip(instance.box.tolist(), old, strict=True)]
    area = _area(instance, record, said, masked="segmentation" in changes)
    if area is not None and area != decode.plain_number(decode.stated(record, "area")):
        changes["area"] = area
    return changes


def _area(instance: Instance, record: Record, said: Stated, *, masked: bool) -> float | None:
    """Return the area to write for an instance; None where it has none, `masked` where its mask was edited."""
    stated = decode.plain_number(decode.stated(record, "area"))
    if instance.area is not None and instance.area != stated:
        return instance.area
    if stated is None:
        return None
    if masked:
        return covered_area(instance.mask)
    same_size = said.box is not None and instance.box is not None and np.array_equal(said.box[2:], instance.box[2:])
    if not same_size and instance.box is not None and _is_box_area(record, said.box, instance):
        return float(instance.box[2] * instance.box[3])
    return instance.area


def _whole_changes(instance: Instance, record: Record) -> Record:
    changes: Record = {}
    if instance.confidence is not None and instance.confidence != decode.plain_number(decode.stated(record, "score")):
        changes["score"] = instance.confidence
    if instance.crowd != (record.get("iscrowd") in (1, True)):
        changes["iscrowd"] = int(instance.crowd)
    return changes


def _gone(instance: Instance, record: Record, said: Stated) -> set[str]:
    """Return the fields that an edit took away."""
    gone = {"bbox"} if instance.box is None and said.box is not None else set()
    if decode.plain_number(decode.stated(record, "area")) is not None:
        masked = decode.mask(record) != instance.mask
        gone |= {"area"} if _area(instance, record, said, masked=masked) is None else set()
    if instance.confidence is None and decode.plain_number(decode.stated(record, "score")) is not None:
        gone.add("score")
    if said.stale and decode.is_whole_body(record):
        # Left there, feet, face and hands would join the new points when the file is read again.
        gone |= {name for name, _ in decode.PARTS}
    return gone


def _moved(
    instance: Instance,
    record: Record,
    moved: NDArray[np.bool_],
    before: NDArray[np.uint8],
    graded: NDArray[np.bool_] | None,
) -> Record:
    """Return the fields with the moved points in them; every other number stays as the file has it."""
    changes: Record = {}
    for at in np.flatnonzero(moved).tolist():
        name, place = _field(record, at)
        if name not in changes:
            stated = record[name]
            nested = isinstance(stated[0], list)
            changes[name] = [list(point) for point in stated] if nested else list(stated)
        numbers = changes[name]
        nested = isinstance(numbers[0], list)
        old = numbers[place] if nested else numbers[3 * place : 3 * place + 3]
        new = [like(float(v), was) for v, was in zip(instance.xy[at], old, strict=False)]
        new.append(like(_third(instance, at, graded is not None and bool(graded[at])), old[2]))
        if nested:
            numbers[place] = new
        else:
            numbers[3 * place : 3 * place + 3] = new
    body = slice(decode.BODY) if decode.is_whole_body(record) else slice(None)
    labelled = int(np.count_nonzero(instance.visibility[body]))
    if labelled != np.count_nonzero(before[body]):
        changes["num_keypoints"] = labelled
    return changes


def _third(instance: Instance, at: int, scored: bool) -> float:
    if scored and instance.visibility[at]:
        # A point that a person placed has no score of a model any more; certain is the score that says so.
        known = instance.score is not None and not np.isnan(instance.score[at])
        return shortest(instance.score[at]) if known and instance.score is not None else 1.0
    return float(instance.visibility[at])


def _scores(instance: Instance, record: Record) -> Record:
    stated = decode.scores(record, len(instance.visibility))
    known = instance.score is not None and not np.isnan(instance.score).all()
    if stated is None:
        return {"scores": score_list(instance)} if known else {}
    if instance.score is not None and np.array_equal(stated, instance.score, equal_nan=True):
        return {}
    return {"scores": score_list(instance)}


def score_list(instance: Instance) -> list[float | None] | None:
    """Return the scores of an instance's points as a file states them."""
    if instance.score is None:
        return None
    return [None if np.isnan(score) else shortest(score) for score in instance.score]


def _field(record: Record, at: int) -> tuple[str, int]:
    """Return in which field keypoint `at` stands, and as which of its points."""
    if at < decode.BODY or not decode.is_whole_body(record):
        return "keypoints", at
    at -= decode.BODY
    for part, count in decode.PARTS:
        if at < count:
            return part, at
        at -= count
    raise AssertionError


def all_points(instance: Instance) -> Record:
    """Return the fields for the points of an instance that no file ever held."""
    flat: list[float] = np.column_stack((instance.xy, instance.visibility)).reshape(-1).tolist()
    flat[2::3] = instance.visibility.tolist()
    return {"keypoints": flat, "num_keypoints": instance.labelled}


def like(new: float, old: Any) -> float:
    """Return `new` as an integer where `old` was one and nothing is lost by it."""
    return int(new) if type(old) is int and new.is_integer() else new


def shortest(number: np.float32) -> float:
    """Return a float32 as the number with the fewest digits that reads back to it."""
    return float(str(number))


def track_id(track: str | None) -> int | str | None:
    """Return a track as COCO-like files state it: a number where it is one."""
    return int(track) if track is not None and track.isdecimal() and str(int(track)) == track else track


def _is_box_area(record: Record, before: NDArray[np.float64] | None, instance: Instance) -> bool:
    if instance.mask is None or before is None:
        return True
    return bool(np.isclose(decode.number(record["area"]), before[2] * before[3], rtol=1e-6))
