"""The made-up head is fit for testing with: closed, outward, seamed, mirrored and in front of its camera."""

from __future__ import annotations

import numpy as np
from factories import LANDMARK_COUNTS, make_reconstruction

from faceviewer.types import PART_NAMES


def test_head_is_a_closed_outward_surface_with_a_seam():
    mesh = make_reconstruction().mesh
    triangles, uv_triangles = mesh.topology.triangles, mesh.topology.uv_triangles
    edges = {tuple(edge) for triangle in triangles for edge in zip(triangle, np.roll(triangle, -1), strict=True)}
    assert len(edges) == 3 * len(triangles) and all((b, a) in edges for a, b in edges)
    a, b, c = mesh.vertices[triangles].astype(float).transpose(1, 0, 2)
    assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6 > 1e6  # mm^3: positive is counter-clockwise outside
    assert len(mesh.topology.uv) > len(mesh.vertices)
    corner_uv = mesh.topology.uv[uv_triangles]
    assert np.ptp(corner_uv[..., 0], axis=1).max() < 0.1  # no triangle stretches across the seam
    assert corner_uv.min() >= 0 and corner_uv.max() <= 1


def test_head_is_symmetric_and_complete():
    result = make_reconstruction()
    topology = result.mesh.topology
    assert topology.symmetry is not None
    mirrored = result.mesh.vertices[topology.symmetry] * [-1, 1, 1]
    assert np.abs(mirrored - result.mesh.vertices).max() < 3.0
    assert set(topology.parts) == set(PART_NAMES) and all(len(ids) for ids in topology.parts.values())
    assert {name: len(points.xy_px) for name, points in result.landmarks.items()} == LANDMARK_COUNTS


def test_camera_sees_the_whole_head():
    result = make_reconstruction()
    xy = result.camera.project(result.mesh.vertices)
    assert (xy > 0).all() and (xy < result.photo_size).all()
