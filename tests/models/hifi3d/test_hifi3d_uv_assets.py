"""The template, masks and layout in a user's folder of FFHQ-UV; and the build tool of the correspondence."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from faceviewer.assets import ffhq_uv_names as names
from faceviewer.assets.ffhq_uv import FFHQ_UV
from faceviewer.assets.places import Place, locate
from faceviewer.models.build_correspondence.__main__ import main
from faceviewer.models.build_correspondence.match import mirrored_vertices
from faceviewer.models.hifi3d.correspondence import load_correspondence
from faceviewer.models.hifi3d.uv_assets import guides_in, unwrap_info_in
from faceviewer.types import FaceviewerError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    (tmp_path / "topo_assets").mkdir()
    for path in names.GUIDES:
        Image.new("RGB" if path == names.TEMPLATE else "L", (1024, 1024), 128).save(tmp_path / path)
    return tmp_path


def test_guides_and_a_layout_drawn_anew(folder, teaser_mesh):
    located = locate(FFHQ_UV, Place(folder, "chosen"))
    assert guides_in(located, 64).template.shape == (64, 64, 3)
    info = unwrap_info_in(located, teaser_mesh.topology)
    covered = info.covered
    assert info.side == 1024 and 0.75 < covered.mean() < 0.95
    assert np.allclose(info.weights.sum(-1)[covered], 128 / 255, atol=1e-3), "the mask counts, as published"


def test_the_published_layout(folder, teaser_mesh):
    ids = np.zeros((1024, 1024, 3), np.int32)
    ids[..., 1], ids[..., 2] = 5, 20480
    weights = np.full((1024, 1024, 3), 1 / 3, np.float32)
    savemat(folder / names.UNWRAP_INFO, {"uv_idx_v_idx": ids, "uv_idx_bw": weights})
    info = unwrap_info_in(locate(FFHQ_UV, Place(folder, "chosen")), teaser_mesh.topology)
    assert info.vertices[7, 7].tolist() == [0, 5, 20480]
    savemat(folder / names.UNWRAP_INFO, {"uv_idx_v_idx": ids + 1, "uv_idx_bw": weights})
    with pytest.raises(FaceviewerError, match=r"unwrap_1024_info\.mat: it has 20481 among 'uv_idx_v_idx'"):
        unwrap_info_in(locate(FFHQ_UV, Place(folder, "chosen")), teaser_mesh.topology)


def test_missing_guides_are_named(tmp_path):
    with pytest.raises(FaceviewerError, match=r"lacks topo_assets/template_base_uv\.png"):
        guides_in(locate(FFHQ_UV, Place(tmp_path, "chosen")))


def test_the_shipped_symmetry_is_that_of_the_layout(teaser_obj):
    assert (mirrored_vertices(teaser_obj) == load_correspondence().symmetry).all()


def test_the_build_tool_refuses_other_meshes(teaser, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["build", str(teaser / "mesh_eye_ball_L.obj"), "-o", str(tmp_path / "out.npz")])
    assert main() == 1 and "not a HiFi3D++ head" in capsys.readouterr().err and not (tmp_path / "out.npz").exists()
