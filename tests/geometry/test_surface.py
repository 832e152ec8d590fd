"""Points on a mesh."""

import numpy as np
import pytest
from factories import make_mesh
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.normals import vertex_normals
from faceviewer.geometry.surface import (
    SurfacePoint,
    at_vertex,
    interpolate,
    nearest_corner,
    normal_at,
    position_mm,
    ray_hit,
    uv_of,
)

MESH = make_mesh()
TRIANGLES = MESH.topology.triangles


@st.composite
def surface_points(draw):
    weights = np.array([draw(st.floats(0.01, 1)) for _ in range(3)])
    return SurfacePoint.of(draw(st.integers(0, len(TRIANGLES) - 1)), weights / weights.sum())


@given(st.integers(0, len(MESH.vertices) - 1))
def test_a_vertex_goes_to_a_point_and_back(vertex):
    point = at_vertex(MESH.topology, vertex)
    assert nearest_corner(TRIANGLES, point) == vertex
    assert np.allclose(position_mm(MESH.vertices, TRIANGLES, point), MESH.vertices[vertex])
    assert np.allclose(normal_at(MESH.vertices, TRIANGLES, point), vertex_normals(MESH.vertices, TRIANGLES)[vertex])


def test_a_vertex_that_no_triangle_has_is_refused():
    with pytest.raises(ValueError, match="99999"):
        at_vertex(MESH.topology, 99999)


@given(surface_points())
def test_points_are_values(point):
    assert {point: 1}[SurfacePoint(point.triangle, tuple(point.barycentric))] == 1
    assert sum(point.barycentric) == pytest.approx(1) and min(point.barycentric) >= 0


def test_weights_a_little_outside_are_brought_inside():
    assert SurfacePoint.of(3, np.array([-1e-12, 0.5, 0.5])).barycentric == (0.0, 0.5, 0.5)


@given(surface_points())
def test_uv_and_values_are_blends_of_the_corners(point):
    corners = MESH.topology.uv[MESH.topology.uv_triangles[point.triangle]]
    uv = uv_of(MESH.topology, point)
    assert uv.shape == (2,) and (uv >= corners.min(0) - 1e-6).all() and (uv <= corners.max(0) + 1e-6).all()
    scalar = interpolate(MESH.vertices[:, 1], TRIANGLES, point)
    assert float(scalar) == pytest.approx(position_mm(MESH.vertices, TRIANGLES, point)[1])


@given(surface_points())
def test_a_ray_along_the_normal_hits_the_point_it_starts_from(point):
    target = position_mm(MESH.vertices, TRIANGLES, point)
    normal = normal_at(MESH.vertices, TRIANGLES, point)
    assert np.linalg.norm(normal) == pytest.approx(1)
    hit = ray_hit(MESH.vertices, TRIANGLES, target + normal * 0.5, -3 * normal)
    assert hit is not None and np.allclose(position_mm(MESH.vertices, TRIANGLES, hit), target, atol=1e-3)


def test_a_ray_stops_at_the_first_surface_and_may_miss():
    inside, far = MESH.vertices.mean(0), np.array([0, 0, 1000.0])
    front = ray_hit(MESH.vertices, TRIANGLES, inside + far, np.array([0, 0, -1]))
    back = ray_hit(MESH.vertices, TRIANGLES, inside - far, np.array([0, 0, 1]))
    assert front is not None and back is not None
    assert position_mm(MESH.vertices, TRIANGLES, front)[2] > position_mm(MESH.vertices, TRIANGLES, back)[2] + 100
    assert ray_hit(MESH.vertices, TRIANGLES, inside + far, np.array([0, 0, 1])) is None
