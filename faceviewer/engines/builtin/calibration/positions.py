"""Where on the head the network puts its 478 points, learnt from pictures of known heads."""

from __future__ import annotations

import numpy as np

from faceviewer.detection.canonical import canonical_face
from faceviewer.engines.builtin.calibration.dataset import Dataset
from faceviewer.engines.builtin.calibration.scenes import SIZE_PX
from faceviewer.engines.builtin.point_model import Points, lift_shapes, point_normals, point_rows
from faceviewer.geometry.closest import Surface
from faceviewer.models.head_model import HeadModel

ROUNDS = 3
FACING_COS = 0.25
MAX_YAW_DEG = 50.0
"""Pictures and points used to find positions; beyond them the network guesses."""


def residuals_mm(head: HeadModel, points: Points, data: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Detected minus true image positions on the scale of the face, and how the points face the camera.

    Returns (residual (N, L, 2) mm, facing cosine (N, L), jacobian (N, L, 2, 3) of the residual's scale to a move of
    the point in the head frame, both per mm).
    """
    lift = point_rows(head, points)

    xyz = lift @ head.mean_control_mm.astype(np.float64)
    xyz = xyz + np.einsum("nk,lck->nlc", data.identity, lift_shapes(lift, head.identity_control))
    xyz += np.einsum("ne,lce->nlc", data.expression, lift_shapes(lift, head.expression_control))
    camera = np.einsum("nab,nlb->nla", data.R, xyz) + data.t_mm[:, None]
    scale = data.focal_px[:, None] / camera[..., 2]
    projected = camera[..., :2] * scale[..., None] + SIZE_PX / 2
    residual = (data.xyz_px[..., :2] - projected) / scale[..., None]
    facing = -np.einsum("nab,lb,nla->nl", data.R, point_normals(head, points), camera) / np.linalg.norm(camera, axis=2)
    slope = camera[..., :2] / camera[..., 2:]
    jacobian = data.R[:, None, :2] - slope[..., None] * data.R[:, None, 2:]
    return residual, facing, jacobian


def learn_positions(head: HeadModel, start: Points, data: Dataset, yaw_deg: np.ndarray) -> Points:
    """Move each point over the mean head to where its detections agree best, symmetrically."""
    mean = head.mean_vertices_mm().astype(np.float64)
    triangles = skin_triangles(head)
    surface = Surface(mean, triangles)
    near = np.abs(yaw_deg) < MAX_YAW_DEG
    twin = canonical_face().mirrored
    points = start
    for _ in range(ROUNDS):
        residual, facing, jacobian = residuals_mm(head, points, data)
        weight = (facing > FACING_COS) & near[:, None]
        left = np.einsum("nl,nlab,nlac->lbc", weight, jacobian, jacobian) + 5 * np.eye(3)
        right = np.einsum("nl,nlab,nla->lb", weight, jacobian, residual)
        target = (points[1][..., None] * mean[points[0]]).sum(1) + np.linalg.solve(left, right[..., None])[..., 0]
        target = (target + target[twin] * [-1, 1, 1]) / 2
        found = surface.nearest(target)
        points = triangles[found.triangle].astype(np.int32), found.weights.astype(np.float32)
    return points


def skin_triangles(head: HeadModel) -> np.ndarray:
    """(F', 3) the triangles of the 8 parts: outer skin, lids and what the eye opening shows."""
    skin = np.unique(np.concatenate(list(head.topology.parts.values())))
    return head.topology.triangles[np.isin(head.topology.triangles, skin).all(1)]
