"""From fitted parameters to what the rest of the program knows: meshes, cameras, poses, landmark sets."""

from __future__ import annotations

import numpy as np
import torch

from faceviewer.engines.builtin.fit import FitState
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.models.head_model import HeadModel
from faceviewer.raster.visibility import vertex_visibility
from faceviewer.types import Camera, FaceMesh, HeadPose, LandmarkSet


def head_mesh(head: HeadModel, identity: np.ndarray, expression: np.ndarray) -> FaceMesh:
    """The head of these coefficients."""
    return FaceMesh(head.vertices_mm(identity, expression), head.topology)


def head_camera(state: FitState, face: int, size: tuple[int, int]) -> Camera:
    """The camera of one face's photo: square pixels, principal point in the middle."""
    focal = float(state.log_focal[face].exp())
    K = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
    R = state.R[face].double().cpu()
    U, _, Vt = torch.linalg.svd(R)  # float32 steps drift from a rotation by 1e-6
    return Camera(K, (U @ Vt).numpy(), state.t[face].double().cpu().numpy(), size)


def head_pose(camera: Camera) -> HeadPose:
    """The pose that the camera sees."""
    return HeadPose(camera.R_camera_head, camera.t_camera_head, *pose_from_rotation(camera.R_camera_head))


def landmark_sets(mesh: FaceMesh, camera: Camera, device: str) -> dict[str, LandmarkSet]:
    """All landmark sets of the mesh's topology, projected; hidden where no corner of the point's triangle is seen."""
    xyz_camera = torch.as_tensor(camera.to_camera(mesh.vertices), dtype=torch.float32, device=device)
    triangles = torch.as_tensor(mesh.topology.triangles.copy(), device=device)
    K = torch.as_tensor(camera.K.copy(), dtype=torch.float32, device=device)
    seen = vertex_visibility(xyz_camera[None], triangles, K, camera.size)[0].cpu().numpy()
    sets = {}
    for name, (corners, barycentric) in mesh.topology.landmarks.items():
        xyz = np.einsum("lk,lkc->lc", barycentric, mesh.vertices[corners])
        visible = np.asarray((seen[corners] & (barycentric > 1e-3)).any(axis=1))
        sets[name] = LandmarkSet(name, camera.project(xyz).astype(np.float32), visible, corners, barycentric)
    return sets
