"""Pictures that come from elsewhere, as the pixels that the engine gets."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from faceviewer.gui.user_interface import image_of, rgb_of

Format = QImage.Format


@pytest.fixture
def rgba() -> np.ndarray:
    """(7, 13, 4) uint8: rows of such a width are padded."""
    return np.random.default_rng(5).integers(0, 256, (7, 13, 4), np.uint8)


@pytest.mark.parametrize("form", [Format.Format_RGB888, Format.Format_RGB32, Format.Format_ARGB32])
def test_opaque_pictures_stay_as_they_are(rgba: np.ndarray, form: QImage.Format) -> None:
    rgb = rgb_of(image_of(rgba[..., :3]).convertToFormat(form))
    np.testing.assert_array_equal(rgb, rgba[..., :3])
    assert rgb.flags.owndata and rgb.flags.c_contiguous


def test_opaque_pictures_are_copied_without_arithmetic(rgba: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a screenshot of 3840 x 2160 it held the window up for half a second."""
    monkeypatch.setattr(np, "rint", lambda _: pytest.fail("nothing has to be mixed"))
    for form in (Format.Format_RGB32, Format.Format_ARGB32):
        rgb_of(image_of(rgba[..., :3]).convertToFormat(form))


def test_transparency_goes_over_neutral_grey(rgba: np.ndarray) -> None:
    share = rgba[..., 3:] / 255.0
    expected = rgba[..., :3] * share + 128 * (1 - share)
    assert np.abs(rgb_of(image_of(rgba)) - expected).max() <= 0.51
