"""From fitted parameters to what the rest of the program knows: meshes, cameras, poses, landmark sets."""

from __future__ import annotations

import numpy as np
import torch

from faceviewer.engines.builtin.fit import FitState
from faceviewer.geometry.normals import triangle_normals, vertex_normals
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.models.contour import CONTOUR_STEP, marched_landmarks
from faceviewer.models.head_model import HeadModel
from faceviewer.raster.visibility import depth_map, visibility
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
    """All landmark sets of the mesh, projected, and whether the head itself hides each point.

    Beside the topology's own sets, "68_2d" and "106_2d" have their jaw on the outline that the picture shows.
    """
    places = dict(mesh.topology.landmarks)
    for name in CONTOUR_STEP:
        places[f"{name}_2d"] = marched_landmarks(mesh.topology, name, mesh.vertices, camera)
    normals = vertex_normals(mesh.vertices, mesh.topology.triangles)
    points = [np.einsum("lk,lkc->lc", weights, mesh.vertices[corners]) for corners, weights in places.values()]
    facing = [np.einsum("lk,lkc->lc", weights, normals[corners]) for corners, weights in places.values()]
    seen = _seen(mesh, camera, np.concatenate(points), np.concatenate(facing), device)
    sets, first = {}, 0
    for (name, (corners, weights)), xyz in zip(places.items(), points, strict=True):
        visible = seen[first : first + len(xyz)]
        sets[name] = LandmarkSet(name, camera.project(xyz).astype(np.float32), visible, corners, weights)
        first += len(xyz)
    return sets


VISIBILITY_PX = 192
"""Longer side of the picture in which the head hides its points: the photo's own size would cost video its pace."""


def _seen(mesh: FaceMesh, camera: Camera, points: np.ndarray, normals: np.ndarray, device: str) -> np.ndarray:
    """(L,) bool: which points (L, 3), head frame, the camera sees, judged in a small picture cut to the head."""
    xy_px = camera.project(mesh.vertices)
    first = np.clip(np.nanmin(xy_px, 0), 0, np.subtract(camera.size, 2))
    last = np.clip(np.nanmax(xy_px, 0), first + 2, camera.size)
    scale = min(1.0, VISIBILITY_PX / float((last - first).max()))
    K = np.diag([scale, scale, 1.0]) @ np.array([[1, 0, -first[0]], [0, 1, -first[1]], [0, 0, 1]]) @ camera.K
    width, height = np.maximum(np.ceil((last - first) * scale), 2).astype(int)

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(array, dtype=torch.float32, device=device)

    triangles = torch.as_tensor(_towards(mesh, camera), device=device)
    depths = depth_map(tensor(camera.to_camera(mesh.vertices))[None], triangles, tensor(K), (int(width), int(height)))
    turned = tensor(normals @ camera.R_camera_head.T)
    seen, _ = visibility(
        depths, tensor(camera.to_camera(points))[None], torch.nn.functional.normalize(turned, dim=1)[None]
    )
    return (seen[0] > 0.5).cpu().numpy()


def _towards(mesh: FaceMesh, camera: Camera) -> np.ndarray:
    """(F', 3) the triangles that face the camera: on a closed head they alone hide anything, at half the cost."""
    triangles = mesh.topology.triangles
    eye = -camera.R_camera_head.T @ camera.t_camera_head
    normals = triangle_normals(mesh.vertices, triangles)
    return triangles[((eye - mesh.vertices[triangles[:, 0]]) * normals).sum(1) > 0]
