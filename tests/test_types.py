"""The shared dataclasses: read-only arrays, cameras, cancel tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.types import Camera, Cancelled, CancelToken, FaceMesh, Photo, Topology


def camera(yaw: float = 20, focal: float = 800) -> Camera:
    K = np.array([[focal, 0, 320], [0, focal * 1.01, 240], [0, 0, 1.0]])
    return Camera(K, rotation_from_pose(yaw, 10, -5), np.array([12.0, -8.0, 700.0]), (640, 480))


@given(st.integers(0, 2**31), st.floats(-85, 85), st.floats(300, 5000))
def test_unproject_is_the_inverse_of_project(seed, yaw, focal):
    view = camera(yaw, focal)
    xyz = np.random.default_rng(seed).uniform(-120, 120, (30, 3))
    assert np.allclose(view.unproject(view.project(xyz), view.to_camera(xyz)[:, 2]), xyz, atol=1e-6)


def test_points_behind_the_camera_have_no_pixel():
    view = camera(0)
    behind = np.array([0.0, 0.0, 5000.0])
    assert np.isnan(view.project(behind)).all()


@given(st.integers(0, 2**31))
def test_opengl_matrices_lay_points_on_the_same_pixels(seed):
    view = camera()
    xyz = np.random.default_rng(seed).uniform(-100, 100, (20, 3))
    modelview, projection = view.to_opengl(50, 3000)
    clip = np.c_[xyz, np.ones(20)] @ modelview.T @ projection.T
    ndc = clip[:, :3] / clip[:, 3:]
    xy_px = np.c_[(ndc[:, 0] + 1) / 2 * 640, (1 - ndc[:, 1]) / 2 * 480]
    assert np.allclose(xy_px, view.project(xyz), atol=1e-6)
    assert (np.abs(ndc[:, 2]) < 1).all()


def test_arrays_are_read_only_and_the_callers_array_is_not():
    rgb = np.zeros((4, 6, 3), np.uint8)
    photo = Photo(rgb)
    with pytest.raises(ValueError, match="read-only"):
        photo.rgb[0, 0] = 1
    rgb[0, 0] = 1
    assert photo.size == (6, 4)


def test_mappings_cannot_be_changed():
    corners = np.array([[0, 1, 2]], np.int32)
    topology = Topology("t", corners, np.zeros((3, 2), np.float32), corners, parts={"skin": np.arange(3)})
    with pytest.raises(TypeError):
        topology.parts["nose"] = np.arange(1)  # type: ignore[index]
    assert FaceMesh(np.zeros((3, 3), np.float32), topology).colors is None


def test_a_cancelled_job_stops_at_its_next_check():
    token = CancelToken()
    token.check()
    token.cancel()
    with pytest.raises(Cancelled):
        token.check()
