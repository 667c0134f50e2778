import numpy as np
import pytest

from vitruvian.errors import LabelError, OntologyError
from vitruvian.labels import Keypoint, Skeleton, skeleton_from_document, skeleton_from_names

NAMES = ("nose", "left_eye", "right_eye")


def test_flip_partners_follow_from_the_names():
    skeleton = skeleton_from_names(NAMES, edges=[(0, 1), (0, 2)], sigmas=[0.026, 0.025, 0.025])
    assert skeleton.flip_indices.tolist() == [0, 2, 1]
    assert skeleton.sigmas is not None
    np.testing.assert_array_equal(skeleton.sigmas, [0.026, 0.025, 0.025])


def test_document_round_trip():
    skeleton = skeleton_from_names(NAMES, edges=[(0, 1)], sigmas=[0.1, 0.2, 0.2], sigma_kind="adapted")
    assert skeleton_from_document(skeleton.document()) == skeleton


def test_sigmas_are_all_or_none():
    assert Skeleton((Keypoint("a", sigma=0.1), Keypoint("b"))).sigmas is None


@pytest.mark.parametrize(
    ("keypoints", "edges", "named"),
    [
        ((Keypoint("a"), Keypoint("a")), (), "'a'"),
        ((Keypoint("a"), Keypoint(" ")), (), "Keypoint 1"),
        ((Keypoint("a", sigma=0.0),), (), "'a'"),
        ((Keypoint("a", sigma=float("nan")),), (), "'a'"),
        ((Keypoint("a", flip="b"), Keypoint("b")), (), "'a'"),
        ((Keypoint("a", flip="c"),), (), "'c'"),
        ((Keypoint("a"), Keypoint("b")), ((0, 2),), "'a'"),
        ((Keypoint("a"), Keypoint("b")), ((-1, 1),), "'b'"),
        ((Keypoint("a"), Keypoint("b")), ((1, 1),), "'b'"),
    ],
)
def test_a_contradiction_is_refused_by_name(keypoints, edges, named):
    with pytest.raises(OntologyError, match=named):
        Skeleton(keypoints, edges)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(LabelError, match="left_eye"):
        skeleton_from_names(NAMES).position("tail")


def test_a_document_of_a_wrong_shape_is_refused():
    with pytest.raises(OntologyError, match="not a skeleton"):
        skeleton_from_document({"keypoints": [{"nom": "nose"}]})
