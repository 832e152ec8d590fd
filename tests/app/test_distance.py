"""How far the camera was, and what that number is said to take for granted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_reconstruction

from faceviewer.app.distance import Distance, distance_of, length_text
from faceviewer.types import Reconstruction


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction()


def seen_by(result: Reconstruction, focal_px: float, engine: str = "builtin", *warnings: str) -> Reconstruction:
    K = result.camera.K.copy()
    K[0, 0] = K[1, 1] = focal_px
    return replace(result, camera=replace(result.camera, K=K), engine=engine, warnings=warnings)


UNKNOWN = "The photo does not say its focal length; it was estimated, and with it the distance."
GIVEN = "The distance follows from the focal length that was given, 5000 px."


@pytest.mark.parametrize(
    ("focal_px", "engine", "warnings", "exif_px", "source"),
    [
        (1000.0, "builtin", (), 1010.0, "exif"),
        (1000.0, "builtin", (), 1500.0, "setting"),
        (1000.0, "builtin", (), None, "setting"),
        (1000.0, "builtin", (UNKNOWN,), None, "estimate"),
        (5000.0, "builtin", (UNKNOWN,), None, "published"),
        (5000.0, "builtin", (), 4990.0, "exif"),
        (5000.0, "trg", (GIVEN,), None, "setting"),
        (1000.0, "trg", (GIVEN,), 1000.0, "setting"),
        (1000.0, "3ddfa-v3", (), 1000.0, "engine"),
        (1000.0, "nobody-knows-it", (UNKNOWN,), None, "estimate"),
    ],
)
def test_it_says_where_the_focal_length_is_from(result, focal_px, engine, warnings, exif_px, source):
    distance = distance_of(seen_by(result, focal_px, engine, *warnings), exif_px)
    assert distance.source == source
    assert f"{focal_px:.0f} px" in distance.assumption
    assert ("no real distance" in distance.assumption) == (source in ("published", "engine"))
    assert ("no scale" in distance.assumption) == (source not in ("published", "engine"))


def test_it_is_measured_to_the_heads_origin(result):
    aside = replace(result, camera=replace(result.camera, t_camera_head=np.array([300.0, 0.0, 400.0])))
    distance = distance_of(aside, None)
    assert (distance.mm, distance.depth_mm, distance.text) == (pytest.approx(500), 400, "50 cm")


@pytest.mark.parametrize(
    ("mm", "text"),
    [(4.0, "0 cm"), (994.0, "99 cm"), (996.0, "1.00 m"), (7754.0, "7.75 m"), (12345.0, "12.3 m"),
     (float("nan"), "unknown"), (float("inf"), "unknown")],
)  # fmt: skip
def test_lengths_have_a_unit_that_suits_them(mm, text):
    assert length_text(mm) == text


def test_sources_have_different_words():
    sentences = {Distance(1.0, 1.0, 7.0, source).assumption for source in
                 ("exif", "setting", "published", "estimate", "engine")}  # fmt: skip
    assert len(sentences) == 5
