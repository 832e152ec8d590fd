from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from faceviewer.geometry.crop224 import CROP_SIZE, Crop224, crop_around, five_of_68
from faceviewer.types import FaceviewerError

MEAN_FIVE = np.array(
    [
        [-0.31, 0.29, 0.13],
        [0.31, 0.29, 0.13],
        [0.0, -0.05, 0.55],
        [-0.25, -0.38, 0.22],
        [0.25, -0.38, 0.22],
    ]
)


def rows_first(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether Pillow 13 leaves the order that it had before."""
    return before[1] - after[1] > max(2 * (before[0] - after[0]), 0)


def as_published(rgb: np.ndarray, crop: Crop224) -> np.ndarray:
    """The whole photo resized, then cropped."""
    (left, top), scaled = crop.corner, Image.fromarray(rgb).resize(crop.scaled_size, Image.Resampling.BICUBIC)
    return np.asarray(scaled.crop((left, top, left + CROP_SIZE, top + CROP_SIZE)))


crops = st.builds(
    Crop224,
    st.tuples(st.integers(20, 200), st.integers(20, 200)),
    st.floats(0.2, 6),
    st.floats(-60, 260),
    st.floats(-60, 260),
)


@settings(max_examples=60, deadline=None)
@given(crops)
def test_the_crop_is_that_of_the_whole_photo_resized(crop: Crop224) -> None:
    assume(not rows_first(crop.photo_size, crop.scaled_size))
    width, height = crop.photo_size
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    np.testing.assert_array_equal(crop.cut(rgb), as_published(rgb, crop))


@settings(max_examples=40, deadline=None)
@given(crops, st.booleans())
def test_a_picture_goes_back_as_on_a_whole_photo(crop: Crop224, nearest: bool) -> None:
    assume(not rows_first(crop.scaled_size, crop.photo_size))
    picture = np.random.default_rng(1).integers(0, 256, (CROP_SIZE, CROP_SIZE, 3), dtype=np.uint8)
    canvas = Image.new("RGB", crop.scaled_size)
    canvas.paste(Image.fromarray(picture), crop.corner)
    method = Image.Resampling.NEAREST if nearest else Image.Resampling.BICUBIC
    patch = crop.picture_to_photo(picture, nearest=nearest)
    np.testing.assert_array_equal(patch.on_black(crop.photo_size), np.asarray(canvas.resize(crop.photo_size, method)))


@given(crops, st.tuples(st.floats(0, 200), st.floats(0, 200)))
def test_points_to_crop_and_back_agree_but_for_whole_pixels(crop: Crop224, xy: tuple[float, float]) -> None:
    x, y = crop.points_to_crop(np.array(xy))
    back = crop.points_to_photo(np.array([x, CROP_SIZE - y]))
    expected = np.array([xy[0], crop.photo_size[1] - xy[1]])
    # the corner is cut to whole pixels, the scaled size too, which tells the more the farther the point
    assert np.abs(back - expected).max() * crop.scale <= 3 + 2 * np.abs(back).max() / min(crop.scaled_size) * crop.scale


@given(st.floats(20, 400), st.floats(-50, 500), st.floats(-50, 500))
def test_scale_and_shift_are_found(size: float, tx: float, ty: float) -> None:
    crop = crop_around(MEAN_FIVE[:, :2] * size + [tx, ty], (640, 480), MEAN_FIVE)
    np.testing.assert_allclose(crop.trans_params, [640, 480, 102 / size, tx, ty], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "points",
    [np.zeros((5, 2)), np.full((5, 2), 7.0), np.full((5, 2), np.nan), MEAN_FIVE[:, :2] * 1e9, MEAN_FIVE[:, :2] * 1e-9],
)
def test_points_that_span_no_face(points: np.ndarray) -> None:
    with pytest.raises(FaceviewerError, match="no face fits them"):
        crop_around(points, (640, 480), MEAN_FIVE)


def test_five_of_68() -> None:
    points = np.arange(68)[:, None] * np.ones(2)
    np.testing.assert_array_equal(five_of_68(points)[:, 0], [37.5, 43.5, 30, 48, 54])


def test_a_small_face_in_a_large_photo_takes_the_memory_of_a_small_face() -> None:
    """Resizing the whole photo would take 3 GB here."""
    rgb = np.zeros((3000, 4000, 3), np.uint8)
    crop = crop_around(MEAN_FIVE[:, :2] * 11 + [2000, 1500], (4000, 3000), MEAN_FIVE)
    assert crop.scaled_size[0] > 30_000
    tracemalloc.start()
    crop.cut(rgb)
    patch = crop.picture_to_photo(np.zeros((CROP_SIZE, CROP_SIZE, 3), np.uint8))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6 and patch.pixels.shape[0] < 40
