"""Eyeballs: found irises, painted whites, and something sensible behind closed lids."""

from __future__ import annotations

import numpy as np
import pytest
from painted_head import SKIN_RGB, head_mesh, portrait_camera, shoot, skin_paint, texels_of

from faceviewer.raster.texture import build_texture
from faceviewer.types import Origin

SIZE = 512
BLUE, WHITE = np.array([70, 95, 130]), np.array([225, 222, 218])


@pytest.fixture(scope="module")
def mesh():
    return head_mesh()


def eyeball(mesh, side):
    """Vertices of an eyeball, and their directions from its centre."""
    ids = mesh.topology.regions[f"eyeball_{side}"]
    points = mesh.vertices[ids].astype(float)
    arms = points - (points.min(0) + points.max(0)) / 2
    return ids, arms / np.linalg.norm(arms, axis=1, keepdims=True)


def looking(mesh, gaze):
    """The paint of a head whose irises are drawn around ``gaze`` instead of straight ahead."""
    paint = skin_paint(mesh)
    for side in ("right", "left"):
        ids, arms = eyeball(mesh, side)
        angle = np.degrees(np.arccos(np.clip(arms @ gaze, -1, 1)))
        paint[ids] = np.where((angle < 27)[:, None], BLUE, WHITE)
        paint[ids[angle < 10]] = 15
    return paint


def colors_at(mesh, texture, ids):
    """(n, 3) int: texel colours at vertices; (n,) their origins."""
    uv = np.zeros((len(mesh.vertices), 2))
    uv[mesh.topology.triangles] = mesh.topology.uv[mesh.topology.uv_triangles]
    row, column = texels_of(mesh.topology, texture, uv[ids])
    return texture.rgb[row, column].astype(int), texture.origin[row, column]


@pytest.mark.parametrize("side_deg", [-14.0, 0.0, 14.0])
def test_the_hidden_part_of_an_iris_continues_the_photographed_one(mesh, side_deg):
    gaze = np.array([np.sin(np.radians(side_deg)), 0, np.cos(np.radians(side_deg))])
    camera = portrait_camera(mesh)
    texture = build_texture(shoot(mesh, looking(mesh, gaze), camera), mesh, camera, size=SIZE)
    for side in ("right", "left"):
        ids, arms = eyeball(mesh, side)
        angle = np.degrees(np.arccos(np.clip(arms @ gaze, -1, 1)))
        rgb, origin = colors_at(mesh, texture, ids)
        hidden_iris = (angle > 13) & (angle < 20) & (origin == Origin.MODEL)
        hidden_white = (angle > 36) & (angle < 70) & (origin == Origin.MODEL)
        assert hidden_iris.any() and hidden_white.any()
        assert rgb[hidden_iris].mean() < 140
        assert rgb[hidden_white].min(1).mean() > 120
        assert (rgb[hidden_iris][:, 2] >= rgb[hidden_iris][:, 0]).mean() > 0.7  # blue, as photographed


def test_eyes_show_white_iris_and_pupil_from_both_sides(mesh):
    camera = portrait_camera(mesh, 40.0)
    texture = build_texture(shoot(mesh, skin_paint(mesh), camera), mesh, camera, size=SIZE)
    for side in ("right", "left"):
        regions = mesh.topology.regions
        pupil, _ = colors_at(mesh, texture, regions[f"pupil_{side}"])
        ids, arms = eyeball(mesh, side)
        white, _ = colors_at(mesh, texture, ids[(arms[:, 2] < 0.75) & (arms[:, 2] > 0.3)])
        assert np.median(pupil) < 90
        assert white.mean(1).mean() > 2 * pupil.mean()


def test_closed_lids_are_not_baked_into_the_eyes(mesh):
    paint = skin_paint(mesh)
    for side in ("right", "left"):
        paint[mesh.topology.regions[f"eyeball_{side}"]] = SKIN_RGB * 0.95
    camera = portrait_camera(mesh)
    texture = build_texture(shoot(mesh, paint, camera), mesh, camera, size=SIZE)
    for side in ("right", "left"):
        ids, arms = eyeball(mesh, side)
        off_iris = ids[(arms[:, 2] < np.cos(np.radians(38))) & (arms[:, 2] > 0)]
        rgb, _ = colors_at(mesh, texture, off_iris)
        saturation = (rgb[:, 0] - rgb[:, 2]) / rgb[:, 0]
        assert np.median(saturation) < 0.25  # skin has 0.34
