"""OBJ files say exactly what the model says, to our reader, to trimesh and to VTK."""

from __future__ import annotations

import locale
from pathlib import Path

import numpy as np
import pytest
import trimesh
from factories import make_mesh, make_texture, make_topology
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from vtk_files import point_array, points, read_polydata, triangles

from faceviewer.io.obj import encode_obj, read_obj, write_obj
from faceviewer.types import FaceMesh, FaceviewerError, Topology

GOLDEN = """\
# units: millimetres; x to the subject's left, y up, z out of the face
# 4 vertices, 2 triangles
mtllib square.mtl
o square
v 0.000000 0.000000 -1.500000
v 10.000000 0.000000 0.000000
v 10.000000 12.250000 0.000000
v 0.000000 12.250000 0.000001
vt 0.00000000 0.00000000
vt 0.50000000 0.00000000
vt 0.50000000 1.00000000
vt 0.00000000 1.00000000
vt 0.75000000 0.25000000
usemtl square
s 1
f 1/1 2/2 3/3
f 1/1 3/5 4/4
"""
GOLDEN_MTL = "newmtl square\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd square.png\n"


def make_square() -> FaceMesh:
    uv = np.array([[0, 0], [0.5, 0], [0.5, 1], [0, 1], [0.75, 0.25]], np.float32)
    topology = Topology(
        "square", np.array([[0, 1, 2], [0, 2, 3]], np.int32), uv, np.array([[0, 1, 2], [0, 4, 3]], np.int32)
    )
    return FaceMesh(np.array([[0, 0, -1.5], [10, 0, 0], [10, 12.25, 0], [0, 12.25, 1e-6]], np.float32), topology)


@pytest.fixture(params=["C", "de_DE.UTF-8", "fr_FR.UTF-8"])
def system_locale(request):
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, request.param)
    except locale.Error:
        locale.setlocale(locale.LC_ALL, "C")  # not installed here: the text must be the same anyway
    yield
    locale.setlocale(locale.LC_ALL, before)


@pytest.mark.usefixtures("system_locale")
def test_golden_files(tmp_path):
    write_obj(tmp_path / "square.obj", make_square(), make_texture(8))
    assert (tmp_path / "square.obj").read_text() == GOLDEN
    assert (tmp_path / "square.mtl").read_text() == GOLDEN_MTL
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "square.png")), make_texture(8).rgb)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return make_mesh(make_topology(20, 30))


@pytest.fixture(scope="module", params=["plain", "with normals"])
def written(request, mesh, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("obj") / "head_1.obj"
    normals = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True)
    write_obj(path, mesh, make_texture(32), normals=normals if request.param == "with normals" else None)
    return path


def corner_values(mesh: FaceMesh) -> tuple[np.ndarray, np.ndarray]:
    return mesh.vertices[mesh.topology.triangles], mesh.topology.uv[mesh.topology.uv_triangles]


def test_our_reader_gets_the_model_back(mesh, written):
    loaded = read_obj(written)
    np.testing.assert_allclose(loaded.vertices, mesh.vertices, atol=1e-6)
    np.testing.assert_allclose(loaded.uv, mesh.topology.uv, atol=1e-8)
    np.testing.assert_array_equal(loaded.triangles, mesh.topology.triangles)
    np.testing.assert_array_equal(loaded.uv_triangles, mesh.topology.uv_triangles)


def test_trimesh_keeps_vertex_i(mesh, written):
    loaded = trimesh.load(written, process=False, maintain_order=True, force="mesh")
    np.testing.assert_allclose(loaded.vertices, mesh.vertices, atol=1e-6)
    np.testing.assert_array_equal(loaded.faces, mesh.topology.triangles)


def test_trimesh_reads_seams_and_true_colours(mesh, written):
    loaded = trimesh.load(written, process=False, force="mesh")
    xyz, uv = corner_values(mesh)
    np.testing.assert_allclose(loaded.vertices[loaded.faces], xyz, atol=1e-6)
    np.testing.assert_allclose(loaded.visual.uv[loaded.faces], uv, atol=1e-7)
    material = loaded.visual.material
    np.testing.assert_array_equal(np.asarray(material.image.convert("RGB")), make_texture(32).rgb)
    assert material.diffuse.tolist()[:3] == [255, 255, 255] and material.specular.tolist()[:3] == [0, 0, 0]


def test_vtk_reads_the_same_corners(mesh, written):
    loaded = read_polydata(written)
    xyz, uv = corner_values(mesh)
    np.testing.assert_allclose(points(loaded)[triangles(loaded)], xyz, atol=1e-5)
    np.testing.assert_allclose(point_array(loaded, "TCoords")[triangles(loaded)][..., :2], uv, atol=1e-6)


def test_normals_come_back(mesh, tmp_path):
    normals = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True)
    (tmp_path / "n.obj").write_bytes(encode_obj("n", mesh, normals=normals))
    loaded = read_polydata(tmp_path / "n.obj")
    expected = normals[mesh.topology.triangles]
    np.testing.assert_allclose(point_array(loaded, "Normals")[triangles(loaded)], expected, atol=1e-5)


def test_mesh_without_uv(mesh, tmp_path):
    topology = Topology("bare", mesh.topology.triangles, np.zeros((0, 2), np.float32), np.zeros((0, 3), np.int32))
    bare = FaceMesh(mesh.vertices, topology)
    write_obj(tmp_path / "bare.obj", bare, make_texture(8))
    assert [path.name for path in tmp_path.iterdir()] == ["bare.obj"]
    for normals in (None, mesh.vertices):
        (tmp_path / "bare.obj").write_bytes(encode_obj("bare", bare, normals=normals))
        loaded = read_obj(tmp_path / "bare.obj")
        np.testing.assert_array_equal(loaded.triangles, topology.triangles)
        assert loaded.uv.shape == (0, 2) and loaded.uv_triangles.shape == (0, 3)


def test_only_finite_numbers_are_written(mesh):
    vertices = mesh.vertices.copy()
    vertices[3, 1] = np.nan
    with pytest.raises(FaceviewerError, match=r"head\.obj: a vertex is not a finite number"):
        encode_obj("head", FaceMesh(vertices, mesh.topology))


@pytest.mark.parametrize("name", ["my head.obj", "con.obj", "head.txt"])
def test_unsafe_names_are_refused(mesh, tmp_path, name):
    with pytest.raises(FaceviewerError, match="not a safe name"):
        write_obj(tmp_path / name, mesh)
    assert not list(tmp_path.iterdir())


V3 = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no vertices"),
        (V3, "no faces"),
        ("v 0 0\nf 1 1 1\n", "3 numbers expected"),
        ("v 0 0 x\nf 1 1 1\n", "could not convert"),
        ("v 0 0 nan\nf 1 1 1\n", "not finite"),
        ("v 0 0 1e300\nf 1 1 1\n", "not finite"),
        (V3 + "f 1 2 3 1\n", "not every face is a triangle"),
        (V3 + "f 1 2 4\n", "not there"),
        (V3 + "f 0 1 2\n", "not there"),
        (V3 + "f -1 -2 -3\n", "not there"),
        (V3 + "f 1 2 99999999999999999999\n", "too large"),
        (V3 + "f 1 2 4294967297\n", "not there"),
        (V3 + "f 1/1 2/1 3/1\n", "not there"),
        (V3 + "f 1/1 2 3\n", "not every face"),
        (V3 + "f \n", "not every face is a triangle"),
    ],
)
def test_damaged_files_are_named(tmp_path, text, reason):
    (tmp_path / "bad.obj").write_text(text)
    with pytest.raises(FaceviewerError, match=rf"bad\.obj: not an OBJ of triangles \(.*{reason}"):
        read_obj(tmp_path / "bad.obj")


def test_missing_file(tmp_path):
    with pytest.raises(FaceviewerError, match="No such file"):
        read_obj(tmp_path / "gone.obj")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.data())
def test_damaged_bytes_read_or_fail_cleanly(tmp_path, data):
    raw = bytearray(GOLDEN.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from(b"0123456789/.-enf v\n\0\xff"))
    (tmp_path / "fuzz.obj").write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    try:
        loaded = read_obj(tmp_path / "fuzz.obj")
    except FaceviewerError:
        return
    assert np.isfinite(loaded.vertices[loaded.triangles]).all()
    assert loaded.uv_triangles.size == 0 or np.isfinite(loaded.uv[loaded.uv_triangles]).all()


def test_reads_colours_of_vertices(tmp_path):
    (tmp_path / "a.obj").write_text("v 0 0 0 1 0 0.5\nv 1 0 0 0 1 0\nv 0 1 0 0 0 1\nf 1 2 3\n")
    mesh = read_obj(tmp_path / "a.obj")
    np.testing.assert_array_equal(mesh.vertices, [[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(mesh.colors, np.float32([[1, 0, 0.5], [0, 1, 0], [0, 0, 1]]))
    (tmp_path / "b.obj").write_text("v 0 0 0 1 0 0.5\nv 1 0 0\nv 0 1 0 0 0 1\nf 1 2 3\n")
    with pytest.raises(FaceviewerError, match="3 rows of 6 numbers"):
        read_obj(tmp_path / "b.obj")
    write_obj(tmp_path / "square.obj", make_square())
    assert read_obj(tmp_path / "square.obj").colors.shape == (0, 3)
