"""The HiFi3D++ model: what its file must hold, our types, and the topology of heads without a model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.io import savemat

from faceviewer.assets.places import Place
from faceviewer.geometry.crop224 import Crop224
from faceviewer.io.obj_polygons import read_polygons
from faceviewer.models.hifi3d.coefficients import split_coefficients
from faceviewer.models.hifi3d.convert import face_mesh, mesh_of_obj, photo_camera
from faceviewer.models.hifi3d.decode import decode
from faceviewer.models.hifi3d.face_model import hifi3d_from_arrays, load_hifi3d
from faceviewer.models.hifi3d.points import LANDMARKS_68, LANDMARKS_86
from faceviewer.models.hifi3d.topology import is_hifi3d, topology_of_mesh
from faceviewer.models.known_topologies import recognised
from faceviewer.models.tddfa_v3.coefficients import Coefficients as TddfaCoefficients
from faceviewer.types import PART_NAMES, FaceviewerError, Topology


@pytest.mark.parametrize(("change", "said"), [
    ({"keypoints": None}, 'the key "keypoints" is missing'),
    ({"meanshape": np.zeros((1, 244))}, '"meanshape" has 244 numbers, which is not three for each vertex'),
    ({"idBase": np.zeros((243, 80))}, '"idBase" has the shape (243, 80) instead of (243, 532)'),
    ({"exBase": np.full((243, 45), np.nan)}, '"exBase" holds values that are not finite'),
    ({"head_tri": np.full((128, 3), 82)}, '"head_tri - 1" holds 81 to 81, outside of 0 to 80'),
    ({"head_tri": np.zeros((128, 3))}, '"head_tri - 1" holds -1 to -1'),
    ({"head_tri_vt": np.ones((5, 3))}, '"head_tri" and "head_tri_vt" have different shapes'),
    ({"keypoints": np.ones((1, 51))}, '"keypoints" has 51 entries instead of 68'),
    ({"point_buf": np.full((81, 8), 999)}, '"point_buf - 1" holds 998'),
    ({"tri": np.array(["a"])}, '"tri" has the shape (1,) instead of (F, 3)'),
    ({"vtx_vt": np.zeros((5, 2))}, '"vtx_vt" has the shape (5, 2) instead of (81, 2)'),
    ({"skinmask": np.zeros(3)}, '"skinmask" has 3 numbers instead of 81'),
])  # fmt: skip
def test_every_fault_is_one_sentence(hifi3d_arrays, change, said):
    arrays = {key: value for key, value in (hifi3d_arrays | change).items() if value is not None}
    with pytest.raises(FaceviewerError) as caught:
        hifi3d_from_arrays(arrays, "model.mat")
    assert str(caught.value).startswith("model.mat: not a HiFi3D++ face model: ") and said in str(caught.value)


def test_a_mat_file_comes_back(hifi3d_arrays, hifi3d_model, tmp_path):
    savemat(tmp_path / "info.mat", {key: np.asarray(value, np.float64) for key, value in hifi3d_arrays.items()})
    again = load_hifi3d(tmp_path / "info.mat", cache=tmp_path / "cache")
    for name in ("mean_shape", "identity", "expression", "albedo", "triangles", "uv_triangles", "landmarks", "skin"):
        assert (getattr(again, name) == getattr(hifi3d_model, name)).all(), name
    (tmp_path / "other.mat").write_bytes(b"something else")
    with pytest.raises(FaceviewerError, match=r"other\.mat: not a MATLAB 5 file"):
        load_hifi3d(tmp_path / "other.mat")


def test_wrong_counts_of_coefficients_are_refused():
    with pytest.raises(ValueError, match=r"instead of \(B, 1049\)"):
        split_coefficients(torch.zeros(2, 257))
    assert TddfaCoefficients is type(split_coefficients(torch.zeros(1, 1049))), "one type for both models"


def test_the_camera_lays_the_mesh_where_the_crop_shows_it(hifi3d_model):
    generator = torch.Generator().manual_seed(0)
    coefficients = split_coefficients(torch.randn(1, 1049, generator=generator) * 0.1)
    decoded = decode(hifi3d_model, coefficients)
    mesh = face_mesh(hifi3d_model, decoded, colors=decoded.texture[0])
    camera = photo_camera(hifi3d_model, coefficients, Crop224((224, 224), 1.0, 112.0, 112.0))
    assert np.abs(camera.project(mesh.vertices) - decoded.crop_xy_px[0].numpy()).max() < 1e-2
    assert mesh.topology.parts == {} and set(mesh.topology.landmarks) == {"68"} and mesh.colors is not None


def test_gradients_reach_the_coefficients(hifi3d_model):
    alpha = torch.zeros(1, 1049, requires_grad=True)
    decoded = decode(hifi3d_model, split_coefficients(alpha))
    (decoded.v2d.sum() + decoded.texture.sum()).backward()
    assert alpha.grad is not None and torch.isfinite(alpha.grad).all()
    assert (alpha.grad != 0).float().mean() > 0.99


def test_a_published_head_is_known_without_a_model_file(teaser_obj, teaser_mesh, tmp_path):
    topology = teaser_mesh.topology
    assert topology.name == "hifi3d" and set(topology.parts) == set(PART_NAMES)
    assert {name: len(vertices) for name, (vertices, _) in topology.landmarks.items()} == {"68": 68}
    plain = Topology("mesh", teaser_obj.triangles.copy(), teaser_obj.uv, teaser_obj.uv_triangles)
    assert recognised(plain, 20481, Place(tmp_path, "chosen"), has_uv=True) is topology
    turned = Topology("mesh", np.roll(teaser_obj.triangles, 1, 1), teaser_obj.uv, teaser_obj.uv_triangles)
    assert recognised(turned, 20481, Place(tmp_path, "chosen"), has_uv=True) is turned
    assert not is_hifi3d(teaser_obj.triangles, 20480) and topology_of_mesh(plain) is topology


def test_a_published_head_in_the_head_frame(teaser_mesh):
    points = teaser_mesh.vertices[LANDMARKS_68]
    eyes = points[36:48].mean(0)
    assert np.abs(eyes[0]) < 2 and -3 < eyes[1] < 0 and 5 < eyes[2] < 12, "the origin lies between the eyeballs"
    assert 55 < np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0)) < 70, "millimetres"
    assert points[0, 0] < 0 < points[16, 0] and points[27, 1] > points[8, 1] and points[30, 2] > points[0, 2]


def test_symmetry_and_parts(teaser_mesh):
    topology, vertices = teaser_mesh.topology, teaser_mesh.vertices
    mirror = topology.symmetry
    assert (mirror[mirror] == np.arange(20481)).all()
    assert mirror[LANDMARKS_86[0]] == LANDMARKS_86[16] and mirror[LANDMARKS_86[35]] == LANDMARKS_86[46]
    assert np.linalg.norm(vertices[mirror] * (-1, 1, 1) - vertices, axis=1).max() < 5
    middles = {name: vertices[ids].mean(0) for name, ids in topology.parts.items()}
    assert middles["right_eye"][0] < -20 < 20 < middles["left_eye"][0]
    assert middles["left_eyebrow"][1] > middles["left_eye"][1] > middles["nose"][1] > middles["up_lip"][1]
    assert middles["up_lip"][1] > middles["down_lip"][1]
    for name, points in (("nose", range(27, 36)), ("right_eyebrow", (18, 19, 20)), ("up_lip", (50, 51, 52))):
        ids = topology.parts[name]
        away = np.linalg.norm(vertices[LANDMARKS_68[list(points)], None] - vertices[ids], axis=2).min(1)
        assert away.max() < 4, f"{name}: the landmarks lie in or beside their part"


def test_other_meshes_are_refused(teaser):
    ball = read_polygons(teaser / "mesh_eye_ball_L.obj")
    with pytest.raises(FaceviewerError, match=r"ball\.obj: not a HiFi3D\+\+ head: its 770 vertices and 1536 triangles"):
        mesh_of_obj(ball, "ball.obj")
