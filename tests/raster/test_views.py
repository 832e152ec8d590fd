"""Cameras show the side they name and fill the frame."""

from __future__ import annotations

import numpy as np
import pytest
from factories import make_camera, make_mesh
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.raster.views import AZIMUTHS_DEG, frame_head, scale_camera


@given(azimuth_deg=st.floats(-180, 180), width=st.integers(32, 900), height=st.integers(32, 900))
def test_the_head_just_fills_the_frame(azimuth_deg, width, height):
    points = make_mesh().vertices
    frame = (0.1 * width, 0.2 * height, 0.8 * width, 0.9 * height)
    camera = frame_head(points, azimuth_deg, (width, height), frame)
    xy = camera.project(points)
    low, high = xy.min(0), xy.max(0)
    slack = [low[0] - frame[0], low[1] - frame[1], frame[2] - high[0], frame[3] - high[1]]
    assert min(slack) > -1e-6 * max(width, height)
    assert sorted(np.abs(slack))[1] < 1e-6 * max(width, height)  # touches both sides of the tighter direction
    assert slack[0] == pytest.approx(slack[2], abs=1e-6) and slack[1] == pytest.approx(slack[3], abs=1e-6)
    assert camera.K[0, 0] == camera.K[1, 1]


@pytest.mark.parametrize("side", AZIMUTHS_DEG)
def test_a_view_shows_the_side_it_names(side):
    camera = frame_head(make_mesh().vertices, AZIMUTHS_DEG[side], (200, 200))
    assert np.linalg.det(camera.R_camera_head) == pytest.approx(1)
    left_ear, right_ear, nose, crown, centre = camera.to_camera(
        np.array([[75.0, 0, -60], [-75, 0, -60], [0, 0, 50], [0, 100, -60], [0, 0, -60]])
    )
    assert crown[1] < centre[1]  # upright: camera y points down
    if side.endswith("left"):
        assert left_ear[2] < right_ear[2] and nose[0] < centre[0]
    elif side.endswith("right"):
        assert right_ear[2] < left_ear[2] and nose[0] > centre[0]
    else:
        assert left_ear[0] > right_ear[0] and nose[2] < centre[2]


def test_a_scaled_camera_sees_the_same_in_another_size():
    camera = make_camera((320, 240))
    points = make_mesh().vertices
    np.testing.assert_allclose(scale_camera(camera, (640, 120)).project(points), camera.project(points) * [2, 0.5])
