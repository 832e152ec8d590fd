"""The crops that the 106-point network looks at, and its output on the photo.

It looks twice: at a square around the detector's box, then at one around the points that it found there. As in the
published code, the square keeps its fractions while its pixels are whole, and RGB pictures are given the means of BGR
ones, with which the weights were trained. Positions are pixel indices: the middle of the photo's first pixel is (0, 0).
``networks.large_base`` is the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faceviewer.io.cv import cv2

CROP_SIZE = 224
FIVE_POINTS = (74, 83, 54, 84, 90)
"""Both eyes, the nose and the corners of the mouth among the 106, what is left in the picture first."""
_MARGIN = 1.35
_MEAN = (103.94, 116.78, 123.68)


@dataclass(frozen=True)
class FaceSquare:
    """Where in a photo the network looks; it may reach beyond the photo."""

    left: float
    """Photo pixels."""
    top: float
    side: float

    @staticmethod
    def around_box(box_xyxy: np.ndarray) -> FaceSquare:
        """The square with a margin around (4,) left, top, right, bottom; both ends belong to the box."""
        x1, y1, x2, y2 = (float(v) for v in box_xyxy)
        side = _MARGIN * max(x2 - x1 + 1, y2 - y1 + 1)
        return FaceSquare((x1 + x2) / 2 - side / 2, (y1 + y2) / 2 - side / 2, side)

    @staticmethod
    def around_points(xy: np.ndarray) -> FaceSquare:
        """The same around (L, 2) points."""
        return FaceSquare.around_box(np.concatenate([xy.min(0), xy.max(0)]))

    def shows_something(self, photo_size: tuple[int, int]) -> bool:
        """Whether any whole pixel of a photo of (width, height) lies in the square; none does where it is no square."""
        if not np.isfinite([self.left, self.top, self.side]).all():
            return False
        return all(stretch.after > stretch.first for stretch in self._stretches(photo_size))

    def crop(self, rgb: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 photo to (224, 224, 3) uint8; what lies outside the photo is grey.

        The square must show something of the photo.
        """
        columns, rows = self._stretches((rgb.shape[1], rgb.shape[0]))
        pixels = rgb[rows.first : rows.after, columns.first : columns.after]
        if columns.before or columns.behind or rows.before or rows.behind:
            pixels = cv2.copyMakeBorder(
                pixels,
                rows.before,
                rows.behind,
                columns.before,
                columns.behind,
                cv2.BORDER_CONSTANT,
                value=_MEAN,
            )
        return cv2.resize(pixels, (CROP_SIZE, CROP_SIZE), interpolation=cv2.INTER_LINEAR)

    def to_photo(self, output: np.ndarray) -> np.ndarray:
        """(212,) network output x0, y0, x1, y1 ..., 0 to 1, to (106, 2) float64 photo positions."""
        in_crop = np.asarray(output, np.float64).reshape(-1, 2) * CROP_SIZE
        return in_crop * self.side / CROP_SIZE + [self.left, self.top]

    def _stretches(self, photo_size: tuple[int, int]) -> tuple[_Stretch, _Stretch]:
        width, height = photo_size
        return _stretch(self.left, self.side, width), _stretch(self.top, self.side, height)


def network_input(crops: Sequence[np.ndarray]) -> np.ndarray:
    """N crops, (224, 224, 3) uint8, to (N, 224, 224, 3) float32."""
    return (np.stack(crops) - np.array(_MEAN, np.float32)) * np.float32(1 / 255)


@dataclass(frozen=True)
class _Stretch:
    """One side of a square in whole pixels: what it shows of the photo, and its overhang at both ends."""

    first: int
    after: int
    before: int
    behind: int


def _stretch(start: float, side: float, size: int) -> _Stretch:
    end = start + side
    first, after = int(max(start, 0)), int(min(end, size))
    return _Stretch(first, after, int(max(-start, 0)), int(max(end - size, 0)))
