"""The random shifts of a whole data set.

The published program draws them from one generator, picture after picture in the order of the JSON, so that each
depends on all before it. Here they are computed for all pictures at once, from landmarks and sizes alone; parts of the
data set and parallel runs then get the shifts that a whole run gives.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.random import RandomState

from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.datasets.ffhq.quad import corners, side_px

SEED = 12345
MAX_DRAWS = 1000
"""After so many squares that leave the picture it is rejected."""


def published_generator(count: int) -> RandomState:
    """The generator for a JSON of ``count`` pictures, after the deviates that are thrown away at the start."""
    generator = RandomState(SEED)  # the legacy generator, whose numbers the published pictures were made with
    generator.standard_normal((count, 2))
    return generator


def shifts(
    generator: RandomState,
    squares: tuple[np.ndarray, np.ndarray],
    picture_sizes: np.ndarray,
    positions: np.ndarray,
    options: AlignOptions,
) -> np.ndarray:
    """(n, 2) float64: by how much the squares' centres move, pixels; NaN for rejected pictures.

    squares: as ``quad.face_squares`` gives them, for n pictures; picture_sizes: (n, 2) width, height; positions: (n,)
    places in the JSON, ascending. Places between, whose entries are damaged, take one draw each.
    """
    centers, half_sides = squares
    if not options.random_shift:
        return np.zeros_like(centers)
    reach = options.random_shift * side_px(half_sides)[:, None]
    if not options.retry_crops:
        last = int(positions[-1]) + 1 if len(positions) else 0
        return generator.standard_normal((last, 2))[positions] * reach
    around = corners(np.zeros_like(centers), half_sides)
    low, high = (centers + around.min(1)).tolist(), (centers + around.max(1)).tolist()
    draws, result, place = _pairs(generator), np.full_like(centers, np.nan), 0
    for k, position in enumerate(positions.tolist()):
        for _ in range(position - place):
            next(draws)
        place = position + 1
        box, size, step = (*low[k], *high[k]), picture_sizes[k].tolist(), float(reach[k, 0])
        for _ in range(MAX_DRAWS):
            x, y = next(draws)
            if _stays_inside(box, x * step, y * step, size):
                result[k] = x * step, y * step
                break
    return result


def _stays_inside(box: tuple[float, ...], dx: float, dy: float, size: list[int]) -> bool:
    left, top, right, bottom = box
    if not math.isfinite(left + top + right + bottom + dx + dy):
        return False
    return (
        math.floor(left + dx) >= 0
        and math.floor(top + dy) >= 0
        and math.ceil(right + dx) < size[0]
        and math.ceil(bottom + dy) < size[1]
    )


def _pairs(generator: RandomState) -> Iterator[tuple[float, float]]:
    while True:
        yield from map(tuple, generator.standard_normal((1024, 2)).tolist())
