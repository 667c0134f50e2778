"""Read CVAT's XML. Every element is kept verbatim in `extras`, with its place in the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError
from vitruvian.formats.cvat import nodes, survey
from vitruvian.formats.cvat.between import between
from vitruvian.formats.cvat.files import pieces
from vitruvian.formats.cvat.labels import Label, category, read_labels
from vitruvian.formats.cvat.nodes import Node
from vitruvian.formats.cvat.shapes import KEPT, READ, Said, Shape, flag, integer, own_number, said
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, Skeleton

#: More points than this, those of absent keypoints included, are not made.
MAX_POINTS = 200_000_000
#: Masks beyond this many pixels in all are kept, but not read.
MAX_MASK_PIXELS = 1 << 32


#: What says nothing worth losing, and the same for shapes that have no visibility of points to say it.
_USUAL = (("source", "manual"), ("z_order", "0"), ("rotation", "0"))
_USUAL_OF_AREAS = (("occluded", "0"), ("keyframe", "1"))


@dataclass(slots=True)
class Bundle:
    """Shapes of one object: a single one in an image, all of a track; joined by their group to others.

    `frames` holds the shapes by frame, `kinds` their tags.
    """

    label: str
    media: int
    at: list[int]
    where: str
    group: str
    track: str | None = None
    frames: dict[int, list[Shape]] = field(default_factory=lambda: defaultdict(list))
    kinds: set[str] = field(default_factory=set)
    size: tuple[int, int] = (0, 0)
    source: str = "manual"

    def add(self, frame: int, shape: Shape) -> None:
        self.frames[frame].append(shape)
        self.kinds.add("skeleton" if "part" in shape else shape["node"]["tag"])


def read(path: Path) -> Dataset:
    """Read annotations.xml, or a folder or zip archive that holds it.

    Raises
    ------
    FormatError
        No XML, not CVAT's, or a number or name in it that makes no sense.
    """
    return _Reader(str(path)).dataset(nodes.parse(pieces(path), str(path)))


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.notes = Remarks(file)
        self.media: list[MediaEntry] = []
        self.videos: dict[int, int] = {}
        self.holders: dict[str, Any] = {}
        self.mask_pixels = 0

    def dataset(self, root: Node) -> Dataset:
        if root["tag"] != "annotations":
            hint = "the root of CVAT's XML is called annotations"
            raise FormatError(
                f"This is not CVAT's XML: it starts with {root['tag'][:40]!r}", where=self.file, hint=hint
            )
        version = nodes.text(root, "version")
        if version != "1.1":
            self.notes.add("", "version", f"it is {version[:20]!r}; read as 1.1" if version else "it is missing")
        self.tasks = survey.tasks(root)
        self.met = survey.survey(root)
        self.labels = read_labels(root, self.notes)
        categories = self._categories()
        self.ontology = Ontology(Path(self.file).stem.strip() or "cvat", tuple(categories))
        self._lay_out_media(root)
        bundles = _joined(self._bundles(root))
        # Shapes of a companion's label that no skeleton is grouped with stand for themselves.
        alone = dict.fromkeys(
            bundle.label for bundle in bundles if bundle.frames and bundle.label not in self.ontology.index
        )
        more = [category(self.labels[name], {}, None, self.notes) for name in alone]
        self.ontology = Ontology(self.ontology.name, (*categories, *more))
        instances = self._instances(bundles)
        top = {key: value for key, value in root.items() if key != "children"}
        others = [[at, other] for at, other in enumerate(nodes.children(root)) if not _holds(other)]
        return Dataset(
            self.ontology,
            self.media,
            instances,
            {"cvat": {"root": top, "meta": others, "holders": self.holders}},
            self.notes.warnings(),
        )

    def _categories(self) -> list[Category]:
        made = []
        for name in self.met.labels:
            if name.strip() and name not in self.labels:
                if self.labels and any(label.stated for label in self.labels.values()):
                    self.notes.add(f"label {name}", "label", "shapes have it, but the meta does not list it")
                self.labels[name] = Label(name, stated=False)
        for name, label in self.labels.items():
            if not label.companion:
                loose = self.met.agreed(name) if label.type != "skeleton" else None
                made.append(category(label, self.met.parts.get(name, {}), loose, self.notes))
        return made

    def _task_of(self, attrib: dict[str, str]) -> int:
        stated = attrib.get("task_id")
        if stated is None:
            return 0
        return next((at for at, task in enumerate(self.tasks) if task.id == stated), 0)

    def _video(self, task: int) -> int:
        if task not in self.videos:
            said = self.tasks[task]
            name = said.source or said.name or Path(self.file).stem
            self.videos[task] = len(self.media)
            self.media.append(MediaEntry(name, said.width, said.height, max(said.frames, 1), "video"))
        return self.videos[task]

    def _lay_out_media(self, root: Node) -> None:
        """Make the media in the order of the tasks, images of a task in the order of the file."""
        images: dict[int, list[int]] = defaultdict(list)
        top = nodes.children(root)
        for at, holder in enumerate(top):
            if holder["tag"] == "image":
                images[self._task_of(holder["attrib"])].append(at)
        self.places: dict[int, int] = {}
        for task, stated in enumerate(self.tasks):
            if stated.source:
                self._video(task)
                continue
            for at in images[task]:
                self.places[at] = len(self.media)
                self.media.append(self._image(top[at], at))

    def _image(self, image: Node, at: int) -> MediaEntry:
        stated = image["attrib"]
        name = stated.get("name", stated.get("id", f"#{at}"))
        if "name" not in stated:
            self.notes.add(_where(image), "name", "it is missing")
        sides = [survey.count(stated.get(side, "")) for side in ("width", "height")]
        if 0 in sides:
            self.notes.add(_where(image), "width", "its width or height is not stated as a number above 0")
        record = {"at": at, "image": _header(image)}
        record |= {key: stated[key] for key in ("subset", "task_id") if key in stated}
        return MediaEntry(name, sides[0], sides[1], extras={"cvat": record})

    def _bundles(self, root: Node) -> list[Bundle]:
        found: list[Bundle] = []
        self.taken: set[tuple[int, str]] = set()
        for at, holder in enumerate(nodes.children(root)):
            if holder["tag"] == "image":
                found += self._image_shapes(holder, at)
            elif holder["tag"] == "track":
                found.append(self._track_shapes(holder, at))
            elif not _holds(holder) and holder["tag"] not in ("version", "meta", nodes.COMMENT, nodes.INSTRUCTION):
                self.notes.add("", holder["tag"], "an element that CVAT does not have is kept, but not read")
        return found

    def _image_shapes(self, image: Node, at: int) -> Iterable[Bundle]:
        where, frame, place = _where(image), 0, self.places.get(at)
        if place is None:  # an image of a task whose source is a video is a frame of it
            place = self._video(self._task_of(image["attrib"]))
            frame = self._frame(image, "id", where)
            self.media[place].frames = max(self.media[place].frames, frame + 1)
        size = self._size(place, image)
        others = []
        for number, shape in enumerate(nodes.children(image)):
            label = shape["attrib"].get("label", "")
            if not self._reads(shape, label, where):
                others.append([number, shape])
                continue
            made = Bundle(label, place, [at, number], where, shape["attrib"].get("group_id", ""), size=size)
            made.add(frame, {"at": [at, number], "node": shape})
            yield made
        kept = {"others": others} if others else {}
        if at in self.places:
            self.media[place].extras["cvat"] |= kept
        else:
            self.holders[str(at)] = {"node": _header(image), **kept}

    def _track_shapes(self, track: Node, at: int) -> Bundle:
        stated, where = track["attrib"], _where(track)
        label, place = stated.get("label", ""), self._video(self._task_of(stated))
        self._check_label(label, where)
        made = Bundle(label, place, [at], where, stated.get("group_id", ""), self._track_name(track, place, at))
        made.size, made.source = self._size(place, track), str(stated.get("source", "manual"))
        holder: dict[str, Any] = {"node": _header(track), "others": [], "inner": []}
        for number, shape in enumerate(nodes.children(track)):
            if shape["tag"] == "track":
                holder["inner"].append([number, self._inner(shape, [at, number], made)])
            elif self._reads(shape, label, where):
                made.add(self._frame(shape, "frame", where), {"at": [at, number], "node": shape})
            else:
                holder["others"].append([number, shape])
        self.holders[str(at)] = {key: value for key, value in holder.items() if value}
        entry = self.media[place]
        entry.frames = max(entry.frames, max(made.frames, default=0) + 1)
        return made

    def _inner(self, track: Node, at: list[int], outer: Bundle) -> dict[str, Any]:
        """Read the track of a single point, which lies in the track of its skeleton."""
        part, others = track["attrib"].get("label", ""), []
        self._check_label(part, f"{outer.where}: {_where(track)}")
        for number, shape in enumerate(nodes.children(track)):
            if shape["tag"] == "points":
                frame = self._frame(shape, "frame", outer.where)
                outer.add(frame, {"at": [*at, number], "node": shape, "part": part})
            else:
                others.append([number, shape])
        return {"node": _header(track), **({"others": others} if others else {})}

    def _reads(self, shape: Node, label: str, where: str) -> bool:
        tag = shape["tag"]
        if tag in (nodes.COMMENT, nodes.INSTRUCTION):
            return False
        if tag in READ + KEPT:
            self._check_label(label, f"{where}: {tag}")
        if tag == "points" and (self.met.agreed(label) is None or self.labels[label].type == "skeleton"):
            message = "loose points of a skeleton's label, or not as many at each shape, are kept, but not read"
            self.notes.add(where, "points", message)
            return False
        if tag not in READ:
            known = "a shape that Vitruvian has no word for" if tag in KEPT else "an element that CVAT does not have"
            self.notes.add(where, tag[:40], f"{known} is kept, but not read")
        return tag in READ

    def _check_label(self, label: str, where: str) -> None:
        if not label.strip():
            raise FormatError(
                "It has no label", where=f"{self.file}: {where}: label", hint="every shape names its label"
            )

    def _frame(self, at: Node, name: str, where: str) -> int:
        try:
            frame = integer(at, name)
        except FormatError as error:
            raise FormatError(error.message, where=f"{self.file}: {where}: {error.where}", hint=error.hint) from error
        if not 0 <= frame < survey.MAX_COUNT:
            message = f"Frame {frame} does not exist"
            raise FormatError(message, where=f"{self.file}: {where}: {name}", hint="frames count from 0")
        return frame

    def _size(self, place: int, holder: Node) -> tuple[int, int]:
        entry, stated = self.media[place], holder["attrib"]
        return (
            entry.height or survey.count(stated.get("height", "")),
            entry.width or survey.count(stated.get("width", "")),
        )

    def _track_name(self, track: Node, place: int, at: int) -> str:
        name = str(track["attrib"].get("id", ""))
        if not name or (place, name) in self.taken:
            self.notes.add(_where(track), "id", "it is missing" if not name else "several tracks have the same id")
            name = f"{name}#{at}"
        self.taken.add((place, name))
        return name

    def _instances(self, bundles: list[Bundle]) -> list[Instance]:
        widths = {c.name: len(c.skeleton) if c.skeleton else 0 for c in self.ontology}
        if sum(widths[bundle.label] * len(bundle.frames) for bundle in bundles if bundle.frames) > MAX_POINTS:
            raise FormatError("It has too many points", where=self.file, hint=f"at most {MAX_POINTS} are read")
        rows: list[tuple[list[int], Bundle, int]] = []
        for bundle in bundles:
            rows += [(min(shape["at"] for shape in bundle.frames[frame]), bundle, frame) for frame in bundle.frames]
        rows.sort(key=lambda row: row[0])
        filled = {id(bundle): _between(bundle) for bundle in bundles if bundle.track is not None}
        ids: set[str] = set()
        return [self._instance(row, *where[1:], filled.get(id(where[1]), {}), ids) for row, where in enumerate(rows)]

    def _instance(
        self, row: int, bundle: Bundle, frame: int, filled: dict[int, dict[str, list[float]]], ids: set[str]
    ) -> Instance:
        shapes = bundle.frames[frame]
        where = f"{bundle.where}: frame {frame}" if bundle.track is not None else bundle.where
        place = [self.media[bundle.media].name, frame, bundle.track, bundle.label]
        record: dict[str, Any] = {"shapes": shapes, "place": place, **_aside(shapes, bundle)}
        if frame in filled:
            record["between"] = filled[frame]
            self.notes.add(where, "points", "points without an entry in this frame lie between their own", 1)
        try:
            found = self._said(shapes, bundle, filled.get(frame, {}))
            confidence, area = own_number(found, "confidence"), own_number(found, "area")
        except FormatError as error:
            raise FormatError(error.message, where=f"{self.file}: {where}: {error.where}", hint=error.hint) from error
        for name, message in found.problems:
            self.notes.add(where, name, message)
        id = found.own.get("id", str(row + 1))
        while "id" not in found.own and id in ids:
            id = f"#{id}"
        if id in ids:
            self.notes.add(where, "vt:id", "the same id stands at several objects")
            id = next(f"{id}#{n}" for n in range(row, row + len(ids) + 2) if f"{id}#{n}" not in ids)
        ids.add(id)
        return Instance(
            id=id,
            category=bundle.label,
            media=bundle.media,
            frame=frame,
            xy=found.xy,
            visibility=found.visibility,
            score=found.score,
            keyed=found.keyed,
            box=found.box,
            mask=found.mask,
            track=bundle.track if bundle.track is not None else found.own.get("track"),
            confidence=confidence,
            area=area,
            crowd=found.own.get("crowd") == "true",
            attributes=found.attributes,
            extras={"cvat": record},
        )

    def _said(self, shapes: list[Shape], bundle: Bundle, filled: dict[str, list[float]]) -> Said:
        pixels = 0
        for shape in shapes:
            if shape["node"]["tag"] == "mask":
                pixels += max(0, integer(shape["node"], "width")) * max(0, integer(shape["node"], "height"))
        self.mask_pixels += pixels
        if self.mask_pixels > MAX_MASK_PIXELS:
            raise FormatError("The masks of this file are too large together", where="mask", hint="split the file")
        skeleton: Skeleton | None = self.ontology.category(bundle.label).skeleton
        inputs = self.labels[bundle.label].inputs
        return said(shapes, skeleton, inputs, bundle.size, filled, tracked=bundle.track is not None)


def _holds(at: Node) -> bool:
    return at["tag"] in ("image", "track")


def _header(at: Node) -> Node:
    return {key: value for key, value in at.items() if key != "children"}


def _where(at: Node) -> str:
    stated = at["attrib"]
    return f"{at['tag']} {stated.get('id') or stated.get('name') or stated.get('label', '')}"[:80]


def _aside(shapes: list[Shape], bundle: Bundle) -> dict[str, Any]:
    """Return what of the shapes only CVAT has a word for, beside the shapes themselves, so that losses can name it."""
    aside: dict[str, Any] = {"group_id": bundle.group} if bundle.group not in ("", "0") else {}
    if bundle.source != "manual":
        aside["source"] = bundle.source
    for shape in shapes:
        stated = shape["node"]["attrib"]
        for name, usual in _USUAL if shape["node"]["tag"] in ("skeleton", "points") else _USUAL + _USUAL_OF_AREAS:
            if stated.get(name, usual) != usual:
                aside.setdefault(name, stated[name])
        parts = nodes.children(shape["node"], "points")
        if any(flag(part, "outside") for part in (shape["node"], *parts)):
            aside["outside"] = True
        if any(
            not a["attrib"].get("name", "").startswith("vt:") for p in parts for a in nodes.children(p, "attribute")
        ):
            aside["attributes_of_points"] = True
    return aside


def _joined(bundles: list[Bundle]) -> list[Bundle]:
    """Join shapes that a group makes one object: a skeleton with a box or mask, or these of one label."""
    groups: dict[tuple[Any, ...], list[Bundle]] = defaultdict(list)
    for bundle in bundles:
        if bundle.group not in ("", "0"):
            frame = None if bundle.track is not None else min(bundle.frames)
            place = bundle.at[0] if bundle.track is None else None
            groups[bundle.media, frame, place, bundle.group].append(bundle)
    gone: set[int] = set()
    for members in groups.values():
        first = _anchor(members)
        if first is None:
            continue
        for other in members:
            if other is not first:
                gone.add(id(other))
                for frame, shapes in other.frames.items():
                    first.frames[frame].extend(shapes)
    return [bundle for bundle in bundles if id(bundle) not in gone]


def _anchor(members: list[Bundle]) -> Bundle | None:
    """Return the one that stands for the object, None where the group is not one object."""
    skeletons = [member for member in members if member.kinds in ({"skeleton"}, {"points"})]
    boxes = [member for member in members if member.kinds == {"box"}]
    areas = [member for member in members if member.kinds and member.kinds <= {"mask", "polygon"}]
    # A track whose shapes were all taken away still says which object it is.
    bare = [member for member in members if not member.kinds]
    if len(skeletons) > 1 or len(boxes) > 1 or len(skeletons + boxes + areas + bare) < len(members):
        return None
    if len(areas) > 1 and any(member.kinds != {"polygon"} for member in areas):
        return None
    if skeletons:
        return skeletons[0]
    return members[0] if len({member.label for member in members}) == 1 else None


def _between(bundle: Bundle) -> dict[int, dict[str, list[float]]]:
    listed: dict[str, dict[int, Node]] = defaultdict(dict)
    for frame, shapes in bundle.frames.items():
        for shape in shapes:
            if "part" in shape:
                listed[shape["part"]].setdefault(frame, shape["node"])
    whole = {f for f, shapes in bundle.frames.items() if any(s["node"]["tag"] == "skeleton" for s in shapes)}
    return between(listed, set(bundle.frames) - whole)
