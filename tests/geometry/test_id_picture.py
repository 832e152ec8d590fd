from __future__ import annotations

import numpy as np

from faceviewer.geometry.id_picture import triangle_ids

SQUARE = np.array([[1.0, 1], [9, 1], [9, 9], [1, 9]])
HALVES = np.array([[0, 1, 2], [0, 2, 3]])


def test_every_pixel_shows_the_triangle_around_its_centre() -> None:
    picture = triangle_ids(SQUARE, HALVES, (10, 12))
    assert picture.shape == (12, 10)
    assert picture[2, 7] == 0 and picture[7, 2] == 1
    assert (picture[0] == -1).all() and (picture[10:] == -1).all() and (picture[:, 0] == -1).all()
    assert (picture[1:9, 1:9] >= 0).all()


def test_the_nearest_triangle_covers_the_others_whatever_their_order() -> None:
    xy = np.concatenate([SQUARE, SQUARE])
    triangles = np.concatenate([HALVES, HALVES + 4])
    near_last = triangle_ids(xy, triangles, (10, 10), depth=np.repeat([5.0, 2.0], 4))
    near_first = triangle_ids(xy, triangles, (10, 10), depth=np.repeat([2.0, 5.0], 4))
    assert set(np.unique(near_last)) == {-1, 2, 3}
    assert set(np.unique(near_first)) == {-1, 0, 1}


def test_what_takes_no_part_or_is_nowhere_is_left_out() -> None:
    xy = np.concatenate([SQUARE, [[np.nan, 2]]])
    triangles = np.array([[0, 1, 2], [0, 2, 3], [0, 1, 4]])
    assert set(np.unique(triangle_ids(xy, triangles, (10, 10)))) == {-1, 0, 1}
    only = triangle_ids(xy, triangles, (10, 10), drawn=np.array([False, True, True]))
    assert set(np.unique(only)) == {-1, 1}


def test_triangles_far_outside_do_no_harm() -> None:
    picture = triangle_ids(np.array([[-1e7, -1e7], [1e7, -1e7], [0, 1e7]]), np.array([[0, 1, 2]]), (4, 4))
    assert (picture == 0).all()
    assert (triangle_ids(np.zeros((0, 2)), np.zeros((0, 3), int), (3, 2)) == -1).all()
