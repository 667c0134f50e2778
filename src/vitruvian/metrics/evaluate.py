"""Average precision and recall of detections against truth, to the bit as COCO's reference computes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import InvalidInput
from vitruvian.labels import Poses, Skeleton
from vitruvian.metrics.area import AreaPolicy, areas, choose_policy
from vitruvian.metrics.average_precision import Curves, curves
from vitruvian.metrics.matching import Matches, Pairs, match, pair_up
from vitruvian.metrics.oks import oks_of_pairs

#: COCO's thresholds of similarity.
THRESHOLDS: Final = np.linspace(0.5, 0.95, 10)
#: COCO's ranges of area for keypoints, square pixels.
AREAS: Final = {"all": (0.0, 1e10), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}
#: Detections of an image and category that count.
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class CategoryResult:
    """What became of one category.

    Attributes
    ----------
    category : int
        Position in the ontology.
    truth, found : ndarray of int64
        Rows of the two tables that belong to it.
    truth_image, found_image : ndarray of int64
        Number of the image of each of these rows.
    confidence : ndarray
        Of the rows in `found`.
    pairs : Pairs
        Rows in it count within `truth` and `found`.
    alike : ndarray, shape (P,)
    matches : Matches
    curves : Curves
    ignored : ndarray of bool, shape (A, N)
        Truth that does not count in each area range.
    """

    category: int
    truth: NDArray[np.int64]
    found: NDArray[np.int64]
    truth_image: NDArray[np.int64]
    found_image: NDArray[np.int64]
    confidence: NDArray[np.float64]
    pairs: Pairs
    alike: NDArray[np.float64]
    matches: Matches
    curves: Curves
    ignored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Average precision and recall.

    Attributes
    ----------
    thresholds : ndarray, shape (T,)
    areas : mapping of str to (float, float)
    policy : str
        Where the areas came from.
    results : list of CategoryResult
        One for each category with keypoints.
    sizes : ndarray, shape (N,)
        Area of every truth under the policy.
    images : int
        How many images hold truth or detections.
    """

    thresholds: NDArray[np.float64]
    areas: Mapping[str, tuple[float, float]]
    policy: AreaPolicy
    sizes: NDArray[np.float64]
    results: list[CategoryResult] = field(default_factory=list)
    images: int = 0

    def precision(self, area: str = "all", threshold: float | None = None) -> float:
        """Return the mean precision over thresholds, recalls and categories; -1 where there is nothing to find."""
        at = self._at(threshold)
        return mean_of_counted(np.stack([r.curves.precision for r in self.results], axis=2)[at][..., self._area(area)])

    def recall(self, area: str = "all", threshold: float | None = None) -> float:
        """Return the mean of the highest recalls over thresholds and categories; -1 where there is nothing to find."""
        at = self._at(threshold)
        return mean_of_counted(np.stack([r.curves.recall for r in self.results], axis=1)[at][..., self._area(area)])

    def summary(self) -> dict[str, float]:
        """Return COCO's ten numbers by name, as far as their thresholds and areas were evaluated."""
        numbers: dict[str, float] = {}
        for name, measure in (("AP", self.precision), ("AR", self.recall)):
            numbers[name] = measure()
            numbers |= {f"{name}{round(100 * t)}": measure(threshold=t) for t in (0.5, 0.75) if t in self.thresholds}
            numbers |= {f"{name}{area[0].upper()}": measure(area) for area in self.areas if area != "all"}
        return numbers

    def _at(self, threshold: float | None) -> NDArray[np.intp]:
        return np.flatnonzero(np.ones_like(self.thresholds) if threshold is None else self.thresholds == threshold)

    def _area(self, name: str) -> int:
        return list(self.areas).index(name)


def evaluate(
    truth: Poses,
    found: Poses,
    skeletons: Sequence[Skeleton | None],
    *,
    policy: AreaPolicy | None = None,
    thresholds: NDArray[np.float64] = THRESHOLDS,
    ranges: Mapping[str, tuple[float, float]] = AREAS,
    most: int = MOST,
) -> Evaluation:
    """Evaluate detections by object keypoint similarity.

    Parameters
    ----------
    truth : Poses
        Instances without a labelled point, and crowds, are neither to be found nor wrong to be found.
    found : Poses
        Same media, frames and categories; `confidence` orders them.
    skeletons : sequence of Skeleton or None
        Of every category; those without keypoints are left out.
    policy : {"segment", "bbox", "bbox53", "extent"}, optional
        What scales the tolerance; chosen by :func:`vitruvian.metrics.area.choose_policy` when left out.
    thresholds : ndarray, shape (T,)
    ranges : mapping
        Names of area ranges to their ends, square pixels; "all" must be among them.
    most : int
        How many detections of an image and category count, the surest first.

    Raises
    ------
    LabelError
        A category has keypoints without sigmas, or the tables are narrower than its skeleton.
    InvalidInput
        A detection has no confidence.
    """
    if np.isnan(found.confidence).any():
        raise InvalidInput(
            f"{int(np.isnan(found.confidence).sum())} detections have no confidence, so they have no order",
            where=f"detection {int(np.flatnonzero(np.isnan(found.confidence))[0])}",
            hint="give each detection a score",
        )
    policy = policy or choose_policy(truth)
    size = areas(truth, policy)
    images, count = _images(truth, found)
    result = Evaluation(np.asarray(thresholds), dict(ranges), policy, size, images=count)
    for category, skeleton in enumerate(skeletons):
        if skeleton is not None and len(skeleton):
            result.results.append(_category(truth, found, category, skeleton, images, result, most))
    return result


def _category(
    truth: Poses,
    found: Poses,
    category: int,
    skeleton: Skeleton,
    images: tuple[NDArray[np.int64], NDArray[np.int64]],
    settings: Evaluation,
    most: int,
) -> CategoryResult:
    rows, columns = (np.flatnonzero(table.category == category) for table in (truth, found))
    mine, theirs, size = truth.take(rows), found.take(columns), settings.sizes[rows]
    truth_image, found_image = images[0][rows], images[1][columns]
    pairs = pair_up(truth_image, found_image, theirs.confidence, most=most)
    alike = oks_of_pairs(mine, theirs, pairs.truth, pairs.found[pairs.detection], skeleton, area=size)
    ends = np.array(list(settings.areas.values()))
    empty = ~(mine.visibility[:, : len(skeleton)] > 0).any(axis=1)
    ignored = mine.crowd | empty | (size < ends[:, :1]) | (size > ends[:, 1:])
    matches = match(pairs, alike, settings.thresholds, ignored, mine.crowd)
    spans = found_areas(theirs, len(skeleton))[pairs.found]
    outside = (spans < ends[:, :1]) | (spans > ends[:, 1:])
    matches = Matches(matches.truth, matches.ignored | ((matches.truth < 0) & outside))
    score = theirs.confidence
    drawn = curves(score[pairs.found], matches.truth >= 0, matches.ignored, (~ignored).sum(axis=1))
    return CategoryResult(
        category, rows, columns, truth_image, found_image, score, pairs, alike, matches, drawn, ignored
    )


def found_areas(found: Poses, keypoints: int) -> NDArray[np.float64]:
    """Return the area of each detection: stated, or as COCO takes it, of its box or else of the span of its points."""
    xy = found.xy[:, :keypoints]
    span = (xy.max(axis=1) - xy.min(axis=1)).prod(axis=1) if keypoints else np.zeros(len(found))
    boxed = found.box[:, 2] * found.box[:, 3]
    return np.where(np.isnan(found.area), np.where(np.isnan(boxed), span, boxed), found.area)


def _images(truth: Poses, found: Poses) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], int]:
    """Return the number of each row's image (its media and frame), in their order, and how many there are."""
    media, frame = (np.concatenate((getattr(truth, n), getattr(found, n))) for n in ("media", "frame"))
    order = np.lexsort((frame, media))
    first = (np.diff(media[order], prepend=-1) != 0) | (np.diff(frame[order], prepend=-1) != 0)
    number = np.empty(len(media), np.int64)
    number[order] = np.cumsum(first) - 1
    return (number[: len(truth)], number[len(truth) :]), int(first.sum())


def mean_of_counted(values: NDArray[np.float64]) -> float:
    """Return the mean of what is not -1, which stands for nothing to find; -1 where nothing counts."""
    counted = values[values > -1]
    return float(np.mean(counted)) if counted.size else -1.0
