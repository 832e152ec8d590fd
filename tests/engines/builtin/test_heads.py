"""Which landmarks the head itself hides: the quick test against the whole mesh in a fine picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from faceviewer.engines.builtin.heads import landmark_sets
from faceviewer.engines.builtin.witnesses import witnesses
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


def seen_on_the_whole_mesh(head: HeadModel, mesh: FaceMesh, camera: Camera, points: LandmarkSet) -> np.ndarray:
    """(L,) bool: every triangle of the mesh, both its sides, in the picture's own size; points and their witnesses."""
    xyz = torch.tensor(camera.to_camera(mesh.vertices), dtype=torch.float32)[None]
    triangles = torch.tensor(mesh.topology.triangles.astype(np.int64))
    corners, share = torch.tensor(points.vertices).long(), torch.tensor(points.barycentric)[..., None]
    witness = torch.tensor(witnesses(head))[corners.gather(1, share[..., 0].argmax(1, keepdim=True))[:, 0]]
    values = (xyz, vertex_normals(xyz, triangles))
    places, normals = (torch.cat([(value[:, corners] * share).sum(2), value[:, witness]], 1) for value in values)
    depths = depth_map(xyz, triangles, torch.tensor(camera.K, dtype=torch.float32), camera.size)
    seen = visibility(depths, places, functional.normalize(normals, dim=-1))[0][0] > 0.5
    return seen.reshape(2, -1).any(0).numpy()


VIEWS = [(0, 0), (20, -20), (-45, 0), (45, 15), (60, 0), (75, 0), (-90, 0)]


@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), VIEWS)
def test_the_quick_test_agrees_with_the_whole_mesh(head, mesh, yaw_deg, pitch_deg):
    camera = camera_at(yaw_deg, pitch_deg)
    sets = landmark_sets(head, mesh, camera, "cpu")
    agree = {
        name: points.visible == seen_on_the_whole_mesh(head, mesh, camera, points) for name, points in sets.items()
    }
    assert np.concatenate(list(agree.values())).mean() > 0.97
    assert min(same.mean() for same in agree.values()) > 0.93


def test_from_the_front_every_landmark_is_seen(head, mesh):
    """Lid rims, closed lips, nostrils and the jaw's underside too: people see them, though they face away."""
    for name, points in landmark_sets(head, mesh, camera_at(0.0), "cpu").items():
        assert points.visible.all(), name


@pytest.mark.parametrize("yaw_deg", [-65, 65])
def test_a_turned_head_hides_the_far_eye(head, mesh, yaw_deg):
    """At 60 degrees the far lids still look past the bridge of the nose, their corners no longer."""
    right, left = slice(36, 42), slice(42, 48)
    far, near = (right, left) if yaw_deg > 0 else (left, right)
    visible = landmark_sets(head, mesh, camera_at(yaw_deg), "cpu")["68"].visible
    assert visible[near].all() and not visible[far].any()
    visible = landmark_sets(head, mesh, camera_at(60 * np.sign(yaw_deg)), "cpu")["68"].visible
    assert visible[near].all() and not visible[far][[0, 3]].any()


def test_witnesses_are_skin_that_the_front_shows_nearby(head, mesh):
    witness = witnesses(head)
    assert np.isin(witness[witness != np.arange(len(witness))], head.topology.regions["face"]).all()
    lids = np.unique(head.topology.landmarks["68"][0][36:48])
    moved_mm = np.linalg.norm(mesh.vertices[witness[lids]] - mesh.vertices[lids], axis=1)
    assert 1 < moved_mm.mean() < 6  # from the rim to the outer side of the lid


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
