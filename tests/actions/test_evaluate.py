"""Evaluation of files: to the bit as the references, and a stated answer where they crash or differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.formats.coco_files import REAL as FOLDER
from tests.metrics.coco_oracle import pycocotools, scene
from vitruvian.actions.describe_evaluation import describe_evaluation
from vitruvian.actions.evaluate import Evaluated, evaluate
from vitruvian.errors import InvalidInput, LabelError
from vitruvian.labels.presets import preset_skeleton

COCO_SIGMAS = preset_skeleton("coco").sigmas


def run(folder: Path, truth: Any, results: Any, **options: Any) -> Evaluated:
    (folder / "gt.json").write_text(json.dumps(truth))
    (folder / "dt.json").write_text(json.dumps(results))
    return evaluate(folder / "gt.json", folder / "dt.json", **options)


@pytest.mark.parametrize("seed", range(8))
def test_all_ten_numbers_and_every_curve_are_pycocotools_own(tmp_path: Path, seed: int) -> None:
    truth, results = scene(seed)
    ours = run(tmp_path, truth, results, sigmas="coco")
    theirs = pycocotools(truth, results, COCO_SIGMAS)
    assert list(ours.summary().values()) == theirs.stats.tolist()
    (curves,) = [result.curves for result in ours.evaluation.results]
    assert np.array_equal(curves.precision, theirs.eval["precision"][:, :, 0, :, 0])
    assert np.array_equal(curves.recall, theirs.eval["recall"][:, 0, :, 0])
    assert np.array_equal(curves.score, theirs.eval["scores"][:, :, 0, :, 0])


def test_any_number_of_keypoints_with_sigmas_of_its_own(tmp_path: Path) -> None:
    truth, results = scene(3, keypoints=21)
    ours = run(tmp_path, truth, results, sigmas=0.05)
    assert list(ours.summary().values()) == pycocotools(truth, results, np.full(21, 0.05)).stats.tolist()
    with pytest.raises(LabelError, match="no sigmas"):
        run(tmp_path, truth, results)
    with pytest.raises(InvalidInput, match="17 keypoints"):
        run(tmp_path, truth, results, sigmas="coco")


def test_an_annotation_of_id_0_counts_like_every_other(tmp_path: Path) -> None:
    truth, results = scene(1)
    plain = run(tmp_path, truth, results, sigmas="coco").summary()
    for annotation in truth["annotations"]:
        annotation["id"] -= 1
    assert run(tmp_path, truth, results, sigmas="coco").summary() == plain


def test_two_categories_of_different_keypoints(tmp_path: Path) -> None:
    truth, results = scene(2)
    other_truth, other_results = scene(5, keypoints=5)
    alone = [
        run(tmp_path, *labels, sigmas=0.07).summary()["AP"]
        for labels in ((truth, results), (other_truth, other_results))
    ]
    for record in (*other_truth["annotations"], *other_results):
        record["category_id"] = 2
        record["id"] = record.get("id", 0) + 1000
    truth["annotations"] += other_truth["annotations"]
    truth["categories"] += [{**other_truth["categories"][0], "id": 2, "name": "hand"}]
    both = run(tmp_path, truth, [*results, *other_results], sigmas=0.07)
    assert both.summary()["AP"] == pytest.approx(np.mean(alone))


def test_no_area_takes_the_share_of_a_box_and_says_so(tmp_path: Path) -> None:
    truth, results = scene(4)
    for annotation in truth["annotations"]:
        del annotation["area"]
    ours = run(tmp_path, truth, results, sigmas="coco")
    assert "0.53" in ours.notes[0]
    for annotation in truth["annotations"]:
        annotation["area"] = annotation["bbox"][2] * annotation["bbox"][3] * 0.53
    assert ours.summary() == run(tmp_path, truth, results, sigmas="coco").summary()


def test_labels_count_not_what_the_file_says_of_them(tmp_path: Path) -> None:
    truth, results = scene(6)
    plain = run(tmp_path, truth, results, sigmas="coco").summary()
    for annotation in truth["annotations"]:
        annotation["num_keypoints"] = 99
    assert run(tmp_path, truth, results, sigmas="coco").summary() == plain
    for annotation in truth["annotations"]:
        del annotation["num_keypoints"]
    assert run(tmp_path, truth, results, sigmas="coco").summary() == plain


def test_nothing_found_is_zero(tmp_path: Path) -> None:
    truth, _ = scene(1)
    summary = run(tmp_path, truth, [], sigmas="coco").summary()
    assert summary["AP"] == summary["AR"] == 0.0


def test_detections_in_unknown_images_are_counted_and_left_out(tmp_path: Path) -> None:
    truth, results = scene(1)
    plain = run(tmp_path, truth, results, sigmas="coco")
    more = run(tmp_path, truth, [*results, {**results[0], "image_id": 99_999}], sigmas="coco")
    assert more.summary() == plain.summary()
    assert any(note.startswith("1 detections lie in images") for note in more.notes)


def test_ids_may_be_text(tmp_path: Path) -> None:
    truth, results = scene(1)
    plain = run(tmp_path, truth, results, sigmas="coco").summary()
    for record in truth["images"]:
        record["id"] = f"{record['id']:04}"
    for record in (*truth["annotations"], *results):
        record["image_id"] = f"{record['image_id']:04}"
    assert run(tmp_path, truth, results, sigmas="coco").summary() == plain


def test_no_score_takes_the_mean_of_the_points(tmp_path: Path) -> None:
    truth, results = scene(1)
    for result in results:
        del result["score"]
    ours = run(tmp_path, truth, results, sigmas="coco")
    assert any("mean of their points' scores" in note for note in ours.notes)


def test_a_point_that_is_no_number_is_nowhere(tmp_path: Path) -> None:
    truth, results = scene(1)
    results[0]["keypoints"][0] = float("nan")
    assert np.isfinite(run(tmp_path, truth, results, sigmas="coco").summary()["AP"])


def test_keypoints_meet_by_name(tmp_path: Path) -> None:
    truth, results = scene(2)
    plain = run(tmp_path, truth, results, sigmas="coco").summary()
    turned = [{**r, "keypoints": np.array(r["keypoints"]).reshape(17, 3)[::-1].reshape(-1).tolist()} for r in results]
    names = truth["categories"][0]["keypoints"][::-1]
    labels = {
        "images": truth["images"],
        "annotations": [{**r, "id": n + 1} for n, r in enumerate(turned)],
        "categories": [{"id": 1, "name": "person", "keypoints": [f"x{name}" for name in names], "skeleton": []}],
    }
    renames = {f"x{name}": name for name in names}
    assert run(tmp_path, truth, labels, sigmas="coco", renames=renames).summary() == plain


REAL = {
    # What xtcocotools 1.14.3 prints of its own examples (NumPy 1.26, sigmas of COCO-WholeBody).
    "body": [0.853921820753504, 1.0, 0.9352310231023103, 0.7765442972868715, 0.9227740905958729,
             0.8958333333333334, 1.0, 0.9583333333333334, 0.8272727272727272, 0.953846153846154],
    "foot": [0.9571054164239954, 1.0, 0.9854397204426324, 0.9237623762376238, 0.9790664780763791,
             0.975, 1.0, 1.0, 0.9571428571428571, 0.9888888888888889],
    "face": [0.727013201320132, 1.0, 0.8160066006600659, 0.699009900990099, 0.751909476661952,
             0.7461538461538462, 1.0, 0.8461538461538461, 0.7, 0.76],
    "left hand": [0.5487426599802838, 0.793729372937294, 0.5742574257425742, 0.7643564356435644, 0.4774917491749175,
                  0.575, 0.8333333333333334, 0.5833333333333334, 0.8, 0.4999999999999999],
    "right hand": [0.49784103410341035, 0.6445644564456446, 0.5262526252625263, 0.8267326732673267, 0.3630964167845356,
                   0.5615384615384615, 0.6923076923076923, 0.6153846153846154, 0.825, 0.44444444444444436],
    None: [0.6420759218779022, 1.0, 0.8410891089108912, 0.6764504307573613, 0.6303173394262502,
           0.7041666666666666, 1.0, 0.875, 0.7454545454545454, 0.6692307692307693],
}  # fmt: skip


@pytest.mark.skipif(not FOLDER.exists(), reason="needs the folder of real files")
@pytest.mark.parametrize("part", REAL)
def test_whole_body_and_its_parts_as_xtcocotools_has_them(part: str | None) -> None:

    folder = FOLDER / "evaluation/xtcocoapi"
    ours = evaluate(folder / "example_wholebody_val.json", folder / "example_wholebody_preds.json", part=part)
    assert list(ours.summary().values()) == REAL[part]


@pytest.mark.skipif(not FOLDER.exists(), reason="needs the folder of real files")
def test_crowdpose_as_xtcocotools_has_it() -> None:

    folder = FOLDER / "evaluation/xtcocoapi"
    files = folder / "example_crowdpose_val.json", folder / "example_crowdpose_preds.json"
    found = evaluate(*files, sigmas="crowdpose").summary()
    assert [found[name] for name in ("AP", "AP50", "AP75", "AR", "AR50", "AR75")] == [
        0.7877215935879303, 0.9881188118811886, 0.7314356435643564, 0.8222222222222223, 1.0, 0.7777777777777778
    ]  # fmt: skip
    assert [round(found[f"AP{name}"], 4) for name in ("easy", "medium", "hard")] == [1.0, 0.9802, 0.4116]


def test_only_whole_bodies_have_parts(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="133"):
        run(tmp_path, *scene(1), sigmas="coco", part="face")


def test_skeletons_with_a_head_get_pckh(tmp_path: Path) -> None:
    truth, results = scene(1, keypoints=16)
    names = list(preset_skeleton("mpii").names)
    truth["categories"][0]["keypoints"] = names
    done = describe_evaluation(run(tmp_path, truth, truth["annotations"], sigmas=0.05), draws=0)
    assert done["categories"][0]["PCKh@0.5"] == 1.0
    moved = [{**annotation, "keypoints": [v + 10**4 for v in annotation["keypoints"]]} for annotation in results]
    far = describe_evaluation(run(tmp_path, truth, [*truth["annotations"], *moved], sigmas=0.05), draws=0)
    assert far["categories"][0]["PCKh@0.5"] == 1.0  # of pairs only
    truth["categories"][0]["keypoints"] = [f"k{n}" for n in range(16)]
    assert "PCKh@0.5" not in describe_evaluation(run(tmp_path, truth, results, sigmas=0.05), draws=0)["categories"][0]


def test_media_of_an_id_meet_by_their_file(tmp_path: Path) -> None:
    truth, results = scene(1)
    for image in truth["images"]:
        image["file_name"] = f"photo-{image['id']}.jpg"
    plain = run(tmp_path, truth, results, sigmas="coco")
    for result in results:
        result["image_id"] = f"photo-{result['image_id']}"
    named = run(tmp_path, truth, results, sigmas="coco")
    assert named.summary() == plain.summary()
    assert not any("does not know" in note for note in named.notes)
