"""The built-in predictor: person boxes from two detectors, then the 17 points of each person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vitruvian.assist.movenet import MultiPose, Thunder
from vitruvian.assist.nanodet import NanoDet
from vitruvian.assist.overlap import nms, pose_oks, suppress
from vitruvian.assist.predictor import VISIBLE_SCORE
from vitruvian.errors import ModelError
from vitruvian.labels import Poses, empty_poses
from vitruvian.labels.presets import preset_skeleton

#: The skeleton that Thunder and MultiPose mark.
PEOPLE: Final = preset_skeleton("coco")
NAMES: Final = PEOPLE.names
SIGMAS: Final[NDArray[np.float64]] = np.array([keypoint.sigma for keypoint in PEOPLE.keypoints], np.float64)


class PeoplePredictor:
    """Everybody in a frame with COCO's 17 keypoints, on a CPU, without any network.

    NanoDet's and MultiPose's boxes are joined, since each finds people that the other misses; Thunder marks the person
    in every box; whoever was marked twice is kept once. Every frame is searched afresh: following the points of the
    frame before made skeletons jump between neighbours.

    Parameters
    ----------
    person_score : float
        People whose mean point score is at or below it are dropped.
    box_overlap : float
        Of two boxes with a larger IoU the surer one stays.
    same_person : float
        Of two people with a larger OKS between them the surer one stays.
    compared_score : float
        Points scored above it in both people count for that OKS.
    visible_score : float
        See :data:`~vitruvian.assist.predictor.VISIBLE_SCORE`.
    threads : int
        Threads of one inference; more workers pay better than more threads.

    Raises
    ------
    ModelError
        The ``models`` extra is not installed.
    """

    def __init__(
        self,
        *,
        person_score: float = 0.3,
        box_overlap: float = 0.5,
        same_person: float = 0.5,
        compared_score: float = 0.15,
        visible_score: float = VISIBLE_SCORE,
        threads: int = 1,
    ) -> None:
        self.person_score = person_score
        self.box_overlap = box_overlap
        self.same_person = same_person
        self.compared_score = compared_score
        self.visible_score = visible_score
        self.detector = NanoDet(threads=threads)
        self.group = MultiPose(threads=threads)
        self.single = Thunder(threads=threads)

    @property
    def names(self) -> tuple[str, ...]:
        """COCO's 17 keypoint names."""
        return NAMES

    def predict(self, frames: Sequence[NDArray[np.uint8]]) -> list[Poses]:
        """Mark everybody in each frame; see :meth:`vitruvian.assist.predictor.Predictor.predict`."""
        return [self._frame(_checked(frame, at)) for at, frame in enumerate(frames)]

    def boxes(self, frame: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return where people are, shape (N, 4): x, y, width, height inside the frame, surest first."""
        boxes, scores = self.detector.boxes(frame)
        _, more, surer = self.group.people(frame)
        boxes, scores = np.concatenate([boxes, more]), np.concatenate([scores, surer])
        boxes = boxes[nms(boxes, scores, self.box_overlap)]
        limit = np.array([frame.shape[1], frame.shape[0]])
        first = np.clip(boxes[:, :2], 0, limit)
        extent = np.clip(boxes[:, :2] + boxes[:, 2:], 0, limit) - first
        return np.concatenate([first, extent], axis=1)[(extent >= 1).all(axis=1)]

    def people(self, frame: NDArray[np.uint8], boxes: NDArray[np.float64], *, turned: bool = False) -> Poses:
        """Mark the person in each box of one frame; every box gives one row, in order.

        With `turned`, four turns of each box are tried and the surest kept: for people who may be head over heels.
        """
        points = self.single.points(frame, boxes, turns=4 if turned else 1)
        poses = empty_poses(len(boxes), len(NAMES))
        poses.xy[:] = points[:, :, :2]
        poses.score[:] = points[:, :, 2]
        poses.box[:] = boxes
        poses.visibility[:] = np.where(points[:, :, 2] > self.visible_score, 2, 1)
        return poses

    def _frame(self, frame: NDArray[np.uint8]) -> Poses:
        poses = self.people(frame, self.boxes(frame))
        means = poses.score.mean(axis=1, dtype=np.float64)
        sure = means > self.person_score
        poses, means = poses.take(sure), means[sure]
        compared = poses.score > self.compared_score
        alike = pose_oks(poses.xy, poses.xy, sigmas=SIGMAS, compared_a=compared, compared_b=compared)
        return poses.take(suppress(alike, means, self.same_person))


def _checked(frame: NDArray[np.uint8], at: int) -> NDArray[np.uint8]:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
        raise ModelError(
            f"A frame is {frame.dtype} of shape {frame.shape}, not (height, width, 3) of uint8",
            where=f"frame {at} of the batch",
            hint="convert it to 8-bit RGB",
        )
    return frame
