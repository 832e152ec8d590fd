from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.models.build_head.subdivide import catmull_clark, subdivided_symmetry, triangulate
from faceviewer.models.head_model import load_head


def grid(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (n, 3) of a flat grid centred on x = 0, and its quads."""
    x, y = np.meshgrid(np.arange(columns + 1) - columns / 2, np.arange(rows + 1))
    ids = np.arange(x.size).reshape(x.shape)
    quads = np.stack([ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]], -1).reshape(-1, 4)
    return np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], 1), quads


CUBE = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
CUBE_QUADS = np.array([(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)])


def test_cube_by_hand():
    matrix, quads = catmull_clark(CUBE_QUADS, 8)
    fine = matrix @ CUBE
    assert fine.shape == (8 + 12 + 6, 3) and quads.shape == (24, 4)
    # valence 3: (F + 2 R) / 3 of the mean face point (1/3, ..) and the mean edge midpoint (2/3, ..)
    assert np.allclose(np.abs(fine[:8]), 5 / 9)
    assert np.allclose(np.sort(np.abs(fine[8:20]), 1), [0, 0.75, 0.75])
    assert np.allclose(np.sort(np.abs(fine[20:]), 1), [0, 0, 1])


def test_flat_grid_stays_flat_and_keeps_its_border_straight():
    vertices, quads = grid(4, 3)
    matrix, fine_quads = catmull_clark(quads, len(vertices))
    fine = matrix @ vertices
    assert np.allclose(fine[:, 2], 0)
    left = fine[np.isclose(fine[:, 0], -2)]
    assert len(left) == 7 - 2  # all but the rounded corners
    a, b, c, d = (fine[fine_quads[:, k], :2] for k in range(4))
    first, second = c - a, d - b
    assert (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0] > 0).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), columns=st.integers(1, 5), rows=st.integers(1, 5))
def test_affine_maps_commute_with_subdivision(seed, columns, rows):
    rng = np.random.default_rng(seed)
    vertices, quads = grid(columns, rows)
    vertices = vertices + rng.normal(size=vertices.shape) * 0.2
    A, b = rng.normal(size=(3, 3)), rng.normal(size=3)
    matrix, _ = catmull_clark(quads, len(vertices))
    assert np.allclose(matrix @ (vertices @ A.T + b), (matrix @ vertices) @ A.T + b)
    assert np.allclose(matrix.sum(1), 1)


def test_shipped_matrix_is_affine_and_is_catmull_clark():
    head = load_head()
    assert np.allclose(head.subdivision.sum(1), 1)
    matrix, quads = catmull_clark(head.control_quads.astype(np.int64), len(head.mean_control_mm))
    assert np.allclose((matrix - head.subdivision).data, 0, atol=1e-12)
    triangles = np.sort(head.topology.triangles, 1)
    assert len(triangles) == 2 * len(quads)


def test_symmetry_and_triangles_follow_the_mirror():
    vertices, quads = grid(4, 2)
    vertices[:, 2] = np.abs(vertices[:, 0]) ** 1.3 + vertices[:, 1] ** 2
    order = np.lexsort((vertices[:, 1], -vertices[:, 0]))  # by mirrored place
    symmetry = np.empty(len(vertices), np.int64)
    symmetry[np.lexsort((vertices[:, 1], vertices[:, 0]))] = order
    matrix, fine_quads = catmull_clark(quads, len(vertices))
    fine = matrix @ vertices
    mirror = subdivided_symmetry(symmetry, quads)
    assert np.allclose(fine[mirror] * (-1, 1, 1), fine)
    triangles = triangulate(fine_quads, fine, mirror)
    assert {frozenset(t) for t in mirror[triangles].tolist()} == {frozenset(t) for t in triangles.tolist()}


def test_lopsided_mesh_is_refused():
    vertices, quads = grid(2, 2)
    with pytest.raises(ValueError, match="not symmetric"):
        subdivided_symmetry(np.roll(np.arange(len(vertices)), 1), quads)
