"""Who tells an engine the focal length of a photo."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import make_photo

from faceviewer.engines.focal import Focal, told_focal
from faceviewer.engines.options import ReconstructOptions


@pytest.mark.parametrize(
    ("exif_px", "options", "focal"),
    [
        (None, ReconstructOptions(), None),
        (700.0, ReconstructOptions(), Focal(700.0, "exif")),
        (700.0, ReconstructOptions(focal_px=900.0), Focal(900.0, "setting")),
        (700.0, ReconstructOptions(focal_px=900.0, focal_from="guess"), Focal(900.0, "guess")),
    ],
)
def test_the_users_word_counts_before_that_of_the_photo(exif_px, options, focal):
    assert told_focal(replace(make_photo(), focal_px=exif_px), options) == focal


def test_a_field_of_view_is_a_focal_length_of_this_photo():
    told = told_focal(make_photo((320, 240)), ReconstructOptions(fov_deg=90.0))
    assert told is not None and told.px == pytest.approx(160.0) and told.source == "setting"
