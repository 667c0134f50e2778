import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from vitruvian.errors import LabelError
from vitruvian.labels import Poses, empty_poses, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton
from vitruvian.metrics import oks


def people(count: int, seed: int, keypoints: int = 17) -> Poses:
    random = np.random.default_rng(seed)
    poses = empty_poses(count, keypoints)
    poses.xy[:] = random.uniform(0, 400, (count, keypoints, 2)).round(2)
    poses.visibility[:] = random.integers(0, 3, (count, keypoints))
    poses.box[:] = np.column_stack((random.uniform(0, 50, (count, 2)), random.uniform(100, 400, (count, 2))))
    return poses


@pytest.mark.parametrize(
    "name", ["coco", "aic", "shelf_facing", "coco_wholebody_hand", "coco_wholebody", "halpe", "ap10k"]
)
def test_equals_pycocotools_to_the_bit(name: str) -> None:
    skeleton = preset_skeleton(name)
    truth, other = people(6, 1, len(skeleton)), people(4, 2, len(skeleton))
    # One with nothing labelled, one with one point, a crowd with and one without points.
    truth.visibility[[2, 5]] = 0
    truth.visibility[3, 1:] = 0
    truth.visibility[3, 0] = 1
    crowds = (4, 5)
    area = np.random.default_rng(3).uniform(500, 90_000, 6).round(3)
    flat = lambda p, i: np.column_stack((p.xy[i], p.visibility[i])).reshape(-1).tolist()  # noqa: E731
    coco = COCO()
    coco.dataset = {
        "images": [{"id": 1}],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [
            {"id": i + 1, "image_id": 1, "category_id": 1, "iscrowd": int(i in crowds), "keypoints": flat(truth, i),
             "num_keypoints": int((truth.visibility[i] > 0).sum()), "bbox": truth.box[i].tolist(), "area": area[i]}
            for i in range(6)
        ],
    }  # fmt: skip
    coco.createIndex()
    found = coco.loadRes(
        [{"image_id": 1, "category_id": 1, "keypoints": flat(other, i), "score": 1 - i / 10} for i in range(4)]
    )
    evaluation = COCOeval(coco, found, "keypoints")
    # pycocotools keeps .26 / 10, which is not the double nearest to the published .026.
    evaluation.params.kpt_oks_sigmas = skeleton.sigmas
    evaluation._prepare()
    expected = evaluation.computeOks(1, 1)
    assert expected.shape == (4, 6)
    assert np.array_equal(oks(truth, other, skeleton, area=area).T, expected)


def test_nobody_is_like_nobody() -> None:
    coco = preset_skeleton("coco")
    assert oks(people(0, 1), people(3, 1), coco).shape == (0, 3)
    assert oks(people(3, 1), people(0, 1), coco).shape == (3, 0)


def test_without_a_point_and_a_box_nothing_is_alike() -> None:
    truth = people(2, 1)
    truth.visibility[0] = 0
    truth.box[0] = np.nan
    alike = oks(truth, people(3, 2), preset_skeleton("coco"))
    assert (alike[0] == 0).all()
    assert (alike[1] > 0).any()


def test_the_same_pose_is_one_and_far_ones_nothing() -> None:
    poses = people(3, 5)
    alike = oks(poses, poses, preset_skeleton("coco"))
    assert np.allclose(np.diag(alike), 1)
    away = people(3, 5)
    away.xy += 10_000
    assert (oks(poses, away, preset_skeleton("coco")) < 1e-12).all()


def test_a_skeleton_without_sigmas_has_no_similarity() -> None:
    with pytest.raises(LabelError, match="no sigmas"):
        oks(people(1, 1), people(1, 1), skeleton_from_names([f"k{i}" for i in range(17)]))


def test_a_table_that_is_too_narrow() -> None:
    with pytest.raises(LabelError, match="the skeleton has 133"):
        oks(people(1, 1), people(1, 1), preset_skeleton("coco_wholebody"))
