"""Rotated regions of interest: where in a photo a network looks, and the crop that it is given.

All coordinates are continuous: (0, 0) is the top-left corner of the top-left pixel, of the photo as of the crop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, ceil, cos, floor, hypot, sin

import numpy as np

from faceviewer.detection.topology import LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from faceviewer.io.cv import cv2

_LANDMARK_MARGIN = 1.5  # side of the region over the longer side of the landmarks' box
_SUBPIXELS = 32
_REDUCE_FROM = 6.0  # photo pixels per crop pixel from which plain bilinear sampling would skip too much
_REDUCED = 3.0  # ... and what is left for it after averaging


@dataclass(frozen=True)
class Roi:
    """A rectangle in a photo, turned by an angle."""

    x: float
    """Centre, photo pixels."""
    y: float
    width: float
    """Photo pixels, along the turned x axis."""
    height: float
    angle: float = 0.0
    """Radians by which the rectangle's x axis is turned from the photo's x axis towards its y axis (clockwise)."""

    @property
    def axes(self) -> np.ndarray:
        """(2, 2) float64: columns are the rectangle's x and y axes in the photo, with its sides' lengths."""
        c, s = cos(self.angle), sin(self.angle)
        return np.array([[c * self.width, -s * self.height], [s * self.width, c * self.height]])

    @property
    def centre(self) -> np.ndarray:
        return np.array([self.x, self.y])

    @property
    def box(self) -> np.ndarray:
        """(4,) left, top, right, bottom of the rectangle as if it were not turned, photo pixels."""
        reach = np.array([self.width, self.height]) / 2
        return np.concatenate([self.centre - reach, self.centre + reach])

    def to_photo(self, xy_unit: np.ndarray) -> np.ndarray:
        """(..., 2) in units of the rectangle (0 to 1) to photo pixels."""
        return (np.asarray(xy_unit, np.float64) - 0.5) @ self.axes.T + self.centre

    def to_unit(self, xy_px: np.ndarray) -> np.ndarray:
        """(..., 2) photo pixels to units of the rectangle; inverse of ``to_photo``."""
        return (np.asarray(xy_px, np.float64) - self.centre) @ np.linalg.inv(self.axes).T + 0.5

    def scaled(self, factor: float) -> Roi:
        return replace(self, width=self.width * factor, height=self.height * factor)

    def library_aligned(self, size: int) -> Roi:
        """The region that the official library really samples for this one when it fills a crop of ``size`` pixels.

        It lays the centre of the crop's first pixel, not its corner, on the region's corner, so that what it
        cuts is off by half a pixel of the photo less half a pixel of the crop.
        """
        x, y = self.centre + 0.5 - self.axes @ np.full(2, 0.5 / size)
        return replace(self, x=float(x), y=float(y))


def letterbox(width: int, height: int) -> Roi:
    """The smallest square around a whole picture."""
    side = float(max(width, height))
    return Roi(width / 2, height / 2, side, side)


def roi_from_landmarks(xy_px: np.ndarray) -> Roi:
    """The square in which the landmark network should look again for a face with these (478, 2) points."""
    dx, dy = xy_px[LEFT_EYE_OUTER] - xy_px[RIGHT_EYE_OUTER]
    upright = Roi(0.0, 0.0, 1.0, 1.0, atan2(dy, dx))
    unit = upright.to_unit(xy_px)
    low, high = unit.min(0), unit.max(0)
    x, y = upright.to_photo((low + high) / 2)
    side = float((high - low).max()) * _LANDMARK_MARGIN
    return Roi(float(x), float(y), side, side, upright.angle)


class Pyramid:
    """A photo and its averaged reductions, made when first asked for: a hundred tiles then share one reduction."""

    def __init__(self, rgb: np.ndarray) -> None:
        self._levels = {1: rgb}

    @property
    def rgb(self) -> np.ndarray:
        """(H, W, 3) uint8, the photo."""
        return self._levels[1]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    def level(self, factor: int) -> np.ndarray:
        """Means of ``factor`` x ``factor`` blocks; the last blocks are completed with the edge's pixels."""
        if factor not in self._levels:
            self._levels[factor] = _averaged(self.rgb, factor)
        return self._levels[factor]


def crop(photo: Pyramid, roi: Roi, size: int, *, border: int) -> np.ndarray:
    """Sample ``roi`` as a (size, size, 3) uint8 picture; ``border`` is OpenCV's rule for what lies outside the photo.

    Bilinear with positions rounded to 1/32 pixel, as in the OpenCV that the official library is built on: OpenCV 5
    interpolates exactly, which alone moves some blendshapes of a profile by 0.08. Strong reductions are averaged first.
    """
    step = max(roi.width, roi.height) / size
    factor = floor(step / _REDUCED) if step >= _REDUCE_FROM else 1
    level, centre = photo.level(factor), roi.centre / factor
    patch, origin = _around(level, centre, hypot(roi.width, roi.height) / (2 * factor))
    axes = roi.axes / (size * factor)
    # centre of crop pixel (0, 0), in the pixel-centre coordinates that OpenCV samples at
    first = centre - origin + axes @ np.full(2, 0.5 - size / 2) - 0.5
    return _sample(patch, axes * _SUBPIXELS, first * _SUBPIXELS, size, border)


def _around(rgb: np.ndarray, centre: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """The part of a picture within ``reach`` of a point (a view) and its (2,) top-left corner; never empty."""
    height, width = rgb.shape[:2]
    x0, y0 = (floor(v - reach) - 2 for v in centre)
    x1, y1 = (ceil(v + reach) + 2 for v in centre)
    x0, y0 = min(max(x0, 0), width - 1), min(max(y0, 0), height - 1)
    return rgb[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)], np.array([x0, y0])


def _averaged(rgb: np.ndarray, factor: int) -> np.ndarray:
    height, width = rgb.shape[:2]
    bottom, right = -height % factor, -width % factor
    if bottom or right:
        rgb = cv2.copyMakeBorder(rgb, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    return cv2.resize(rgb, (rgb.shape[1] // factor, rgb.shape[0] // factor), interpolation=cv2.INTER_AREA)


def _sample(patch: np.ndarray, axes: np.ndarray, first: np.ndarray, size: int, border: int) -> np.ndarray:
    steps = np.arange(size)
    x, y = (np.rint(axes[k, 0] * steps[None] + axes[k, 1] * steps[:, None] + first[k]).astype(np.int32) for k in (0, 1))
    whole = np.stack([x >> 5, y >> 5], -1).astype(np.int16)
    fraction = ((y & 31) * _SUBPIXELS + (x & 31)).astype(np.uint16)
    return cv2.remap(patch, whole, fraction, cv2.INTER_LINEAR, borderMode=border)
