"""From texels and photo pixels to points on the mesh."""

import numpy as np
import pytest
from factories import make_camera, make_mesh
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.planar import PlanarTriangles, photo_locator, uv_locator
from faceviewer.geometry.surface import SurfacePoint, position_mm, ray_hit, uv_of

MESH = make_mesh()
TRIANGLES = MESH.topology.triangles
CAMERA = make_camera()
UV = uv_locator(MESH.topology)
PHOTO = photo_locator(MESH, CAMERA)


@given(st.floats(0.01, 0.99), st.floats(0.06, 0.94))
def test_a_texel_has_a_point_with_its_uv(u, v):
    point = UV.locate((u, v))
    assert point is not None and np.allclose(uv_of(MESH.topology, point), (u, v), atol=1e-6)


@given(st.integers(0, len(TRIANGLES) - 1), st.floats(0.05, 0.9), st.floats(0.05, 0.9))
def test_a_point_of_the_layout_finds_its_own_triangle(triangle, b, c):
    weights = np.array([0.1, b, c]) / (0.1 + b + c)
    found = UV.locate(uv_of(MESH.topology, SurfacePoint.of(triangle, weights)))
    assert found is not None and found.triangle == triangle and np.allclose(found.barycentric, weights, atol=1e-4)


@given(st.floats(0, 320), st.floats(0, 240))
def test_a_pixel_finds_what_a_ray_through_it_hits(x, y):
    eye, ahead = CAMERA.unproject(np.array([[x, y], [x, y]]), np.array([0.0, 1000.0]))
    hit, found = ray_hit(MESH.vertices, TRIANGLES, eye, ahead - eye), PHOTO.locate((x, y))
    assert (hit is None) == (found is None)
    if hit is not None and found is not None:
        seen = position_mm(MESH.vertices, TRIANGLES, found)
        assert np.allclose(seen, position_mm(MESH.vertices, TRIANGLES, hit), atol=1e-3)
        assert np.allclose(CAMERA.project(seen), (x, y), atol=1e-6)


def test_corners_and_edges_are_inside():
    for uv in MESH.topology.uv[: 24 * 14]:
        assert UV.locate(uv) is not None


def test_beside_the_layout_the_nearest_point_counts():
    square = PlanarTriangles(np.array([[0, 0], [1, 0], [1, 1.0]]), np.array([[0, 1, 2]]))
    assert square.locate((1.5, 0.25)) is None and square.nearest((1.5, 0.25), 0.4) is None
    assert square.nearest((1.5, 0.25), 0.6) == SurfacePoint(0, (0.0, 0.75, 0.25))
    assert square.nearest((0.5, 0.25), 0.0) == square.locate((0.5, 0.25))


def test_the_nearer_of_two_sheets_wins_and_weights_are_those_on_the_surface():
    xy = np.array([[0, 0], [4, 0], [0, 4.0]] * 2)
    near, far = np.array([100.0, 300, 300]), np.full(3, 200.0)
    found = PlanarTriangles(xy, np.array([[3, 4, 5], [0, 1, 2]]), np.concatenate([near, far])).locate((1, 1))
    assert found is not None and found.triangle == 1
    assert found.barycentric == pytest.approx((0.75, 0.125, 0.125))  # 1/2, 1/4, 1/4 on the picture, over the depths
    assert PlanarTriangles(xy, np.array([[0, 1, 2]])).locate((1, 1)) == SurfacePoint(0, (0.5, 0.25, 0.25))


def test_what_cannot_be_seen_is_not_found():
    xy = np.array([[0, 0], [4, 0], [0, 4.0], [np.nan, 1]])
    triangles = np.array([[0, 1, 3], [0, 1, 2], [0, 0, 1]])
    assert PlanarTriangles(xy, triangles, drawn=np.array([True, False, True])).locate((1, 0.5)) is None
    assert PlanarTriangles(xy, triangles).locate((1, 0.5)) == SurfacePoint(1, (0.625, 0.25, 0.125))
