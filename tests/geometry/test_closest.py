"""Closest points on a surface."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.geometry.closest import Surface


def sphere_patch() -> tuple[np.ndarray, np.ndarray]:
    u, v = np.meshgrid(np.linspace(0.3, 1.2, 9), np.linspace(0.3, 1.2, 9))
    vertices = np.stack([np.sin(u) * np.cos(v), np.sin(u) * np.sin(v), np.cos(u)], -1).reshape(-1, 3)
    ids = np.arange(81).reshape(9, 9)
    a, b, c, d = ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]
    return vertices, np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_nearest_is_the_nearest(seed):
    rng = np.random.default_rng(seed)
    vertices, triangles = sphere_patch()
    point = rng.normal(size=3) * 1.5
    found = Surface(vertices, triangles).nearest(point[None])
    assert np.allclose(found.weights.sum(1), 1) and found.weights.min() >= 0
    assert np.allclose(np.einsum("nj,njc->nc", found.weights, vertices[triangles[found.triangle]]), found.points)
    steps = np.array([(i, j, 12 - i - j) for i in range(13) for j in range(13 - i)]) / 12
    samples = np.einsum("sj,tjc->tsc", steps, vertices[triangles]).reshape(-1, 3)
    assert found.distance[0] <= np.linalg.norm(samples - point, axis=1).min() + 1e-9


def test_points_of_the_surface_are_their_own_nearest():
    vertices, triangles = sphere_patch()
    found = Surface(vertices, triangles).nearest(vertices)
    assert np.allclose(found.distance, 0, atol=1e-9)


def test_long_triangles_among_small_ones_are_found():
    vertices, triangles = sphere_patch()
    far = np.array([[5, 0, 0], [5, 9, 0], [5, 0, 9.0]])
    surface = Surface(np.concatenate([vertices, far]), np.concatenate([triangles, [[81, 82, 83]]]))
    found = surface.nearest(np.array([[4.0, 0.5, 8.4], [5.5, 0.1, 0.1]]))
    assert found.triangle.tolist() == [len(triangles)] * 2 and np.allclose(found.distance, [1, 0.5])


def test_triangles_without_area_do_no_harm():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0.0]])
    found = Surface(vertices, np.array([[0, 1, 2], [0, 0, 0]])).nearest(np.array([[0.5, 1, 0.0]]))
    assert np.allclose(found.points, [[0.5, 0, 0]]) and np.allclose(found.distance, 1)
