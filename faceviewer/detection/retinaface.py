"""What RetinaFace is shown of a photo, and what its raw output says about faces.

Everything is as in the published code, whose results depend on it: truncation to whole pixels, one factor for both
axes, the order by score. ``networks.retinaface`` is the network between the two halves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceviewer.io.cv import cv2

INPUT_SIZE = 512
MIN_SCORE = 0.7
_MAX_OVERLAP = 0.4
_MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
_SD = np.array([0.229, 0.224, 0.225], np.float32) * 255
_LEVELS = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))
"""Stride of a level's cells and the sides of the two anchors in each, input pixels."""
_WILD = 100.0
"""Offsets beyond this, ten times the anchor's size away or e**20 times as large, come from no detector's weights."""
_CENTRE_VARIANCE, _SIZE_VARIANCE = 0.1, 0.2


@dataclass(frozen=True)
class Letterbox:
    """How a photo lies in the network's input: its longer side fills it, the rest is padded evenly."""

    photo_size: tuple[int, int]
    """(width, height) in pixels."""

    @property
    def scaled_size(self) -> tuple[int, int]:
        """(width, height) of the photo inside the input."""
        longer = max(self.photo_size)
        width, height = (max(round(side * INPUT_SIZE / longer), 1) for side in self.photo_size)
        return width, height

    @property
    def padding(self) -> tuple[int, int]:
        """(left, top) in input pixels; right and bottom take the odd pixel."""
        width, height = self.scaled_size
        return (INPUT_SIZE - width) // 2, (INPUT_SIZE - height) // 2

    @property
    def factor(self) -> float:
        """Photo pixels per input pixel, for both axes."""
        return max(self.photo_size) / INPUT_SIZE

    def network_input(self, rgb: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 to (512, 512, 3) float32, normalised; the padding is zero."""
        (width, height), (left, top) = self.scaled_size, self.padding
        scaled = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_LINEAR)
        padded = np.zeros((INPUT_SIZE, INPUT_SIZE, 3), np.float32)
        padded[top : top + height, left : left + width] = (scaled - _MEAN) * (1 / _SD)
        return padded


@dataclass(frozen=True, eq=False)
class Detections:
    """The faces of one photo, the most certain first. Positions are whole photo pixels."""

    boxes_xyxy: np.ndarray
    """(N, 4) int64; they may reach beyond the photo or even lie left of it or above."""
    scores: np.ndarray
    """(N,) float32, above ``MIN_SCORE``."""
    five_xy: np.ndarray
    """(N, 5, 2) int64: eyes, nose, corners of the mouth."""


def read_detections(boxes: np.ndarray, classes: np.ndarray, landmarks: np.ndarray, box: Letterbox) -> Detections:
    """The network's raw output for one photo, (A, 4), (A, 2) and (A, 10) float32, to its faces."""
    scores = _face_probability(classes)
    sound = np.isfinite(boxes).all(1) & np.isfinite(landmarks).all(1) & (np.abs(boxes) < _WILD).all(1)
    likely = np.flatnonzero((scores > MIN_SCORE) & sound)
    likely = likely[np.argsort(-scores[likely], kind="stable")]
    priors = anchors(INPUT_SIZE, INPUT_SIZE)[likely]
    found = decode_boxes(boxes[likely], priors) * INPUT_SIZE
    kept = keep_apart(found)
    whole = ((found[kept].astype(np.int64) - np.tile(box.padding, 2)) * box.factor).astype(np.int64)
    points = decode_landmarks(landmarks[likely[kept]], priors[kept]) * INPUT_SIZE
    five = ((points - np.array(box.padding)) * box.factor).astype(np.int64)
    listed = _listed(whole, box.photo_size)
    return Detections(whole[listed], scores[likely[kept]][listed], five[listed])


@lru_cache(maxsize=4)
def anchors(height: int, width: int) -> np.ndarray:
    """(A, 4) float32 centre x, y, width, height in units of the input; level by level, row by row, small before large.

    height, width: of the network's input, pixels.
    """
    rows = []
    for stride, sides in _LEVELS:
        y, x = np.mgrid[: -(-height // stride), : -(-width // stride)].reshape(2, -1, 1) + 0.5
        side = np.broadcast_to(np.array(sides, float), (len(x), len(sides)))
        x, y = np.broadcast_to(x * stride, side.shape), np.broadcast_to(y * stride, side.shape)
        rows.append(np.stack([x / width, y / height, side / width, side / height], -1).reshape(-1, 4))
    together = np.concatenate(rows).astype(np.float32)
    together.setflags(write=False)
    return together


def decode_boxes(offsets: np.ndarray, priors: np.ndarray) -> np.ndarray:
    """(N, 4) raw offsets from (N, 4) anchors to (N, 4) left, top, right, bottom in units of the input."""
    centre = priors[:, :2] + offsets[:, :2] * np.float32(_CENTRE_VARIANCE) * priors[:, 2:]
    size = priors[:, 2:] * np.exp(offsets[:, 2:] * np.float32(_SIZE_VARIANCE))
    low = centre - size / 2
    return np.concatenate([low, low + size], 1)


def decode_landmarks(offsets: np.ndarray, priors: np.ndarray) -> np.ndarray:
    """(N, 10) raw offsets from (N, 4) anchors to (N, 5, 2) points in units of the input."""
    steps = offsets.reshape(-1, 5, 2) * np.float32(_CENTRE_VARIANCE)
    return priors[:, None, :2] + steps * priors[:, None, 2:]


def keep_apart(boxes: np.ndarray) -> np.ndarray:
    """(K,) the rows of (N, 4) boxes, best first, that no better one overlaps too far (over 0.4 of their union)."""
    low, high = boxes[:, :2], boxes[:, 2:]
    areas = (high - low).prod(1)
    rest, kept = np.arange(len(boxes)), []
    while len(rest):
        best, rest = rest[0], rest[1:]
        kept.append(best)
        shared = np.clip(np.minimum(high[best], high[rest]) - np.maximum(low[best], low[rest]), 0, None).prod(1)
        rest = rest[shared <= _MAX_OVERLAP * (areas[best] + areas[rest] - shared)]
    return np.array(kept, np.int64)


def _face_probability(classes: np.ndarray) -> np.ndarray:
    """(A, 2) logits to (A,): softmax, the second class."""
    weights = np.exp(classes - classes.max(1, keepdims=True))
    return weights[:, 1] / weights.sum(1)


def _listed(boxes: np.ndarray, photo_size: tuple[int, int]) -> np.ndarray:
    """(N,) whether the published code lists a box: those that begin right of or below the photo are left out.

    It means to leave out all that lie outside, but keeps one pixel of those beyond the left and the upper border.
    """
    return np.all(boxes[:, :2] < np.array(photo_size) - 1, axis=1)
