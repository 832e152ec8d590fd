"""What a camera sees of a head: no speckle on what is in view, no leak of what is hidden."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import trimesh
from fake_mps import AppleGraphics
from scipy.spatial.transform import Rotation

from faceviewer.io.safe_load import load_npz
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.visibility import depth_map, project, vertex_visibility, visibility


def pinhole(focal_px: float, side_px: int) -> torch.Tensor:
    return torch.tensor([[focal_px, 0, side_px / 2], [0, focal_px, side_px / 2], [0, 0, 1]])


def ball(distance_mm: float, radius_mm: float = 80.0) -> tuple[torch.Tensor, torch.Tensor]:
    mesh = trimesh.creation.icosphere(5, radius=radius_mm)
    vertices = torch.tensor(np.array(mesh.vertices), dtype=torch.float32) + torch.tensor([0, 0, distance_mm])
    return vertices[None], torch.tensor(np.array(mesh.faces))


@pytest.mark.parametrize(("side_px", "focal_px"), [(256, 700.0), (512, 1400.0), (1024, 2800.0), (4000, 11000.0)])
def test_a_ball_shows_its_front_without_speckle_and_hides_its_back(side_px, focal_px):
    vertices, triangles = ball(600.0)
    K = pinhole(focal_px, side_px)
    normals = vertex_normals(vertices, triangles)
    depths = depth_map(vertices, triangles, K, (side_px, side_px))
    seen, cosine = visibility(depths, vertices, normals)
    assert (seen[cosine > 0.02] > 0.5).all()
    assert (seen[cosine <= 0] == 0).all()
    # Even with normals that claim to face the camera, the depth alone hides the back.
    claimed = -torch.nn.functional.normalize(vertices, dim=-1)
    assert (visibility(depths, vertices, claimed)[0][cosine < -0.15] < 0.5).float().mean() > 0.999


def test_cosine_is_that_of_the_angle_to_the_camera():
    vertices, triangles = ball(600.0)
    depths = depth_map(vertices, triangles, pinhole(700.0, 256), (256, 256))
    points = torch.tensor([[[0.0, 0, 520], [100.0, 0, 600]]])
    normals = torch.tensor([[[0.0, 0, -1], [-0.6, 0, -0.8]]])
    _, cosine = visibility(depths, points, normals)
    expected = 1.0, (0.6 * 100 + 0.8 * 600) / np.hypot(100, 600)
    np.testing.assert_allclose(cosine[0].numpy(), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("gap_mm", "tilt_deg"), [(0.8, 70.0), (0.8, 0.0), (2.0, 0.0), (2.0, 35.0), (2.0, 60.0), (10.0, 0.0), (10.0, 60.0)]
)
def test_a_near_sheet_hides_what_is_behind_it_and_nothing_else(gap_mm, tilt_deg):
    """Two parallel sheets; the near one covers the left half of the far one, as a nose covers a cheek."""
    K = pinhole(1000.0, 512)
    turn = torch.tensor(Rotation.from_euler("y", tilt_deg, degrees=True).as_matrix(), dtype=torch.float32)
    square = torch.tensor([[-60.0, -60, 0], [60, -60, 0], [60, 60, 0], [-60, 60, 0]])
    near = square * torch.tensor([0.5, 1, 1]) + torch.tensor([-30.0, 0, -gap_mm])
    vertices = (torch.cat([near, square]) @ turn.T + torch.tensor([0.0, 0, 500]))[None]
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    depths = depth_map(vertices, triangles, K, (512, 512))

    grid = torch.stack(torch.meshgrid(torch.linspace(-55, 55, 150), torch.linspace(-55, 55, 40), indexing="ij"), -1)
    flat = torch.cat([grid.reshape(-1, 2), torch.zeros(150 * 40, 1)], -1)
    normals = (torch.tensor([[0.0, 0, -1]]) @ turn.T).expand(1, len(flat), 3)

    def seen_at(points: torch.Tensor) -> torch.Tensor:
        return visibility(depths, (points @ turn.T + torch.tensor([0.0, 0, 500]))[None], normals)[0][0]

    on_near = flat * torch.tensor([0.5, 1, 1]) + torch.tensor([-30.0, 0, -gap_mm])
    assert (seen_at(on_near) > 0.99).all()
    sight = (flat @ turn.T + torch.tensor([0.0, 0, 500])) @ turn  # sight lines, in the sheets' frame
    camera = torch.tensor([0.0, 0, 500]) @ turn
    along = 1 - gap_mm / camera[2]
    crossing = sight[:, :2] * along - camera[:2]  # where the sight line meets the near sheet's plane
    pixel_mm = 0.5 / np.cos(np.deg2rad(tilt_deg))
    hidden = (crossing[:, 0] < -2 * pixel_mm) & (crossing[:, 0] > -60) & (crossing[:, 1].abs() < 59)
    free = (crossing[:, 0] > 2 * pixel_mm) & (crossing[:, 1].abs() < 59)
    assert hidden.sum() > 1000 and free.sum() > 1000
    seen = seen_at(flat)
    assert (seen[hidden] < 0.01).all()
    assert (seen[free] > 0.99).all()


def test_points_outside_the_picture_or_behind_the_camera_are_not_seen():
    vertices, triangles = ball(600.0)
    depths = depth_map(vertices, triangles, pinhole(700.0, 256), (256, 256))
    points = torch.tensor([[[500.0, 0, 600], [0, 0, -600], [0, 0, 0], [0, 0, 100.0]]])
    normals = torch.tensor([[[0.0, 0, -1]] * 4])
    assert visibility(depths, points, normals)[0].tolist() == [[0, 0, 0, 1]]


def test_vertices_of_a_batch_equal_its_members():
    vertices, triangles = ball(600.0)
    nearer = vertices - torch.tensor([20.0, 0, 100])
    K = pinhole(1400.0, 512)
    both = vertex_visibility(torch.cat([vertices, nearer]), triangles, K, (512, 512))
    assert torch.equal(both[0], vertex_visibility(vertices, triangles, K, (512, 512))[0])
    assert torch.equal(both[1], vertex_visibility(nearer, triangles, K, (512, 512))[0])
    assert 0.3 < both.float().mean() < 0.55


def is_blocked(origin: np.ndarray, corners: np.ndarray) -> bool:
    """Whether any triangle (F, 3, 3) lies between ``origin`` (3,) and the camera at 0 (Moller and Trumbore, 1997)."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    p = np.cross(-origin, second)
    determinant = np.einsum("fk,fk->f", first, p)
    offset = origin - corners[:, 0]
    q = np.cross(offset, first)
    u = np.einsum("fk,fk->f", offset, p) / determinant
    v = q @ -origin / determinant
    along = np.einsum("fk,fk->f", second, q) / determinant
    return bool(((u >= 0) & (v >= 0) & (u + v <= 1) & (along > 0) & (along < 1)).any())


def test_a_real_head_agrees_with_ray_casting(shared):
    head = load_npz(shared / "data/heads/headict00_0.npz")
    vertices, faces = head["v"].astype(np.float64), head["f"]
    turn = Rotation.from_euler("y", 35, degrees=True).as_matrix() @ np.diag([1.0, -1, -1])
    camera = vertices @ turn.T + [0, 0, 900.0]
    points = torch.tensor(camera, dtype=torch.float32)[None]
    triangles = torch.tensor(faces)
    K = pinhole(1500.0, 640)
    normals = vertex_normals(points, triangles)
    seen, cosine = visibility(depth_map(points, triangles, K, (640, 640)), points, normals)
    inside = ((project(points, K) > 0) & (project(points, K) < 640)).all(-1)[0].numpy()

    judged = np.flatnonzero(inside & (cosine[0].numpy() > 0.1))[::10]
    origins = camera[judged] + normals[0].numpy()[judged] * 0.3
    blocked = np.array([is_blocked(origin, camera[faces]) for origin in origins])
    agree = (seen[0].numpy()[judged] > 0.5) == ~blocked
    assert len(judged) > 500 and 0.02 < blocked.mean() < 0.6
    assert agree.mean() > 0.985


def test_project_uses_pixel_centres_at_half():
    xy = project(torch.tensor([[[0.0, 0, 10], [1, -2, 10]]]), pinhole(100.0, 64))
    torch.testing.assert_close(xy, torch.tensor([[[32.0, 32], [42, 12]]]))


def test_apples_graphics_see_the_same():
    """Slopes and inverse depths are made in float64, which they do not have."""
    vertices, triangles = ball(600.0)
    expected = vertex_visibility(vertices, triangles, pinhole(700.0, 256), (256, 256))
    with AppleGraphics():
        seen = vertex_visibility(vertices.to("mps"), triangles.to("mps"), pinhole(700.0, 256).to("mps"), (256, 256))
        assert seen.device.type == "mps" and torch.equal(seen.cpu(), expected)
