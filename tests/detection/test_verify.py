from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from face_pictures import blobs, sample_rgb
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.detection.blazeface import detect_in_region
from faceviewer.detection.landmarker import Landmarks
from faceviewer.detection.networks import Networks
from faceviewer.detection.regions import turned
from faceviewer.detection.roi import Pyramid, Roi, letterbox, roi_from_landmarks
from faceviewer.detection.verify import Verified, confirm, fits, verify


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks()


@pytest.fixture(scope="module")
def photo() -> Pyramid:
    return Pyramid(sample_rgb())


@pytest.fixture(scope="module")
def region(networks: Networks, photo: Pyramid) -> Roi:
    (detection,) = detect_in_region(networks, photo, letterbox(*photo.size))
    return detection.roi()


def test_a_face_is_confirmed_best_upright(networks: Networks, photo: Pyramid, region: Roi) -> None:
    upright, *others = (confirm(networks, photo, turned(region, k)) for k in range(4))
    assert upright > 2 and max(others) < 1.9  # what the search takes for upright


def test_verify_settles_on_a_badly_placed_face(networks: Networks, photo: Pyramid, region: Roi) -> None:
    moved = replace(region, x=region.x + 0.1 * region.width, angle=region.angle + 0.5)
    seen = verify(networks, photo, moved)
    assert seen is not None and seen.is_face and seen.score > 0.99
    well = verify(networks, photo, region)
    assert well is not None
    distance = np.linalg.norm(seen.landmarks.xy_px - well.landmarks.xy_px, axis=1).mean()
    assert distance < 0.02 * region.width


def test_spots_are_taken_back(networks: Networks) -> None:
    photo = Pyramid(blobs(400, 400, sigma=12))
    for x in (100, 200, 300):
        seen = verify(networks, photo, Roi(x, 200, 150, 150))
        assert seen is None or not seen.is_face


@pytest.mark.parametrize(
    ("presence", "confirmation", "is_face"),
    [(5, 1.2, True), (5, 0.8, False), (-5, 1.2, False), (-5, 1.6, True), (-20, 1.6, False)],
)
def test_who_decides(presence: float, confirmation: float, is_face: bool) -> None:
    landmarks = Landmarks(Roi(0, 0, 1, 1), np.zeros((478, 2)), np.zeros(478), presence)
    seen = Verified(landmarks, confirmation)
    assert seen.is_face == is_face
    assert 0 <= seen.score <= 1


@given(st.floats(-7, 7), st.floats(10, 500))
def test_a_region_fits_itself_however_often_it_is_turned(angle: float, side: float) -> None:
    roi = Roi(3, 4, side, side, angle)
    assert fits(roi, replace(roi, angle=angle + 2 * np.pi)) and fits(roi, roi.scaled(1.05))
    assert not fits(roi, replace(roi, angle=angle + 0.3))
    assert not fits(roi, replace(roi, x=3 + 0.2 * side))
    assert not fits(roi, roi.scaled(1.5))


def test_the_region_of_found_landmarks_fits(networks: Networks, photo: Pyramid, region: Roi) -> None:
    seen = verify(networks, photo, region)
    assert seen is not None and fits(region, roi_from_landmarks(seen.landmarks.xy_px))
