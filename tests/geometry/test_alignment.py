"""Similarity alignment and normals."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.geometry.alignment import align_similarity
from faceviewer.geometry.normals import triangle_normals, vertex_normals
from faceviewer.geometry.rotations import rotation_from_pose


@given(st.integers(0, 2**31), st.floats(0.1, 10), st.floats(-80, 80), st.floats(-80, 80))
def test_a_known_similarity_is_found_and_inverted(seed, scale, yaw, pitch):
    rng = np.random.default_rng(seed)
    source, t = rng.normal(size=(12, 3)), rng.normal(size=3) * 10
    target = scale * source @ rotation_from_pose(yaw, pitch, 7).T + t
    found = align_similarity(source, target, rng.uniform(0.1, 1, 12))
    assert np.allclose(found.apply(source), target, atol=1e-8 * scale + 1e-8)
    assert np.allclose(found.inverse().apply(target), source, atol=1e-8)


def test_a_reflection_is_never_returned():
    source = np.random.default_rng(0).normal(size=(20, 3))
    assert np.linalg.det(align_similarity(source, source * [-1, 1, 1]).R) > 0.99


def test_normals_of_a_tetrahedron_point_outwards():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    triangles = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    centre = vertices.mean(0)
    assert (((vertices[triangles].mean(1) - centre) * triangle_normals(vertices, triangles)).sum(1) > 0).all()
    normals = vertex_normals(vertices, triangles)
    assert np.allclose(np.linalg.norm(normals, axis=1), 1) and (((vertices - centre) * normals).sum(1) > 0).all()


def test_a_vertex_without_triangles_has_no_normal():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5.0]])
    assert np.array_equal(vertex_normals(vertices, np.array([[0, 1, 2]]))[3], [0, 0, 0])
