"""Where to look for faces that the detector misses in the whole picture: tiles for small ones, quarter turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, pi

import numpy as np

from faceviewer.detection.roi import Roi

_TILE_DIVISORS = (1, 2, 3, 6, 12)  # of the picture's short side
_LONG = 3.0  # sides' ratio from which the whole picture shows too little of a face as high as the picture
_SMALLEST_OF_TILE = 0.1  # the smallest face that the detector finds, over the side of what it is shown
MAX_TILES = 350


def tile_levels(width: int, height: int, min_face_px: float, max_tiles: int = MAX_TILES) -> list[list[Roi]]:
    """Tiles to look at, level by level, largest first: as long as the tiles before still miss faces of ``min_face_px``.

    All levels together have at most ``max_tiles``.
    """
    shown, levels = float(max(width, height)), []
    for divisor in _TILE_DIVISORS if shown > _LONG * min(width, height) else _TILE_DIVISORS[1:]:
        side = min(width, height) / divisor
        if shown * _SMALLEST_OF_TILE <= min_face_px or side < min_face_px:
            break
        if sum(map(len, levels)) + len(_centres(width, side)) * len(_centres(height, side)) > max_tiles:
            break
        levels.append(list(tiles(width, height, side)))
        shown = side
    return levels


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
