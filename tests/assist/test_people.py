"""The real models on real pictures, where there are some, and on synthetic ones everywhere."""

import json
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from vitruvian.assist.movenet import MultiPose, Thunder
from vitruvian.assist.nanodet import NanoDet, letterbox
from vitruvian.assist.people import NAMES, PeoplePredictor
from vitruvian.assist.predictor import Predictor
from vitruvian.errors import ModelError

SHARED = Path(os.environ.get("VITRUVIAN_SHARED") or Path(__file__).resolve().parents[2] / "../shared")
COCO = SHARED / "data/mmpose/coco"
pictures = pytest.mark.skipif(not COCO.is_dir(), reason="the annotated pictures may not be redistributed")


@pytest.fixture(scope="module")
def predictor() -> PeoplePredictor:
    return PeoplePredictor()


@pytest.fixture(scope="module")
def skier() -> np.ndarray:
    return np.ascontiguousarray(cv2.imread(str(COCO / "000000000785.jpg"))[:, :, ::-1])


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    document = json.loads((COCO / "test_coco.json").read_text())
    (person,) = [a for a in document["annotations"] if a["image_id"] == 785 and a["num_keypoints"]]
    return np.array(person["keypoints"], float).reshape(17, 3)


def test_it_is_a_predictor(predictor: PeoplePredictor) -> None:
    assert isinstance(predictor, Predictor)
    assert predictor.names == NAMES
    assert len(NAMES) == 17


@pytest.mark.parametrize("shape", [(240, 320), (1, 1), (7, 900), (900, 7)])
def test_nobody_in_an_empty_picture_of_any_shape(predictor: PeoplePredictor, shape: tuple[int, int]) -> None:
    (poses,) = predictor.predict([np.full((*shape, 3), 90, np.uint8)])
    assert len(poses) == 0
    assert poses.keypoints == 17


def test_noise_gives_finite_numbers() -> None:
    eager = PeoplePredictor(person_score=-1)
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    poses = eager.people(noise, np.array([[10.0, 10, 100, 200], [390, 290, 10, 10], [0, 0, 400, 300]]))
    assert len(poses) == 3
    assert np.isfinite(poses.xy).all()
    assert np.isfinite(poses.score).all()
    assert set(np.unique(poses.visibility)) <= {1, 2}
    assert ((poses.visibility == 2) == (poses.score > 0.3)).all()


@pytest.mark.parametrize(
    "frame",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)],
)
def test_what_is_no_rgb_picture_is_refused(predictor: PeoplePredictor, frame: np.ndarray) -> None:
    with pytest.raises(ModelError, match="uint8"):
        predictor.predict([frame])


def test_letterbox_keeps_proportions() -> None:
    picture, scale = letterbox(np.full((100, 400, 3), 255, np.uint8), 416)
    assert scale == pytest.approx(1.04)
    assert picture[:104].min() > 250
    assert picture[104:].max() == 0


def test_the_square_holds_the_box_and_hides_its_neighbours() -> None:
    frame = np.zeros((400, 400, 3), np.uint8)
    frame[100:300, 150:250] = 200
    frame[:, 300:] = 255  # a neighbour
    square, origin, side = Thunder()._square(frame, np.array([150.0, 100, 100, 200]))
    assert side == 250
    assert origin.tolist() == [75, 75]
    assert square.max() == 200
    inside = np.argwhere(square[:, :, 0] > 100) / 256 * side + origin[::-1]
    assert inside.min(axis=0) == pytest.approx([100, 150], abs=1)
    assert inside.max(axis=0) == pytest.approx([300, 250], abs=1.5)


@pytest.mark.parametrize("box", [[-500.0, -500, 10, 10], [10, 10, 0, 0], [-50, -50, 9000, 9000]])
def test_boxes_off_the_frame_give_a_square_all_the_same(box: list[float]) -> None:
    square, _, _ = Thunder()._square(np.full((60, 80, 3), 9, np.uint8), np.array(box))
    assert square.shape == (256, 256, 3)


@pictures
def test_a_skier_is_marked_where_people_marked_her(
    predictor: PeoplePredictor, skier: np.ndarray, truth: np.ndarray
) -> None:
    poses = predictor.predict([skier])[0]
    away = np.linalg.norm(poses.xy[0] - truth[:, :2], axis=1)
    assert np.median(away) < 8
    assert (poses.visibility[0] == 2).sum() >= 14
    x, y, width, height = poses.box[0]
    assert 0 <= x < truth[:, 0].min() < truth[:, 0].max() < x + width <= skier.shape[1]
    assert 0 <= y < truth[:, 1].min() < truth[:, 1].max() < y + height <= skier.shape[0]
    assert (poses.track == -1).all()


@pictures
def test_both_detectors_find_her(skier: np.ndarray) -> None:
    for boxes in (NanoDet().boxes(skier)[0], MultiPose().people(skier)[1]):
        assert np.abs(boxes[0] - [280, 44, 218, 346]).max() < 50


@pictures
def test_frames_of_different_sizes_go_in_one_batch(predictor: PeoplePredictor, skier: np.ndarray) -> None:
    half = cv2.resize(skier, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    empty, small, large = predictor.predict([np.zeros((50, 50, 3), np.uint8), half, skier])
    assert len(empty) == 0
    assert np.median(np.linalg.norm(2 * small.xy[0] - large.xy[0], axis=1)) < 6


@pictures
def test_pickled_or_shared_by_threads_it_says_the_same(predictor: PeoplePredictor, skier: np.ndarray) -> None:
    alone = predictor.predict([skier])[0]
    travelled = pickle.loads(pickle.dumps(predictor)).predict([skier])[0]  # noqa: S301  our own bytes
    np.testing.assert_array_equal(travelled.xy, alone.xy)
    with ThreadPoolExecutor(2) as pool:
        for (poses,) in pool.map(predictor.predict, [[skier]] * 4):
            np.testing.assert_array_equal(poses.xy, alone.xy)
