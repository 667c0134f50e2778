from collections.abc import Callable

import numpy as np
import pytest

from vitruvian.errors import LabelError
from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, empty_instance, skeleton_from_names

ONTOLOGY = Ontology("play", (Category("person", skeleton_from_names(["nose", "left_eye"])), Category("ball")))


def two() -> Dataset:
    ball = empty_instance("b", "ball", 0, 0, 0)
    ball.box = np.array([1.0, 2, 3, 4])
    return Dataset(ONTOLOGY, [MediaEntry("a.jpg")], [empty_instance("a", "person", 0, 0, 2), ball])


def put(**fields: object) -> Callable[[Instance], None]:
    def change(instance: Instance) -> None:
        for name, value in fields.items():
            setattr(instance, name, value)

    return change


WRONG = [
    (put(category="dog"), "Unknown category 'dog'"),
    (put(category="ball"), "whose skeleton has 0"),
    (put(media=1), "there are 1 media"),
    (put(frame=-1), "frame -1"),
    (put(xy=np.array([[1, 2], [np.nan, 3]])), "left_eye"),
    (put(xy=np.zeros((3, 2)), visibility=np.zeros(3, np.uint8)), "3 points"),
    (put(visibility=np.array([1], np.uint8)), "1 visibilities"),
    (put(visibility=np.array([1, 3], np.uint8)), "not 0, 1 or 2"),
    (put(box=np.array([1, 2, -3, 4.0])), "box"),
    (put(box=np.array([1, 2, 3.0])), "box"),
    (put(score=np.zeros(3, np.float32)), "3 scores"),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_check_refuses_what_the_ontology_does_not_fit(change: Callable[[Instance], None], says: str) -> None:
    dataset = two()
    dataset.check()
    change(dataset.instances[0])
    with pytest.raises(LabelError, match=says):
        dataset.check()
    dataset.instances[0].deleted = True
    dataset.check()
