"""Where to look for faces that the detector misses in the whole picture: tiles for small ones, quarter turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, pi

import numpy as np

from faceviewer.detection.roi import Roi

_TILE_DIVISORS = (2, 3, 6)
_SMALLEST_OF_TILE = 0.1  # the smallest face that the detector finds, over the side of what it is shown


def tile_sides(width: int, height: int, min_face_px: float) -> list[float]:
    """Sides of the tiles to look at, largest first: as long as the tiles before still miss faces of ``min_face_px``."""
    side, sides = float(max(width, height)), []
    for divisor in _TILE_DIVISORS:
        if side * _SMALLEST_OF_TILE <= min_face_px:
            break
        side = min(width, height) / divisor
        sides.append(side)
    return sides


def tiles(width: int, height: int, side: float) -> Iterator[Roi]:
    """Squares that cover the picture, overlapping by half or a little more; row by row."""
    for y in _centres(height, side):
        for x in _centres(width, side):
            yield Roi(x, y, side, side)


def _centres(length: int, side: float) -> list[float]:
    if length <= side:
        return [length / 2]
    count = ceil((length - side) / (side / 2) - 1e-6) + 1
    return [float(centre) for centre in np.linspace(side / 2, length - side / 2, count)]


def turned(roi: Roi, quarter_turns: int) -> Roi:
    """The same square, looked at with the picture turned."""
    return replace(roi, angle=roi.angle + quarter_turns * pi / 2)
