"""Save a person's changes: all or nothing, once per request, merged point by point.

A change names the revision it was made on. When others have saved the same instance since, changes to *different*
points and fields go on top of theirs; a change to the same one is a conflict that a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Literal

import numpy as np
from sqlalchemy import Connection, text

from vitruvian.actions.accept_masks import BroughtMask, accept_masks
from vitruvian.errors import Conflict, InvalidInput, LabelError, NotFound
from vitruvian.labels import Instance, Ontology, check_instance, empty_instance, recategorise
from vitruvian.store import changes as history
from vitruvian.store import instances, label_sets, media, ontologies, requests, routes
from vitruvian.store.engine import Store
from vitruvian.store.rows import ChangeRow, now

#: A field that the change does not speak of; None means "take it away" for box, mask, area and track.
UNTOUCHED: Any = type("Untouched", (), {"__repr__": lambda _: "UNTOUCHED", "__bool__": lambda _: False})()

_FIELDS = ("category", "box", "mask", "area", "crowd", "track", "attributes", "deleted")

#: PostgreSQL refuses index entries that are much longer.
_LONGEST_ID = 200

_TAKE_TURNS = text(
    "SELECT pg_advisory_xact_lock(:label_set, hashtext(id)) "
    "FROM (SELECT unnest(CAST(:ids AS text[])) AS id ORDER BY 1) AS ordered"
)

RouteState = Literal["open", "accepted", "fixed", "dismissed"]


@dataclass(frozen=True, slots=True)
class InstanceChange:
    """What one gesture, or several squashed, did to one instance.

    Attributes
    ----------
    instance : str
    base : int
        Revision that the change was made on; 0 for a new or inherited instance.
    media, frame : int or None
        Needed for a new instance; they never change afterwards.
    category : str
        Needed for a new instance.
    points : mapping of int to (x, y, visibility)
        By index in skeleton order; pixels. On a row with keys they become keyed.
    scores : mapping of int to float
        How sure a model was of points that this change sets; a person set the others.
    keyed : mapping of int to bool, or None
        Keys to set or take away, by index. An instance that stood for itself gets the keys that are named and no
        other; None makes it stand for itself again.
    box : (x, y, width, height) or None
    mask : dict or list or None
    area : float or None
        When left out, a stated area stays as long as the mask and box that it is of.
    crowd : bool
    track : str or None
    attributes : dict
    deleted : bool
    """

    instance: str
    base: int
    media: int | None = None
    frame: int | None = None
    category: str = UNTOUCHED
    points: Mapping[int, Sequence[float]] = field(default_factory=dict)
    scores: Mapping[int, float] = field(default_factory=dict)
    keyed: Mapping[int, bool] | None = UNTOUCHED
    box: Sequence[float] | None = UNTOUCHED
    mask: dict[str, Any] | list[Any] | None = UNTOUCHED
    area: float | None = UNTOUCHED
    crowd: bool = UNTOUCHED
    track: str | None = UNTOUCHED
    attributes: dict[str, Any] = UNTOUCHED
    deleted: bool = UNTOUCHED

    def touched(self) -> set[str]:
        """Return the names of the points and fields that this change speaks of."""
        names = {f"points.{k}" for k in self.points} | {n for n in _FIELDS if getattr(self, n) is not UNTOUCHED}
        return names | _touched_keys({} if self.keyed is UNTOUCHED else self.keyed)


def _touched_keys(keyed: Any) -> set[str]:
    """Return the names of what a change of keys speaks of.

    A key that is set goes with the point that it is of, or says of a point that it is to stay; one that is taken away
    changes the point.
    """
    if not isinstance(keyed, Mapping):
        return {"keyed"}
    return {f"points.{k}" for k, value in keyed.items() if not value}


@dataclass(frozen=True, slots=True)
class RouteChange:
    """A person's answer to a route."""

    id: int
    state: RouteState


@dataclass(frozen=True, slots=True)
class SaveRequest:
    """Changes that are saved together, under a request id that the client made."""

    request: str
    changes: Sequence[InstanceChange] = ()
    routes: Sequence[RouteChange] = ()


def save_changes(store: Store, label_set: int, author: str, wanted: SaveRequest) -> list[dict[str, Any]]:
    """Save `wanted`; return the JSON shape of every changed instance as it is now.

    A request id that was saved before changes nothing and gets the first answer again.

    Raises
    ------
    Conflict
        Somebody changed the same points or fields since; `details` has both versions of each. Nothing was saved.
    LabelError
        Unknown category or keypoint, a coordinate that is not finite, an impossible box, a mask that does not fit.
    NotFound
        No such label set, media, frame, instance or route.
    InvalidInput
        An instance stands twice in one request, an id cannot be stored, or an instance would leave its frame.
    """
    _check_request(author, wanted)
    saved: list[dict[str, Any]] = store.write(lambda connection: _save(connection, label_set, author, wanted))
    return saved


def _save(connection: Connection, label_set: int, author: str, wanted: SaveRequest) -> list[dict[str, Any]]:
    row = label_sets.label_set(connection, label_set)
    ids = sorted(change.instance for change in wanted.changes)
    _serialise(connection, label_set, ids)
    answered: list[dict[str, Any]] | None = requests.answer(connection, label_set, wanted.request)
    if answered is not None:
        return answered
    ontology = ontologies.ontology(connection, row.ontology)
    known = instances.find(connection, label_set, ids)
    _check_places(connection, row.project, [c for c in wanted.changes if c.instance not in known])
    for change in wanted.changes:
        if change.instance in known:
            _check_same_place(change, known[change.instance])
    accept_masks(connection, label_set, _masks(wanted.changes, known))
    conflicts = [
        conflict
        for change in wanted.changes
        if change.instance in known and (conflict := _conflict(connection, label_set, change, known[change.instance]))
    ]
    if conflicts:
        raise Conflict(
            "Somebody else changed the same points",
            where=", ".join(c["instance"] for c in conflicts),
            hint="choose which version to keep",
            details={"conflicts": conflicts},
        )
    at = now()
    response: list[dict[str, Any]] = []
    written: list[Instance] = []
    records: list[ChangeRow] = []
    for change in wanted.changes:
        before = known.get(change.instance)
        instance = _apply(change, before, ontology)
        document = instance.document()
        changed = _difference(before, instance, document)
        if before is None or changed[1]:  # an answer of "as it is" is no change
            instance.revision = document["revision"] = (before.revision if before else 0) + 1
            written.append(instance)
            records.append(_record(instance, author, at, wanted.request, changed))
        response.append(document)
    instances.put_instances(connection, label_set, written)
    history.record(connection, label_set, records)
    routes.resolve_routes(connection, label_set, {r.id: r.state for r in wanted.routes}, author)
    requests.remember(connection, label_set, wanted.request, response)
    return response


def _check_request(author: str, wanted: SaveRequest) -> None:
    ids = [change.instance for change in wanted.changes]
    if len(set(ids)) != len(ids):
        raise InvalidInput("An instance stands twice in one request", where=wanted.request, hint="squash its changes")
    for kind, text_ in [("request id", wanted.request), ("author", author), *(("instance id", i) for i in ids)]:
        if not 0 < len(text_) <= _LONGEST_ID or not text_.isprintable():
            raise InvalidInput(
                f"{text_[:40]!r} cannot be the {kind}", hint=f"use 1 to {_LONGEST_ID} printable characters"
            )
    for change in wanted.changes:
        if change.base < 0:
            raise InvalidInput(f"There is no revision {change.base}", where=f"instance {change.instance}")


def _serialise(connection: Connection, label_set: int, ids: Sequence[str]) -> None:
    # SQLite has one writer. On PostgreSQL two saves of one instance take turns, also when its row does not exist yet;
    # in the order of the ids, so that they cannot wait for each other.
    if connection.dialect.name == "postgresql" and ids:
        connection.execute(_TAKE_TURNS, {"label_set": label_set, "ids": list(ids)})


def _check_places(connection: Connection, project: int, new: Sequence[InstanceChange]) -> None:
    sizes = media.sizes(connection, {c.media for c in new if c.media is not None}) if new else {}
    for change in new:
        where = f"instance {change.instance}"
        if change.base or change.media is None or change.frame is None or change.category is UNTOUCHED:
            raise NotFound(
                f"There is no instance {change.instance!r} in this label set",
                where=where,
                hint="a new instance needs base 0, a media, a frame and a category",
            )
        owner, frames = sizes.get(change.media, (None, 0))
        if owner != project:
            raise NotFound(f"There is no media {change.media} in this project", where=where)
        if not 0 <= change.frame < frames:
            raise NotFound(f"Media {change.media} has frames 0 to {frames - 1}, not {change.frame}", where=where)


def _masks(changes: Sequence[InstanceChange], known: Mapping[str, Instance]) -> list[BroughtMask]:
    return [
        BroughtMask(c.instance, known[c.instance].media if c.instance in known else c.media or 0, c.mask)
        for c in changes
        if isinstance(c.mask, dict | list)
    ]


def _check_same_place(change: InstanceChange, current: Instance) -> None:
    """Two clients that made the same id for different objects must not write into each other's."""
    place = (change.media, change.frame)
    if any(mine not in (None, theirs) for mine, theirs in zip(place, (current.media, current.frame), strict=True)):
        raise InvalidInput(
            f"Instance {change.instance!r} lies in media {current.media}, frame {current.frame}, not {place}",
            where=f"instance {change.instance}",
            hint="an instance stays in its frame; make a new one with an id of its own",
        )


def _conflict(
    connection: Connection, label_set: int, change: InstanceChange, current: Instance
) -> dict[str, Any] | None:
    if change.base == current.revision:
        return None
    mine = change.touched() - _already(change, current)
    # A base from the future: the client saw what this database never had, as after restoring a backup.
    unknown = change.base > current.revision
    theirs = set() if unknown else _touched_since(connection, label_set, change)
    if change.category == current.category:  # two who made the same row of a track: the same kind of object
        theirs.discard("category")
    both = mine if unknown else _in_the_way(mine, theirs)
    if not mine or not both:
        return None
    return {
        "instance": change.instance,
        "base": change.base,
        "mine": _document(change),
        "theirs": current.document(),
        "fields": sorted(both),
    }


def _touched_since(connection: Connection, label_set: int, change: InstanceChange) -> set[str]:
    theirs: set[str] = set()
    for after in history.since(connection, label_set, change.instance, change.base):
        theirs |= {f"points.{k}" for k in after.get("points", {})} | {n for n in after if n in _FIELDS}
        theirs |= _touched_keys(after.get("keyed", {}))
    return theirs


def _in_the_way(mine: set[str], theirs: set[str]) -> set[str]:
    """Return what stands between two versions: the same points and fields, or everything.

    A deletion speaks of the whole instance. Another category has other keypoints: the numbers of the points no longer
    mean the same. Nor do they where an instance gets keys or stands for itself from now on.
    """
    if not mine or not theirs:
        return set()
    if "deleted" in mine | theirs:
        return mine | theirs
    both = mine & theirs
    for one, other in ((mine, theirs), (theirs, mine)):
        points = {name for name in other if name.startswith("points.")}
        both |= {*(one & {"category", "keyed"}), *points} if points and one & {"category", "keyed"} else set()
    return both


def _already(change: InstanceChange, current: Instance) -> set[str]:
    """Return what the change asks for and is so already: two people who did the same are not in conflict."""
    document = current.document()
    flat = document["points"]
    same = {n for n in _FIELDS if getattr(change, n) is not UNTOUCHED and _json(getattr(change, n)) == document[n]}
    if change.category is UNTOUCHED or "category" in same:
        same |= {f"points.{k}" for k, point in change.points.items() if list(point) == flat[3 * k : 3 * k + 3]}
    if change.keyed is None and current.keyed is None:
        same.add("keyed")
    elif isinstance(change.keyed, Mapping) and current.keyed is not None:
        same |= {f"points.{k}" for k, key in change.keyed.items() if not (key or current.keyed[k : k + 1].any())}
    return same


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _apply(change: InstanceChange, before: Instance | None, ontology: Ontology) -> Instance:
    category = before.category if before and change.category is UNTOUCHED else change.category
    skeleton = ontology.category(category).skeleton
    if before is None:
        instance = empty_instance(
            change.instance, category, change.media or 0, change.frame or 0, len(skeleton) if skeleton else 0
        )
    else:
        instance = _copy(before)
        if category != before.category:
            recategorise(instance, category, ontology)
    _key(instance, change.keyed)
    _place(instance, change.points)
    _score(instance, change)
    if change.box is not UNTOUCHED:
        if change.box is not None and len(change.box) != 4:
            raise LabelError("A box is x, y, width, height", where=f"instance {change.instance}")
        instance.box = None if change.box is None else np.array(change.box, np.float64)
    for name in ("mask", "crowd", "track", "attributes", "deleted"):
        value = getattr(change, name)
        if value is not UNTOUCHED:
            setattr(instance, name, value)
    if change.area is not UNTOUCHED:
        if change.area is not None and not isfinite(change.area):
            raise LabelError(f"{change.area} is no area", where=f"instance {change.instance}")
        instance.area = change.area
    elif before is not None and _is_of_another_shape(before, instance):
        instance.area = None
    check_instance(instance, skeleton)
    return instance


def _is_of_another_shape(before: Instance, after: Instance) -> bool:
    """Say whether the area that was stated of an instance is not its area any more; `areaStands` is the page's rule.

    It was measured on the mask, or is the box's where there is no mask or the two agree.
    """
    if before.mask != after.mask:
        return True
    if before.box is None or before.area is None:
        return False
    size = before.box[2] * before.box[3]
    of_box = before.mask is None or abs(before.area - size) <= 1e-6 * size
    return of_box and (after.box is None or not np.array_equal(before.box[2:], after.box[2:]))


def _key(instance: Instance, keyed: Mapping[int, bool] | None) -> None:
    if keyed is UNTOUCHED:
        return
    if keyed is None:
        instance.keyed = None
        return
    count = len(instance.visibility)
    unknown = next((k for k in keyed if not 0 <= k < count), None)
    if unknown is not None:
        raise LabelError(
            f"Keypoint {unknown} does not exist; the skeleton has {count}",
            where=f"instance {instance.id}",
            hint="reload the page: the ontology may have changed",
        )
    instance.keyed = np.zeros(count, np.bool_) if instance.keyed is None else instance.keyed
    instance.keyed[list(keyed)] = list(keyed.values())
    # A key that is taken away leaves nothing behind: the point is what its other keys say.
    gone = [k for k, key in keyed.items() if not key]
    instance.xy[gone], instance.visibility[gone] = 0, 0


def _place(instance: Instance, points: Mapping[int, Sequence[float]]) -> None:
    if not points:
        return
    for index, point in points.items():
        if len(point) != 3:
            raise LabelError(
                f"{list(point)} is not x, y, visibility", where=f"instance {instance.id}, keypoint {index}"
            )
        x, y, visibility = point
        if visibility not in (0, 1, 2):
            where = f"instance {instance.id}, keypoint {index}"
            raise LabelError(f"Visibility {visibility!r} is not 0, 1 or 2", where=where)
        if not (0 <= index < len(instance.visibility) and isfinite(x) and isfinite(y)):
            instance.place(index, x, y, int(visibility))  # it raises, and says why
    # All at once: an array takes as long for one point as for all of them.
    at = list(points)
    placed = np.array(list(points.values()), np.float64)
    placed[placed[:, 2] == 0] = 0
    instance.xy[at], instance.visibility[at] = placed[:, :2], placed[:, 2]
    if instance.keyed is not None:
        instance.keyed[at] = True
    if instance.score is not None:
        instance.score[at] = np.nan


def _score(instance: Instance, change: InstanceChange) -> None:
    odd = next((k for k, score in change.scores.items() if k not in change.points or not isfinite(score)), None)
    if odd is not None:
        raise LabelError(
            "A score is a number, and of a point that the same change sets", where=f"instance {instance.id}, {odd}"
        )
    if change.scores:
        instance.score = np.full(len(instance.xy), np.nan, np.float32) if instance.score is None else instance.score
        instance.score[list(change.scores)] = list(change.scores.values())


def _copy(instance: Instance) -> Instance:
    return replace(
        instance,
        xy=instance.xy.copy(),
        visibility=instance.visibility.copy(),
        score=None if instance.score is None else instance.score.copy(),
        keyed=None if instance.keyed is None else instance.keyed.copy(),
    )


def _difference(before: Instance | None, after: Instance, new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the touched fields as they were and as they are, both JSON-able; `new` is the document of `after`."""
    if before is None:
        untouched: dict[str, Any] = {
            "box": None, "mask": None, "area": None, "crowd": False, "track": None, "attributes": {}, "deleted": False,
        }  # fmt: skip
        points = {str(k): new["points"][3 * k : 3 * k + 3] for k in np.flatnonzero(after.visibility).tolist()}
        shown = {name: new[name] for name in _FIELDS if new[name] != untouched.get(name)}
        if after.keyed is not None:
            shown["keyed"] = {str(k): 1 for k in np.flatnonzero(after.keyed).tolist()}
        return {}, {**shown, "points": points}
    old = before.document()
    was: dict[str, Any] = {name: old[name] for name in _FIELDS if old[name] != new[name]}
    is_: dict[str, Any] = {name: new[name] for name in was}
    if before.xy.shape == after.xy.shape:
        differs = (before.xy != after.xy).any(axis=1) | (before.visibility != after.visibility)
        touched = np.flatnonzero(differs).tolist()
    else:
        touched = []
        was["points"], is_["points"] = _all_points(old), _all_points(new)
    if touched:
        was["points"] = {str(k): old["points"][3 * k : 3 * k + 3] for k in touched}
        is_["points"] = {str(k): new["points"][3 * k : 3 * k + 3] for k in touched}
    for name in ("scores", "keyed"):  # they follow from the points, and a score may go where a point stayed
        if old[name] != new[name]:
            was[name], is_[name] = _part(old[name], new[name]), _part(new[name], old[name])
    return was, is_


def _part(these: list[Any] | None, others: list[Any] | None) -> dict[str, Any] | list[Any] | None:
    """Return the items in which a list differs, by index; all of it where the lists have no common length."""
    if these is None or others is None or len(these) != len(others):
        return these
    return {str(k): one for k, (one, other) in enumerate(zip(these, others, strict=True)) if one != other}


def _all_points(document: dict[str, Any]) -> dict[str, list[float]]:
    flat = document["points"]
    return {str(k): flat[3 * k : 3 * k + 3] for k in range(len(flat) // 3)}


def _record(
    instance: Instance, author: str, at: str, request: str, changed: tuple[dict[str, Any], dict[str, Any]]
) -> ChangeRow:
    return ChangeRow(
        id=0,
        instance=instance.id,
        media=instance.media,
        frame=instance.frame,
        author=author,
        at=at,
        request=request,
        revision=instance.revision,
        before=changed[0],
        after=changed[1],
    )


def _document(change: InstanceChange) -> dict[str, Any]:
    points = {str(k): list(v) for k, v in change.points.items()}
    named = {n: getattr(change, n) for n in (*_FIELDS, "keyed") if getattr(change, n) is not UNTOUCHED}
    return {"points": points, **named}
