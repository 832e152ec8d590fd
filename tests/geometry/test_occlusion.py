from __future__ import annotations

import numpy as np
from factories import make_camera, make_mesh, make_topology

from faceviewer.geometry.occlusion import seen_triangles
from faceviewer.geometry.surface import ray_hit
from faceviewer.types import FaceMesh


def test_seen_are_the_triangles_whose_centre_a_ray_reaches_first():
    mesh, camera = make_mesh(make_topology(40, 48)), make_camera(yaw_deg=50)
    seen = seen_triangles(mesh, camera)
    eye = -camera.R_camera_head.T @ camera.t_camera_head
    centres = mesh.vertices[mesh.topology.triangles].mean(1)
    hits = (ray_hit(mesh.vertices, mesh.topology.triangles, eye, centre - eye) for centre in centres)
    reached = [hit is not None and hit.triangle == number for number, hit in enumerate(hits)]
    assert np.mean(seen == reached) > 0.98
    assert 0.2 < seen.mean() < 0.5


def test_what_stands_before_hides_what_is_behind_whatever_its_size():
    wall = np.array([[-50, -50, 0], [50, -50, 0], [0, 90, 0]], float)
    behind = wall * 0.3 - (0, 0, 40)
    beside = wall * 0.3 + (120, 0, -40)
    topology = make_topology()
    triangles = np.arange(9, dtype=np.int32).reshape(3, 3)
    topology = type(topology)("three", triangles, np.zeros((9, 2), np.float32), triangles)
    mesh = FaceMesh(np.concatenate([wall, behind, beside]).astype(np.float32), topology)
    np.testing.assert_array_equal(seen_triangles(mesh, make_camera(yaw_deg=0)), [True, False, True])


def test_behind_the_camera_nothing_is_seen():
    mesh, camera = make_mesh(), make_camera()
    away = FaceMesh(mesh.vertices + np.float32(camera.R_camera_head.T @ [0, 0, -2000]), mesh.topology)
    assert not seen_triangles(away, camera).any()
