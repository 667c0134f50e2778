import pytest
from pycocotools import mask as reference

from vitruvian.formats.coco.masks import area


def test_polygons_and_lengths() -> None:
    assert area([[0, 0, 10, 0, 10, 5, 0, 5], [20, 20, 22, 20, 22, 22, 20, 22]]) == 54
    lengths = {"size": [4, 5], "counts": [3, 5, 2, 10]}
    packed = reference.frPyObjects(lengths, 4, 5)
    assert area(lengths) == area(packed) == reference.area(packed) == 15


@pytest.mark.parametrize(
    "mask", [None, {"size": [4, 5], "counts": "d21"}, {}, [[1, 2, 3]], ["a"], [7], {"counts": [0, 10**400]}]
)
def test_what_has_no_area_that_can_be_told(mask: object) -> None:
    assert area(mask) is None  # type: ignore[arg-type]
