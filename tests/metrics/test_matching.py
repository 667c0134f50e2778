import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitruvian.metrics.matching import match, pair_up


def one_by_one(alike: np.ndarray, ignored: np.ndarray, crowd: np.ndarray, limit: float) -> list[int]:
    """Return COCO's matches of one image, written down step by step: rows of truth, the surest detection first."""
    order = sorted(range(alike.shape[1]), key=lambda g: bool(ignored[g]))
    taken: set[int] = set()
    matches = []
    for row in alike:
        best, chosen = min(limit, 1 - 1e-10), -1
        for g in order:
            if g in taken and not crowd[g]:
                continue
            if chosen >= 0 and not ignored[chosen] and ignored[g]:
                break
            if row[g] < best:
                continue
            best, chosen = row[g], g
        if chosen >= 0:
            taken.add(chosen)
        matches.append(chosen)
    return matches


@given(st.integers(0, 2**32 - 1))
def test_many_images_at_once_as_one_by_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth_image, found_image = random.integers(0, 6, 15), random.integers(0, 6, 40)
    score = random.integers(0, 5, 40) / 4
    ignored, crowd = random.random(15) < 0.3, random.random(15) < 0.2
    pairs = pair_up(truth_image, found_image, score, most=6)
    alike = random.integers(0, 5, len(pairs.truth)) / 4
    thresholds = np.array([0.5, 0.75])
    found = match(pairs, alike, thresholds, (ignored | crowd)[None], crowd)
    for image in range(6):
        rows = np.flatnonzero(truth_image == image)
        detections = np.flatnonzero(found_image[pairs.found] == image)
        assert len(detections) == min(6, int((found_image == image).sum()))
        assert (np.diff(score[pairs.found[detections]]) <= 0).all()
        table = np.zeros((len(detections), len(rows)))
        for at, detection in enumerate(detections):
            of = pairs.detection == detection
            assert pairs.truth[of].tolist() == rows.tolist()
            table[at] = alike[of]
        for t, limit in enumerate(thresholds):
            expected = one_by_one(table, (ignored | crowd)[rows], crowd[rows], limit)
            assert found.truth[t, 0, detections].tolist() == [rows[g] if g >= 0 else -1 for g in expected]


def test_nothing_matches_nothing() -> None:
    nobody = np.zeros(0, np.int64)
    pairs = pair_up(nobody, nobody, np.zeros(0))
    matches = match(pairs, np.zeros(0), np.array([0.5]), np.zeros((1, 0), bool), np.zeros(0, bool))
    assert matches.truth.shape == (1, 1, 0)
