import pytest

from vitruvian.errors import LabelError, OntologyError
from vitruvian.labels import Category, Ontology, ontology_from_document, skeleton_from_names

PERSON = Category("person", skeleton_from_names(["nose", "left_eye", "right_eye"]), "#00ff00", {"id": 1})
BALL = Category("ball")


def test_document_round_trip():
    ontology = Ontology("play", (PERSON, BALL), version=3)
    again = ontology_from_document(ontology.document())
    assert again == ontology
    assert again.categories[0].extras == {"id": 1}
    assert again.max_keypoints == 3


def test_two_categories_of_one_name_are_refused():
    with pytest.raises(OntologyError, match="'ball'"):
        Ontology("play", (BALL, BALL))


def test_an_unknown_category_is_refused_with_the_known_ones():
    with pytest.raises(LabelError, match="person, ball"):
        Ontology("play", (PERSON, BALL)).category("dog")


def test_a_category_without_keypoints_has_no_skeleton():
    with pytest.raises(LabelError, match="no keypoints"):
        Ontology("play", (BALL,)).skeleton("ball")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"name": "a", "categories": [3]},
        {"name": "a", "categories": [{"nom": 1}]},
        {"name": "a", "categories": [], "version": float("inf")},
        {"name": "a", "categories": [{"name": "b", "color": [1, 2, 3]}]},
    ],
)
def test_a_document_of_a_wrong_shape_is_refused(document):
    with pytest.raises(OntologyError):
        ontology_from_document(document)
