"""The 192 x 192 crop that TRG looks at: a face's box in whole pixels, its pixels, and the camera that sees them.

Positions are those of the published code, and its three roundings belong together, because the network was trained with
them: a box is cut to whole pixels; the middle of the photo's pixel ``l`` is laid on the middle of the crop's first, and
that of ``r`` on the middle of its last, which makes 191 steps; the crop's camera counts 192.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.types import FaceviewerError

CROP_SIZE = 192
_MARGIN = 0.75
"""Half a box's side, in sides of the points' own square."""
_FARTHEST = 1 << 30
"""Pixels from the photo's corner; beyond them nothing can be a face."""


def face_box(points_xy: np.ndarray) -> np.ndarray:
    """The box around a face's 68 points, (N, 2) photo pixels: (4,) int64 left, top, right, bottom.

    It is a square but for a pixel, since all four are cut towards zero, and may leave the photo. Raises FaceviewerError
    for points that are not finite, that all lie on one place, or that are farther away than any photo is large.
    """
    points = np.asarray(points_xy, np.float64).reshape(-1, 2)
    if not (len(points) and (np.abs(points) < _FARTHEST).all()):  # also False for NaN
        raise FaceviewerError("a face's landmarks are not all within reach, so that no crop fits them")
    low, high = points.min(0), points.max(0)
    middle, reach = (high + low) / 2, _MARGIN * (high - low).max()
    box = np.concatenate([middle - reach, middle + reach]).astype(np.int64)
    if (box[2:] <= box[:2]).any():
        raise FaceviewerError("a face's landmarks lie on one place, so that no crop fits them")
    return box


def slide_inside(box_ltrb: np.ndarray, size_wh: tuple[int, int]) -> np.ndarray:
    """A (4,) box moved into a photo of (width, height) with its size kept: (4,) int64.

    Its sides may lie from 0 to the width or height less one. A box larger than the photo ends at the right and the
    bottom and begins outside, as in the published readers.
    """
    box = np.array(box_ltrb, np.int64)
    for axis in (0, 1):
        box[axis::2] -= min(int(box[axis]), 0)
        box[axis::2] -= max(int(box[axis + 2]) - (size_wh[axis] - 1), 0)
    return box


@dataclass(frozen=True)
class Crop192:
    """A box in a photo, seen as 192 x 192 pixels. Raises FaceviewerError for a box without width or height."""

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if self.right <= self.left or self.bottom <= self.top:
            raise FaceviewerError(f"a face's box from {self.left, self.top} to {self.right, self.bottom} holds nothing")

    @staticmethod
    def of(box_ltrb: np.ndarray) -> Crop192:
        """The crop of a (4,) box of whole numbers: left, top, right, bottom."""
        left, top, right, bottom = (int(side) for side in box_ltrb)
        return Crop192(left, top, right, bottom)

    @property
    def box(self) -> np.ndarray:
        """(4,) int64 left, top, right, bottom."""
        return np.array([self.left, self.top, self.right, self.bottom], np.int64)

    @property
    def size(self) -> int:
        """The box's width, which stands for its size wherever one number does."""
        return self.right - self.left

    @property
    def affine(self) -> np.ndarray:
        """(2, 3) float64: photo pixels to crop pixels, counted at the pixels' middles."""
        x, y = (CROP_SIZE - 1) / (self.right - self.left), (CROP_SIZE - 1) / (self.bottom - self.top)
        return np.array([[x, 0.0, -x * self.left], [0.0, y, -y * self.top]])

    def to_crop(self, xy_px: np.ndarray) -> np.ndarray:
        """(..., 2) photo pixels to (..., 2) float64 crop pixels, by the map that ``cut`` uses."""
        affine = self.affine
        return np.asarray(xy_px, np.float64) * affine[:, :2].diagonal() + affine[:, 2]

    def cut(self, rgb: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 photo to (192, 192, 3) uint8, bilinear; black where the photo ends."""
        rows = _Mixed.along(self.top, self.bottom, rgb.shape[0])
        columns = _Mixed.along(self.left, self.right, rgb.shape[1])
        mixed = np.zeros((CROP_SIZE, CROP_SIZE, rgb.shape[2]), np.float32)
        for row, row_weight in zip(rows.places, rows.weights, strict=True):
            strip = rgb[row]  # the only copy of pixels that the crop does not show, 192 rows of them
            for column, weight in zip(columns.places, columns.weights, strict=True):
                mixed += strip[:, column] * (row_weight[:, None, None] * weight[:, None])
        return np.rint(mixed).astype(np.uint8)

    def K_crop(self, K: np.ndarray) -> np.ndarray:
        """The camera that sees the crop, for the (3, 3) ``K`` of the photo's: (3, 3) float64."""
        scale = CROP_SIZE / self.size
        to_crop = np.array([[scale, 0.0, -scale * self.left], [0.0, scale, -scale * self.top], [0.0, 0.0, 1.0]])
        return to_crop @ np.asarray(K, np.float64)


@dataclass(frozen=True, eq=False)
class _Mixed:
    """Which two pixels each of the crop's mixes along one side, and how much of each."""

    places: np.ndarray
    """(2, 192) int64, inside the photo."""
    weights: np.ndarray
    """(2, 192) float32, 0 for pixels outside."""

    @staticmethod
    def along(start: int, stop: int, size: int) -> _Mixed:
        at = start + np.arange(CROP_SIZE) * ((stop - start) / (CROP_SIZE - 1))
        first = np.floor(at).astype(np.int64)
        places, share = np.stack([first, first + 1]), at - first
        weights = np.stack([1 - share, share]) * ((places >= 0) & (places < size))
        return _Mixed(places.clip(0, max(size - 1, 0)), weights.astype(np.float32))
