"""Write CVAT's XML. Elements that came from such a file go back verbatim but for what was edited since."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.cvat import edits, meta, nodes, parts
from vitruvian.formats.cvat.between import between
from vitruvian.formats.cvat.files import NAME, zipped
from vitruvian.formats.cvat.labels import Label, read_labels
from vitruvian.formats.cvat.nodes import Node, node
from vitruvian.formats.cvat.parts import ROLES
from vitruvian.formats.cvat.shapes import Shape, said
from vitruvian.formats.cvat.survey import count, tasks
from vitruvian.formats.json_file import write_atomically
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance

#: After everything that the file held.
_LAST = 1 << 62


def write(dataset: Dataset, path: Path) -> None:
    """Write a file, a zip archive where `path` ends in .zip, or annotations.xml of a folder that exists.

    Raises
    ------
    FormatError
        The place cannot be written to, or a name, mask or attribute is nothing that XML can hold.
    LabelError
        Instances that their ontology or the media do not fit.
    """
    content = dumps(dataset)
    if path.is_dir():
        write_atomically(path / NAME, content)
    else:
        write_atomically(path, zipped(content) if path.suffix.lower() == ".zip" else content)


def dumps(dataset: Dataset) -> bytes:
    """Return the file's content; raises as `write` does."""
    dataset.check()
    try:
        return nodes.encode(_Writer(dataset).root())
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        # Extras may have come a long way; a record in them that is none must not be half understood.
        hint = "take the record called cvat out of the extras"
        raise FormatError(f"What the extras keep of a CVAT file is damaged: {error!r}", hint=hint) from error


class _Holder:
    """An image or track to be written: its element, and what lies in it by its place."""

    def __init__(self, key: tuple[int, ...], header: Node, others: list[Any] | None = None) -> None:
        self.key = key
        self.header = {**header, "attrib": dict(header["attrib"])}
        self.items: list[tuple[int, Node]] = [(at, other) for at, other in others or []]
        self.new: list[Node] = []
        self.inner: dict[int, _Holder] = {}

    def listed(self) -> tuple[dict[str, dict[int, Node]], dict[int, dict[str, list[float]]]]:
        """Return the points that nested tracks list, by name and frame, and those that follow from them."""
        listed: dict[str, dict[int, Node]] = defaultdict(dict)
        for inner in self.inner.values():
            own = listed[inner.header["attrib"].get("label", "")]
            for made in [item for _, item in inner.items] + inner.new:
                if made["tag"] == "points":
                    own.setdefault(int(made["attrib"]["frame"]), made)
        outer = [item for _, item in self.items] + self.new
        whole = {int(item["attrib"]["frame"]) for item in outer if item["tag"] == "skeleton"}
        frames = {frame for own in listed.values() for frame in own} - whole
        follows = {frame: dict[str, list[float]]() for frame in frames} | between(listed, frames)
        return listed, follows

    def built(self, depth: int) -> Node:
        made = dict(self.header)
        placed = [*self.items, *((at, inner.built(depth + 1)) for at, inner in self.inner.items())]
        placed.sort(key=lambda item: item[0])
        if placed:
            made["children"] = [item for _, item in placed]
        for item in self.new:
            nodes.append(made, item, depth)
        return made


class _Writer:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        stated = dataset.extras.get("cvat", {})
        self.source: dict[str, Any] = stated if self._updates(stated) else {}
        self.labels: dict[str, Label] = {}
        self.old_meta: list[Any] = self.source.get("meta", [])
        if self.source:
            self.labels = read_labels(node("annotations", children=[at for _, at in self.old_meta]), Remarks(""))
        self.holders: dict[int, _Holder] = {}
        self.number = itertools.count(_LAST)
        self.companions: dict[str, dict[str, str]] = defaultdict(dict)
        self.segments = meta.segments(dataset.media)
        self.task_of = {at: str(n + 1) for n, members in enumerate(self.segments) for at in members}
        self.images: dict[tuple[int, int], _Holder] = {}
        self.tracks: dict[tuple[int, str, str, str], _Holder] = {}
        self.groups = self._free_groups()
        self.inputs = self._inputs()

    def root(self) -> Node:
        for at, record in self.source.get("holders", {}).items():
            self._old_holder(int(at), record)
        for at, entry in enumerate(self.dataset.media):
            if entry.kind == "image":
                self._image(at)
        placed: set[tuple[int, ...]] = set()
        late: list[tuple[Instance, list[Node]]] = []
        for instance in self.dataset.instances:
            if instance.deleted:
                continue
            record = self._record(instance, placed)
            late.append((instance, self._edited(instance, record) if record else self._fresh(instance)))
        for instance, new in late:
            if new:
                self._place(instance, new)
        self._fill()
        self._group_tracks()
        return self._built()

    def _updates(self, stated: Any) -> bool:
        """Whether the media are those of the file that the dataset came from, so that its frame can be kept."""
        if not (isinstance(stated, dict) and "root" in stated):
            return False
        known = tasks(node("annotations", children=[at for _, at in stated.get("meta", [])]))
        held = stated.get("holders", {}).values()
        videos = {name for task in known for name in (task.source, task.name)}
        sources = [task for task in known if task.source]
        for entry in self.dataset.media:
            ours = isinstance(entry.extras.get("cvat"), dict) and "at" in entry.extras["cvat"]
            if entry.kind == "video" and not (entry.name in videos or (held and len(known) == 1)):
                return False
            if entry.kind != "video" and not ours and sources:
                return False
        return True

    def _inputs(self) -> dict[str, dict[str, str]]:
        if self.source:
            return {name: label.inputs for name, label in self.labels.items()}
        values: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for instance in self.dataset.instances:
            for name, value in instance.attributes.items():
                if not instance.deleted:
                    values[instance.category][name].append(value)
        return {name: meta.input_types(said) for name, said in values.items()}

    def _old_holder(self, at: int, record: dict[str, Any]) -> None:
        made = self.holders[at] = _Holder((at,), record["node"], record.get("others"))
        for number, inner in record.get("inner", []):
            made.inner[number] = _Holder((at, number), inner["node"], inner.get("others"))

    def _image(self, at: int) -> None:
        entry = self.dataset.media[at]
        record = entry.extras.get("cvat") if self.source else None
        if isinstance(record, dict) and "at" in record and record["at"] not in self.holders:
            made = self.holders[record["at"]] = _Holder((record["at"],), record["image"], record.get("others"))
            if made.header["attrib"].get("name", entry.name) != entry.name:
                made.header["attrib"]["name"] = entry.name
        else:
            made = self._new_holder(node("image", {"id": str(at), "name": entry.name}), at)
        self.images[at, 0] = made

    def _new_holder(self, header: Node, media: int) -> _Holder:
        entry, key = self.dataset.media[media], next(self.number)
        if header["tag"] == "image" and entry.width and entry.height:
            header["attrib"] |= {"width": str(entry.width), "height": str(entry.height)}
        if self.source:
            known = tasks(node("annotations", children=[at for _, at in self.old_meta]))
            own = next((task.id for task in known if entry.name in (task.source, task.name)), "")
            if len(known) > 1 and own:
                header["attrib"]["task_id"] = own
        elif len(self.segments) > 1:
            header["attrib"]["task_id"] = self.task_of[media]
        made = self.holders[key] = _Holder((key,), header)
        return made

    def _record(self, instance: Instance, placed: set[tuple[int, ...]]) -> dict[str, Any] | None:
        """Return what the file says of an instance, None where it lies elsewhere now or is a copy."""
        record = instance.extras.get("cvat") if self.source else None
        if not isinstance(record, dict) or not record.get("shapes"):
            return None
        entry = self.dataset.media[instance.media]
        track = instance.track if entry.kind == "video" else record["place"][2]
        if record["place"][1:] != [instance.frame, track, instance.category]:
            return None
        if entry.kind == "video" and record["place"][0] != entry.name:
            return None
        first = record["shapes"][0]["at"]
        if entry.kind == "image" and self.images[instance.media, 0].key != (first[0],):
            return None
        keys = [tuple(shape["at"]) for shape in record["shapes"]]
        if any(key in placed or key[0] not in self.holders for key in keys):
            return None
        placed.update(keys)
        return record

    def _edited(self, instance: Instance, record: dict[str, Any]) -> list[Node]:
        frame, skeleton = self._frame(instance), self.dataset.ontology.category(instance.category).skeleton
        inputs = self.inputs.get(instance.category, {})
        shapes: list[Shape] = record["shapes"]
        holder = self.holders[shapes[0]["at"][0]]
        size = self._size(instance, holder)
        now = said(shapes, skeleton, inputs, size, record.get("between", {}), tracked=frame is not None)
        if frame is not None:
            for shape in shapes:
                role = "points" if "part" in shape else ROLES[shape["node"]["tag"]]
                key = (instance.media, str(instance.track), instance.category, role)
                self.tracks.setdefault(key, self.holders[shape["at"][0]])
        kept, new = edits.edited(shapes, instance, now, skeleton, inputs, size, frame)
        for shape in kept:
            at = shape["at"]
            holder = self.holders[at[0]]
            (holder.inner[at[1]] if len(at) > 2 else holder).items.append((at[-1], shape["node"]))
            if frame is None and self.dataset.media[instance.media].kind == "video":
                self.images.setdefault((instance.media, instance.frame), holder)
        if new and frame is None:
            self._group([shape["node"] for shape in kept], new, joined=len(shapes) > 1)
        return new

    def _fresh(self, instance: Instance) -> list[Node]:
        frame, ours = self._frame(instance), self.dataset.ontology.category(instance.category)
        inputs, loose = self.inputs.get(instance.category, {}), bool(ours.extras.get("cvat", {}).get("loose"))
        made = edits.fresh(instance, ours.skeleton, inputs, self._size(instance, None), frame, loose=loose)
        if frame is None:
            self._group([], made, joined=False)
        return made

    def _frame(self, instance: Instance) -> int | None:
        """Return the frame of an instance that lies in a track, None for one in an image."""
        video = self.dataset.media[instance.media].kind == "video"
        return instance.frame if video and instance.track is not None else None

    def _size(self, instance: Instance, holder: _Holder | None) -> tuple[int, int]:
        entry = self.dataset.media[instance.media]
        stated = holder.header["attrib"] if holder else {}
        return entry.height or count(stated.get("height", "")), entry.width or count(stated.get("width", ""))

    def _free_groups(self) -> Any:
        taken = {0}
        for instance in self.dataset.instances:
            record = instance.extras.get("cvat") if self.source else None
            if isinstance(record, dict) and str(record.get("group_id", "")).isdecimal():
                taken.add(int(str(record["group_id"])[:18]))
        for record in self.source.get("holders", {}).values():
            taken.add(count(record["node"]["attrib"].get("group_id", "")))
        return itertools.count(max(taken) + 1)

    def _group(self, kept: list[Node], new: list[Node], *, joined: bool) -> None:
        every = kept + new
        if len(every) < 2:
            return
        group = kept[0]["attrib"].get("group_id", "") if kept and joined else str(next(self.groups))
        for made in every:
            made["attrib"]["group_id"] = group

    def _companion(self, name: str, role: str) -> str:
        """Return the label for boxes or masks of a category; a skeleton's own label cannot have them."""
        if self.dataset.ontology.category(name).skeleton is None or role == "points":
            return name
        if role not in self.companions[name]:
            old = next((n for n, label in self.labels.items() if label.companion and n == f"{name} {role}"), None)
            taken = {c.name for c in self.dataset.ontology} | set(self.labels)
            free = (f"{name} {role}{'' if n == 1 else n}" for n in itertools.count(1))
            self.companions[name][role] = old or next(label for label in free if label not in taken)
        return self.companions[name][role]

    def _place(self, instance: Instance, new: list[Node]) -> None:
        frame = self._frame(instance)
        if frame is None:
            holder = self._image_of(instance)
            for made in new:
                made["attrib"]["label"] = self._companion(instance.category, ROLES[made["tag"]])
                holder.new.append(made)
            return
        for made in new:
            key = (instance.media, str(instance.track), instance.category, ROLES[made["tag"]])
            if key not in self.tracks:
                self.tracks[key] = self._track(key)
            holder = self.tracks[key]
            if made["tag"] == "points" and holder.inner:
                made["attrib"]["frame"] = str(frame)
                holder = self._inner(holder, made["attrib"].pop("label"))
            holder.new.append(made)

    def _fill(self) -> None:
        """List points of nested tracks whose place no longer follows from their neighbours', since these changed."""
        filled: dict[int, Any] = {}
        for instance in self.dataset.instances:
            key = (instance.media, str(instance.track), instance.category, "points")
            holder = self.tracks.get(key)
            frame, skeleton = self._frame(instance), self.dataset.ontology.category(instance.category).skeleton
            if instance.deleted or holder is None or not holder.inner or frame is None or skeleton is None:
                continue
            if id(holder) not in filled:
                filled[id(holder)] = holder.listed()
            listed, follows = filled[id(holder)]
            for at, name in enumerate(skeleton.names):
                if frame in listed.get(name, {}) or frame not in follows:
                    continue
                x, y, seen = follows[frame].get(name, [0.0, 0.0, 0.0])
                now = (
                    [*instance.xy[at].tolist(), float(instance.visibility[at])]
                    if instance.visibility[at]
                    else [0.0] * 3
                )
                if now != [x, y, seen]:
                    made = parts.point(instance, skeleton, at, frame)
                    made["attrib"]["frame"] = str(frame)
                    self._inner(holder, made["attrib"].pop("label")).new.append(made)

    def _inner(self, outer: _Holder, name: str) -> _Holder:
        for inner in outer.inner.values():
            if inner.header["attrib"].get("label") == name:
                return inner
        at = next(self.number)
        outer.inner[at] = _Holder((*outer.key, at), node("track", {"label": name}))
        return outer.inner[at]

    def _track(self, key: tuple[int, str, str, str]) -> _Holder:
        media, track, name, role = key
        first = not any(other[:3] == key[:3] for other in self.tracks)
        header = {"id": track if first else f"{track} {role}", "label": self._companion(name, role)}
        return self._new_holder(node("track", header | {"source": "manual"}), media)

    def _image_of(self, instance: Instance) -> _Holder:
        key = (instance.media, instance.frame)
        if key not in self.images:
            name = f"frame_{instance.frame:06d}"
            self.images[key] = self._new_holder(
                node("image", {"id": str(instance.frame), "name": name}), instance.media
            )
        return self.images[key]

    def _group_tracks(self) -> None:
        """Give the tracks of one object a group, which is what makes them one when they are read."""
        objects: dict[tuple[Any, ...], list[_Holder]] = defaultdict(list)
        for key, holder in self.tracks.items():
            if all(holder is not other for other in objects[key[:3]]):
                objects[key[:3]].append(holder)
        for members in objects.values():
            if len(members) < 2 or all(member.key[0] < _LAST for member in members):
                continue
            old = {m.header["attrib"].get("group_id") for m in members if m.key[0] < _LAST}
            joined = len(old) == 1 and sum(m.key[0] < _LAST for m in members) > 1
            group = str(old.pop()) if joined else str(next(self.groups))
            for member in members:
                member.header["attrib"]["group_id"] = group

    def _built(self) -> Node:
        root: Node = dict(self.source.get("root", node("annotations")))
        listed = [self._labels_of(c) for c in self.dataset.ontology]
        if not self.source:
            labels = [label for entry in listed for label in entry]
            root["children"] = [node("version", text="1.1"), meta.meta(self.dataset, self.segments, labels)]
            root["children"] += [self.holders[at].built(1) for at in sorted(self.holders)]
            return nodes.indent(root)
        placed = [(at, other) for at, other in self._updated_meta(listed)]
        placed += [(at, holder.built(1)) for at, holder in self.holders.items() if at < _LAST]
        placed.sort(key=lambda item: item[0])
        root["children"] = [item for _, item in placed]
        for at in sorted(at for at in self.holders if at >= _LAST):
            nodes.append(root, self.holders[at].built(1), 0)
        return root

    def _labels_of(self, ours: Category) -> list[Node]:
        """Return the labels that the meta lacks for a category: all, its companions', or a changed skeleton's."""
        inputs = {} if self.source else self.inputs.get(ours.name, {})
        made = meta.labels(ours, inputs, self.companions[ours.name])
        if not self.source:
            return made
        count_new = len(self.companions[ours.name])
        companions = [at for at in made[len(made) - count_new :] if nodes.text(at, "name") not in self.labels]
        known = self.labels.get(ours.name)
        if known is not None and ours.skeleton is not None and not ours.extras.get("cvat", {}).get("loose"):
            record = ours.extras.get("cvat", {})
            now = [list(ours.skeleton.names), [list(edge) for edge in ours.skeleton.edges]]
            if [record.get("points"), record.get("edges")] != now:
                return made[: len(made) - count_new] + companions
        if known is not None or "cvat" in ours.extras:
            return companions
        return made

    def _updated_meta(self, listed: list[list[Node]]) -> list[Any]:
        wanted = [label for entry in listed for label in entry]
        if not wanted:
            return self.old_meta
        replaced = {nodes.text(label, "name") for label in wanted if nodes.child(label, "parent") is None}
        kept = nodes.copied([at for _, at in self.old_meta])
        holder = next((at for top in kept for at in nodes.walk(top) if at["tag"] == "labels"), None)
        if holder is None:
            made = meta.meta(self.dataset, self.segments, wanted)
            return [*self.old_meta, [_LAST - 1, nodes.indent(made, 1)]]
        holder["children"] = [
            at
            for at in holder.get("children", ())
            if not (nodes.text(at, "name") in replaced and not nodes.text(at, "parent"))
            and nodes.text(at, "parent") not in replaced
        ]
        for label in wanted:
            nodes.append(holder, label, 4)
        return [[at, made] for (at, _), made in zip(self.old_meta, kept, strict=True)]
