"""Interpolation, with scipy as the oracle and the page's own vectors."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from vitruvian.errors import InvalidInput
from vitruvian.geometry.interpolation import interpolate

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "interpolation.json").read_text())

keys = st.lists(st.integers(0, 400), min_size=2, max_size=12, unique=True).map(sorted)


@pytest.mark.parametrize("case", VECTORS)
@pytest.mark.parametrize("kind", ["linear", "pchip"])
def test_vectors_that_the_page_shares(case: dict, kind: str) -> None:
    np.testing.assert_allclose(interpolate(kind, case["keys"], case["values"], case["at"]), case[kind], atol=1e-9)


@given(keys, st.integers(0, 2**32 - 1))
def test_pchip_is_scipys(frames: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(500, 300, (len(frames), 3, 2))
    values[rng.random(values.shape) < 0.3] = 500  # level stretches, where slopes vanish
    at = np.linspace(frames[0], frames[-1], 60)
    np.testing.assert_allclose(
        interpolate("pchip", frames, values, at), PchipInterpolator(frames, values)(at), atol=1e-6
    )


@given(keys, st.integers(0, 2**32 - 1))
def test_nothing_overshoots_its_keys(frames: list[int], seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=len(frames))
    at = np.arange(frames[0] - 3, frames[-1] + 4)
    for kind in ("linear", "pchip"):
        found = interpolate(kind, frames, values, at)
        assert found.min() >= values.min() - 1e-9
        assert found.max() <= values.max() + 1e-9
        np.testing.assert_allclose(found[np.isin(at, frames)], values)
        np.testing.assert_allclose(found[:3], values[0])
        np.testing.assert_allclose(found[-3:], values[-1])


@pytest.mark.parametrize(
    ("kind", "frames", "values"),
    [("pchip", [], []), ("linear", [3, 3], [1, 2]), ("linear", [0, 1], [1, 2, 3]), ("cubic", [0, 1], [1, 2])],
)
def test_what_cannot_be_interpolated_is_refused(kind: str, frames: list[int], values: list[float]) -> None:
    with pytest.raises(InvalidInput):
        interpolate(kind, frames, values, [0])  # type: ignore[arg-type]
