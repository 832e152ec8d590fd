"""GLB files keep the glTF 2.0 rules, show true colours, and lead back to the model's vertices."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import pytest
import trimesh
from factories import make_mesh, make_texture, make_topology
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from vtk_files import point_array, points, read_polydata, triangles

from faceviewer.io.glb import encode_glb, split_at_seams, write_glb
from faceviewer.io.images import encode_png
from faceviewer.types import FaceMesh, FaceviewerError, Topology

COMPONENTS = {5121: np.dtype("u1"), 5123: np.dtype("<u2"), 5125: np.dtype("<u4"), 5126: np.dtype("<f4")}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


class Glb:
    """A GLB taken apart by the letter of the specification; construction asserts the container's rules."""

    def __init__(self, data: bytes) -> None:
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data)) and length % 4 == 0
        json_length, json_kind = struct.unpack_from("<I4s", data, 12)
        binary_length, binary_kind = struct.unpack_from("<I4s", data, 20 + json_length)
        assert (json_kind, binary_kind) == (b"JSON", b"BIN\0") and json_length % 4 == 0 and binary_length % 4 == 0
        self.tree = json.loads(data[20 : 20 + json_length])
        self.binary = data[28 + json_length :]
        assert len(self.binary) == binary_length == self.tree["buffers"][0]["byteLength"]

    def view(self, index: int) -> bytes:
        view = self.tree["bufferViews"][index]
        start = view.get("byteOffset", 0)
        assert start % 4 == 0 and 0 < view["byteLength"] <= len(self.binary) - start
        return self.binary[start : start + view["byteLength"]]

    def array(self, index: int) -> np.ndarray:
        accessor = self.tree["accessors"][index]
        dtype, width = COMPONENTS[accessor["componentType"]], WIDTHS[accessor["type"]]
        offset = accessor.get("byteOffset", 0)
        assert offset % dtype.itemsize == 0 and accessor["count"] > 0
        array = np.frombuffer(self.view(accessor["bufferView"]), dtype, accessor["count"] * width, offset)
        return array.reshape(-1, width)

    def check_bounds(self, index: int) -> None:
        array = self.array(index)
        np.testing.assert_array_equal(array.min(0), self.tree["accessors"][index]["min"])
        np.testing.assert_array_equal(array.max(0), self.tree["accessors"][index]["max"])
        assert np.isfinite(array).all()


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return make_mesh(make_topology(20, 30))


@pytest.fixture(scope="module")
def targets(mesh) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    moving = {f"shape{k}": rng.normal(0, 2, mesh.vertices.shape).astype(np.float32) for k in range(50)}
    still = np.zeros_like(mesh.vertices)
    return moving | {"still": still, "also still": still}


@pytest.mark.parametrize("textured", [True, False])
@pytest.mark.parametrize("morphing", [True, False])
def test_structure(mesh, targets, textured, morphing):
    png = encode_png(make_texture(32).rgb) if textured else None
    glb = Glb(encode_glb(mesh, png, morph_targets=targets if morphing else None))
    assert glb.tree["asset"]["version"] == "2.0"
    (primitive,) = glb.tree["meshes"][0]["primitives"]
    attributes = primitive["attributes"]
    assert set(attributes) == {"POSITION", "NORMAL"} | ({"TEXCOORD_0"} if textured else set())
    entries = primitive.get("targets", [])
    assert len(entries) == (52 if morphing else 0)
    accessors = [*attributes.values(), *(entry["POSITION"] for entry in entries)]
    count = glb.tree["accessors"][attributes["POSITION"]]["count"]
    for index in accessors:
        glb.check_bounds(index)
        assert glb.tree["accessors"][index]["count"] == count
    glb.check_bounds(primitive["indices"])
    assert glb.array(primitive["indices"]).max() < count
    np.testing.assert_allclose(np.linalg.norm(glb.array(attributes["NORMAL"]), axis=1), 1, atol=1e-5)
    (material,) = glb.tree["materials"]
    surface = material["pbrMetallicRoughness"]
    assert surface["baseColorFactor"] == [1, 1, 1, 1]
    assert surface["metallicFactor"] == 0 and surface["roughnessFactor"] == 1
    if textured:
        (image,) = glb.tree["images"]
        assert image["mimeType"] == "image/png" and glb.view(image["bufferView"]).startswith(png)
        assert glb.tree["textures"][surface["baseColorTexture"]["index"]]["source"] == 0


def test_morph_targets_move_the_right_vertices(mesh, targets):
    glb = Glb(encode_glb(mesh, morph_targets=targets))
    extras = glb.tree["meshes"][0]["extras"]
    assert extras["targetNames"] == list(targets)
    assert glb.tree["meshes"][0]["weights"] == [0] * len(targets)
    model_ids = np.concatenate([np.arange(extras["modelVertices"]), extras["seamCopies"]]).astype(int)
    entries = glb.tree["meshes"][0]["primitives"][0]["targets"]
    for entry, offsets in zip(entries, targets.values(), strict=True):
        np.testing.assert_allclose(glb.array(entry["POSITION"]), offsets[model_ids] / 1000, rtol=1e-6)


@pytest.fixture(scope="module")
def written(mesh, targets, tmp_path_factory):
    path = tmp_path_factory.mktemp("glb") / "head.glb"
    write_glb(path, mesh, make_texture(32), morph_targets=targets)
    return path


def test_trimesh_reads_model_and_texture(mesh, written):
    loaded = trimesh.load(written, process=False, force="mesh")
    count = len(mesh.vertices)
    np.testing.assert_allclose(loaded.vertices[:count] * 1000, mesh.vertices, atol=1e-4)
    np.testing.assert_allclose(loaded.vertices[loaded.faces] * 1000, mesh.vertices[mesh.topology.triangles], atol=1e-4)
    np.testing.assert_allclose(loaded.visual.uv[loaded.faces], mesh.topology.uv[mesh.topology.uv_triangles], atol=1e-6)
    texture = np.asarray(loaded.visual.material.baseColorTexture.convert("RGB"))
    np.testing.assert_array_equal(texture, make_texture(32).rgb)


def test_vtk_reads_the_same_corners(mesh, written):
    loaded = read_polydata(written)
    ids = triangles(loaded)
    np.testing.assert_allclose(points(loaded)[ids] * 1000, mesh.vertices[mesh.topology.triangles], atol=1e-4)
    uv = point_array(loaded, "TCoords")[ids] * [1, -1] + [0, 1]  # glTF counts v from the top
    np.testing.assert_allclose(uv, mesh.topology.uv[mesh.topology.uv_triangles], atol=1e-6)


def test_face_looks_along_plus_z_with_y_up(mesh, written):
    loaded = trimesh.load(written, process=False, force="mesh")
    nose, crown = loaded.vertices[np.argmax(mesh.vertices[:, 2])], loaded.vertices[np.argmax(mesh.vertices[:, 1])]
    assert nose[2] == loaded.vertices[:, 2].max() and crown[1] == loaded.vertices[:, 1].max()
    assert loaded.volume > 0 and 0.1 < np.ptp(loaded.vertices[:, 1]) < 0.4  # metres


def test_normals_do_not_crease_along_the_seam(mesh):
    glb = Glb(encode_glb(mesh))
    normals = glb.array(glb.tree["meshes"][0]["primitives"][0]["attributes"]["NORMAL"])
    textured = Glb(encode_glb(mesh, encode_png(make_texture(8).rgb)))
    extras = textured.tree["meshes"][0]["extras"]
    split_normals = textured.array(textured.tree["meshes"][0]["primitives"][0]["attributes"]["NORMAL"])
    copies = np.array(extras["seamCopies"])
    assert len(copies) >= 20
    np.testing.assert_array_equal(split_normals[extras["modelVertices"] :], split_normals[copies])
    np.testing.assert_array_equal(split_normals[: len(mesh.vertices)], normals[: len(mesh.vertices)])


@pytest.mark.parametrize("morphing", [True, False])
def test_vertex_colours_without_texture(morphing):
    """glTF counts colours of vertices in linear light, and a material that names nothing is a mirror of metal."""
    mesh = make_mesh(colors=True)
    targets = {"jawOpen": np.ones_like(mesh.vertices)} if morphing else None
    glb = Glb(encode_glb(mesh, morph_targets=targets))
    (primitive,) = glb.tree["meshes"][0]["primitives"]
    index = primitive["attributes"]["COLOR_0"]
    glb.check_bounds(index)
    light = glb.array(index)
    assert light.dtype == np.float32 and light.shape == (glb.tree["accessors"][index]["count"], 3)
    srgb = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    extras = glb.tree["meshes"][0]["extras"]
    model_ids = np.concatenate([np.arange(extras["modelVertices"]), extras["seamCopies"]]).astype(int)
    assert mesh.colors is not None
    np.testing.assert_array_equal(np.rint(srgb), mesh.colors[model_ids])
    material = glb.tree["materials"][primitive["material"]]
    surface = material["pbrMetallicRoughness"]
    assert (surface["metallicFactor"], surface["roughnessFactor"], material["doubleSided"]) == (0, 1, True)
    assert surface["baseColorFactor"] == [1, 1, 1, 1] and "baseColorTexture" not in surface


def test_vtk_reads_vertex_colours_as_the_light_they_are(tmp_path):
    mesh = make_mesh(colors=True)
    write_glb(tmp_path / "head.glb", mesh)
    light = point_array(read_polydata(tmp_path / "head.glb"), "Scalars")[: len(mesh.vertices)]
    assert mesh.colors is not None
    for srgb, expected in ((0, 0.0), (128, 0.2158605), (255, 1.0)):  # half of sRGB is a fifth of the light
        np.testing.assert_allclose(light[mesh.colors == srgb], expected, atol=1e-6)
        assert (mesh.colors == srgb).any()


def test_the_picture_inside_is_the_given_png():
    png = encode_png(make_texture(16).rgb, compression=9)
    glb = Glb(encode_glb(make_mesh(), png))
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(glb.view(glb.tree["images"][0]["bufferView"])))), make_texture(16).rgb
    )


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_splitting_any_mesh_keeps_corners_and_order(data):
    vertex_count, uv_count = data.draw(st.integers(3, 12)), data.draw(st.integers(3, 12))
    corner = lambda top: st.lists(st.integers(0, top - 1), min_size=3, max_size=3)  # noqa: E731
    faces = data.draw(st.lists(st.tuples(corner(vertex_count), corner(uv_count)), min_size=1, max_size=20))
    topology = Topology(
        "any",
        np.array([face[0] for face in faces], np.int32),
        np.random.default_rng(0).random((uv_count, 2)).astype(np.float32),
        np.array([face[1] for face in faces], np.int32),
    )
    split = split_at_seams(topology, vertex_count)
    np.testing.assert_array_equal(split.model_ids[:vertex_count], np.arange(vertex_count))
    np.testing.assert_array_equal(split.model_ids[split.triangles], topology.triangles)
    np.testing.assert_array_equal(split.uv[split.triangles], topology.uv[topology.uv_triangles])
    pairs = {(v, t) for v, t in zip(topology.triangles.flat, topology.uv_triangles.flat, strict=True)}
    unused = vertex_count - len(np.unique(topology.triangles))
    assert len(split.model_ids) == len(pairs) + unused


def test_what_is_not_finite_or_does_not_fit_is_refused(mesh):
    broken = mesh.vertices.copy()
    broken[0, 0] = np.inf
    with pytest.raises(FaceviewerError, match="a vertex is not a finite number"):
        encode_glb(FaceMesh(broken, mesh.topology))
    with pytest.raises(FaceviewerError, match="morph target smile is not a finite"):
        encode_glb(mesh, morph_targets={"smile": broken})
    with pytest.raises(ValueError, match="morph target smile"):
        encode_glb(mesh, morph_targets={"smile": broken[:5]})
