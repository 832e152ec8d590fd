from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.detection.landmarks106 import CROP_SIZE, FaceSquare, network_input

box = st.tuples(*[st.integers(-50, 300)] * 2, *[st.integers(0, 200)] * 2).map(
    lambda b: np.array([b[0], b[1], b[0] + b[2], b[1] + b[3]])
)


@given(box)
def test_the_square_lies_around_the_box_with_a_margin(found: np.ndarray) -> None:
    square = FaceSquare.around_box(found)
    assert square.left + square.side / 2 == pytest.approx((found[0] + found[2]) / 2)
    assert square.top + square.side / 2 == pytest.approx((found[1] + found[3]) / 2)
    assert square.side == pytest.approx(1.35 * (max(found[2] - found[0], found[3] - found[1]) + 1))


@given(box)
def test_the_output_s_corners_are_the_square_s(found: np.ndarray) -> None:
    square = FaceSquare.around_box(found)
    output = np.zeros(212)
    output[2:4] = 1
    points = square.to_photo(output)
    assert points.shape == (106, 2)
    np.testing.assert_allclose(points[0], [square.left, square.top])
    np.testing.assert_allclose(points[1], [square.left + square.side, square.top + square.side])


@given(box)
def test_every_square_that_shows_something_can_be_cut(found: np.ndarray) -> None:
    rgb = np.full((120, 160, 3), 7, np.uint8)
    square = FaceSquare.around_box(found)
    if square.shows_something((160, 120)):
        crop = square.crop(rgb)
        assert crop.shape == (CROP_SIZE, CROP_SIZE, 3) and crop.min() >= 7 and crop.max() <= 124


@pytest.mark.parametrize("outside", [[-90, 10, -50, 50], [10, 300, 50, 340], [-500, -500, -400, -400]])
def test_a_square_outside_the_photo_shows_nothing(outside: list[int]) -> None:
    assert not FaceSquare.around_box(np.array(outside)).shows_something((160, 120))


def test_a_square_smaller_than_a_pixel_shows_nothing() -> None:
    assert not FaceSquare(10.2, 10.2, 0.5).shows_something((160, 120))


def test_what_lies_outside_is_grey() -> None:
    crop = FaceSquare(-100, 0, 200).crop(np.zeros((200, 200, 3), np.uint8))
    np.testing.assert_array_equal(crop[:, :100], np.broadcast_to([104, 117, 124], (224, 100, 3)))
    assert not crop[:, 124:].any()


def test_network_input() -> None:
    crops = [np.full((CROP_SIZE, CROP_SIZE, 3), value, np.uint8) for value in (0, 255)]
    made = network_input(crops)
    assert made.shape == (2, CROP_SIZE, CROP_SIZE, 3) and made.dtype == np.float32
    np.testing.assert_allclose(made[0, 0, 0], np.array([-103.94, -116.78, -123.68]) / 255, rtol=1e-6)
    np.testing.assert_allclose(made[1, 0, 0] - made[0, 0, 0], 1, rtol=1e-6)


def test_a_square_that_is_none_shows_nothing():
    assert not FaceSquare.around_points(np.full((106, 2), np.nan)).shows_something((100, 100))
    assert not FaceSquare(0.0, 0.0, np.inf).shows_something((100, 100))
