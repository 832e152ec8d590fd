"""Eyeballs: what they refuse, and the files of ``faceviewer dataset ffhq-uv eyeballs``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceviewer.io.obj_polygons import read_polygons
from faceviewer.models.hifi3d.eyeball_files import write_eyeballs
from faceviewer.models.hifi3d.eyeballs import add_eyeballs, load_templates, similarity_by_lengths
from faceviewer.types import FaceviewerError


@pytest.fixture(scope="module")
def templates(shared):
    return load_templates(shared / "data" / "ffhq_uv")


def test_points_are_laid_on_each_other():
    points = np.random.default_rng(0).normal(size=(5, 3))
    found = similarity_by_lengths(points, 2.5 * points[:, [1, 2, 0]] + (1, 2, 3))
    assert np.allclose(points @ found[:, :3].T + found[:, 3], 2.5 * points[:, [1, 2, 0]] + (1, 2, 3))


def test_what_cannot_have_eyeballs(templates, teaser_obj, tmp_path):
    with pytest.raises(FaceviewerError, match="20481 vertices of a HiFi3D"):
        add_eyeballs(np.zeros((5, 3)), templates)
    with pytest.raises(FaceviewerError, match="20481 vertices of a HiFi3D"):
        add_eyeballs(np.full((20481, 3), np.nan), templates)
    with pytest.raises(FaceviewerError, match="one place"):
        similarity_by_lengths(np.zeros((5, 3)), np.zeros((5, 3)))
    with pytest.raises(FaceviewerError, match=r"eyeLeft_mesh_move\.obj: there is no such file"):
        load_templates(tmp_path)
    in_metres = replace(teaser_obj, vertices=teaser_obj.vertices / 10)
    with pytest.raises(FaceviewerError, match=r"head\.obj: 0\.3282 high"):
        write_eyeballs(in_metres, tmp_path / "head.obj", templates, tmp_path, tmp_path / "out")
    foreign = replace(teaser_obj, triangles=teaser_obj.triangles[:, ::-1])
    with pytest.raises(FaceviewerError, match=r"head\.obj: not a HiFi3D"):
        write_eyeballs(foreign, tmp_path / "head.obj", templates, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("millimetres", [False, True])
def test_files_in_the_unit_of_the_head(templates, teaser_obj, shared, tmp_path, millimetres):
    scale = 100 if millimetres else 1
    head = replace(teaser_obj, vertices=teaser_obj.vertices * scale, says_millimetres=millimetres)
    written = write_eyeballs(head, tmp_path / "head.obj", templates, shared / "data" / "ffhq_uv", tmp_path / "out")
    assert [path.name for path in written] == ["eye_ball_tex.png", "eye_ball_tex.mtl", "L_ball.obj", "R_ball.obj"]
    published = read_polygons(shared / "data" / "ffhq_uv" / "teaser_1" / "mesh_eye_ball_L.obj")
    ball = read_polygons(tmp_path / "out" / "L_ball.obj")
    assert np.abs(ball.vertices / scale - published.vertices).max() < 1e-5
    assert ball.says_millimetres == millimetres and ball.libraries == ("eye_ball_tex.mtl",)
    assert (ball.triangles == published.triangles).all() and np.abs(ball.uv - published.uv).max() < 1e-5
