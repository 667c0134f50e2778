"""Somebody is turned head over heels in the middle of a made-up clip: found again, on the same track."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from vitruvian.assist.follow import Follower, Linker, boxes_around, follower
from vitruvian.assist.movenet import Thunder
from vitruvian.assist.people import PeoplePredictor
from vitruvian.labels import Poses, concatenate, empty_poses

SHARED = Path(os.environ.get("VITRUVIAN_SHARED") or Path(__file__).resolve().parents[2] / "../shared")
PICTURE = SHARED / "data/mmpose/coco/000000000785.jpg"
pictures = pytest.mark.skipif(not PICTURE.is_file(), reason="the annotated pictures may not be redistributed")


@pytest.fixture(scope="module")
def predictor() -> PeoplePredictor:
    return PeoplePredictor()


@pytest.fixture(scope="module")
def skier() -> np.ndarray:
    """A square picture with her in the middle, so that it can be turned."""
    frame = cv2.imread(str(PICTURE))[:, :, ::-1]
    return np.ascontiguousarray(frame[:420, 180:600])


def one(x: float, score: float = 0.8) -> Poses:
    poses = empty_poses(1, 17)
    poses.xy[0] = np.stack([x + 5.0 * np.arange(17), 10.0 * np.arange(17)], axis=1)
    poses.score[:] = score
    poses.visibility[:] = 2
    poses.box[:] = (x, 0, 80, 160)
    return poses


@pictures
def test_turned_pictures_give_turned_points(skier: np.ndarray) -> None:
    thunder = Thunder()
    box = np.array([[100.0, 20, 230, 370]])
    upright = thunder.points(skier, box)[0]
    over = np.ascontiguousarray(skier[::-1, ::-1])
    turned_box = np.array([[420.0 - 330, 420 - 390, 230, 370]])
    turned = thunder.points(over, turned_box, turns=4)[0]
    assert np.median(np.linalg.norm(420 - turned[:, :2] - upright[:, :2], axis=1)) < 5
    assert turned[:, 2].mean() > thunder.points(over, turned_box)[0, :, 2].mean()


@pictures
def test_somebody_head_over_heels_is_found_again(predictor: PeoplePredictor, skier: np.ndarray) -> None:
    over = np.ascontiguousarray(skier[::-1, ::-1])
    followed = Follower(predictor, age=3)
    upright = predictor.predict([skier])[0].take(slice(0, 1))
    for number in range(4):
        followed.follow(skier, upright, number)
    found = followed.follow(over, empty_poses(0, 17), 4)
    assert found.track.tolist() == [0]
    assert found.frame.tolist() == [4]
    assert np.median(np.linalg.norm(419 - found.xy[0] - upright.xy[0], axis=1)) < 10


@pictures
def test_nobody_is_made_up_where_somebody_else_stands(predictor: PeoplePredictor, skier: np.ndarray) -> None:
    followed = Follower(predictor, age=1)
    poses = predictor.predict([skier])[0].take(slice(0, 1))
    followed.follow(skier, poses, 0)
    other = poses.take(slice(None))
    other.track[:] = 9
    assert followed.follow(skier, other, 1).track.tolist() == [9]


def test_nobody_is_made_up_in_an_empty_picture(predictor: PeoplePredictor) -> None:
    followed = Follower(predictor, age=1)
    blank = np.full((200, 300, 3), 90, np.uint8)
    assert followed.follow(blank, one(50), 0).track.tolist() == [0]
    assert len(followed.follow(blank, empty_poses(0, 17), 1)) == 0
    assert followed.follow(blank, one(52), 2).track.tolist() == [0]


def test_an_interrupted_run_is_taken_up(predictor: PeoplePredictor) -> None:
    stored = concatenate([one(50), one(54)])
    stored.frame[:], stored.track[:] = [3, 4], 6
    for taken in (follower(predictor), Linker(follower(predictor).tracker)):  # type: ignore[attr-defined]
        taken.resume(stored)
        assert taken.follow(np.zeros((200, 300, 3), np.uint8), one(58), 5).track.tolist() == [6]


def test_any_other_predictor_gets_tracks_only() -> None:
    class Fixed:
        names = ("a",) * 17

        def predict(self, frames: list[np.ndarray]) -> list[Poses]:
            return [one(0) for _ in frames]

    linker = follower(Fixed())
    assert isinstance(linker, Linker)
    given = one(0)
    assert linker.follow(np.zeros((9, 9, 3), np.uint8), given, 2).frame.tolist() == [2]
    assert given.track.tolist() == [-1]


def test_boxes_reach_beyond_the_sure_points() -> None:
    poses = one(0)
    poses.score[0, 10:] = 0.0
    x, y, width, height = boxes_around(poses, 0.15)[0]
    assert x < 0 and x + width > 45  # noqa: PT018  both ends
    assert y < 0 and 90 < y + height < 120  # noqa: PT018
    assert boxes_around(one(0, score=0.0), 0.15)[0, 3] > 160
