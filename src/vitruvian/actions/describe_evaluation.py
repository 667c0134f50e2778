"""Everything that a report of an evaluation says, as one JSON-able document."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.actions.evaluate import Evaluated
from vitruvian.labels import Poses, Skeleton
from vitruvian.metrics.average_precision import RECALLS
from vitruvian.metrics.bootstrap import ap_interval
from vitruvian.metrics.calibration import calibration
from vitruvian.metrics.distance import distances, rmse
from vitruvian.metrics.evaluate import CategoryResult
from vitruvian.metrics.keypoint_ap import keypoint_ap
from vitruvian.metrics.nme import nme
from vitruvian.metrics.pck import pck
from vitruvian.metrics.reference import between, box_length
from vitruvian.metrics.taxonomy import CORRECTED, KINDS, taxonomy

#: Shares of the longer side of the box within which a point is right.
PCK_SHARES = (0.05, 0.1, 0.2)
#: Names of the two ends of a head, whose distance is PCKh's length.
HEADS = (("head_top", "upper_neck"), ("head_top", "neck"), ("top_head", "neck"), ("head_top", "head_bottom"))
WORST = 24


def describe_evaluation(evaluated: Evaluated, *, draws: int = 200, seed: int = 0) -> dict[str, Any]:
    """Return summary, interval, curves, figures by keypoint, errors by kind, calibration and the worst images.

    Parameters
    ----------
    evaluated : Evaluated
    draws : int
        How often images are drawn for the interval; 0 leaves it out.
    seed : int
    """
    evaluation = evaluated.evaluation
    interval = ap_interval(evaluation, draws=draws, seed=seed)
    errors = taxonomy(evaluated.truth, evaluated.found, evaluated.skeletons, evaluation)
    categories = []
    for at, result in enumerate(evaluation.results):
        category = evaluated.categories[result.category]
        if category.skeleton:
            described = _category(evaluated, result, category.skeleton, errors.counts[at])
            categories.append({"name": category.name, **described})
    return {
        "summary": evaluated.summary(),
        "interval": {"AP": [interval.low, interval.high], "draws": draws},
        "notes": evaluated.notes,
        "areas": evaluation.policy,
        "images": evaluation.images,
        "truth": int((evaluated.truth.visibility > 0).any(axis=1).sum()),
        "detections": len(evaluated.found),
        "errors": {
            "order": list(CORRECTED),
            "AP": errors.ap,
            "gained_alone": errors.alone,
            "AP_after": errors.together,
        },
        "categories": categories,
    }


def _category(
    evaluated: Evaluated, result: CategoryResult, skeleton: Skeleton, kinds: NDArray[np.int64]
) -> dict[str, Any]:
    evaluation = evaluated.evaluation
    area = list(evaluation.areas).index("all")
    truth, found = evaluated.truth.take(result.truth), evaluated.found.take(result.found)
    matched = result.matches.truth[0, area]
    counted = (matched >= 0) & ~result.matches.ignored[0, area]
    mine, theirs = truth.take(matched[counted]), found.take(result.pairs.found[counted])
    longer = box_length(mine, "longer")
    per_point = keypoint_ap(evaluated.truth, evaluated.found, skeleton, result, evaluation)
    shares = {f"PCK@{share}": pck(mine, theirs, longer, alpha=share, axis=0) for share in PCK_SHARES}
    apart = distances(mine, theirs)
    alike = _best(result, area)
    score = result.confidence[result.pairs.found]
    judged = ~result.matches.ignored[0, area]
    probable = bool(score.size) and score.min() >= 0 and score.max() <= 1
    told = calibration(score[judged], matched[judged] >= 0) if probable else None
    return {
        "sigmas": skeleton.sigma_kind,
        "edges": [list(edge) for edge in skeleton.edges],
        "pairs": int(counted.sum()),
        "RMSE": _number(rmse(apart)),
        "NME": _number(nme(mine, theirs, box_length(mine, "root"))),
        **{name: _number(pck(mine, theirs, longer, alpha=float(name[4:]))) for name in shares},
        **_pckh(mine, theirs, skeleton),
        "keypoints": [
            {
                "name": name,
                "AP": float(per_point[k]),
                "RMSE": _number(rmse(apart[:, k : k + 1])),
                **{label: _number(values[k]) for label, values in shares.items()},
                **{kind: int(kinds[row, k]) for row, kind in enumerate(KINDS)},
            }
            for k, name in enumerate(skeleton.names)
        ],
        "recalls": RECALLS.round(2).tolist(),
        "precision": {
            f"{threshold:.2f}": result.curves.precision[t, :, area].tolist()
            for t, threshold in enumerate(evaluation.thresholds)
        },
        "oks": np.histogram(alike[~result.ignored[area]], bins=20, range=(0, 1))[0].tolist(),
        "calibration": told
        and {
            "error": told.error,
            "score": [_number(s) for s in told.score],
            "right": [_number(s) for s in told.right],
            "count": told.count.tolist(),
        },
        "worst": _worst(evaluated, result, alike, area),
    }


def _pckh(mine: Poses, theirs: Poses, skeleton: Skeleton) -> dict[str, float | None]:
    ends = next((pair for pair in HEADS if set(pair) <= skeleton.index.keys()), None)
    if ends is None:
        return {}
    return {"PCKh@0.5": _number(pck(mine, theirs, between(mine, skeleton, *ends), alpha=0.5))}


def _best(result: CategoryResult, area: int) -> NDArray[np.float64]:
    """Return how alike the best detection of every truth is, shape (N,); 0 where none is near."""
    best = np.zeros(len(result.truth))
    np.maximum.at(best, result.pairs.truth, result.alike)
    return best


def _worst(evaluated: Evaluated, result: CategoryResult, alike: NDArray[np.float64], area: int) -> list[dict[str, Any]]:
    """Return the images whose objects were found worst, with the points of truth and of the detections that count."""
    wanted = np.flatnonzero(~result.ignored[area])
    if not len(wanted):
        return []
    images, inverse = np.unique(result.truth_image[wanted], return_inverse=True)
    means = np.bincount(inverse.reshape(-1), weights=alike[wanted]) / np.bincount(inverse.reshape(-1))
    chosen = np.argsort(means, kind="stable")[:WORST]
    out = []
    for at in chosen:
        rows = result.truth[wanted[inverse.reshape(-1) == at]]
        first = rows[0]
        inside = np.flatnonzero(result.found_image[result.pairs.found] == images[at])
        right = inside[(result.matches.truth[0, area, inside] >= 0)]
        out.append(
            {
                "media": evaluated.files[int(evaluated.truth.media[first])],
                "frame": int(evaluated.truth.frame[first]),
                "OKS": float(means[at]),
                "truth": [_drawn(evaluated.truth.xy[r], evaluated.truth.visibility[r]) for r in rows],
                "found": [
                    _drawn(evaluated.found.xy[r], np.ones(evaluated.found.keypoints))
                    for r in result.found[result.pairs.found[right]]
                ],
            }
        )
    return out


def _drawn(xy: NDArray[np.float64], visibility: NDArray[Any]) -> list[list[float] | None]:
    return [point if v else None for point, v in zip(xy.round(1).tolist(), visibility.tolist(), strict=True)]


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
