import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    "document",
    [
        {"keypoints": [{"name": 5}]},
        {"keypoints": [{"name": "a"}, {"name": "b"}], "edges": [[0, 0.7]]},
        {"keypoints": [{"name": "a", "sigma": "0.1"}]},
        {"keypoints": [{"name": "a"}], "sigma_kind": "guessed"},
    ],
)
def test_a_document_with_a_value_of_a_wrong_type_is_refused(document):
    with pytest.raises(OntologyError):
        skeleton_from_document(document)


def test_as_many_sigmas_as_names():
    with pytest.raises(OntologyError, match="1 sigmas for 3"):
        skeleton_from_names(NAMES, sigmas=[0.1])


words = st.lists(
    st.sampled_from(["left", "right", "l_", "r_", "_l", "_r", "_L", "Left", "eye"]), min_size=1, max_size=3
)


@given(st.lists(words.map("".join), unique=True, max_size=8))
def test_flip_partners_from_any_names_name_each_other(names):
    flip = skeleton_from_names(names).flip_indices
    assert flip[flip].tolist() == list(range(len(names)))
