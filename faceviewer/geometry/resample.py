"""Pillow's resizing, for a window of the result.

The published pipelines resize a whole photo with Pillow and then keep 224 x 224 pixels of it; a small face in a large
photo would need gigabytes for that. Here only what is kept is computed, bit for bit as Pillow 10 would: bicubic weights
rounded to 22 binary digits, columns before rows, whole levels in between. (Pillow 13 takes the rows first where the
height loses more than twice as many pixels as the width, which moves a few values by a level.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

_REACH = 2.0
"""Half the width of the bicubic filter."""
_DIGITS = 22
_PIXELS_AT_ONCE = 16


@dataclass(frozen=True)
class Axis:
    """How one side of a picture is resized, and what of it counts."""

    source: int
    """Pixels of the picture."""
    target: int
    """Pixels of the resized picture."""
    start: int
    """The first pixel of the resized picture that is asked for; within it."""
    count: int

    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """((count,) first source pixel, (count, T) weights of it and those that follow, in whole units of 2**-22)."""
        scale = self.source / self.target
        stretch = max(scale, 1.0)  # when shrinking, the filter covers all pixels in between
        reach = _REACH * stretch
        centre = (np.arange(self.start, self.start + self.count) + 0.5) * scale
        first = np.maximum((centre - reach + 0.5).astype(np.int64), 0)
        after = np.minimum((centre + reach + 0.5).astype(np.int64), self.source)
        pixels = first[:, None] + np.arange(ceil(reach) * 2 + 1)
        weights = _bicubic((pixels - centre[:, None] + 0.5) * (1 / stretch)) * (pixels < after[:, None])
        weights /= np.cumsum(weights, 1)[:, -1:]  # summed in order, as Pillow does
        return first, np.trunc(weights * 2.0**_DIGITS + np.copysign(0.5, weights))

    def nearest(self) -> np.ndarray:
        """(count,) the source pixel of each, by Pillow's rule, whose steps add up their rounding errors."""
        steps = np.full(self.start + self.count, self.source / self.target)
        steps[0] *= 0.5
        return np.cumsum(steps)[self.start :].astype(np.int64)

    def sees(self, first: int, after: int) -> Axis:
        """The part of this axis on which the source pixels from ``first`` up to ``after`` have any influence."""
        scale = self.source / self.target
        reach = _REACH * max(scale, 1.0) + 1
        start = max(floor((first - reach) / scale), self.start)
        stop = min(ceil((after + reach) / scale), self.start + self.count)
        return Axis(self.source, self.target, start, max(stop - start, 0))


def resize_bicubic(patch: np.ndarray, at: tuple[int, int], x: Axis, y: Axis) -> np.ndarray:
    """A window, (y.count, x.count, C) uint8, of a resized picture.

    patch: (h, w, C) uint8, the part of the picture, from pixel ``at`` (column, row) on, that is not black.
    """
    rows = _needed(y, at[1], patch.shape[0])
    planes = patch[rows].transpose(2, 0, 1)
    across = np.empty((*planes.shape[:2], x.count), np.uint8)
    for columns, sources, band in _bands(x, at[0], patch.shape[1]):
        across[..., columns] = _levels(planes[..., sources].astype(np.float64, order="C") @ band.T)
    window = np.empty((y.count, x.count, patch.shape[2]), np.uint8)
    for lines, sources, band in _bands(y, at[1] + rows.start, rows.stop - rows.start):
        window[lines] = _levels(band @ across[:, sources].astype(np.float64)).transpose(1, 2, 0)
    return window


def resize_nearest(patch: np.ndarray, at: tuple[int, int], x: Axis, y: Axis) -> np.ndarray:
    """As ``resize_bicubic``, of any type and without mixing; zero where the patch does not reach."""
    columns, rows = x.nearest() - at[0], y.nearest() - at[1]
    in_columns = (columns >= 0) & (columns < patch.shape[1])
    in_rows = (rows >= 0) & (rows < patch.shape[0])
    window = np.zeros((y.count, x.count, *patch.shape[2:]), patch.dtype)
    window[np.ix_(in_rows, in_columns)] = patch[np.ix_(rows[in_rows], columns[in_columns])]
    return window


def _needed(axis: Axis, origin: int, length: int) -> slice:
    """The part of a patch, of ``length`` pixels from ``origin`` on, that an axis looks at."""
    first, weights = axis.weights()
    low = int(np.clip(first.min(initial=axis.source) - origin, 0, length))
    high = int(np.clip(first.max(initial=0) + weights.shape[1] - origin, low, length))
    return slice(low, high)


def _bands(axis: Axis, origin: int, length: int) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """An axis' weights as small dense matrices: (pixels of the window, pixels of the patch, (first, second) weights).

    Products of whole numbers are exact in float64, in whatever order a matrix product sums them.
    """
    first, weights = axis.weights()
    for begin in range(0, axis.count, _PIXELS_AT_ONCE):
        part = slice(begin, begin + _PIXELS_AT_ONCE)
        pixels = first[part, None] + np.arange(weights.shape[1]) - origin
        low, high = max(int(pixels.min()), 0), min(int(pixels.max()) + 1, length)
        rows, columns = np.nonzero((pixels >= low) & (pixels < high))
        band = np.zeros((len(pixels), max(high - low, 0)))
        band[rows, pixels[rows, columns] - low] = weights[part][rows, columns]
        yield part, slice(low, max(high, low)), band


def _levels(sums: np.ndarray) -> np.ndarray:
    """Sums in units of 2**-22 to whole levels; works in place."""
    sums *= 2.0**-_DIGITS
    sums += 0.5
    np.floor(sums, out=sums)
    return np.clip(sums, 0, 255, out=sums)


def _bicubic(x: np.ndarray) -> np.ndarray:
    """Keys' cubic convolution with a = -0.5. Source: R. Keys, IEEE Trans. ASSP 1981."""
    x, a = np.abs(x), -0.5
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < _REACH, far, 0.0))
