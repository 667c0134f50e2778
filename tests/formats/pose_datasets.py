"""Datasets for round trips through formats of pose estimation software."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from vitruvian.labels import Category, Dataset, Instance, MediaEntry, Ontology, skeleton_from_names

NAMES = ("snout", "left_ear", "right_ear", "tail")


def ontology(names: Sequence[str] = NAMES, edges: Sequence[tuple[int, int]] = ((0, 1), (0, 2))) -> Ontology:
    return Ontology("mice", (Category("animal", skeleton_from_names(names, edges=edges)),))


def instance(id: str, media: int, frame: int, visibility: Sequence[int], **fields: object) -> Instance:
    seen = np.array(visibility, np.uint8)
    xy = np.arange(len(seen) * 2).reshape(-1, 2) * 1.1 + int(id) / 3 + 0.25
    return Instance(id, "animal", media, frame, np.where(seen[:, None] > 0, xy, 0.0), seen, **fields)  # type: ignore[arg-type]


@st.composite
def datasets(draw: st.DrawFn, *, hidden: bool, several: bool, tracks: bool) -> Dataset:
    """Pictures in folders with mice in them, of any coordinates that a float64 can be."""
    count = draw(st.integers(1, 4))
    names = draw(st.lists(st.text("aeiouÄ, \"'_1", min_size=1, max_size=6).filter(str.strip), min_size=count,
                          max_size=count, unique=True))  # fmt: skip
    media = [MediaEntry(f"labeled-data/v{n % 2}/img{n}.png") for n in range(draw(st.integers(1, 4)))]
    instances = []
    levels = (0, 1, 2) if hidden else (0, 2)
    number = st.floats(allow_nan=False, allow_infinity=False)
    for at in range(len(media)):
        for n in range(draw(st.integers(0, 3 if several else 1))):
            seen = np.array([draw(st.sampled_from(levels)) for _ in names], np.uint8)
            if not hidden and not seen.any():
                seen[0] = 2
            xy = np.array([[draw(number), draw(number)] for _ in names]) * (seen[:, None] > 0)
            instances.append(
                Instance(str(len(instances) + 1), "animal", at, 0, xy, seen, track=f"mouse {n}" if tracks else None)
            )
    return Dataset(ontology(names, ()), media, instances)


def same(a: Dataset, b: Dataset, *, tracks: bool = True, scores: bool = False) -> None:
    """Assert that two datasets have the same media and points."""
    assert [m.name for m in a.media] == [m.name for m in b.media]
    assert [c.skeleton and c.skeleton.names for c in a.ontology] == [
        c.skeleton and c.skeleton.names for c in b.ontology
    ]
    assert [(i.media, i.frame) for i in a.instances] == [(i.media, i.frame) for i in b.instances]
    for old, new in zip(a.instances, b.instances, strict=True):
        np.testing.assert_array_equal(old.xy, new.xy)
        np.testing.assert_array_equal(old.visibility, new.visibility)
        assert not tracks or old.track == new.track
        if scores and old.score is not None:
            assert new.score is not None
            np.testing.assert_array_equal(old.score, new.score)
