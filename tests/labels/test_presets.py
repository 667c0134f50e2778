import numpy as np
import pytest

from vitruvian.errors import NotFound
from vitruvian.labels.presets import preset, preset_of, preset_skeleton, presets

COUNTS = {
    "300w": 68, "aflw": 19, "aic": 14, "ak": 23, "animalpose": 20, "ap10k": 17, "atrw": 15, "campus": 14, "coco": 17,
    "coco_aic": 19, "coco_openpose": 18, "coco_wholebody": 133, "coco_wholebody_face": 68, "coco_wholebody_hand": 21,
    "coco_wholebody_openpose": 134, "cofw": 29, "crowdpose": 14, "deepfashion2": 294, "deepfashion_full": 8,
    "deepfashion_lower": 4, "deepfashion_upper": 6, "exlpose": 14, "fly": 32, "h36m": 17, "halpe": 136, "halpe26": 26,
    "horse10": 22, "humanart21": 21, "interhand2d": 21, "interhand3d": 42, "jhmdb": 15, "lapa": 106, "locust": 35,
    "mpi_inf_3dhp": 17, "mpii": 16, "mpii_trb": 40, "panoptic_body3d": 19, "posetrack18": 17, "rhd2d": 21,
    "ubody3d": 137, "wflw": 98, "zebra": 9,
}  # fmt: skip
PARTS = {"coco_feet": 23}
OURS = {"product_box": 8, "shelf_facing": 4, "bottle": 8, "shoe": 10, "hand_pair": 42}


def test_every_published_list_and_our_own_are_there() -> None:
    assert len(COUNTS) == 42
    assert {p.name: p.keypoints for p in presets()} == COUNTS | PARTS | OURS


@pytest.mark.parametrize("name", [*COUNTS, *PARTS, *OURS])
def test_each_is_a_valid_ontology(name: str) -> None:
    (category,) = preset(name).categories
    skeleton = category.skeleton
    assert skeleton is not None
    flip = skeleton.flip_indices
    assert (flip[flip] == np.arange(len(skeleton))).all()
    assert (skeleton.sigmas is None) == (skeleton.sigma_kind == "none")


def test_published_keypoint_lists_are_distinct() -> None:
    assert len({preset_skeleton(name).names for name in COUNTS}) == 42


@pytest.mark.parametrize(
    ("alias", "name"),
    [("coco17", "coco"), ("WholeBody", "coco_wholebody"), ("h3wb", "coco_wholebody"), ("300-vw", None),
     ("300vw", "300w"), ("freihand2d", "coco_wholebody_hand"), ("shelf", "campus"), ("mhp", "mpii")],
)  # fmt: skip
def test_aliases(alias: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(NotFound, match="300vw"):
            preset(alias)
    else:
        assert preset(alias).name == name


@pytest.mark.parametrize("name", OURS)
def test_our_own_say_where_each_keypoint_lies_and_that_sigmas_are_assumed(name: str) -> None:
    skeleton = preset_skeleton(name)
    assert all(k.where for k in skeleton.keypoints)
    assert skeleton.sigma_kind == "adapted"


@pytest.mark.parametrize("name", ["mpii", "jhmdb", "mhp", "animalpose", "coco_aic", "campus", "halpe", "halpe26"])
def test_adapted_sigmas_are_marked_as_such(name: str) -> None:
    assert preset_skeleton(name).sigma_kind == "adapted"


@pytest.mark.parametrize("name", ["macaque", "ochuman", "freihand2d", "panoptic_hand2d"])
def test_sigmas_measured_on_another_data_set_are_adapted(name: str) -> None:
    skeleton = preset_skeleton(name)
    assert (skeleton.sigma_kind, skeleton.sigma_source.startswith("adapted from coco")) == ("adapted", True)


def test_whoever_has_the_sigmas_of_coco_did_not_measure_them() -> None:
    coco = {k.name: k.sigma for k in preset_skeleton("coco").keypoints}
    borrowed = [
        name
        for name in COUNTS
        if len(shared := [k for k in preset_skeleton(name).keypoints if k.name in coco]) > 5
        and all(k.sigma == coco[k.name] for k in shared)
        and preset_skeleton(name).sigma_kind == "measured"
    ]
    # COCO-WholeBody labels the very people of COCO.
    assert borrowed == ["coco", "coco_wholebody"]


def test_coco_with_feet_is_the_first_23_keypoints_of_the_whole_body() -> None:
    feet, whole = preset_skeleton("coco23"), preset_skeleton("coco_wholebody")
    assert feet == whole.part(range(23))
    assert feet.sigma_kind == "measured"
    assert feet.names[:17] == preset_skeleton("coco").names
    assert preset_of(whole.names[:23]) == "coco_feet"


def test_uniform_sigmas_are_marked_as_such() -> None:
    assert preset_skeleton("ak").sigma_kind == "uniform"


def test_coco_has_its_measured_sigmas() -> None:
    coco = preset_skeleton("coco")
    assert coco.sigma_kind == "measured"
    assert coco.sigmas is not None
    assert coco.sigmas[[0, 9, 16]].tolist() == [0.026, 0.062, 0.089]
    assert len(coco.edges) == 19


# What upstream got wrong, mended here.


@pytest.mark.parametrize("name", ["coco_aic", "humanart_aic"])
def test_joined_coco_and_aic_has_a_value_for_each_of_its_19_keypoints(name: str) -> None:
    sigmas = preset_skeleton(name).sigmas
    assert sigmas is not None
    assert sigmas.shape == (19,)


def test_deepfashion2_vest_flips_both_ways() -> None:
    keypoints = {k.name: k for k in preset_skeleton("deepfashion2").keypoints}
    assert keypoints["vest_kpt9"].flip == "vest_kpt13"
    assert keypoints["vest_kpt13"].flip == "vest_kpt9"


def test_300wlp_has_the_29_flip_pairs_of_its_68_points() -> None:
    skeleton = preset_skeleton("300wlp")
    assert np.count_nonzero(skeleton.flip_indices != np.arange(68)) == 58


def test_rhd2d_fingers_run_from_tip_to_palm() -> None:
    ontology = preset("rhd2d")
    assert "tip to palm" in ontology.source
    names = preset_skeleton("rhd2d").names
    assert names.index("thumb4") < names.index("thumb1")


def test_repeated_source_ids_do_not_repeat_or_reorder_keypoints() -> None:
    assert preset_skeleton("coco_wholebody_face").names[51:53] == ("face-51", "face-52")
    assert preset_skeleton("deepfashion_full").names[4] == "left waistline"
    body = preset_skeleton("coco_wholebody").names[17:]
    assert preset_skeleton("coco_wholebody_openpose").names[18:] == body


def test_horse10_says_that_its_source_gives_no_flip_pairs() -> None:
    assert "no flip pairs" in preset("horse10").source
    assert (preset_skeleton("horse10").flip_indices == np.arange(22)).all()
