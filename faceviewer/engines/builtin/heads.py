"""From fitted parameters to what the rest of the program knows: meshes, cameras, poses, landmark sets."""

from __future__ import annotations

import numpy as np
import torch

from faceviewer.engines.builtin.fit import FitState
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.models.contour import CONTOUR_STEP, marched_landmarks
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
    """All landmark sets of the mesh, projected; a point is hidden where no corner of its triangle is seen.

    Beside the topology's own sets, "68_2d" and "106_2d" have their jaw on the outline that the picture shows.
    """
    seen = _visible_vertices(mesh, camera, device)
    sets = {}
    places = dict(mesh.topology.landmarks)
    for name in CONTOUR_STEP:
        places[f"{name}_2d"] = marched_landmarks(mesh.topology, name, mesh.vertices, camera)
    for name, (corners, barycentric) in places.items():
        xyz = np.einsum("lk,lkc->lc", barycentric, mesh.vertices[corners])
        visible = np.asarray((seen[corners] & (barycentric > 1e-3)).any(axis=1))
        sets[name] = LandmarkSet(name, camera.project(xyz).astype(np.float32), visible, corners, barycentric)
    return sets


VISIBILITY_PX = 256
"""Longer side of the picture in which landmarks hide each other: the photo's own size would cost video its pace."""


def _visible_vertices(mesh: FaceMesh, camera: Camera, device: str) -> np.ndarray:
    """(V,) bool: what the camera sees of the head, judged in a small picture cut to the head and the photo."""
    xy_px = camera.project(mesh.vertices)
    first = np.clip(np.nanmin(xy_px, 0), 0, np.subtract(camera.size, 2))
    last = np.clip(np.nanmax(xy_px, 0), first + 2, camera.size)
    scale = min(1.0, VISIBILITY_PX / float((last - first).max()))
    K = np.diag([scale, scale, 1.0]) @ np.array([[1, 0, -first[0]], [0, 1, -first[1]], [0, 0, 1]]) @ camera.K
    width, height = np.maximum(np.ceil((last - first) * scale), 2).astype(int)
    xyz_camera = torch.as_tensor(camera.to_camera(mesh.vertices), dtype=torch.float32, device=device)
    triangles = torch.as_tensor(mesh.topology.triangles.copy(), device=device)
    K_cut = torch.as_tensor(K, dtype=torch.float32, device=device)
    return vertex_visibility(xyz_camera[None], triangles, K_cut, (int(width), int(height)))[0].cpu().numpy()
