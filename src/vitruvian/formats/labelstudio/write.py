"""Write Label Studio tasks. A task that was read goes back verbatim but for what was edited since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.labelstudio import tasks as task_facts
from vitruvian.formats.labelstudio.edits import Editor, extent, new_regions
from vitruvian.formats.labelstudio.regions import OURS, Group, Record
from vitruvian.formats.losses import Loss
from vitruvian.labels import Dataset, Instance, MediaEntry


def document(dataset: Dataset) -> Any:
    """Return what the file says, as JSON-able values.

    Raises
    ------
    FormatError
        The size of a picture is needed and not known.
    LabelError
        Instances that their ontology or the media do not fit.
    """
    dataset.check()
    members: dict[int, dict[int, list[Instance]]] = defaultdict(lambda: defaultdict(list))
    for instance in dataset.instances:
        members[instance.media][instance.frame].append(instance)
    kept: list[tuple[int, Record]] = []
    new: list[Record] = []
    taken = {i.id for i in dataset.instances}
    for at, entry in enumerate(dataset.media):
        known = _known_tasks(entry)
        whole = _is_whole_video(entry)
        for frame, position, task in known:
            # A task of a whole video bears the key frames of all of it.
            frames = sorted(members[at]) if whole else [frame]
            several = [p for f, p, _ in known if f == frame]
            own = [i for f in frames for i in members[at][f] if whole or _position(i, several) == position]
            kept.append((position, _renewed(task, (frame, position), entry, own, dataset, taken)))
        if whole:
            continue
        there = {frame for frame, _, _ in known}
        for frame in sorted(members[at].keys() - there) or ([] if known else [0]):
            own = [i for i in members[at][frame] if not i.deleted]
            if own or not known:
                new.append(_task(entry, frame, own, dataset, taken))
    kept.sort(key=lambda pair: pair[0])
    every = [task for _, task in kept] + new
    _state_ontology(every, bool(new), dataset)
    single = dataset.extras.get("labelstudio", {}).get("shape") == "task" and len(every) == 1
    return every[0] if single else every


def _position(instance: Instance, several: Sequence[int]) -> int:
    """Return which task of its frame an instance goes to: the one that it was read from, or the first."""
    stated = instance.extras.get("labelstudio", {}).get("task")
    return stated if stated in several else several[0]


def _state_ontology(every: list[Record], new: bool, dataset: Dataset) -> None:
    """Put the ontology into a task's meta where there is none and it is ours, or where it was edited."""
    stated = dataset.ontology.document()
    source = dataset.extras.get("labelstudio", {})
    at = next((at for at, task in enumerate(every) if "ontology" in task_facts.ours(task)), None)
    # A project gives the ontology a name and a version of its own; what it says is its categories.
    read_as = source.get("ontology", {}).get("categories")
    if not every or stated["categories"] == read_as or (not source and not new):
        return
    if at is None:
        at = next((at for at, task in enumerate(every) if task_facts.ours(task)), 0)
    meta = every[at].get("meta")
    known = meta if isinstance(meta, dict) else {}
    ours = {**task_facts.ours(every[at]), "ontology": stated}
    every[at] = {**every[at], "meta": {**known, OURS: ours}}


def _known_tasks(entry: MediaEntry) -> list[tuple[int, int, Record]]:
    source = entry.extras.get("labelstudio")
    return [(frame, position, task) for frame, position, task in source["tasks"]] if source else []


def _task(entry: MediaEntry, frame: int, own: Sequence[Instance], dataset: Dataset, taken: set[str]) -> Record:
    """Return the task of a picture, or of a frame of a video, that no file ever held."""
    stated: Record = {"width": entry.width, "height": entry.height}
    name = entry.name
    if entry.kind == "video":
        name = f"{entry.name}/{frame:06d}.jpg"
        stated |= {"video": entry.name, "frame": frame, "frames": entry.frames}
    results = [
        r for instance in own for r in new_regions(instance, _size(entry, own), _names(dataset, instance), taken)
    ]
    return {
        "data": {"image": name},
        "meta": {OURS: stated},
        "annotations": [{"result": results}] if results else [],
        "predictions": [],
    }


def _names(dataset: Dataset, instance: Instance) -> tuple[str, ...]:
    skeleton = dataset.ontology.category(instance.category).skeleton
    return skeleton.names if skeleton else ()


def _size(entry: MediaEntry, own: Sequence[Instance]) -> tuple[int, int]:
    if own and not (entry.width and entry.height):
        raise FormatError(
            "The picture's size is not known, so its labels cannot be written as percent of it",
            where=f"media {entry.name!r}", hint="import the picture, or state width and height",
        )  # fmt: skip
    return entry.width, entry.height


def _renewed(
    task: Record, place: tuple[int, int], entry: MediaEntry, own: Sequence[Instance], dataset: Dataset, taken: set[str]
) -> Record:
    """Return a task with what was edited, added and deleted since it was read; `place` is its frame and position."""
    frame, position = place
    editors = {(name, at): Editor(record["result"]) for name, at, record in task_facts.sources(task)}
    size = (entry.width, entry.height)
    fresh: list[Instance] = []
    seen: set[tuple[Any, ...]] = set()
    for instance in own:
        record = instance.extras.get("labelstudio", {})
        source = tuple(record.get("source", ()))
        group = Group(record.get("box"), record.get("points", {}), record.get("key"))
        here = record.get("task") == position and source in editors and editors[source].fits(group, instance, frame)
        # A copy of an instance brings the record of the first along; it gets regions of its own.
        if here and (source, *group.place()) not in seen:
            seen.add((source, *group.place()))
            editors[source].lay(instance, group, _names(dataset, instance), size)
        elif not instance.deleted:
            fresh.append(instance)
    for source, editor in editors.items():
        editor.drop_others({place[1:] for place in seen if place[0] == source}, size)
    return _put(task, editors, fresh, entry, dataset, taken)


def _put(
    task: Record,
    editors: dict[tuple[str, int], Editor],
    fresh: Sequence[Instance],
    entry: MediaEntry,
    dataset: Dataset,
    taken: set[str],
) -> Record:
    added: list[Record] = []
    size = _size(entry, fresh)
    editor = next(iter(editors.values()), Editor([]))
    if _is_whole_video(entry):
        for instance in fresh:
            editor.key_frame(instance, size, entry.frames)
    else:
        added = [editor.like(r) for i in fresh for r in new_regions(i, size, _names(dataset, i), taken)]
    editor.append(added)
    out = dict(task)
    for (name, at), one in editors.items():
        if one.changed:
            entries = list(out[name])
            entries[at] = {**entries[at], "result": one.results()}
            out[name] = entries
    if not editors and editor.changed:
        known = out.get("annotations")
        out["annotations"] = [*(known if isinstance(known, list) else ()), {"result": editor.results()}]
    source = entry.extras["labelstudio"]
    key = task_facts.address_key(task)
    if key and "read_as" in source and entry.name != source["read_as"]:
        out["data"] = {**out["data"], key: entry.name}
    return out


def _is_whole_video(entry: MediaEntry) -> bool:
    """Whether the media is a video that is one task, as Label Studio has them, and not a task for each frame."""
    known = _known_tasks(entry)
    return entry.kind == "video" and len(known) == 1 and task_facts.frame_of(known[0][2]) is None


def own_losses(dataset: Dataset) -> list[Loss]:
    """Return what depends on the labels."""
    found: list[Loss] = []
    kept = [i for i in dataset.instances if not i.deleted]
    nothing = [i for i in kept if extent(i) is None]
    if nothing:
        what = "instances with neither a box nor a labelled point"
        found.append(Loss("nothing", what, len(nothing), f"instance {nothing[0].id}"))
    whole = {at for at, entry in enumerate(dataset.media) if _is_whole_video(entry)}
    pointed = [i for i in kept if i.media in whole and i.visibility.any()]
    if pointed:
        what = "points in a video that is one task: Label Studio has rectangles there only"
        found.append(Loss("points", what, len(pointed), f"instance {pointed[0].id}"))
    return found
