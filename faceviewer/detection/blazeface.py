"""BlazeFace (short range): face boxes and six points in a 128 x 128 picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan2

import numpy as np

from faceviewer.detection.networks import DETECTOR_SIZE, Networks
from faceviewer.detection.roi import Pyramid, Roi, crop
from faceviewer.io.cv import cv2

MIN_SCORE = 0.5
"""The official library's threshold."""
_MIN_CONTRAST = 2.0  # standard deviation, grey levels: plain walls and skies need no network
_MAX_OVERLAP = 0.3
ROI_MARGIN = 1.5
"""Side of the region for the landmark network over that of the face box."""
_ANCHOR_GRIDS = ((16, 2), (8, 6))  # (cells a side, anchors a cell), in the network's output order


@dataclass(frozen=True, eq=False)
class Detection:
    """A face box with its points, photo pixels."""

    centre_px: np.ndarray
    """(2,) float64."""
    size_px: np.ndarray
    """(2,) float64 width and height along the axes of the region that was searched."""
    points_px: np.ndarray
    """(6, 2) float64: right eye, left eye, nose tip, mouth, right ear, left ear (the subject's)."""
    score: float
    """0 to 1."""

    @property
    def box(self) -> np.ndarray:
        """(4,) left, top, right, bottom, photo pixels."""
        return np.concatenate([self.centre_px - self.size_px / 2, self.centre_px + self.size_px / 2])

    def roi(self) -> Roi:
        """Where the landmark network should look."""
        dx, dy = self.points_px[1] - self.points_px[0]
        width, height = self.size_px * ROI_MARGIN
        return Roi(float(self.centre_px[0]), float(self.centre_px[1]), float(width), float(height), atan2(dy, dx))


@lru_cache(maxsize=1)
def anchors() -> np.ndarray:
    """(896, 2) float64 anchor centres in units of the picture."""
    grids = []
    for cells, repeats in _ANCHOR_GRIDS:
        centres = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(centres, centres), -1).reshape(-1, 2)
        grids.append(grid.repeat(repeats, 0))
    return np.concatenate(grids)


def detect_in_crop(networks: Networks, rgb: np.ndarray, roi: Roi, min_score: float = MIN_SCORE) -> list[Detection]:
    """Faces in a (128, 128, 3) crop that shows ``roi`` of a photo, best first."""
    regressions, logits = networks.detect(rgb)
    likely = logits > np.log(min_score / (1 - min_score))
    if not likely.any():
        return []
    values = regressions[likely].astype(np.float64) / DETECTOR_SIZE
    values = values.reshape(-1, 8, 2)
    centres = anchors()[likely][:, None]
    # rows of a candidate: centre, size, six points
    candidates = np.concatenate([values[:, :1] + centres, values[:, 1:2], values[:, 2:] + centres], 1)
    scores = 1 / (1 + np.exp(-np.clip(logits[likely].astype(np.float64), -100, 100)))
    return [_to_photo(candidate, score, roi) for candidate, score in blend_overlapping(candidates, scores)]


def detect_in_region(
    networks: Networks, photo: Pyramid, roi: Roi, min_score: float = MIN_SCORE, *, as_library: bool = False
) -> list[Detection]:
    """Faces in one region of a photo; ``as_library`` samples it half a pixel off, exactly as the official library."""
    sampled = roi.library_aligned(DETECTOR_SIZE) if as_library else roi
    picture = crop(photo, sampled, DETECTOR_SIZE, border=cv2.BORDER_CONSTANT)
    if cv2.meanStdDev(picture)[1].max() < _MIN_CONTRAST:
        return []
    return detect_in_crop(networks, picture, roi, min_score)


def blend_overlapping(candidates: np.ndarray, scores: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Weighted non-maximum suppression: each best candidate becomes the mean, by score, of all that overlap it.

    ``candidates`` (N, K, 2) with centre and size as first rows, ``scores`` (N,). Returns (K, 2) blends and the best
    score of each, best first.
    """
    order = np.argsort(-scores, kind="stable")
    candidates, scores = candidates[order], scores[order]
    blends = []
    while len(scores):
        overlaps = _overlaps(candidates[0], candidates) > _MAX_OVERLAP
        overlaps[0] = True
        weights = scores[overlaps] / scores[overlaps].sum()
        blends.append((np.einsum("n,nkc->kc", weights, candidates[overlaps]), float(scores[0])))
        candidates, scores = candidates[~overlaps], scores[~overlaps]
    return blends


def _overlaps(one: np.ndarray, many: np.ndarray) -> np.ndarray:
    """(N,) intersection over union of the boxes."""
    low = np.maximum(one[0] - one[1] / 2, many[:, 0] - many[:, 1] / 2)
    high = np.minimum(one[0] + one[1] / 2, many[:, 0] + many[:, 1] / 2)
    shared = np.clip(high - low, 0, None).prod(-1)
    return shared / np.maximum(one[1].prod() + many[:, 1].prod(-1) - shared, 1e-12)


def _to_photo(candidate: np.ndarray, score: float, roi: Roi) -> Detection:
    points = roi.to_photo(candidate[[0, 2, 3, 4, 5, 6, 7]])
    return Detection(points[0], candidate[1] * [roi.width, roi.height], points[1:], score)
