"""Dataset: what a format reads and writes: an ontology, media and instances, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vitruvian.labels.instance import Instance
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
        return f"{self.file}: {self.record or 'file'}: {self.field}: {self.message}{more}"


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
