"""Pillow's resizing, for a window of the result.

The published pipelines resize a whole photo with Pillow and then keep 224 x 224 pixels of it; a small face in a large
photo would need gigabytes for that. Here only what is kept is computed, bit for bit as Pillow 10 would: bicubic weights
rounded to 22 binary digits, columns before rows, whole levels in between. (Pillow 13 takes the rows first where the
height loses more than twice as many pixels as the width, which moves a few values by a level.)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

_REACH = 2.0
"""Half the width of the bicubic filter."""
_DIGITS = 22
_COLUMNS_AT_ONCE = 16
_ROWS_AT_ONCE = 256


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
    rows = _narrowed(patch, at[1], y)
    across = np.empty((patch.shape[2], len(rows.values), x.count))
    for begin in range(0, len(rows.values), _ROWS_AT_ONCE):  # float64 takes eight times the memory of a picture
        strip = rows.values[begin : begin + _ROWS_AT_ONCE].transpose(2, 0, 1)
        across[:, begin : begin + _ROWS_AT_ONCE] = _filtered(strip, at[0], x)
    down = _filtered(across.swapaxes(1, 2), rows.first, y)
    return np.ascontiguousarray(down.transpose(2, 1, 0).astype(np.uint8))


def resize_nearest(patch: np.ndarray, at: tuple[int, int], x: Axis, y: Axis) -> np.ndarray:
    """As ``resize_bicubic``, of any type and without mixing; zero where the patch does not reach."""
    columns, rows = x.nearest() - at[0], y.nearest() - at[1]
    in_columns = (columns >= 0) & (columns < patch.shape[1])
    in_rows = (rows >= 0) & (rows < patch.shape[0])
    window = np.zeros((y.count, x.count, *patch.shape[2:]), patch.dtype)
    window[np.ix_(in_rows, in_columns)] = patch[np.ix_(rows[in_rows], columns[in_columns])]
    return window


@dataclass(frozen=True, eq=False)
class _Rows:
    values: np.ndarray
    first: int


def _narrowed(patch: np.ndarray, top: int, y: Axis) -> _Rows:
    """The rows of a patch that the window needs."""
    first, weights = y.weights()
    low = int(np.clip(first.min(initial=y.source) - top, 0, len(patch)))
    high = int(np.clip(first.max(initial=0) + weights.shape[1] - top, low, len(patch)))
    return _Rows(patch[low:high], top + low)


def _filtered(values: np.ndarray, origin: int, axis: Axis) -> np.ndarray:
    """(..., n) levels, of which the first is pixel ``origin``, to (..., axis.count) levels as float64.

    The weights are laid out as dense matrices for a few columns at a time: products of whole numbers are exact in
    float64, in whatever order they are summed.
    """
    first, weights = axis.weights()
    columns = np.empty((*values.shape[:-1], axis.count))
    for begin in range(0, axis.count, _COLUMNS_AT_ONCE):
        part = slice(begin, begin + _COLUMNS_AT_ONCE)
        low = max(int(first[part].min()), origin)
        high = min(int(first[part].max()) + weights.shape[1], origin + values.shape[-1])
        band = _band(first[part], weights[part], low, max(high, low))
        columns[..., part] = values[..., low - origin : max(high, low) - origin].astype(np.float64) @ band
    return np.clip(np.floor(columns * 2.0**-_DIGITS + 0.5), 0, 255)


def _band(first: np.ndarray, weights: np.ndarray, low: int, high: int) -> np.ndarray:
    """(high - low, count): the weights of the source pixels from ``low`` up to ``high``."""
    pixels = first[:, None] + np.arange(weights.shape[1])
    inside = (pixels >= low) & (pixels < high)
    band = np.zeros((high - low, len(first)))
    band[pixels[inside] - low, np.nonzero(inside)[0]] = weights[inside]
    return band


def _bicubic(x: np.ndarray) -> np.ndarray:
    """Keys' cubic convolution with a = -0.5. Source: R. Keys, IEEE Trans. ASSP 1981."""
    x, a = np.abs(x), -0.5
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < _REACH, far, 0.0))
