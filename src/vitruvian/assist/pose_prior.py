"""How poses of a category usually look: a Gaussian mixture, and where the rest lies once some points are fixed.

A pose is seen relative to its box: coordinates minus the box's centre, divided by sqrt(width * height). One number
more, half the logarithm of width / height, says how the box is shaped; it is always known. The page computes the same
(web/src/geometry/prior.ts) from the document, and shared vectors hold the two equal.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import InvalidInput

Array = NDArray[np.float64]
Source = Literal["labels", "body", "layout"]

#: Added to the variances of what is given: no label is exact, and a covariance of few poses is nearly singular.
NOISE: Final = 1e-6


@dataclass(frozen=True)
class PosePrior:
    """A mixture of M Gaussians over normalised poses of K keypoints; D = 2 K + 1.

    Attributes
    ----------
    weights : ndarray, shape (M,), float64
        Sum to 1.
    means : ndarray, shape (M, D), float64
        x0, y0, x1, y1 ... of the keypoints in skeleton order, then half the logarithm of the box's width / height.
    covariances : ndarray, shape (M, D, D), float64
    source : {"labels", "body", "layout"}
        What it rests on: labels, the built-in body, or nothing but the skeleton's edges.
    poses : int
        How many labelled poses it was fitted on.
    """

    weights: Array
    means: Array
    covariances: Array
    source: Source
    poses: int

    @property
    def keypoints(self) -> int:
        """K."""
        return int(self.means.shape[1] - 1) // 2

    def given(self, fixed: Sequence[int]) -> Given:
        """Return the mixture as it is once the keypoints `fixed` and the box are known."""
        return Given(self, fixed)

    def document(self) -> dict[str, Any]:
        """Return the JSON that the page computes with; covariances are packed lower triangles of float32."""
        rows, columns = np.tril_indices(self.means.shape[1])
        return {
            "source": self.source,
            "poses": self.poses,
            "keypoints": self.keypoints,
            "weights": self.weights.tolist(),
            "means": _packed(self.means),
            "covariances": _packed(self.covariances[:, rows, columns]),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> PosePrior:
        """Return the prior that a document describes."""
        weights = np.array(document["weights"], np.float64)
        size = 2 * document["keypoints"] + 1
        rows, columns = np.tril_indices(size)
        lower = _unpacked(document["covariances"]).reshape(len(weights), -1)
        covariances = np.empty((len(weights), size, size))
        covariances[:, rows, columns] = lower
        covariances[:, columns, rows] = lower
        means = _unpacked(document["means"]).reshape(len(weights), size)
        return cls(weights, means, covariances, document["source"], document["poses"])


class Given:
    """A prior with some keypoints fixed: what depends on which ones is computed once, so that a drag costs little."""

    def __init__(self, prior: PosePrior, fixed: Sequence[int]) -> None:
        self._prior = prior
        self.fixed = np.array(sorted(set(fixed)), np.intp)
        if len(self.fixed) and not (self.fixed[0] >= 0 and self.fixed[-1] < prior.keypoints):
            raise InvalidInput(f"A prior of {prior.keypoints} keypoints knows no keypoint {int(self.fixed[-1])}")
        known = np.append(np.ravel(self.fixed[:, None] * 2 + (0, 1)), 2 * prior.keypoints).astype(np.intp)
        self._known = known
        within = prior.covariances[:, known[:, None], known] + NOISE * np.eye(len(known))
        self._lower = np.linalg.cholesky(within)
        #: What one unit of each whitened known number moves every number by, (M, D, O).
        across = np.swapaxes(prior.covariances[:, :, known], 1, 2)
        self._gain = np.swapaxes(np.linalg.solve(self._lower, across), 1, 2)
        self._spread = np.log(np.diagonal(self._lower, axis1=1, axis2=2)).sum(1)

    def mean(self, xy: Array, box: Sequence[float]) -> Array:
        """Return where all points are expected, shape (K, 2), pixels; the fixed ones stay exactly where they are.

        E[u | c] = sum over k of w_k (mu_u + S_uc S_cc^-1 (c - mu_c)), w_k proportional to pi_k N(c | mu_c, S_cc).

        Parameters
        ----------
        xy : ndarray, shape (K, 2), float64
            Pixels; only the fixed rows are read.
        box : x, y, width, height
            Pixels; sides of more than 0.

        Raises
        ------
        InvalidInput
            A box without area.
        """
        centre, scale, shape = frame_of(box)
        whitened, likely = self._weighed((xy[self.fixed] - centre) / scale, shape)
        share = np.exp(likely - likely.max())
        share /= share.sum()
        each = self._prior.means + (self._gain @ whitened[..., None])[..., 0]
        mean: Array = (share @ each)[:-1].reshape(-1, 2) * scale + centre
        mean[self.fixed] = xy[self.fixed]
        return mean

    def log_likelihood(self, xy: Array, box: Sequence[float]) -> float:
        """Return ln p(fixed points, shape of the box): density of the normalised pose, in nats."""
        centre, scale, shape = frame_of(box)
        _, likely = self._weighed((xy[self.fixed] - centre) / scale, shape)
        return float(np.logaddexp.reduce(likely) - 0.5 * len(self._known) * np.log(2 * np.pi))

    def _weighed(self, placed: Array, shape: float) -> tuple[Array, Array]:
        """Return what is known as each component sees it, whitened (M, O), and how likely it is there, (M,)."""
        prior = self._prior
        observed = np.append(np.ravel(placed), shape)
        whitened = np.linalg.solve(self._lower, (observed - prior.means[:, self._known])[..., None])[..., 0]
        return whitened, np.log(prior.weights) - 0.5 * (whitened**2).sum(1) - self._spread


def frame_of(box: Sequence[float]) -> tuple[Array, float, float]:
    """Return a box's centre (2,), its scale sqrt(width * height) and half the logarithm of width / height.

    Raises
    ------
    InvalidInput
        A box without area.
    """
    x, y, width, height = map(float, box)
    if not (width > 0 and height > 0):
        raise InvalidInput("A pose prior needs a box with an area", hint="draw the box around the whole object")
    return (
        np.array((x + width / 2, y + height / 2)),
        float(np.sqrt(width * height)),
        0.5 * float(np.log(width / height)),
    )


def normalised(xy: Array, box: Array) -> Array:
    """Return poses relative to their boxes, shape (N, 2 K + 1).

    Parameters
    ----------
    xy : ndarray, shape (N, K, 2), float64
        Pixels.
    box : ndarray, shape (N, 4), float64
        x, y, width, height with sides of more than 0.
    """
    centre = box[:, :2] + box[:, 2:] / 2
    scale = np.sqrt(box[:, 2] * box[:, 3])
    rest = ((xy - centre[:, None]) / scale[:, None, None]).reshape(len(xy), 2 * xy.shape[1])
    return np.column_stack((rest, 0.5 * np.log(box[:, 2] / box[:, 3])))


def _packed(values: Array) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def _unpacked(text: str) -> Array:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)
