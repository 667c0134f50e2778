"""Tell whether every tool must read a truth and its results alike, quickly.

COCO leaves much open, and tools differ there in silence: points more or fewer than the category has, no area, counts of
keypoints that contradict the points. Files in which none of this happens give the same numbers everywhere. Of results,
by far the larger file, no coordinate is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.coco.categories import stated_skeleton
from vitruvian.formats.collecting import without_collecting
from vitruvian.labels import Category
from vitruvian.metrics import whole_body

_Box = tuple[float, float, float, float]


class LeftOpen(Exception):
    """Tools may read different things from the files; the text says why."""


class _Annotation(msgspec.Struct, gc=False):
    id: int
    image_id: int
    category_id: int
    keypoints: list[float]
    area: float
    # People without a labelled point are compared by their box.
    bbox: _Box
    iscrowd: bool | int = 0
    num_keypoints: int | None = None
    # COCO-WholeBody, PoseTrack and CrowdPose have rules of their own.
    foot_kpts: None = None


class _Image(msgspec.Struct, gc=False):
    id: int
    video: None = None
    crowdIndex: None = None  # noqa: N815 the file's own name


class _Truth(msgspec.Struct, gc=False):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[dict[str, Any]]


# Areas and masks that results state are believed by some tools and not by others, so nothing that is not known to be
# without effect may stand there.
class _Result(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    image_id: int
    category_id: int
    keypoints: msgspec.Raw
    score: float
    id: int | None = None
    # MMPose's.
    center: msgspec.Raw | None = None
    scale: msgspec.Raw | None = None


class _Boxed(_Result, gc=False, forbid_unknown_fields=True, kw_only=True):
    bbox: _Box


@dataclass(frozen=True, slots=True)
class Truth:
    """What of a truth file its results are held against: its one category, that one's id, the ids of the images."""

    category: Category
    id: int
    images: frozenset[int]


def _decoded(path: Path, kind: Any, what: str) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError, RecursionError) as error:
        raise LeftOpen(f"{what}: {error}") from error


@without_collecting()
def read_truth(path: Path) -> Truth:
    """Return what a COCO file says that all tools read alike; raises LeftOpen where they may not."""
    file: _Truth = _decoded(path, _Truth, "the truth")
    if len(file.categories) != 1:
        raise LeftOpen("the truth has several categories or none")
    (record,) = file.categories
    id, name = record.get("id"), record.get("name")
    if not (isinstance(name, str) and name.strip() and isinstance(record.get("keypoints"), list)):
        raise LeftOpen("the truth's category has no name, or names no keypoints")
    try:
        category = Category(name, stated_skeleton(record))
    except (FormatError, OntologyError, TypeError) as error:
        raise LeftOpen(f"the truth's category: {error}") from error
    count = len(category.skeleton or ())
    if count in (0, whole_body.KEYPOINTS):
        raise LeftOpen("the truth's category has no keypoints, or those of a whole body, which have their own rules")
    images = frozenset(image.id for image in file.images)
    if len(images) < len(file.images) or len({a.id for a in file.annotations}) < len(file.annotations):
        raise LeftOpen("ids of the truth are there twice")
    if type(id) is not int or any(a.category_id != id or a.image_id not in images for a in file.annotations):
        raise LeftOpen("annotations are of an unknown image or category")
    if any(len(a.keypoints) != 3 * count for a in file.annotations):
        raise LeftOpen(f"annotations have other than {count} points")
    if any(a.iscrowd not in (0, 1) or a.area <= 0 for a in file.annotations):
        raise LeftOpen("the truth has an odd area or iscrowd")
    _check_flags(file.annotations, count)
    return Truth(category, id, images)


def _check_flags(annotations: list[_Annotation], count: int) -> None:
    flags: NDArray[np.float64] = np.array([a.keypoints for a in annotations], np.float64).reshape(-1, count, 3)[..., 2]
    if not np.isin(flags, (0.0, 1.0, 2.0)).all():
        raise LeftOpen("the truth has visibilities other than 0, 1 and 2")
    labelled = (flags > 0).sum(axis=1).tolist()
    if any(a.num_keypoints not in (None, n) for a, n in zip(annotations, labelled, strict=True)):
        raise LeftOpen("num_keypoints contradicts the points")


@without_collecting()
def check_results(path: Path, truth: Truth) -> None:
    """Check that all tools read a file of results alike.

    That the coordinates are numbers, and that no key is there twice, is left to the tool.

    Raises
    ------
    LeftOpen
        They may not.
    """
    count = len(truth.category.skeleton or ())
    try:
        with path.open("rb") as file:
            boxed = b'"bbox"' in file.read(4096 + 64 * count).partition(b"}")[0]
    except OSError as error:
        raise LeftOpen(f"the detections: {error}") from error
    results: list[_Result] = _decoded(path, list[_Boxed] if boxed else list[_Result], "the detections")
    if not results:
        raise LeftOpen("there are no detections")
    # Three numbers a point, told by what stands between them.
    if {bytes(result.keypoints).count(b",") for result in results} != {3 * count - 1}:
        raise LeftOpen(f"detections have other than {count} points")
    if not {r.image_id for r in results} <= truth.images or {r.category_id for r in results} != {truth.id}:
        raise LeftOpen("detections are of an unknown image or category")
