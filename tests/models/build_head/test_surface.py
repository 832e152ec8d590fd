from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.models.build_head.surface import Surface


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
