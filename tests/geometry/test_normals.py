import numpy as np
from factories import make_mesh, make_topology

from faceviewer.geometry.normals import VertexNormals, vertex_normals


def test_prepared_normals_are_those_of_the_plain_function():
    mesh = make_mesh(make_topology(40, 48))
    prepared = VertexNormals(mesh.topology.triangles, len(mesh.vertices))
    for scale in (1.0, 0.5):
        vertices = mesh.vertices * np.float32([1, scale, 1])
        np.testing.assert_allclose(prepared(vertices), vertex_normals(vertices, mesh.topology.triangles), atol=2e-6)


def test_a_vertex_without_a_triangle_has_no_normal():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5]], np.float32)
    normals = VertexNormals(np.array([[0, 1, 2]]), 4)(vertices)
    np.testing.assert_array_equal(normals, [[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 0]])
