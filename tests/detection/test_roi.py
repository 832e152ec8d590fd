from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.detection.roi import Pyramid, Roi, crop, letterbox, roi_from_landmarks
from faceviewer.io.cv import cv2

coordinate = st.floats(-500, 500)
length = st.floats(1, 2000)
rois = st.builds(Roi, coordinate, coordinate, length, length, st.floats(-7, 7))


def _ramp(width: int, height: int) -> np.ndarray:
    """Red is x, green is y of each pixel's centre, continuous coordinates."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return np.stack([x, y, np.zeros_like(x)], -1).astype(np.uint8)


@given(rois, st.lists(st.tuples(coordinate, coordinate), min_size=1))
def test_units_and_photo_pixels_are_inverse(roi: Roi, points: list[tuple[float, float]]) -> None:
    xy_px = np.array(points)
    np.testing.assert_allclose(roi.to_photo(roi.to_unit(xy_px)), xy_px, atol=1e-6)


def test_angle_turns_the_x_axis_towards_the_y_axis() -> None:
    roi = Roi(10, 20, 4, 2, np.pi / 2)
    np.testing.assert_allclose(roi.to_photo(np.array([[1, 0.5], [0.5, 1]])), [[10, 22], [9, 20]], atol=1e-12)


def test_a_crop_on_the_pixel_grid_is_the_pixels() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    picture = crop(Pyramid(rgb), Roi(20 + 16, 10 + 16, 32, 32), 32, border=cv2.BORDER_CONSTANT)
    np.testing.assert_array_equal(picture, rgb[10:42, 20:52])


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_quarter_turn_is_exact(turns: int) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    picture = crop(Pyramid(rgb), Roi(16, 16, 32, 32, turns * np.pi / 2), 32, border=cv2.BORDER_CONSTANT)
    np.testing.assert_array_equal(picture, np.rot90(rgb, turns))


@settings(deadline=None)
@given(st.floats(60, 190), st.floats(60, 140), st.floats(2, 60), st.floats(-4, 4), st.sampled_from([16, 31, 128]))
def test_each_crop_pixel_shows_its_place(x: float, y: float, side: float, angle: float, size: int) -> None:
    roi = Roi(x, y, side, side, angle)
    picture = crop(Pyramid(_ramp(250, 200)), roi, size, border=cv2.BORDER_REPLICATE)
    row, column = np.mgrid[0:size, 0:size] + 0.5
    wanted = roi.to_photo(np.stack([column, row], -1) / size)
    # the ramp truncates half a pixel; positions are rounded to 1/32
    np.testing.assert_allclose(picture[..., :2].astype(float), wanted - 0.5, atol=0.6)


@pytest.mark.parametrize("side", [40.0, 100.0, 180.0])
def test_strong_reductions_average_without_shift(side: float) -> None:
    picture = crop(Pyramid(_ramp(250, 201)), Roi(120, 100, side, side), 8, border=cv2.BORDER_REPLICATE)
    wanted = (np.arange(8) + 0.5) * side / 8 - side / 2 - 0.5
    np.testing.assert_allclose(picture[0, :, 0], wanted + 120, atol=1.0)  # rounded twice
    np.testing.assert_allclose(picture[:, 0, 1], wanted + 100, atol=1.0)


def test_fine_patterns_become_grey_instead_of_moire() -> None:
    stripes = np.zeros((512, 512, 3), np.uint8)
    stripes[:, ::2] = 255
    picture = crop(Pyramid(stripes), letterbox(512, 512), 16, border=cv2.BORDER_CONSTANT)
    assert np.ptp(picture) <= 64  # plain sampling gives columns of 0 and 255


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), rois)
def test_any_region_of_any_picture_gives_a_crop(width: int, height: int, roi: Roi) -> None:
    rgb = np.full((height, width, 3), 200, np.uint8)
    assert (crop(Pyramid(rgb), roi, 16, border=cv2.BORDER_REPLICATE) == 200).all()
    assert crop(Pyramid(rgb), roi, 16, border=cv2.BORDER_CONSTANT).shape == (16, 16, 3)


def test_very_wide_pictures_are_sampled_in_place() -> None:
    rgb = np.zeros((4, 70_000, 3), np.uint8)  # beyond the 16 bits of OpenCV's maps
    rgb[:, 65_000:65_004] = 255
    assert (crop(Pyramid(rgb), Roi(65_002, 2, 4, 4), 4, border=cv2.BORDER_CONSTANT) == 255).all()


@given(st.floats(-3, 3), st.floats(20, 500), coordinate, coordinate)
def test_region_of_landmarks_follows_the_face(angle: float, scale: float, x: float, y: float) -> None:
    from faceviewer.detection.canonical import canonical_face

    upright = np.zeros((478, 2))
    upright[:468] = canonical_face().xyz_cm[:, :2] * [1, -1] / 15
    c, s = np.cos(angle), np.sin(angle)
    turned = upright @ np.array([[c, s], [-s, c]]) * scale + [x, y]
    roi, still = roi_from_landmarks(turned), roi_from_landmarks(upright)
    assert abs(roi.width - still.width * scale) < 1e-6 * scale
    assert abs(np.sin(roi.angle - angle)) < 1e-6 and np.cos(roi.angle - angle) > 0
    np.testing.assert_allclose(roi.to_unit(turned), still.to_unit(upright), atol=1e-6)


def test_the_library_lays_first_pixel_centres_on_corners() -> None:
    sampled = Roi(50, 60, 128, 128).library_aligned(256)
    assert (sampled.x, sampled.y) == (50.25, 60.25)
    same = Roi(50, 60, 256, 256).library_aligned(256)  # no shift at the photo's own scale
    assert (same.x, same.y) == (50, 60)
