"""Dataset: what a format reads and writes: an ontology, media and instances, nothing lost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vitruvian.errors import LabelError, one_line
from vitruvian.labels.instance import Instance, check_instance
from vitruvian.labels.ontology import Ontology
from vitruvian.labels.poses import Poses, stack


@dataclass(slots=True)
class MediaEntry:
    """An image or video that labels refer to.

    Attributes
    ----------
    name : str
        Path or file name as the source states it.
    width, height : int
        Pixels; 0 when unknown.
    frames : int
        1 for an image.
    kind : {"image", "video"}
    extras : dict
        Unknown fields, verbatim.
    """

    name: str
    width: int = 0
    height: int = 0
    frames: int = 1
    kind: str = "image"
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something in a file that deviates from its format; it was kept as it is.

    Attributes
    ----------
    file : str
    record : str
        Which record: "annotation 12", "category person", "image 7", or "" for the file as a whole.
    field : str
    message : str
    count : int
        How many records deviate in this way (`record` is the first of them).
    """

    file: str
    record: str
    field: str
    message: str
    count: int = 1

    def __str__(self) -> str:
        more = f" (and {self.count - 1} more)" if self.count > 1 else ""
        where = f"{one_line(self.file, 2000)}: {one_line(self.record or 'file', 200)}: {one_line(self.field, 200)}"
        return f"{where}: {one_line(self.message)}{more}"


@dataclass
class Dataset:
    """Labels over media, as one file or one label set holds them.

    Attributes
    ----------
    ontology : Ontology
    media : list of MediaEntry
        ``Instance.media`` is a position in this list.
    instances : list of Instance
    extras : dict
        Unknown fields of the file as a whole, verbatim.
    warnings : list of FileWarning
    """

    ontology: Ontology
    media: list[MediaEntry]
    instances: list[Instance]
    extras: dict[str, Any] = field(default_factory=dict)
    warnings: list[FileWarning] = field(default_factory=list)

    @property
    def poses(self) -> Poses:
        """The instances as columns, packed anew at each call."""
        return stack(self.instances, categories=self.ontology.index, keypoints=self.ontology.max_keypoints)

    def check(self) -> None:
        """Refuse instances that the ontology does not know or that lie in no media; deleted ones may be anything.

        Raises
        ------
        LabelError
            Unknown category, no such media, or what `check_instance` refuses.
        """
        groups: dict[str, list[Instance]] = defaultdict(list)
        for instance in self.instances:
            if instance.deleted:
                continue
            if not (0 <= instance.media < len(self.media) and instance.frame >= 0):
                raise LabelError(
                    f"It lies in frame {instance.frame} of media {instance.media}; there are {len(self.media)} media",
                    where=f"instance {instance.id}",
                )
            groups[instance.category].append(instance)
        for category, members in groups.items():
            skeleton = self.ontology.category(category).skeleton
            if not _plain(members, len(skeleton) if skeleton else 0):
                for instance in members:
                    check_instance(instance, skeleton)


def _plain(instances: list[Instance], keypoints: int) -> bool:
    """Whether nothing is wrong with instances of one category; a look at columns, so that most need no other."""
    if any(i.xy.shape != (keypoints, 2) or i.visibility.shape != (keypoints,) for i in instances):
        return False
    if any(i.box is not None and i.box.shape != (4,) for i in instances):
        return False
    if any(column is not None and column.shape != (keypoints,) for i in instances for column in (i.score, i.keyed)):
        return False
    boxes = np.array([i.box for i in instances if i.box is not None], np.float64).reshape(-1, 4)
    seen = max((i.visibility.max(initial=0) for i in instances), default=0)
    return bool(seen <= 2 and np.isfinite(boxes).all() and (boxes[:, 2:] >= 0).all()) and bool(
        np.isfinite(np.array([i.xy for i in instances])).all()
    )
