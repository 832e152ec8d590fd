from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from faceviewer.detection.regions import tile_levels, tiles, turned
from faceviewer.detection.roi import Roi

sizes = st.integers(1, 6000)


@given(sizes, sizes, st.floats(0, 1), st.floats(0, 1), st.integers(1, 6))
def test_every_place_is_seen_whole_by_some_tile(width: int, height: int, u: float, v: float, divisor: int) -> None:
    side = min(width, height) / divisor
    radius = side / 4  # tiles overlap by half: anything of half a tile's size lies whole in one of them
    x, y = radius + u * (width - 2 * radius), radius + v * (height - 2 * radius)
    assume(max(width, height) / side < 60)
    boxes = np.array([tile.box for tile in tiles(width, height, side)])
    whole = (boxes[:, :2] <= np.array([x, y]) - radius + 1e-6).all(1) & (
        boxes[:, 2:] >= np.array([x, y]) + radius - 1e-6
    ).all(1)
    assert whole.any()


@given(sizes, sizes, st.floats(10, 200))
def test_tiles_shrink_stay_in_the_picture_and_are_bounded(width: int, height: int, min_face_px: float) -> None:
    levels = tile_levels(width, height, min_face_px)
    sides = [level[0].width for level in levels]
    assert sides == sorted(sides, reverse=True)
    assert sum(map(len, levels)) <= 350
    boxes = np.array([tile.box for level in levels for tile in level]).reshape(-1, 4)
    assert (boxes >= -1e-6).all() and (boxes <= np.array([width, height] * 2) + 1e-6).all()


def test_levels_end_where_the_faces_of_use_show() -> None:
    def sides(*arguments: int) -> list[float]:
        return [level[0].width for level in tile_levels(*arguments)]

    assert sides(240, 200, 24) == []
    assert sides(4000, 3000, 24) == [1500, 1000, 500]
    assert sides(4000, 3000, 120) == [1500, 1000]
    assert sides(9000, 1000, 24) == [1000, 500]  # a panorama


def test_quarter_turns_keep_the_square() -> None:
    tile = Roi(10, 20, 4, 4)
    corners = {tuple(np.round(turned(tile, k).to_photo(np.zeros(2)), 9)) for k in range(4)}
    assert corners == {(8, 18), (12, 18), (12, 22), (8, 22)}
