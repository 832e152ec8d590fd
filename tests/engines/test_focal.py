"""Who tells an engine the focal length of a photo."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from factories import make_photo

from faceviewer.engines.focal import Focal, told_focal
from faceviewer.engines.options import ReconstructOptions, focal_limits
from faceviewer.types import FaceviewerError


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


def test_the_limits_are_those_of_the_field_of_view():
    widest, narrowest = (told_focal(make_photo((320, 240)), ReconstructOptions(fov_deg=fov)) for fov in (150.0, 1.0))
    assert widest is not None and narrowest is not None
    assert (widest.px, narrowest.px) == focal_limits((320, 240)) == pytest.approx((42.87, 18334.0), rel=1e-4)


@pytest.mark.parametrize("focal_px", [1.0, 42.0, 18335.0, 1e30, 1e300])
def test_what_no_camera_has_is_refused_and_the_limits_named(focal_px):
    """Given in millimetres, the head lay behind the camera and was written."""
    said = "must be between 43 and 18334 pixels of this photo, not {:g}; pixels are wanted, not millimetres"
    with pytest.raises(FaceviewerError, match=re.escape(said.format(focal_px))):
        told_focal(make_photo((320, 240)), ReconstructOptions(focal_px=focal_px))


@pytest.mark.parametrize("focal_px", [1.0, 1e6])
def test_what_no_camera_has_is_unknown_where_nobody_set_it(focal_px):
    photo = make_photo((320, 240))
    assert told_focal(replace(photo, focal_px=focal_px), ReconstructOptions()) is None
    held = ReconstructOptions(focal_px=focal_px, focal_from="guess")
    assert told_focal(photo, held) == Focal(focal_px, "guess")
