"""PLY files hold the model's vertices, triangles and colours, number by number."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from factories import make_mesh, make_texture, make_topology
from vtk_files import point_array, points, read_polydata, triangles

from faceviewer.io.ply import encode_ply, sample_vertex_colors, write_ply
from faceviewer.types import FaceMesh, FaceviewerError, Texture, Topology


@pytest.mark.parametrize(("colors", "texture"), [(True, False), (True, True), (False, True), (False, False)])
def test_trimesh_and_vtk_read_the_model(tmp_path, colors, texture):
    mesh = make_mesh(colors=colors)
    picture = make_texture(32) if texture else None
    path = tmp_path / "head.ply"
    write_ply(path, mesh, picture)
    expected = mesh.colors
    if expected is None and picture is not None:
        expected = sample_vertex_colors(picture, mesh.topology, len(mesh.vertices))

    by_trimesh = trimesh.load(path, process=False)
    np.testing.assert_array_equal(by_trimesh.vertices.astype(np.float32), mesh.vertices)
    np.testing.assert_array_equal(by_trimesh.faces, mesh.topology.triangles)
    by_vtk = read_polydata(path)
    np.testing.assert_array_equal(points(by_vtk), mesh.vertices)
    np.testing.assert_array_equal(triangles(by_vtk), mesh.topology.triangles)
    if expected is None:
        assert by_vtk.GetPointData().GetScalars() is None
    else:
        np.testing.assert_array_equal(by_trimesh.visual.vertex_colors[:, :3], expected)
        np.testing.assert_array_equal(point_array(by_vtk, "Scalars")[:, :3], expected)


def test_header_states_the_units():
    assert b"\ncomment units: millimetres" in encode_ply(make_mesh())


def test_sampling_hits_texel_centres_and_blends_between():
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[0, 0], rgb[0, 1] = (200, 0, 0), (100, 0, 0)
    rgb[3, 3] = (0, 0, 50)
    uv = np.array([[0.125, 0.875], [0.25, 0.875], [0, 1], [1, 0]], np.float32)
    topology = Topology("quad", np.array([[0, 1, 2], [0, 2, 3]]), uv, np.array([[0, 1, 2], [0, 2, 3]]))
    colors = sample_vertex_colors(Texture(rgb, np.ones((4, 4), np.uint8)), topology, 5)
    assert colors.tolist() == [[200, 0, 0], [150, 0, 0], [200, 0, 0], [0, 0, 50], [0, 0, 0]]


def test_seam_vertices_take_the_mean_of_both_sides():
    mesh = make_mesh(make_topology(8, 12))
    ramp = np.zeros((64, 64, 3), np.uint8)
    ramp[:, :8], ramp[:, -8:] = 100, 200
    colors = sample_vertex_colors(Texture(ramp, np.ones((64, 64), np.uint8)), mesh.topology, len(mesh.vertices))
    seam = np.arange(0, 8 * 12, 12)
    assert (colors[seam] == 150).all()


def test_only_finite_vertices():
    mesh = make_mesh()
    vertices = mesh.vertices.copy()
    vertices[0] = np.nan
    with pytest.raises(FaceviewerError, match="not a finite number"):
        encode_ply(FaceMesh(vertices, mesh.topology))
