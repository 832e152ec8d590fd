"""Mesh files as meshes in millimetres: units, colours, textures, and what is said about them."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from factories import make_mesh, make_texture
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from faceviewer.io import mesh_file
from faceviewer.io.mesh_file import read_mesh_file
from faceviewer.io.mesh_units import UNITS, is_head_size, likely_unit
from faceviewer.io.obj import encode_obj, write_obj
from faceviewer.types import Cancelled, CancelToken, FaceMesh, FaceviewerError

TRIANGLE = "v 0 0 0\nv 1 0 0\nv 0 2 0\nvt 0 0\nvt 1 0\nvt 0 1\n"


@pytest.fixture
def read(tmp_path):
    """Read the text, or the file of that name, in a folder of its own."""

    def call(text: str | None = None, name: str = "mesh.obj"):
        path = tmp_path / name
        if text is not None:
            path.write_text(text)
        return read_mesh_file(path, CancelToken())

    return call


def plain(mesh: FaceMesh, factor: float, offset: float = 0.0) -> str:
    """The mesh as a program writes it that says nothing of units."""
    moved = FaceMesh((mesh.vertices * factor + offset).astype(np.float32), mesh.topology, mesh.colors)
    return encode_obj("mesh", moved, comments=()).decode()


def test_our_own_exports_are_taken_as_they_are(tmp_path, read):
    mesh = make_mesh()
    write_obj(tmp_path / "own.obj", mesh, make_texture(32))
    found = read(name="own.obj")
    assert np.abs(found.mesh.vertices - mesh.vertices).max() < 1e-5 and found.in_head_frame
    assert (found.mesh.topology.uv_triangles == mesh.topology.uv_triangles).all()
    assert (found.texture.rgb == make_texture(32).rgb).all() and not found.texture.origin.any()
    assert found.sha256 == hashlib.sha256((tmp_path / "own.obj").read_bytes()).hexdigest()
    assert found.notes == ("Millimetres, as the file says; it was neither scaled nor moved.",)


@pytest.mark.parametrize(
    ("factor", "words"),
    [(1.0, "millimetres"), (0.1, "centimetres"), (0.01, "units of 100 mm, as 3DDFA-V3"), (0.001, "metres")],
)
def test_other_files_are_scaled_to_the_size_of_a_head_and_centred(read, factor, words):
    mesh = make_mesh()
    found = read(plain(mesh, factor, offset=7 * factor))
    middle = (mesh.vertices.max(0) + mesh.vertices.min(0)) / 2
    assert np.abs(found.mesh.vertices - (mesh.vertices - middle)).max() < 0.01
    assert f"Taken as {words}" in found.notes[0] and "centred" in found.notes[0] and not found.in_head_frame


def test_a_size_that_no_unit_explains_is_said(read):
    mesh = make_mesh()
    found = read(plain(mesh, 50.0))
    assert "No usual unit" in found.notes[0] and np.ptp(found.mesh.vertices[:, 1]) > 10_000


def test_meshes_far_away_keep_their_detail(read):
    far = 5e6
    text = "".join(f"v {far + x} {far + y} 0\n" for x, y in ((0, 0), (0.1, 0), (0, 0.2))) + "f 1 2 3\n"
    found = read(text)
    assert np.allclose(found.mesh.vertices[:, :2], [[-50, -100], [50, -100], [-50, 100]], atol=0.01)


def test_loose_vertices_are_told_and_do_not_count(read):
    found = read("v 0 0 0\nv 1 0 0\nv 0 2 0\nv 500 500 500\nf 1 2 3\n")
    assert np.ptp(found.mesh.vertices[:3, 1]) == 200
    assert "1 of its 4 vertices belong to no triangle and are not drawn." in found.notes


def test_flat_meshes_and_single_points(read):
    assert np.ptp(read("v 0 0 0\nv 2 0 0\nv 0 0 2\nf 1 2 3\n").mesh.vertices[:, 0]) == 200
    with pytest.raises(FaceviewerError, match=r"mesh\.obj: all corners of its triangles lie in one point"):
        read("v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n")


@pytest.mark.parametrize("factor", [1, 255])
def test_colours_of_vertices(read, factor):
    rows = [(1, 0, 0), (0, 0.5, 0), (0, 0, 1)]
    corners = [(0, 0, 0), (1, 0, 0), (0, 2, 0)]
    text = "".join(
        f"v {x} {y} {z} {r * factor} {g * factor} {b * factor}\n"
        for (x, y, z), (r, g, b) in zip(corners, rows, strict=True)
    )
    found = read(text + "f 1 2 3\n")
    assert found.mesh.colors.tolist() == [[255, 0, 0], [0, 128, 0], [0, 0, 255]]
    assert found.texture is None and found.mesh.topology.uv.tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("largest", "middle"),
    [(1.004, 128), (2.0, 128), (2, 0), (2.5, 0), (255, 0)],
)
def test_colours_a_little_above_one_are_not_counted_to_255(read, largest, middle):
    half = 0.5 if middle else 0  # 2 alone may be a level, where all are whole
    text = f"v 0 0 0 {largest} 0 0\nv 1 0 0 0 {half} 0\nv 0 2 0 0 0 1\nf 1 2 3\n"
    colors = read(text).mesh.colors
    assert colors[1, 1] == middle and colors[0, 0] == (255 if middle else round(largest))


def test_material_files_that_are_not_there_are_told(read):
    found = read("mtllib gone.mtl\n" + TRIANGLE + "usemtl m\nf 1/1 2/2 3/3\n")
    assert found.texture is None and found.notes[-1] == "Its material file gone.mtl is not there; it is shown without."


def test_polygons_are_told(read):
    assert "One polygon was cut into 2 triangles." in read(TRIANGLE + "v 1 2 0\nf 1 2 4 3\n").notes


def test_textures_of_any_shape_become_square(tmp_path, read):
    Image.new("RGB", (40, 20), (10, 200, 30)).save(tmp_path / "wide skin.png")
    (tmp_path / "skin.mtl").write_text("newmtl m\nmap_Kd wide skin.png\n")
    found = read("mtllib skin.mtl\n" + TRIANGLE + "usemtl m\nf 1/1 2/2 3/3\n")
    assert found.texture.rgb.shape == (40, 40, 3) and (found.texture.rgb == (10, 200, 30)).all()


def test_huge_textures_are_reduced(tmp_path, read, monkeypatch):
    monkeypatch.setattr(mesh_file, "MAX_TEXTURE_SIDE", 16)
    Image.new("RGB", (64, 64), (1, 2, 3)).save(tmp_path / "skin.png")
    (tmp_path / "skin.mtl").write_text("newmtl m\nmap_Kd skin.png\n")
    found = read("mtllib skin.mtl\n" + TRIANGLE + "f 1/1 2/2 3/3\n")  # uses no material, but there is only one
    assert found.texture.rgb.shape == (16, 16, 3)


def test_of_several_textures_that_of_most_polygons(tmp_path, read):
    for name, colour in (("a", (255, 0, 0)), ("b", (0, 255, 0))):
        Image.new("RGB", (8, 8), colour).save(tmp_path / f"{name}.png")
    (tmp_path / "m.mtl").write_text("newmtl a\nmap_Kd a.png\nnewmtl b\nmap_Kd b.png\n")
    text = "mtllib m.mtl\n" + TRIANGLE + "usemtl a\nf 1/1 2/2 3/3\nusemtl b\nf 1/1 2/2 3/3\nf 1/1 2/2 3/3\n"
    found = read(text)
    assert found.texture.rgb[0, 0].tolist() == [0, 255, 0]
    assert "It has 2 textures; only b.png, of most polygons, is shown." in found.notes


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        ("gone.png", "is not there"),
        ("../outside.png", "is outside of the mesh's folder"),
        ("words.png", "cannot be used"),
    ],
)
def test_textures_that_cannot_be_used_are_told(tmp_path, read, picture, reason):
    (tmp_path / "words.png").write_text("These are words.")
    (tmp_path / "m.mtl").write_text(f"newmtl m\nmap_Kd {picture}\n")
    found = read("mtllib m.mtl\n" + TRIANGLE + "usemtl m\nf 1/1 2/2 3/3\n")
    assert found.texture is None
    note = found.notes[-1]
    assert note.startswith(f"Its texture {picture} {reason}") and note.endswith("it is shown without.")


def test_cancelled(tmp_path):
    (tmp_path / "mesh.obj").write_text(TRIANGLE + "f 1 2 3\n")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        read_mesh_file(tmp_path / "mesh.obj", cancel)


@given(st.floats(100, 400), st.sampled_from(UNITS))
def test_every_head_in_every_unit_is_recognised(height_mm, unit):
    assert is_head_size(height_mm) and likely_unit(height_mm / unit.mm) == unit


@given(st.floats(1e-12, 1e9))
def test_any_size_gets_the_nearest_unit(height):
    unit = likely_unit(height)
    assert unit in UNITS
    if height * 1000 < 100:
        assert unit.mm == 1000
    if height > 400:
        assert unit.mm == 1
