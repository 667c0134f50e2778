"""Average precision of every keypoint by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Poses, Skeleton
from vitruvian.metrics.average_precision import curves
from vitruvian.metrics.evaluate import CategoryResult, Evaluation
from vitruvian.metrics.matching import match
from vitruvian.metrics.oks import keypoint_similarity


def keypoint_ap(
    truth: Poses, found: Poses, skeleton: Skeleton, result: CategoryResult, evaluation: Evaluation
) -> NDArray[np.float64]:
    """Return the AP of each keypoint of a category, shape (K,); -1 where it is labelled nowhere.

    A detection is as good as its one point is near; objects without a label for the keypoint do not count. Detections
    keep the confidence that they have as a whole.

    Parameters
    ----------
    truth, found : Poses
        As they were evaluated.
    skeleton : Skeleton
        Of the category.
    result : CategoryResult
    evaluation : Evaluation
    """
    mine, theirs = truth.take(result.truth), found.take(result.found)
    pairs, count = result.pairs, len(skeleton)
    columns = pairs.found[pairs.detection]
    size = evaluation.sizes[result.truth]
    near = keypoint_similarity(mine, theirs, pairs.truth, columns, skeleton, area=size)
    labelled = mine.visibility[:, :count] > 0
    score = theirs.confidence[pairs.found]
    found_ap = np.full(count, -1.0)
    for k in range(count):
        ignored = (mine.crowd | ~labelled[:, k])[None]
        if ignored.all():
            continue
        # A point that is not labelled is as near to every detection: whoever meets it is neither right nor wrong.
        matches = match(pairs, np.nan_to_num(near[:, k], nan=1.0), evaluation.thresholds, ignored, mine.crowd)
        drawn = curves(score, matches.truth >= 0, matches.ignored, (~ignored).sum(axis=1))
        found_ap[k] = drawn.precision.mean()
    return found_ap
