"""From fitted parameters to what the rest of the program knows: meshes, cameras, poses, landmark sets."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from faceviewer.engines.builtin.fit import FitState
from faceviewer.engines.builtin.witnesses import witnesses
from faceviewer.geometry.normals import triangle_normals, vertex_normals
from faceviewer.geometry.pinhole import pinhole
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
    K = pinhole(float(state.log_focal[face].exp()), size)
    R = state.R[face].cpu().double()  # in this order: Apple's graphics have no float64
    U, _, Vt = torch.linalg.svd(R)  # float32 steps drift from a rotation by 1e-6
    return Camera(K, (U @ Vt).numpy(), state.t[face].cpu().double().numpy(), size)


def head_pose(camera: Camera) -> HeadPose:
    """The pose that the camera sees."""
    return HeadPose(camera.R_camera_head, camera.t_camera_head, *pose_from_rotation(camera.R_camera_head))


def landmark_sets(head: HeadModel, mesh: FaceMesh, camera: Camera, device: str) -> dict[str, LandmarkSet]:
    """All landmark sets of the mesh, projected, and whether the head itself hides each point.

    Beside the topology's own sets, "68_2d" and "106_2d" have their jaw on the outline that the picture shows.
    """
    places = dict(mesh.topology.landmarks)
    for name in CONTOUR_STEP:
        places[f"{name}_2d"] = marched_landmarks(mesh.topology, name, mesh.vertices, camera)
    corners, weights = (np.concatenate(parts) for parts in zip(*places.values(), strict=True))
    xyz = np.einsum("lk,lkc->lc", weights, mesh.vertices[corners])
    xy_px = camera.project(xyz).astype(np.float32)
    seen = _seen_by_witness(head, mesh, camera, (corners, weights), device)
    sets, first = {}, 0
    for name, (corners, weights) in places.items():
        rows = slice(first, first + len(corners))
        sets[name] = LandmarkSet(name, xy_px[rows], seen[rows], corners, weights)
        first = rows.stop
    return sets


def _seen_by_witness(
    head: HeadModel, mesh: FaceMesh, camera: Camera, points: tuple[np.ndarray, np.ndarray], device: str
) -> np.ndarray:
    """(L,) bool: which points, corners (L, 3) and weights (L, 3), are in view, they or the skin that answers for them.

    What lies beyond the picture's edges is not.
    """
    corners, weights = points
    normals = vertex_normals(mesh.vertices, _around_landmarks(head))
    xyz, facing = (np.einsum("lk,lkc->lc", weights, values[corners]) for values in (mesh.vertices, normals))
    witness = witnesses(head)[corners[np.arange(len(corners)), weights.argmax(1)]]
    places = np.concatenate([xyz, mesh.vertices[witness]])
    seen = _seen(_coarse(head, mesh), camera, places, np.concatenate([facing, normals[witness]]), device)
    xy_px = camera.project(xyz)
    inside = ((xy_px >= 0) & (xy_px <= camera.size)).all(1)
    return np.logical_and(seen.reshape(2, -1).any(0), inside)


@lru_cache(maxsize=2)
def _around_landmarks(head: HeadModel) -> np.ndarray:
    """(F', 3) the triangles at all places where visibility is judged: a few thousand, so normals cost video little."""
    topology = head.topology
    places = np.concatenate([*(corners.ravel() for corners, _ in topology.landmarks.values()), *topology.contours])
    asked = np.zeros(topology.triangles.max() + 1, bool)
    asked[places] = asked[witnesses(head)[places]] = True
    return topology.triangles[asked[topology.triangles].any(1)]


VISIBILITY_PX = 128
"""Longer side of the picture in which the head hides its points: the photo's own size would cost video its pace."""
COARSE_MM = 2.0
"""How far the coarse surface may lie before the points of the fine one."""

_Surface = tuple[np.ndarray, np.ndarray]
"""Vertices (N, 3) mm, head frame, and triangles (F, 3)."""


def _coarse(head: HeadModel, mesh: FaceMesh) -> _Surface:
    """The mesh over its control quads: subdivision keeps their corners, as its first vertices.

    It has a quarter of the triangles and lies within the visibility test's tolerance of nearly all of the face.
    """
    quads = head.control_quads
    return mesh.vertices[: len(head.mean_control_mm)], np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _seen(surface: _Surface, camera: Camera, points: np.ndarray, normals: np.ndarray, device: str) -> np.ndarray:
    """(L,) bool: which points (L, 3), head frame, the camera sees, judged in a small picture cut to them."""
    vertices, triangles = surface
    xyz_camera = camera.to_camera(vertices)
    xy_px = camera.project(points)
    left, top = np.clip(np.floor(np.nanmin(xy_px, 0)), 0, np.subtract(camera.size, 1)).astype(int)
    right, bottom = np.clip(np.ceil(np.nanmax(xy_px, 0)), [left + 1, top + 1], camera.size).astype(int)
    K = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ camera.K
    size = int(right - left), int(bottom - top)

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(array, dtype=torch.float32, device=device)

    towards = torch.as_tensor(_towards(xyz_camera, triangles), device=device)
    depths = depth_map(tensor(xyz_camera)[None], towards, tensor(K), size, longest_px=VISIBILITY_PX)
    turned = tensor(normals @ camera.R_camera_head.T)
    seen, _ = visibility(
        depths,
        tensor(camera.to_camera(points))[None],
        torch.nn.functional.normalize(turned, dim=1)[None],
        bias_mm=COARSE_MM,
    )
    return (seen[0] > 0.5).cpu().numpy()


def _towards(xyz_camera: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(F', 3) the triangles that face the camera: on a closed head they alone hide anything, at half the cost."""
    return triangles[(xyz_camera[triangles[:, 0]] * triangle_normals(xyz_camera, triangles)).sum(1) < 0]
