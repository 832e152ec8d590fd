from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.crop192 import CROP_SIZE, Crop192, face_box, slide_inside
from faceviewer.types import FaceviewerError

K = np.array([[900.0, 0.0, 320.0], [0.0, 880.0, 240.0], [0.0, 0.0, 1.0]])

boxes = st.tuples(st.integers(-90, 300), st.integers(-90, 300), st.integers(20, 200), st.integers(20, 200)).map(
    lambda b: Crop192(b[0], b[1], b[0] + b[2], b[1] + b[3])
)


def ramp(height: int, width: int) -> np.ndarray:
    """A picture whose colours are its positions: red the column, green the row."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows, np.full_like(rows, 200)], -1).astype(np.uint8)


def test_a_box_is_half_as_large_again_as_the_points_and_cut_towards_zero() -> None:
    points = np.array([[100.0, 50.0], [141.0, 80.0], [120.0, 70.0]])
    np.testing.assert_array_equal(face_box(points), [89, 34, 151, 95])  # 120.5 and 65 -/+ 30.75
    left_of_the_photo = np.array([[-30.0, 5.0], [-10.2, 10.0]])
    np.testing.assert_array_equal(face_box(left_of_the_photo), [-34, -7, -5, 22])  # -34.95 and -7.35, not -35 and -8


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((0, 2)),
        np.full((68, 2), 7.0),
        np.full((68, 2), np.nan),
        np.array([[0.0, 0.0], [np.inf, 9.0]]),
        np.array([[0.0, 0.0], [1e300, 9.0]]),
    ],
)
def test_points_that_no_box_fits(points: np.ndarray) -> None:
    with pytest.raises(FaceviewerError, match="no crop fits them"):
        face_box(points)


@pytest.mark.parametrize(
    ("box", "slid"),
    [
        ((10, 20, 60, 70), (10, 20, 60, 70)),
        ((-5, 20, 45, 70), (0, 20, 50, 70)),
        ((100, -1, 150, 49), (49, 0, 99, 50)),
        ((60, 60, 110, 110), (49, 29, 99, 79)),
        ((-10, 0, 140, 50), (-51, 0, 99, 50)),
    ],
)
def test_a_box_slides_into_the_photo_and_keeps_its_size(
    box: tuple[int, int, int, int], slid: tuple[int, int, int, int]
) -> None:
    np.testing.assert_array_equal(slide_inside(np.array(box), (100, 80)), slid)


@given(boxes)
def test_a_crop_shows_where_its_pixels_come_from(crop: Crop192) -> None:
    """On a picture of its own positions, which bilinear mixing keeps, as far as the picture reaches."""
    rgb = crop.cut(ramp(240, 250))
    ys, xs = np.nonzero(rgb[..., 2] == 200)  # wholly inside
    if len(xs):
        middles = rgb[ys, xs, :2].astype(float)
        steps = (CROP_SIZE - 1) / np.array([crop.right - crop.left, crop.bottom - crop.top])
        assert (np.abs(crop.to_crop(middles) - np.stack([xs, ys], -1)) <= 0.5 * steps + 1e-6).all()


def test_the_box_s_corners_are_the_crop_s_outermost_middles() -> None:
    crop = Crop192(20, 30, 120, 90)
    np.testing.assert_allclose(crop.to_crop(np.array([[20, 30], [120, 90]])), [[0, 0], [191, 191]])
    rgb = crop.cut(ramp(200, 200))
    np.testing.assert_array_equal(rgb[0, 0, :2], [20, 30])
    np.testing.assert_array_equal(rgb[-1, -1, :2], [120, 90])


def test_outside_is_black() -> None:
    white = np.full((50, 40, 3), 255, np.uint8)
    rgb = Crop192(-95, 0, 96, 191).cut(white)  # one to one
    assert (rgb[:50, 95:135] == 255).all()
    rgb[:50, 95:135] = 0
    assert not rgb.any()
    assert not Crop192(10_000_000, 0, 10_000_191, 191).cut(white).any()


def test_a_crop_of_a_huge_photo_takes_no_copy_of_it() -> None:
    wide = np.broadcast_to(np.arange(60_000)[:, None] // 256, (8, 60_000, 3)).astype(np.uint8)
    assert (Crop192(50_000, 0, 50_191, 7).cut(wide)[:, :40] == 195).all()


@given(boxes)
def test_the_camera_of_a_crop_scales_by_192_from_the_box_s_corner(crop: Crop192) -> None:
    seen = crop.K_crop(K)
    points = np.array([[0.1, -0.2, 1.0], [0.0, 0.0, 1.0], [-0.3, 0.05, 1.0]])
    in_photo, in_crop = points @ K.T, points @ seen.T
    scale = 192 / (crop.right - crop.left)
    np.testing.assert_allclose(in_crop[:, :2], (in_photo[:, :2] - [crop.left, crop.top]) * scale, atol=1e-9)


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (5, 5, 9, 5), (9, 5, 5, 9)])
def test_a_box_of_nothing(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(FaceviewerError, match="holds nothing"):
        Crop192.of(np.array(box))


def test_a_crop_gives_its_box_back() -> None:
    crop = Crop192.of(np.array([-3, 4, 60, 66]))
    np.testing.assert_array_equal(crop.box, [-3, 4, 60, 66])
    assert crop.size == 63
