"""How far the camera was, and what that number is said to take for granted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_reconstruction

from faceviewer.app.distance import Distance, distance_of, length_text
from faceviewer.types import FOCAL_SOURCES, Reconstruction


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction()


@pytest.mark.parametrize("source", FOCAL_SOURCES)
def test_it_says_where_the_focal_length_is_from(result, source):
    distance = distance_of(replace(result, focal_from=source))
    assert distance.focal_from == source
    assert f"{result.camera.K[0, 0]:.0f} px" in distance.assumption
    assert ("no real distance" in distance.assumption) == (source in ("fixed", "engine"))
    assert ("no scale" in distance.assumption) == (source not in ("fixed", "engine"))


def test_it_is_measured_to_the_heads_origin(result):
    aside = replace(result, camera=replace(result.camera, t_camera_head=np.array([300.0, 0.0, 400.0])))
    distance = distance_of(aside)
    assert (distance.mm, distance.depth_mm, distance.text) == (pytest.approx(500), 400, "50 cm")


@pytest.mark.parametrize(
    ("mm", "text"),
    [(4.0, "0 cm"), (994.0, "99 cm"), (996.0, "1.00 m"), (7754.0, "7.75 m"), (12345.0, "12.3 m"),
     (float("nan"), "unknown"), (float("inf"), "unknown")],
)  # fmt: skip
def test_lengths_have_a_unit_that_suits_them(mm, text):
    assert length_text(mm) == text


def test_sources_have_different_words():
    sentences = {Distance(1.0, 1.0, 7.0, source).assumption for source in FOCAL_SOURCES}
    assert len(sentences) == len(FOCAL_SOURCES)
