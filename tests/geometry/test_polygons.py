import pytest

from vitruvian.geometry import polygons


def test_area_is_the_same_in_both_directions() -> None:
    assert polygons.area([0, 0, 10, 0, 10, 5, 0, 5]) == polygons.area([0, 5, 10, 5, 10, 0, 0, 0]) == 50


def test_an_odd_list_is_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        polygons.area([1, 2, 3])
