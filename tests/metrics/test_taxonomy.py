from itertools import pairwise

import numpy as np
import pytest

from tests.metrics.coco_oracle import scene
from vitruvian.actions.evaluate import Evaluated, evaluate
from vitruvian.labels import Columns, Ontology, Poses, empty_poses
from vitruvian.labels.ontology import Category
from vitruvian.labels.presets import preset_skeleton
from vitruvian.metrics.bootstrap import ap_interval
from vitruvian.metrics.evaluate import evaluate as measure
from vitruvian.metrics.keypoint_ap import keypoint_ap
from vitruvian.metrics.taxonomy import CORRECTED, KINDS, taxonomy

COCO = preset_skeleton("coco")


def two_people() -> tuple[Poses, Poses]:
    """Return two people far apart, and detections of them that are right."""
    truth = empty_poses(2, 17)
    random = np.random.default_rng(0)
    truth.xy[:] = random.uniform(0, 200, (2, 17, 2)) + np.array([[[0, 0]], [[500, 0]]])
    truth.visibility[:] = 2
    truth.area[:] = 40_000
    found = truth.take(np.array([0, 1]))
    found.confidence[:] = [0.9, 0.8]
    return truth, found


def kinds(truth: Poses, found: Poses) -> dict[str, int]:
    evaluation = measure(truth, found, [COCO])
    (counts,) = taxonomy(truth, found, [COCO], evaluation).counts
    return {kind: int(counts[row].sum()) for row, kind in enumerate(KINDS)}


def test_each_kind_is_told_apart() -> None:
    truth, found = two_people()
    assert kinds(truth, found) == {"good": 34, "jitter": 0, "inversion": 0, "swap": 0, "miss": 0}
    wrist, other = COCO.index["left_wrist"], COCO.index["right_wrist"]
    for place, kind in (
        (truth.xy[0, wrist] + [25, 0], "jitter"),
        (truth.xy[0, other], "inversion"),
        (truth.xy[1, wrist], "swap"),
        (truth.xy[1, other], "swap"),
        (truth.xy[0, wrist] + [0, 900], "miss"),
    ):
        _, found = two_people()
        found.xy[0, wrist] = place
        assert kinds(truth, found) == {"good": 33, "jitter": 0, "inversion": 0, "swap": 0, "miss": 0} | {kind: 1}


def test_putting_errors_right_raises_ap_to_what_is_left_to_find() -> None:
    truth, found = two_people()
    found.xy[0] += np.random.default_rng(1).normal(0, 60, (17, 2))
    evaluation = measure(truth, found, [COCO])
    told = taxonomy(truth, found, [COCO], evaluation)
    assert told.ap == evaluation.precision()
    assert list(told.together) == list(CORRECTED)
    steps = [told.ap, *told.together.values()]
    assert all(b >= a - 1e-12 for a, b in pairwise(steps))
    assert steps[-1] == pytest.approx(1)
    assert all(gain >= -1e-12 for gain in told.alone.values())


def test_the_best_detection_of_nothing_is_no_error() -> None:
    truth, found = two_people()
    told = taxonomy(truth, found.take(np.array([], np.int64)), [COCO], measure(truth, found.take(slice(0, 0)), [COCO]))
    assert told.ap == 0
    assert told.counts[0].sum() == 0


def made_up(seed: int) -> Evaluated:
    truth, results = scene(seed)
    tables = []
    for records in (truth["annotations"], results):
        poses = empty_poses(len(records), 17)
        flat = np.array([r["keypoints"] for r in records]).reshape(-1, 17, 3)
        poses.xy[:] = flat[:, :, :2]
        poses.visibility[:] = np.where(records is results, 2, np.nan_to_num(flat[:, :, 2]))
        poses.confidence[:] = [r.get("score", np.nan) for r in records]
        poses.area[:] = [r.get("area", np.nan) for r in records]
        poses.crowd[:] = [bool(r.get("iscrowd")) for r in records]
        poses.media[:] = [r["image_id"] for r in records]
        tables.append(poses)
    ontology = Ontology("", (Category("person", COCO),))
    media = tuple(range(100))
    return evaluate(Columns(ontology, media, tables[0]), Columns(ontology, media, tables[1]))


def test_an_interval_holds_the_value_and_comes_again_from_its_seed() -> None:
    evaluation = made_up(4).evaluation
    first = ap_interval(evaluation, draws=60, seed=1)
    assert first == ap_interval(evaluation, draws=60, seed=1)
    assert first.low <= first.value <= first.high
    assert first.low < first.high
    assert first.value == evaluation.precision()


def test_ap_by_keypoint_is_one_where_all_points_are_right() -> None:
    truth, found = two_people()
    truth.visibility[:, 3] = 0
    found.xy[0, 5] += 900
    evaluation = measure(truth, found, [COCO])
    (result,) = evaluation.results
    by_point = keypoint_ap(truth, found, COCO, result, evaluation)
    assert by_point[3] == -1
    assert by_point[0] == pytest.approx(1)
    assert by_point[5] < 0.6
