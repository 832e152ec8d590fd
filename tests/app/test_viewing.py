"""Where the 3D view's camera stands."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest

from faceviewer.app.state import ViewCamera
from faceviewer.app.viewing import frame_camera
from faceviewer.gui.viewport.projection import Ball, from_view_camera
from faceviewer.models.head_model import load_head

DIRECTIONS = ("front", "back", "left", "right", "top", "bottom")


@pytest.fixture(scope="module")
def mean_head() -> np.ndarray:
    return load_head().mean_vertices_mm().astype(float)


def box(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return vertices.min(0), vertices.max(0)


def test_the_first_view_is_the_framed_view_of_the_mean_head(mean_head):
    def flat(camera: ViewCamera) -> np.ndarray:
        return np.hstack(astuple(camera))

    np.testing.assert_allclose(flat(ViewCamera()), flat(frame_camera(box(mean_head), ViewCamera(), "front")), atol=1)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("size", [(200, 600), (360, 640), (640, 480), (1400, 500)])
@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("fov_deg", [12.0, 60.0])
def test_a_framed_head_is_wholly_in_view(mean_head, direction, size, parallel, fov_deg):
    camera = frame_camera(box(mean_head), replace(ViewCamera(), parallel=parallel, fov_deg=fov_deg), direction)
    at = from_view_camera(camera, size, Ball.around(mean_head)).to_pane(mean_head) / size
    assert at.min() > 0 and at.max() < 1


@pytest.mark.parametrize("size", [(400, 640), (640, 480), (1400, 500)])
def test_from_the_front_it_fills_most_of_the_height(mean_head, size):
    at = from_view_camera(ViewCamera(), size, Ball.around(mean_head)).to_pane(mean_head)
    assert 0.82 < np.ptp(at[:, 1]) / size[1] < 0.9


def test_framing_keeps_the_direction(mean_head):
    turned = replace(ViewCamera(), position_mm=(300.0, 100.0, 200.0), focal_mm=(10.0, 0.0, 0.0))
    framed = frame_camera(box(mean_head), turned)
    before, after = (np.subtract(camera.position_mm, camera.focal_mm) for camera in (turned, framed))
    np.testing.assert_allclose(after / np.linalg.norm(after), before / np.linalg.norm(before), atol=1e-9)
