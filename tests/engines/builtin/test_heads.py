"""Which landmarks the head itself hides: the quick test against the whole mesh in a fine picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from faceviewer.engines.builtin.heads import landmark_sets
from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.models.head_model import HeadModel, load_head
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.visibility import depth_map, visibility
from faceviewer.types import Camera, FaceMesh, LandmarkSet

SIZE = (1024, 1024)


@pytest.fixture(scope="module")
def head() -> HeadModel:
    return load_head()


@pytest.fixture(scope="module")
def mesh(head: HeadModel) -> FaceMesh:
    return FaceMesh(head.mean_vertices_mm(), head.topology)


def camera_at(yaw_deg: float, pitch_deg: float = 0.0, size: tuple[int, int] = SIZE) -> Camera:
    """700 mm before the head, which fills most of the picture."""
    K = np.array([[2000.0, 0, SIZE[0] / 2], [0, 2000.0, SIZE[1] / 2], [0, 0, 1]])
    return Camera(K, rotation_from_pose(yaw_deg, pitch_deg, 0.0), np.array([0.0, 0.0, 700.0]), size)


def seen_on_the_whole_mesh(mesh: FaceMesh, camera: Camera, points: LandmarkSet) -> np.ndarray:
    """(L,) bool: every triangle of the mesh, both its sides, in the picture's own size."""
    xyz = torch.tensor(camera.to_camera(mesh.vertices), dtype=torch.float32)[None]
    triangles = torch.tensor(mesh.topology.triangles.astype(np.int64))
    corners, share = torch.tensor(points.vertices).long(), torch.tensor(points.barycentric)[..., None]
    places, normals = ((values[:, corners] * share).sum(2) for values in (xyz, vertex_normals(xyz, triangles)))
    depths = depth_map(xyz, triangles, torch.tensor(camera.K, dtype=torch.float32), camera.size)
    return (visibility(depths, places, functional.normalize(normals, dim=-1))[0][0] > 0.5).numpy()


@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(0, 0), (20, -20), (-45, 0), (45, 15), (75, 0), (-90, 0)])
def test_the_quick_test_agrees_with_the_whole_mesh(head, mesh, yaw_deg, pitch_deg):
    camera = camera_at(yaw_deg, pitch_deg)
    sets = landmark_sets(head, mesh, camera, "cpu")
    agree = {name: points.visible == seen_on_the_whole_mesh(mesh, camera, points) for name, points in sets.items()}
    assert np.concatenate(list(agree.values())).mean() > 0.97
    assert min(same.mean() for same in agree.values()) > 0.93


def test_a_turned_head_hides_the_far_brow(head, mesh):
    for yaw_deg, near in ((-65, "right"), (65, "left")):
        visible = landmark_sets(head, mesh, camera_at(yaw_deg), "cpu")["68"].visible
        brows = {"right": visible[17:22], "left": visible[22:27]}
        assert brows.pop(near).all() and not brows.popitem()[1].all()


def test_what_leaves_the_picture_is_not_seen(head, mesh):
    """The picture ends at the nose: what lies left of its edge is as it was, the rest is hidden."""
    whole = landmark_sets(head, mesh, camera_at(0.0), "cpu")["478"]
    half = landmark_sets(head, mesh, camera_at(0.0, size=(SIZE[0] // 2, SIZE[1])), "cpu")["478"]
    inside = whole.xy_px[:, 0] <= SIZE[0] / 2
    assert not half.visible[~inside].any()
    assert (half.visible == whole.visible)[inside].mean() > 0.97


def test_a_head_beside_the_picture_is_not_seen(head, mesh):
    camera = camera_at(0.0)
    aside = Camera(camera.K, camera.R_camera_head, np.array([5000.0, 0.0, 700.0]), SIZE)
    assert not any(points.visible.any() for points in landmark_sets(head, mesh, aside, "cpu").values())
