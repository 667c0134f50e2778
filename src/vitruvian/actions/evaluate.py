"""Evaluate detections against truth, whatever files they come from."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vitruvian.actions.align_detections import align_detections, join_media
from vitruvian.errors import InvalidInput, LabelError
from vitruvian.formats import registry as formats
from vitruvian.labels import Category, Columns, Dataset, Poses, Skeleton
from vitruvian.labels.presets import preset_of, preset_skeleton
from vitruvian.labels.skeleton import SigmaKind
from vitruvian.metrics import whole_body
from vitruvian.metrics.area import AreaPolicy, choose_policy
from vitruvian.metrics.distance import mean_of_known
from vitruvian.metrics.evaluate import Evaluation, found_areas
from vitruvian.metrics.evaluate import evaluate as measure

#: Labels as a file, read whole, or in columns.
Labels = str | Path | Dataset | Columns

#: CrowdPose's classes of images by their crowd index.
CROWDING = {"easy": (0.0, 0.2), "medium": (0.2, 0.8), "hard": (0.8, np.inf)}

_POLICY_WORDS = {
    "segment": "areas are the objects' own, as the truth states them",
    "bbox": "areas are those of the boxes",
    "bbox53": "the truth states no areas: 0.53 of each box was taken",
    "extent": "the truth states neither areas nor boxes: what the labelled points span was taken",
}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation, with the tables it rests on.

    Attributes
    ----------
    evaluation : Evaluation
    truth, found : Poses
        Same media, frames and categories in both; detections in images that the truth does not know are gone.
    media : tuple
        What names each media.
    files : tuple of str
        File name of each media.
    categories : tuple of Category
        The truth's.
    subsets : dict of str to float
        AP of the easy, medium and hard images of CrowdPose; empty for others.
    notes : list of str
        What a reader of the numbers must know.
    """

    evaluation: Evaluation
    truth: Poses
    found: Poses
    media: tuple[Hashable, ...]
    files: tuple[str, ...]
    categories: tuple[Category, ...]
    subsets: dict[str, float]
    notes: list[str] = field(default_factory=list)

    @property
    def skeletons(self) -> list[Skeleton | None]:
        """Of every category."""
        return [category.skeleton for category in self.categories]

    def summary(self) -> dict[str, float]:
        """Return COCO's ten numbers by name, and those of the subsets."""
        return self.evaluation.summary() | self.subsets


def evaluate(
    truth: Labels,
    found: Labels,
    *,
    policy: AreaPolicy | None = None,
    sigmas: str | float | None = None,
    renames: dict[str, str] | None = None,
    part: str | None = None,
    most: int = 20,
) -> Evaluated:
    """Evaluate detections against truth by object keypoint similarity.

    Parameters
    ----------
    truth, found : path, Dataset or Columns
        Of any format. Media meet by id or name, categories and keypoints by name.
    policy : {"segment", "bbox", "bbox53", "extent"}, optional
        Where areas come from; the truth's own when left out, or what comes nearest to them.
    sigmas : str or float, optional
        A preset whose sigmas are taken, keypoint by keypoint, or one number for all. Left out, the truth's own are
        taken, or those of the preset with the same keypoint names.
    renames : dict, optional
        Keypoint names of `found` to those of `truth`.
    part : str, optional
        Evaluate only "body", "foot", "face", "left hand" or "right hand" of COCO-WholeBody's 133 keypoints.
    most : int
        How many detections of an image and category count.

    Raises
    ------
    FormatError
        A file cannot be read.
    InvalidInput
        The two have no category or keypoint in common, or the sigmas do not fit.
    LabelError
        A skeleton of the truth has no sigmas.
    """
    mine, theirs = _columns(truth), _columns(found)
    notes: list[str] = []
    media, mine_at, theirs_at = join_media(mine.media, theirs.media, mine.files)
    truth_poses = replace(mine.poses, media=mine_at[mine.poses.media])
    found_poses = align_detections(mine, theirs, renames or {}, notes)
    # What detections state of their areas does not count in COCO, but their boxes or the span of their points.
    unstated = np.full(len(found_poses), np.nan)
    found_poses = replace(found_poses, media=theirs_at[found_poses.media], area=unstated)
    found_poses = _confident(found_poses, notes)
    inside = np.isin(found_poses.media, mine_at)
    if not inside.all():
        notes.append(
            f"{int((~inside).sum())} detections lie in images that the truth does not know; they were left out"
        )
        found_poses = found_poses.take(inside)
    categories = tuple(with_sigmas(category, sigmas, notes) for category in mine.ontology)
    unknown = [c.name for c in categories if c.skeleton and c.skeleton.sigmas is None and len(c.skeleton)]
    if unknown:
        raise LabelError(
            f"The skeleton of {', '.join(unknown)} has no sigmas, so no similarity is defined",
            hint="name a preset whose sigmas fit, such as coco, or give one number for all keypoints (sigmas)",
        )
    crowding = _crowding(mine, mine_at, len(media))
    if mine.poses.keypoints == whole_body.KEYPOINTS:
        found_poses = replace(found_poses, area=found_areas(found_poses, len(whole_body.PARTS["body"])))
    if part is not None:
        truth_poses, found_poses, categories = _only(part, truth_poses, found_poses, categories)
    if part is not None or crowding is not None or mine.poses.keypoints == whole_body.KEYPOINTS:
        # xtcocotools' rule, by which these two benchmarks are measured.
        found_poses = found_poses.take(np.asarray((found_poses.visibility > 0).any(axis=1)))
    skeletons = [category.skeleton for category in categories]
    policy = policy or choose_policy(truth_poses)
    result = measure(truth_poses, found_poses, skeletons, policy=policy, most=most)
    subsets = {}
    if crowding is not None:
        for name, (low, high) in CROWDING.items():
            chosen = np.flatnonzero((crowding >= low) & (crowding < high))
            mine_of, theirs_of = (poses.take(np.isin(poses.media, chosen)) for poses in (truth_poses, found_poses))
            subsets[f"AP{name}"] = measure(mine_of, theirs_of, skeletons, policy=policy, most=most).precision()
    notes.insert(0, _POLICY_WORDS[result.policy])
    adapted = [c.name for c in categories if c.skeleton and c.skeleton.sigma_kind != "measured"]
    if adapted:
        notes.append(f"the sigmas of {', '.join(adapted)} were not measured for this skeleton")
    named = dict(zip(mine.media, mine.files, strict=False))
    files = tuple(named.get(key) or str(key) for key in media)
    return Evaluated(result, truth_poses, found_poses, media, files, categories, subsets, notes)


def _columns(labels: Labels) -> Columns:
    if isinstance(labels, Columns):
        return labels
    if isinstance(labels, Dataset):
        return Columns(labels.ontology, tuple(entry.name for entry in labels.media), labels.poses)
    return formats.read_columns(labels)


def _crowding(mine: Columns, place: NDArray[np.int64], count: int) -> NDArray[np.float64] | None:
    """Return CrowdPose's index of every media, or None where the truth states none."""
    stated = mine.media_facts.get("crowdIndex")
    if stated is None:
        return None
    crowding = np.full(count, np.nan)
    crowding[place] = stated
    return crowding


def _only(
    part: str, truth: Poses, found: Poses, categories: tuple[Category, ...]
) -> tuple[Poses, Poses, tuple[Category, ...]]:
    at = whole_body.PARTS.get(part)
    whole = [len(c.skeleton) == whole_body.KEYPOINTS for c in categories if c.skeleton]
    if at is None or not whole or not all(whole):
        raise InvalidInput(
            f"There is no part {part!r} here" if at is None else "Only labels of 133 keypoints have parts",
            hint="parts of COCO-WholeBody are " + ", ".join(whole_body.PARTS),
        )
    cut = tuple(replace(c, skeleton=c.skeleton.part(at) if c.skeleton else None) for c in categories)
    return truth.part(at), found.part(at), cut


def with_sigmas(category: Category, wanted: str | float | None, notes: list[str]) -> Category:
    """Return the category with sigmas: the wanted ones, its own, or those of the preset with its keypoints.

    Raises
    ------
    InvalidInput
        The wanted preset has another number of keypoints, or no sigmas.
    """
    skeleton = category.skeleton
    if skeleton is None or not len(skeleton):
        return category
    kind: SigmaKind
    if isinstance(wanted, int | float):
        values, kind = [float(wanted)] * len(skeleton), "uniform"
    else:
        known = None if wanted else skeleton.sigmas
        name = wanted or (preset_of(skeleton.names) if known is None else None)
        if known is not None or name is None:
            return category
        source = preset_skeleton(name)
        if source.sigmas is None or len(source) != len(skeleton):
            raise InvalidInput(
                f"Preset {name!r} has {len(source)} keypoints and {source.sigma_kind} sigmas; "
                f"{category.name!r} has {len(skeleton)} keypoints",
                where=category.name,
                hint="name a preset with as many keypoints, or one sigma for all",
            )
        values, kind = source.sigmas.tolist(), source.sigma_kind
        notes.append(f"the sigmas of {category.name} are those of the preset {name}")
    keypoints = tuple(replace(k, sigma=s) for k, s in zip(skeleton.keypoints, values, strict=True))
    return replace(category, skeleton=Skeleton(keypoints, skeleton.edges, kind, skeleton.sigma_source))


def _confident(found: Poses, notes: list[str]) -> Poses:
    unknown = np.isnan(found.confidence)
    if not unknown.any():
        return found
    confidence = found.confidence.copy()
    scores = np.where(found.visibility > 0, found.score, np.nan).astype(np.float64)
    means = mean_of_known(scores, axis=1)
    confidence[unknown] = np.nan_to_num(means[unknown], nan=1.0)
    without = int(np.isnan(means[unknown]).sum())
    if without:
        notes.append(f"{without} detections have no score at all; they count as certain")
    if without < unknown.sum():
        notes.append(
            f"{int(unknown.sum()) - without} detections have no confidence: the mean of their points' scores was taken"
        )
    return replace(found, confidence=confidence)
