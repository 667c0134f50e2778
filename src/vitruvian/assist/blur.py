"""How sharp the picture is around each point.

The measure compares edges with those of the same picture blurred once more: a sharp patch loses most of them, a blurred
one hardly any (Crete et al., "The blur effect: perception and estimation with a new no-reference perceptual blur
metric", 2007). It does not depend on contrast, and of the measures compared (variance of the Laplacian, Tenengrad) it
follows the speed of real joints best, though still loosely: judge it together with speed, and against what is usual in
the same clip. Motion blurs one direction only, hence the worse of both axes counts.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vitruvian.labels import Poses

#: Side of a point's patch as a share of the person's scale (square root of the box area), and its bounds in pixels.
PATCH_SHARE: Final = 0.3
PATCH_BOUNDS: Final = (12.0, 96.0)
#: Length in pixels of the blur that is added for comparison.
ADDED: Final = 11


def patch_sides(poses: Poses) -> NDArray[np.float64]:
    """Return the side of the patch around the points of each instance, shape (N,), in pixels."""
    return np.clip(PATCH_SHARE * scales(poses), *PATCH_BOUNDS)


def scales(poses: Poses) -> NDArray[np.float64]:
    """Return each instance's size in pixels, shape (N,): the square root of its box's area, or of its points' extent.

    At least 1, so that it can be divided by.
    """
    box = np.sqrt(np.clip(poses.box[:, 2:], 0, None).prod(axis=1))
    labelled = (poses.visibility > 0)[:, :, None]
    low = np.where(labelled, poses.xy, np.inf).min(axis=1, initial=np.inf)
    high = np.where(labelled, poses.xy, -np.inf).max(axis=1, initial=-np.inf)
    known = np.isfinite(low) & np.isfinite(high)
    extent = np.sqrt((np.where(known, high, 0) - np.where(known, low, 0)).prod(axis=1))
    return np.asarray(np.maximum(np.where(np.isfinite(box), box, extent), 1.0))


def sharpness(
    frame: NDArray[np.uint8], xy: NDArray[np.float64], sides: NDArray[np.float64] | float
) -> NDArray[np.float32]:
    """Measure the sharpness around points of one frame.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        RGB.
    xy : ndarray, shape (N, K, 2)
        Pixels.
    sides : ndarray, shape (N,), or float
        Side of the square patch around each instance's points, in pixels; see :func:`patch_sides`.

    Returns
    -------
    ndarray, shape (N, K), float32
        0 (blurred) to 1 (sharp). NaN where the patch lies outside the frame or shows no edge at all.
    """
    if not xy.size:
        return np.full(xy.shape[:2], np.nan, np.float32)
    half = np.broadcast_to(np.asarray(sides, np.float64), xy.shape[:1])[:, None] / 2
    height, width = frame.shape[:2]
    left, right = (np.clip(np.rint(xy[:, :, 0] + s * half), 0, width).astype(np.intp) for s in (-1, 1))
    top, bottom = (np.clip(np.rint(xy[:, :, 1] + s * half), 0, height).astype(np.intp) for s in (-1, 1))
    # Only the part of the frame that patches touch is worth filtering; ADDED pixels around it feed the filters.
    x0, x1 = max(int(left.min()) - ADDED, 0), min(int(right.max()) + ADDED, width)
    y0, y1 = max(int(top.min()) - ADDED, 0), min(int(bottom.max()) + ADDED, height)
    if x1 <= x0 or y1 <= y0:
        return np.full(xy.shape[:2], np.nan, np.float32)
    grey = cv2.cvtColor(frame[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY).astype(np.float32)

    def total(values: NDArray[Any]) -> NDArray[np.float64]:
        table = cv2.integral(values, sdepth=cv2.CV_64F)
        a, b, c, d = left - x0, right - x0, top - y0, bottom - y0
        return np.asarray(table[d, b] - table[c, b] - table[d, a] + table[c, a])

    before, lost = [], []
    for along in ((1, 0), (0, 1)):
        edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, *along))
        again = cv2.blur(grey, (ADDED, 1) if along[0] else (1, ADDED))
        before.append(total(edges))
        lost.append(total(np.maximum(edges - np.abs(cv2.Sobel(again, cv2.CV_32F, *along)), 0)))
    edged = np.stack(before) > 1e-6
    share = np.where(edged, np.stack(lost) / np.maximum(np.stack(before), 1e-6), 1)
    return np.where(edged.any(axis=0), share.min(axis=0), np.nan).astype(np.float32)
