"""The arithmetic of looking, without a window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_camera, make_mesh
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.app.state import ViewCamera
from faceviewer.gui.viewport import orbit
from faceviewer.gui.viewport.projection import Ball, fit_photo, from_photo_camera, from_view_camera, view_axes

BALL = Ball((0.0, -30.0, -60.0), 180.0)
SIZE = (300.0, 200.0)
angles = st.floats(-300, 300)


def test_the_point_looked_at_is_in_the_middle():
    camera = ViewCamera(position_mm=(100, 50, 500), focal_mm=(3, 4, 5))
    np.testing.assert_allclose(from_view_camera(camera, SIZE, BALL).to_pane(np.array(camera.focal_mm)), (150, 100))


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("size", [(300.0, 200.0), (150.0, 400.0)])
def test_the_field_of_view_spans_the_height_or_what_keeps_a_head_in_a_narrow_pane(size, parallel):
    camera = ViewCamera(position_mm=(0, 0, 500), focal_mm=(0, 0, 0), fov_deg=30, parallel=parallel)
    camera = replace(camera, parallel_scale_mm=500 * np.tan(np.radians(15)))
    edge = 500 * np.tan(np.radians(15))
    x, y = from_view_camera(camera, size, BALL).to_pane(np.array([edge, edge, 0.0]))
    spanned = min(size[1], size[0] / 0.62)
    assert x - size[0] / 2 == pytest.approx(spanned / 2) and size[1] / 2 - y == pytest.approx(spanned / 2)


@pytest.mark.parametrize("parallel", [False, True])
def test_a_ray_goes_through_what_is_under_it(parallel):
    camera = ViewCamera(position_mm=(100, 150, 500), focal_mm=(3, 4, 5), parallel=parallel)
    projection = from_view_camera(camera, SIZE, BALL)
    target = np.array([20.0, -50, 10])
    origin, direction = projection.ray(tuple(projection.to_pane(target)))
    away = target - origin
    np.testing.assert_allclose(away, direction * (away @ direction), atol=1e-6)
    np.testing.assert_allclose(projection.towards_eye(target), -direction, atol=1e-9)


def test_one_pixel_shows_so_many_millimetres():
    camera = ViewCamera(position_mm=(0, 0, 500), focal_mm=(0, 0, 0))
    for projection in (from_view_camera(camera, SIZE, BALL), from_photo_camera(make_camera(), SIZE, BALL)):
        across = projection.view[0, :3]
        a, b = projection.to_pane(np.stack([np.zeros(3), across]))
        assert np.linalg.norm(b - a) == pytest.approx(1 / projection.mm_per_pixel(np.zeros(3)), rel=1e-6)


def test_through_the_photos_camera_everything_is_where_the_photo_has_it():
    camera, mesh = make_camera(), make_mesh()
    for size in (SIZE, (200.0, 500.0)):
        scale, left, top = fit_photo(camera.size, size)
        pane = from_photo_camera(camera, size, BALL).to_pane(mesh.vertices)
        np.testing.assert_allclose(pane, camera.project(mesh.vertices) * scale + (left, top), atol=1e-6)


def test_all_of_the_ball_lies_between_the_planes():
    ball = Ball.around(make_mesh().vertices)
    for projection in (
        from_view_camera(ViewCamera(), SIZE, ball),
        from_view_camera(ViewCamera(parallel=True), SIZE, ball),
        from_photo_camera(make_camera(), SIZE, ball),
    ):
        clipped = (
            np.c_[make_mesh().vertices, np.ones(len(make_mesh().vertices))] @ (projection.clip @ projection.view).T
        )
        depth = clipped[:, 2] / clipped[:, 3]
        assert -1 < depth.min() < depth.max() < 1


@given(angles, angles)
def test_turning_keeps_distance_and_level(dx, dy):
    camera = ViewCamera()
    turned = orbit.rotate(camera, dx, dy, SIZE)
    distance = np.linalg.norm(np.subtract(turned.position_mm, turned.focal_mm))
    assert distance == pytest.approx(802.0) and turned.focal_mm == camera.focal_mm
    right, up, back = view_axes(turned)
    assert abs(right[1]) < 1e-6, "the head stays upright"
    assert up[1] > 0 and abs(back[1]) <= np.sin(np.radians(89.6))


@given(angles)
def test_turning_there_and_back_returns(dx):
    camera = ViewCamera()
    back = orbit.rotate(orbit.rotate(camera, dx, 0, SIZE), -dx, 0, SIZE)
    np.testing.assert_allclose(back.position_mm, camera.position_mm, atol=1e-6)


def test_turning_leaves_the_pole_that_a_view_from_above_starts_at():
    above = ViewCamera(position_mm=(0, 700, 0), focal_mm=(0, 0, 0), up=(0, 0, -1))
    turned = orbit.rotate(above, 0, -40, SIZE)
    assert 0 < turned.position_mm[1] < 690 and turned.position_mm[2] > 50, "dragging up tips the face towards the eye"


@given(st.floats(-60, 60))
def test_zoom_stays_within_reason_and_keeps_the_direction(steps):
    camera = ViewCamera()
    moved = orbit.zoom(camera, steps)
    offset = np.subtract(moved.position_mm, moved.focal_mm)
    assert 29.9 < np.linalg.norm(offset) < 6001
    np.testing.assert_allclose(view_axes(moved), view_axes(camera), atol=1e-9)


def test_leaving_the_photos_camera_stays_where_it_was():
    camera = make_camera()
    view = orbit.leave_photo_camera(camera, ViewCamera(), (320.0, 240.0))
    np.testing.assert_allclose(camera.to_camera(np.array(view.position_mm)), 0, atol=1e-9)
    before = from_photo_camera(camera, (320.0, 240.0), BALL)
    after = from_view_camera(view, (320.0, 240.0), BALL)
    points = np.array([[0.0, 30, 0], [0, -30, 0]])
    lengths = [np.linalg.norm(np.diff(p.to_pane(points), axis=0)) for p in (before, after)]
    assert lengths[1] == pytest.approx(lengths[0], rel=0.03)
