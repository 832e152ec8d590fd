"""The shortest way along a surface."""

import numpy as np
import pytest
import trimesh
from hypothesis import example, given, settings
from hypothesis import strategies as st

from faceviewer.geometry.closest import Surface
from faceviewer.geometry.geodesic import surface_path
from faceviewer.geometry.surface import SurfacePoint, position_mm

BALL = trimesh.creation.icosphere(4, 90)
VERTICES, TRIANGLES = np.asarray(BALL.vertices), np.asarray(BALL.faces)
ROUND = Surface(VERTICES, TRIANGLES)


@st.composite
def places(draw):
    weights = np.array([draw(st.sampled_from([0.0, 0.2, 0.7, 1.0])) for _ in range(3)])
    weights[2] += 1e-9  # never all zero
    return SurfacePoint.of(draw(st.integers(0, len(TRIANGLES) - 1)), weights / weights.sum())


def flat_grid(size: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """A square of ``size`` cells of 1 mm, all cut along the same diagonal."""
    x, y = np.meshgrid(np.arange(size + 1.0), np.arange(size + 1.0))
    ids = np.arange(x.size).reshape(x.shape)
    a, b, c, d = ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    return np.stack([x, y, 0 * x], -1).reshape(-1, 3), triangles


@settings(max_examples=40, deadline=None)
@given(places(), places())
def test_on_a_sphere_it_is_a_great_circle(start, end):
    a, b = (position_mm(VERTICES, TRIANGLES, point) for point in (start, end))
    arc = 90 * np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)
    found = surface_path(VERTICES, TRIANGLES, start, end)
    assert found is not None and found.length == pytest.approx(arc, rel=0.01, abs=1e-6)
    assert found.length >= np.linalg.norm(a - b) - 1e-9
    assert np.allclose(found.points[0], a) and np.allclose(found.points[-1], b)


@settings(max_examples=15, deadline=None)
@given(places(), places())
def test_the_way_lies_on_the_surface_and_is_the_same_backwards(start, end):
    there, back = (surface_path(VERTICES, TRIANGLES, *pair) for pair in ((start, end), (end, start)))
    assert there is not None and back is not None
    assert there.length == pytest.approx(back.length, rel=1e-2, abs=1e-6)
    between = (there.points[1:] + there.points[:-1]) / 2
    assert ROUND.nearest(np.concatenate([there.points, between])).distance.max() < 1e-6
    assert np.linalg.norm(np.diff(there.points, axis=0), axis=1).sum() == pytest.approx(there.length)


@settings(max_examples=25, deadline=None)
@given(*[st.floats(0.3, 19.7)] * 4)
@example(10, 1, 9, 2)  # a single edge in between
def test_on_a_plane_it_is_straight_whichever_way_the_triangles_run(ax, ay, bx, by):
    vertices, triangles = flat_grid()
    found = Surface(vertices, triangles).nearest(np.array([[ax, ay, 0], [bx, by, 0]]))
    ends = [SurfacePoint.of(int(t), w) for t, w in zip(found.triangle, found.weights, strict=True)]
    way = surface_path(vertices, triangles, *ends)
    assert way is not None and way.length == pytest.approx(np.hypot(ax - bx, ay - by), rel=4e-3, abs=5e-3)


def test_it_goes_around_a_gap():
    vertices, triangles = flat_grid()
    centre = vertices[triangles].mean(1)
    wall = (np.abs(centre[:, 0] - 10) < 1) & (centre[:, 1] < 16)
    triangles = triangles[~wall]
    ends = Surface(vertices, triangles).nearest(np.array([[4, 4, 0], [16, 4, 0.0]]))
    way = surface_path(
        vertices, triangles, *(SurfacePoint.of(int(t), w) for t, w in zip(ends.triangle, ends.weights, strict=True))
    )
    assert way is not None and way.length == pytest.approx(2 * np.hypot(5, 12) + 2, rel=1e-3)


def test_within_a_triangle_and_from_a_point_to_itself():
    a, b = SurfacePoint(7, (0.2, 0.3, 0.5)), SurfacePoint(7, (0.6, 0.3, 0.1))
    straight = np.linalg.norm(position_mm(VERTICES, TRIANGLES, a) - position_mm(VERTICES, TRIANGLES, b))
    for end, length in ((b, straight), (a, 0)):
        found = surface_path(VERTICES, TRIANGLES, a, end)
        assert found is not None and found.length == pytest.approx(length) and len(found.points) == 2


def test_between_parts_that_do_not_touch_there_is_no_way():
    two = np.concatenate([VERTICES, VERTICES + 500])
    triangles = np.concatenate([TRIANGLES, TRIANGLES + len(VERTICES)])
    end = SurfacePoint(len(triangles) - 1, (1.0, 0.0, 0.0))
    assert surface_path(two, triangles, SurfacePoint(0, (1.0, 0.0, 0.0)), end) is None
