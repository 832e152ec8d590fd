"""Seamless cloning: the equation it must solve, and OpenCV, which solves it more slowly."""

from __future__ import annotations

import numpy as np
import pytest

from faceviewer.io.cv import cv2
from faceviewer.raster.poisson import seamless_clone


def pictures(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Two smooth random pictures that stay clear of black and white."""
    rng = np.random.default_rng(4)

    def smooth() -> np.ndarray:
        return cv2.GaussianBlur(rng.integers(40, 216, (height, width, 3)).astype(np.uint8), (0, 0), 2)

    return smooth(), smooth()


def ring(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(y - height / 2, x - width / 2)
    return np.where((distance > 0.2 * height) & (distance < 0.35 * height), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("height", "width"), [(128, 128), (97, 140)])
def test_agrees_with_opencv(height, width):
    source, target = pictures(height, width)
    mask = ring(height, width)
    expected = cv2.seamlessClone(source, target, mask.copy(), (width // 2, height // 2), cv2.NORMAL_CLONE)
    got = seamless_clone(source, target, mask)
    away = np.s_[16:-16, 16:-16]  # OpenCV holds the colours one pixel further inside
    difference = np.abs(got.astype(int) - expected)
    assert difference[away].max() <= 2
    assert difference.mean() < 0.5


def test_keeps_the_sources_gradients_inside_and_the_targets_border():
    source, target = pictures(80, 90)
    mask = np.zeros((80, 90), np.uint8)
    mask[20:60, 20:70] = 255
    joined = seamless_clone(source, target, mask).astype(float)
    assert (joined[[0, -1]] == target[[0, -1]]).all() and (joined[:, [0, -1]] == target[:, [0, -1]]).all()
    inner = np.s_[25:55, 25:65]
    lapped = cv2.Laplacian(joined, cv2.CV_64F)[inner] - cv2.Laplacian(source.astype(float), cv2.CV_64F)[inner]
    assert np.abs(lapped).max() < 4  # truncation moves each of five values by less than one level


def test_nothing_to_clone_changes_little_and_nothing_in_place():
    source, target = pictures(40, 40)
    mask = np.zeros((40, 40), np.uint8)
    before = source.copy(), target.copy()
    joined = seamless_clone(source, target, mask)
    assert np.abs(joined.astype(int) - target).max() <= 1
    assert (source == before[0]).all() and (target == before[1]).all() and not mask.any()


def test_a_picture_without_an_inside_stays_the_target():
    source, target = pictures(2, 5)
    assert (seamless_clone(source, target, np.full((2, 5), 255, np.uint8)) == target).all()
